//! Section 14: which program performed the runs, with which configuration, and what changed between them.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::grouped;
use backproof_model::record::RunOpened;

use super::{nothing, of_each_run};
use crate::compose::{callout, cell, details, fact, facts, heading, listing, name, paragraph, table, words};
use crate::document::{Block, Tone};
use crate::json::listed;

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    let mut blocks = Vec::new();
    if dossier.runs.len() > 1 {
        blocks.push(heading("Changes in the period"));
        blocks.extend(changes(dossier));
    }
    blocks.extend(of_each_run(dossier, "identity", of_run));
    blocks
}

/// One line for each run: an automated control is tested once for each configuration.
fn changes(dossier: &Dossier) -> Vec<Block> {
    let opened: Vec<(&RunRecord, Option<&RunOpened>)> =
        dossier.runs.iter().map(|run| (run, run.evidence.opened.as_ref())).collect();
    let mut rows = Vec::new();
    let mut changed = 0_usize;
    for (index, (record, opened_now)) in opened.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| opened[before].1);
        let what = differences(before, *opened_now);
        changed += usize::from(index > 0 && what != "nothing");
        rows.push([
            cell(record.evidence.run.to_string()),
            cell(opened_now.map_or("not recorded", |it| it.version.as_str())),
            cell(opened_now.map_or_else(|| "not recorded".to_owned(), |it| it.pipeline.to_string())),
            cell(name(opened_now.map_or("not recorded", |it| it.plan_sha256.as_str()))),
            cell(if index == 0 { "the first of the period".to_owned() } else { what }),
        ]);
    }
    let table = table(
        "Program and plan of each run",
        &["#Run", "Program", "Pipeline", "Digest of the plan", "Changed since the run before"],
    )
    .rows(rows);
    let sentence = if changed == 0 {
        callout(Tone::Plain, "No change", "Program, pipeline and plan were the same in every run of the period.")
    } else {
        callout(
            Tone::Doubt,
            "Changed within the period",
            "An auditor will want to test before and after each change named below.",
        )
    };
    vec![sentence, table.block()]
}

fn differences(before: Option<&RunOpened>, now: Option<&RunOpened>) -> String {
    let (Some(before), Some(now)) = (before, now) else { return "cannot be told".to_owned() };
    let all = [
        (before.version != now.version, "program"),
        (before.pipeline != now.pipeline, "pipeline"),
        (before.plan_sha256 != now.plan_sha256, "plan"),
        (before.installation != now.installation, "installation"),
        (before.operator != now.operator, "operator"),
    ];
    let told: Vec<&str> = all.iter().filter_map(|(differs, what)| differs.then_some(*what)).collect();
    if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
}

fn of_run(record: &RunRecord) -> Vec<Block> {
    let Some(opened) = &record.evidence.opened else {
        return nothing("The journal does not say what performed this run.");
    };
    let mode = if opened.simulated { "simulator: nothing was restored from AWS" } else { "AWS: restores were real" };
    let mut blocks = vec![
        facts(vec![
            fact("Run", format!("{} of installation {}", record.evidence.run, opened.installation)),
            fact("Program", format!("backproof {}, pipeline {}", opened.version, opened.pipeline)),
            fact("Digest of the program's own file", "not recorded"),
            fact("Ran against", mode),
            fact("Plan", [words(format!("{}, digest ", opened.plan_name)), name(&opened.plan_sha256)]),
            fact("Operator", opened.operator.as_str()),
            fact("Taken up again by another process", format!("{} times", grouped(record.evidence.resumed))),
        ]),
        details(
            "The effective plan",
            vec![listing(
                "plan.json, over several lines here; its digest is that of its canonical form",
                listed(&opened.plan),
            )],
        ),
    ];
    let calls: Vec<_> = record.evidence.closed.iter().flat_map(|closed| &closed.calls).collect();
    if calls.is_empty() {
        blocks.push(paragraph("The AWS calls that were made are not recorded."));
    } else {
        let rows = calls.into_iter().map(|(operation, count)| [cell(operation.as_str()), cell(grouped(*count))]);
        let table =
            table("AWS calls, as far as the last process of the run made them", &["Operation", "#Calls"]).rows(rows);
        blocks.push(details("AWS calls that were made", vec![table.block()]));
    }
    blocks
}
