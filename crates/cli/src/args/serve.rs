//! What can be typed after `serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The plan files. They share the state directory, and are read again whenever they change. Default: that of --plan.
    #[arg(value_name = "PLAN")]
    pub(crate) plans: Vec<PathBuf>,
    /// Where /healthz and /metrics are answered. There is no sign-in: name an address that only machines reach which may
    /// know.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9464")]
    pub(crate) listen: SocketAddr,
    /// Runs plans that nobody has approved. Reports say so, and name the operator for it.
    #[arg(long)]
    pub(crate) unapproved: bool,
}
