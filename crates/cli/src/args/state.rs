//! What can be typed behind `backproof state`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct State {
    #[command(subcommand)]
    pub(crate) command: StateCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Says whether the register is whole: no run removed, added or changed, every closed run as it was closed.
    Audit,
    /// Puts a copy from before an upgrade back in its place. What was journalled since is then missing.
    Restore {
        /// The copy, from `backups/` in the state directory.
        #[arg(value_name = "FILE")]
        backup: PathBuf,
    },
}
