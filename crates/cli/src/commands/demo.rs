//! `backproof demo`: to be wired.

use crate::args::{Common, Demo};
use crate::exit::Exit;

pub(crate) async fn perform(_common: &Common, _demo: &Demo) -> anyhow::Result<Exit> {
    anyhow::bail!("to be wired")
}
