//! `backproof packet`: just the restore tests that an auditor sampled, each tied to the seal.

use std::path::PathBuf;

use backproof_bundle::ReadOptions;
use backproof_exports::packet::{Items, SealedDirectory};
use serde_json::json;

use crate::args::evidence::Packet;
use crate::args::{Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;

pub(crate) fn perform(common: &Common, packet: &Packet) -> anyhow::Result<Exit> {
    let items: Items = packet.items.parse().map_err(|problem| UsageError(format!("--items: {problem}")))?;
    let bundle = backproof_bundle::open(&packet.bundle).map_err(|problem| UsageError(problem.to_string()))?;
    super::verify::refuse_broken(&bundle, "nothing is handed out of it")?;
    let run = backproof_bundle::read(&bundle, &ReadOptions::default())?;
    let plan = backproof_exports::packet::plan(&run, &items).map_err(|problem| UsageError(problem.to_string()))?;
    if !plan.missing.is_empty() {
        let missing = plan.missing.join(", ");
        return Err(UsageError(format!("run {} has no restore test {missing}: nothing was written", plan.run)).into());
    }
    let out = packet.out.clone().unwrap_or_else(|| PathBuf::from(format!("packet-{}", plan.run)));
    backproof_exports::packet::write(&plan, &SealedDirectory(bundle.directory().to_owned()), &out)
        .map_err(|problem| UsageError(problem.to_string()))?;
    let tests: Vec<u32> = plan.items.iter().map(|item| item.test).collect();
    match common.output {
        Format::Json => print_json(&json!({"run": plan.run, "packet": out, "restore_tests": tests}))?,
        Format::Text => {
            let tests: Vec<String> = tests.iter().map(u32::to_string).collect();
            println!(
                "Restore tests {} of run {} are in `{}`; begin with its README.",
                tests.join(", "),
                plan.run,
                out.display()
            );
        }
    }
    Ok(Exit::Passed)
}
