//! What a report says: a dossier and what catalogues make of it, as a document of seventeen sections.
//!
//! The newest run is told in full; earlier runs of a period follow in each section, folded. Sections put facts and
//! sentences in their places and decide none. What no record holds is said not to be recorded.

mod attempt;
mod control_mapping;
mod corroboration;
mod cost;
mod cover;
mod disposal;
mod evidence_index;
mod exceptions;
mod identity;
mod information;
mod limits;
mod objectives;
mod population;
mod procedure;
mod register;
mod restore_test;
mod result;
mod results;
mod sampling;
mod scope;
mod sign_off;
mod statistics;
mod verdicts;

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{self, moment};
use backproof_evidence::{Dossier, RunVerdict};
use backproof_frameworks::Assessment;
use backproof_model::Outcome;
use backproof_model::recovery_point::RecoveryPoint;
use jiff::Timestamp;

use crate::compose::{Words, details, paragraph};
use crate::document::{Block, Document, Section, Text, Tone};

/// The report on a dossier, with each catalogue's assessment of it.
pub fn document(dossier: &Dossier, assessments: &[Assessment]) -> Document {
    let latest = dossier.latest();
    let parts: [(&'static str, &str, Vec<Block>); 17] = [
        ("cover", "Cover", cover::blocks(dossier)),
        ("result", "Result", result::blocks(dossier, assessments)),
        ("scope", "Scope, objectives, responsibilities and approvals", scope::blocks(dossier)),
        ("register", "Register of runs", register::blocks(dossier)),
        ("population", "Population and its completeness", population::blocks(dossier)),
        ("sampling", "Sampling, and how to redo the draw", sampling::blocks(dossier)),
        ("procedure", "Test procedure and isolation of the environment", procedure::blocks(dossier)),
        ("results", "Results", results::blocks(dossier)),
        ("objectives", "Recovery time and recovery point", objectives::blocks(dossier)),
        ("statistics", "Statistical conclusion and its assumptions", statistics::blocks(dossier)),
        ("exceptions", "Exceptions, causes, corrective action and retests", exceptions::blocks(dossier)),
        ("disposal", "Data handling and disposal", disposal::blocks(dossier)),
        ("controls", "Control mapping", control_mapping::blocks(assessments)),
        ("identity", "Tool and configuration identity", identity::blocks(dossier)),
        ("evidence", "Evidence index and how to verify it", evidence_index::blocks(dossier)),
        ("sign-off", "Sign-off", sign_off::blocks(dossier)),
        ("limits", "Limitations and glossary", limits::blocks(dossier)),
    ];
    let sections =
        (1..).zip(parts).map(|(number, (id, title, blocks))| Section { number, id, title: title.to_owned(), blocks });
    Document {
        title: title(dossier),
        lead: latest.conclusion.scope_line.clone(),
        banner: dossier.is_simulated().then(|| banner(dossier).to_owned()),
        footer: footer(dossier),
        entity: dossier.subject.entity.clone(),
        classification: dossier.subject.classification.clone(),
        logo: dossier.subject.logo.clone().filter(|logo| logo.starts_with("data:image/")),
        dated: dated(dossier).map_or_else(|| "not recorded".to_owned(), |at| at.to_string()),
        sections: sections.collect(),
    }
}

fn title(dossier: &Dossier) -> String {
    if let Some(period) = dossier.period {
        return format!("Restore tests from {} to {}", period.from, period.to);
    }
    let run = &dossier.latest().evidence;
    match &run.opened {
        Some(opened) if run.is_one_off_check() => format!("Check of one recovery point, run {}", opened.run),
        Some(opened) => format!("Restore tests of plan {}, run {}", opened.plan_name, opened.run),
        None => format!("Restore tests, run {}", run.run),
    }
}

fn banner(dossier: &Dossier) -> &'static str {
    if dossier.runs.iter().any(|run| run.evidence.opened.as_ref().is_some_and(|opened| opened.simulated)) {
        "SIMULATION. This ran against a simulator, not against AWS. It proves nothing about any backup."
    } else {
        "SIMULATION assumed. The journal does not say what this ran on, so it is treated as a simulation."
    }
}

fn footer(dossier: &Dossier) -> String {
    let latest = dossier.latest();
    let runs = match dossier.runs.len() {
        1 => format!("run {}", latest.evidence.run),
        count => format!("{count} runs, the newest {}", latest.evidence.run),
    };
    match &latest.seal {
        Some(seal) => format!("backproof, {runs}, sealed as {}", seal.sha256),
        None => format!("backproof, {runs}, not sealed"),
    }
}

/// The last moment that the evidence speaks of.
fn dated(dossier: &Dossier) -> Option<Timestamp> {
    let written = dossier.runs.iter().filter_map(|run| run.evidence.last_entry);
    let attested = dossier.runs.iter().flat_map(|run| &run.attestations).filter_map(|attestation| attestation.at);
    written.chain(attested).max()
}

/// The newest run in full, then the earlier ones, folded, the newest of them first.
fn of_each_run(dossier: &Dossier, what: &str, blocks: impl Fn(&RunRecord) -> Vec<Block>) -> Vec<Block> {
    let mut all = blocks(dossier.latest());
    for record in dossier.runs.iter().rev().skip(1) {
        all.push(details(format!("{}: {what}", run_named(record)), blocks(record)));
    }
    all
}

/// A run with its day: `Run 7 of 2026-10-01`.
fn run_named(record: &RunRecord) -> String {
    let day = record.evidence.began.map(|began| format!(" of {}", began.strftime("%Y-%m-%d")));
    format!("Run {}{}", record.evidence.run, day.unwrap_or_default())
}

/// The anchor of a restore test.
fn anchor(run: u64, test: u32) -> String {
    format!("run-{run}-test-{test}")
}

/// A moment, or the word that it is not recorded.
fn when(at: Option<Timestamp>) -> String {
    at.map_or_else(|| NOT_RECORDED.to_owned(), moment)
}

/// A text, or the word that it is not recorded.
fn recorded(text: Option<impl Words>) -> Text {
    text.map_or_else(|| NOT_RECORDED.text(), Words::text)
}

/// What stands where no record says anything. It is never read as good news.
const NOT_RECORDED: &str = "not recorded";

/// What a restore test's outcome is like.
fn tone_of(outcome: &Outcome) -> Tone {
    match outcome {
        Outcome::Passed { .. } => Tone::Good,
        Outcome::Failed { .. } => Tone::Bad,
        Outcome::Inconclusive { .. } => Tone::Doubt,
    }
}

/// An outcome, with the level of a pass.
fn mark_of(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed { level } => format!("passed at {level}, {}", level.describe()),
        Outcome::Failed { .. } | Outcome::Inconclusive { .. } => words::outcome(outcome).to_owned(),
    }
}

/// What a run's verdict is like.
fn tone_of_verdict(verdict: RunVerdict) -> Tone {
    match verdict {
        RunVerdict::Passed => Tone::Good,
        RunVerdict::Failed | RunVerdict::LeftBehind => Tone::Bad,
        RunVerdict::Inconclusive => Tone::Doubt,
    }
}

/// What people call the resource of a recovery point.
fn called(point: &RecoveryPoint) -> &str {
    point.resource_name.as_deref().unwrap_or_else(|| point.resource_arn.arn().resource_name())
}

/// One paragraph, for what is not there.
fn nothing(words: &str) -> Vec<Block> {
    vec![paragraph(words)]
}
