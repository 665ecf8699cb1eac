//! What can be typed behind `backproof plan` and `backproof keygen`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(subcommand)]
    pub(crate) command: PlanCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// The effective plan: every key with its value, defaults filled in, its digest and its approval.
    Show,
    /// What differs between the effective plan and the one that was approved last, key by key.
    Diff {
        /// Another plan to compare with: a plan file (TOML), an approval, or the plan of a run (JSON).
        #[arg(value_name = "FILE")]
        other: Option<PathBuf>,
    },
    /// Signs the effective plan's digest, so that runs may be performed.
    Approve(Approve),
}

#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// The approver's private key, as `backproof keygen` makes it.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Where the approval is written down.
    #[arg(long, value_name = "TICKET")]
    pub(crate) ticket: Option<String>,
    /// Until when it holds: a date (its end, UTC) or a moment. Default: until the plan changes.
    #[arg(long, value_name = "WHEN", value_parser = super::exceptions::moment)]
    pub(crate) until: Option<Timestamp>,
}

#[derive(Debug, Args)]
pub(crate) struct Keygen {
    /// Where to write the private key; a file that is there is never overwritten.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Whose key it will be: prints what belongs into the trust file.
    #[arg(long, value_name = "NAME")]
    pub(crate) person: Option<String>,
}
