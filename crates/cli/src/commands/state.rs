//! `backproof state`: looks after the state directory itself.

use std::path::Path;

use backproof_store::Store;
use serde_json::json;

use crate::args::state::{State, StateCommand};
use crate::args::{Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::wiring;

pub(crate) async fn perform(common: &Common, state: &State) -> anyhow::Result<Exit> {
    match &state.command {
        StateCommand::Audit => audit(common).await,
        StateCommand::Restore { backup } => restore(common, backup).await,
    }
}

/// Holds the register to its chain.
async fn audit(common: &Common) -> anyhow::Result<Exit> {
    let directory = wiring::state_directory(common);
    if !directory.exists() {
        return Err(UsageError(format!("there is no state in `{}`: name it with --state", directory.display())).into());
    }
    let store = Store::open_to_read(&directory, wiring::clock(common)).await?;
    let problems = store.audit_register().await?;
    match common.output {
        Format::Json => print_json(&json!({ "problems": problems }))?,
        Format::Text if problems.is_empty() => println!("The register is whole."),
        Format::Text => problems.iter().for_each(|problem| println!("{problem}")),
    }
    Ok(if problems.is_empty() { Exit::Passed } else { Exit::Failed })
}

/// Puts a copy from before an upgrade back in its place.
async fn restore(common: &Common, backup: &Path) -> anyhow::Result<Exit> {
    let directory = wiring::state_directory(common);
    if !backup.exists() {
        let problem = format!("there is no `{}`: copies from before upgrades are in `backups/`", backup.display());
        return Err(UsageError(problem).into());
    }
    let replaced = Store::restore_from_backup(&directory, backup, &wiring::clock(common)).await?;
    match common.output {
        Format::Json => print_json(&json!({ "restored": backup, "replaced": replaced }))?,
        Format::Text => {
            println!("`{}` is in its place; what it replaced is kept as `{}`.", backup.display(), replaced.display());
        }
    }
    Ok(Exit::Passed)
}
