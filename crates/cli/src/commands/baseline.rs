//! `backproof baseline`: what data should look like, taken on the production side.

mod databases;
mod items;
mod manifests;

use crate::args::Common;
use crate::args::baseline::{Action, Baseline, Capture, Engine};
use crate::exit::Exit;
use crate::wiring;

pub(crate) async fn perform(common: &Common, baseline: &Baseline) -> anyhow::Result<Exit> {
    match &baseline.action {
        Action::Capture(order) => capture(common, order).await,
        Action::Propose(propose) => manifests::propose(common, propose),
        Action::Show(show) => manifests::show(common, show),
        Action::Verify(verify) => manifests::verify(common, verify),
    }
}

async fn capture(common: &Common, order: &Capture) -> anyhow::Result<Exit> {
    let key = wiring::copied_fingerprint_key(&order.fingerprint_key)?;
    match order.engine {
        Engine::Dynamodb => items::perform(common, order, key).await,
        Engine::Postgres | Engine::Mysql | Engine::Mariadb => databases::perform(common, order, key).await,
    }
}
