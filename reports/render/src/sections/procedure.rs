//! Section 7: how a restore test goes, what shows that the validators notice faults, and how the sandbox was isolated.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{grouped, moment};
use backproof_model::record::{IsolationFact, IsolationSeen, IsolationState, ReachState};

use super::of_each_run;
use crate::compose::{callout, cell, fact, facts, heading, list, mark, name, paragraph, steps, table};
use crate::document::{Block, Tone};

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    let mut blocks = vec![
        paragraph(
            "Each drawn recovery point goes through these steps, each of which is written to the journal before and after it is done.",
        ),
        steps([
            "Stage: the recovery point is taken as it is, or copied into a vault of the sandbox account.",
            "Restore: AWS Backup is asked for one restore job, into the sandbox account only.",
            "Ready: whatever the restored resource needs before it can be examined.",
            "Validate: validators read the restored data and say of each check what was expected and what was found. A restore test passes only if at least one check of the data reached the plan's level; otherwise it is failed or could not be told.",
            "Delete: everything that was made is deleted, and seen absent.",
        ]),
    ];
    blocks.extend(of_each_run(dossier, "planted faults and sandbox", of_run));
    blocks
}

fn of_run(record: &RunRecord) -> Vec<Block> {
    let run = &record.evidence;
    let mut blocks = vec![heading("Planted faults")];
    blocks.extend(planted(record));
    blocks.push(heading("Sandbox and its isolation"));
    match &run.sandbox {
        None => blocks.push(paragraph("No sandbox was entered.")),
        Some(sandbox) => {
            let regions: Vec<String> = sandbox.regions.iter().map(ToString::to_string).collect();
            let mut rows = vec![
                fact("Account", sandbox.account.to_string()),
                fact("Entered as", name(&sandbox.caller_arn)),
                fact("Regions", regions.join(", ")),
            ];
            rows.extend(sandbox.reach.iter().map(|seen| {
                let word = match seen.state {
                    ReachState::Reached => "reached",
                    ReachState::Untried => "not tried",
                    ReachState::Unreachable => "unreachable",
                };
                fact("Way in", format!("{word}: {} in {}: {}", seen.way, seen.region, seen.detail))
            }));
            blocks.push(facts(rows));
        }
    }
    let before = run.sandbox.as_ref().map(|sandbox| ("Isolation before the first restore", &sandbox.isolation));
    let after = run.isolation_at_close.as_ref().map(|seen| ("Isolation at the end of the run", seen));
    blocks.extend(before.into_iter().chain(after).map(|(caption, seen)| isolation(caption, seen)));
    if run.isolation_at_close.is_none() && run.is_closed() {
        blocks.push(callout(
            Tone::Doubt,
            "Isolation at the end",
            "It was not looked at again when the run was closed.",
        ));
    }
    blocks
}

fn planted(record: &RunRecord) -> Vec<Block> {
    let reading = &record.conclusion.controls;
    let mut blocks = vec![paragraph(format!(
        "{} Faults were planted in scratch resources of the sandbox and in scratch databases beside restored ones, which \
         hold known data; never in restored data.",
        reading.sentence
    ))];
    if !reading.troubles.is_empty() {
        blocks.push(callout(
            Tone::Bad,
            "Faults that were not noticed",
            "The verdicts of the validators named here are void.",
        ));
        blocks.push(list(reading.troubles.iter().map(String::as_str)));
    }
    for planted in record.evidence.planted() {
        let tried = planted.tried;
        let place = planted.whose.map_or_else(
            || "a scratch resource".to_owned(),
            |test| format!("a scratch database beside the data of {test}"),
        );
        let rows = tried.controls.iter().map(|control| {
            [
                cell(control.planted.as_str()),
                cell(control.expected_verdict.as_str()),
                cell(control.verdict.as_str()),
                if control.as_expected { mark(Tone::Good, "yes") } else { mark(Tone::Bad, "no") },
            ]
        });
        let caption = format!("Faults planted for validator {} in {place}", tried.validator);
        let caught = format!(
            "{} of {} caught, in {}.",
            grouped(tried.caught() as u64),
            grouped(tried.planted().count() as u64),
            tried.scratch
        );
        let nothing = format!("{caption}: {}", tried.problem.as_deref().unwrap_or("none was tried."));
        blocks.push(
            table(caption, &["Planted", "Must come out as", "Came out as", "Held"])
                .rows(rows)
                .note(caught)
                .block_or(&nothing),
        );
    }
    blocks
}

fn isolation(caption: &str, seen: &IsolationSeen) -> Block {
    let row = |fact: &IsolationFact| {
        let state = match fact.state {
            IsolationState::Isolated => mark(Tone::Good, "isolated"),
            IsolationState::Open => mark(Tone::Bad, "open"),
            IsolationState::Unreadable => mark(Tone::Bad, "could not be read"),
            IsolationState::NotExamined => mark(Tone::Doubt, "not examined"),
        };
        [cell(fact.subject.as_str()), state, cell(fact.detail.as_str())]
    };
    table(format!("{caption}, {}", moment(seen.at)), &["Looked at", "State", "Seen"])
        .rows(seen.facts.iter().map(row))
        .block_or(&format!("{caption}: nothing was looked at."))
}
