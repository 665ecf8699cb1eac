//! `backproof report`: renders the report of a run again, from its journal.

use std::sync::Arc;

use backproof_clock::RealClock;

use crate::args::{Common, Format, Report};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::{files, wiring};

pub(crate) async fn perform(common: &Common, report: &Report) -> anyhow::Result<Exit> {
    let directory = wiring::state_directory(common);
    if !directory.exists() {
        return Err(UsageError(format!("there is no state in `{}`: name it with --state", directory.display())).into());
    }
    let store = wiring::open_store(&directory, common.mirror.as_deref(), Arc::new(RealClock)).await?;
    let register = store.register().await?;
    let last = register.last().map(|run| run.run);
    let Some(run) = report.run.or(last) else {
        return Err(UsageError("no run was ever begun there, so there is nothing to report".into()).into());
    };
    if !register.iter().any(|registered| registered.run == run) {
        return Err(UsageError(format!("there is no run {run}; `backproof status` lists them")).into());
    }
    let rendered = files::render(&store, run, report.out.as_deref()).await?;
    match common.output {
        Format::Json => print_json(&backproof_evidence::results(&rendered.evidence, &rendered.conclusion))?,
        Format::Text => println!("{}", rendered.report.display()),
    }
    Ok(Exit::Passed)
}
