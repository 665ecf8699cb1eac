//! The register: every run, and every occurrence of a schedule that no run performs.

use std::collections::BTreeMap;

use super::{Column, CsvReader, Table, Value, column};
use crate::dossier::{RegisterOccurrence, RegisterReading, RegisterRun, RunSummary};

const COLUMNS: [Column; 19] = [
    column("run", "the run's number; empty for an occurrence that no run performs"),
    column("plan_name", "the plan's name"),
    column("purpose", "plan, or check of one recovery point"),
    column("state", "of a run: open, closed or aborted; of an occurrence without one: scheduled or missed"),
    column("due", "the occurrence of the schedule that it performs"),
    column("punctuality", "scheduled, under way, performed, late or missed"),
    column("punctuality_because", "why it was late or missed"),
    column("opened_at", "when the run got its number"),
    column("closed_at", "when it was closed"),
    column("resumed", "how often another process went on with it"),
    column("head", "SHA-256 of the last line of its chain"),
    column("bundle_sha256", "the seal of its bundle, of earlier runs"),
    column("verdict", "what it came to"),
    column("drawn", "drawn recovery points"),
    column("passed", "of them passed"),
    column("failed", "of them failed"),
    column("inconclusive", "of them undecided"),
    column("recovery_median_seconds", "the median of the measured recovery times"),
    column("recovery_longest_seconds", "the longest measured recovery time"),
];

/// The table `runs`: runs in the order of their numbers, then occurrences without one, oldest first.
pub fn runs(register: &RegisterReading) -> Table {
    let performs = |run: &RegisterRun| register.occurrences.iter().find(|occurrence| occurrence.run == Some(run.run));
    let known = |number: u64| register.runs.iter().any(|run| run.run == number);
    let without = register.occurrences.iter().filter(|occurrence| !occurrence.run.is_some_and(known));
    let rows = register.runs.iter().map(|run| of_run(run, performs(run))).chain(without.map(of_occurrence));
    Table { name: "runs", columns: &COLUMNS, rows: rows.collect() }
}

fn of_run(run: &RegisterRun, occurrence: Option<&RegisterOccurrence>) -> Vec<Value> {
    let summary = run.summary.as_ref();
    let verdict = summary.map(|summary| &summary.verdict);
    let told = occurrence.and_then(|occurrence| occurrence.verdict.as_ref());
    vec![
        run.run.into(),
        Value::text(&run.plan_name),
        Value::text(if run.is_check { "check" } else { "plan" }),
        Value::text(run.state),
        occurrence.map(|occurrence| occurrence.due).into(),
        Value::optional(occurrence.map(|occurrence| occurrence.state)),
        Value::optional(occurrence.and_then(|occurrence| occurrence.why.as_ref())),
        run.opened_at.into(),
        run.closed_at.into(),
        run.resumed.into(),
        Value::optional(run.head.as_ref()),
        Value::optional(run.bundle_sha256.as_ref()),
        Value::optional(verdict.or(told)),
        summary.map(|summary| summary.drawn).into(),
        summary.map(|summary| summary.passed).into(),
        summary.map(|summary| summary.failed).into(),
        summary.map(|summary| summary.inconclusive).into(),
        Value::seconds(summary.and_then(|summary| summary.recovery_median_seconds)),
        Value::seconds(summary.and_then(|summary| summary.recovery_longest_seconds)),
    ]
}

fn of_occurrence(occurrence: &RegisterOccurrence) -> Vec<Value> {
    let mut row = vec![
        occurrence.run.into(),
        Value::text(&occurrence.plan_name),
        Value::text("plan"),
        Value::text(occurrence.state),
        occurrence.due.into(),
        Value::text(occurrence.state),
        Value::optional(occurrence.why.as_ref()),
    ];
    row.resize(12, Value::Empty);
    row.push(Value::optional(occurrence.verdict.as_ref()));
    row.resize(COLUMNS.len(), Value::Empty);
    row
}

/// The figures of runs in a `runs.csv`, by their numbers.
///
/// # Errors
/// Says what the text is not.
pub fn read_summaries(csv: &str) -> Result<BTreeMap<u64, RunSummary>, String> {
    let mut reader = CsvReader::new(csv).map_err(|problem| problem.to_string())?;
    if !reader.has(&COLUMNS) {
        return Err("its header is not that of the table of runs".into());
    }
    let mut all = BTreeMap::new();
    while let Some(row) = reader.next_row().map_err(|problem| problem.to_string())? {
        let (Some(run), Some(drawn)) = (row.parsed("run")?, row.parsed("drawn")?) else { continue };
        let count = |name: &str| row.parsed(name)?.ok_or_else(|| row.wrong(name));
        let summary = RunSummary {
            verdict: row.cell("verdict").to_owned(),
            drawn,
            passed: count("passed")?,
            failed: count("failed")?,
            inconclusive: count("inconclusive")?,
            recovery_median_seconds: row.parsed("recovery_median_seconds")?,
            recovery_longest_seconds: row.parsed("recovery_longest_seconds")?,
        };
        all.insert(run, summary);
    }
    Ok(all)
}
