//! What the tables say of runs before this one. It follows from no file of this bundle, so it is held to the register,
//! and to the bundle before where that is at hand.

use std::collections::{BTreeMap, BTreeSet};

use backproof_evidence::LastTested;
use backproof_evidence::dossier::{Coverage, RunSummary};
use backproof_model::register::RegisterEvent;

use super::previous::Before;
use super::{Checked, Known};
use crate::derived::closed_runs;
use crate::dossier;
use crate::layout::{COVERAGE_TABLE, REGISTER, RUNS_TABLE};
use crate::open::BundleFiles;
use crate::reading::{self, Unread};

pub(super) const NAME: &str = "earlier runs";

/// The tables that speak of other runs too.
struct Tables {
    runs: BTreeMap<u64, RunSummary>,
    coverage: Vec<Coverage>,
}

pub(super) fn check(known: &Known<'_>, before: Before<'_>) -> Checked {
    let tables = match tables(known.bundle) {
        Ok(tables) => tables,
        Err(problem) => return Checked::of(NAME, vec![problem.to_string()], ""),
    };
    let mut problems = Vec::new();
    names_closed_runs(known, &tables, &mut problems);
    verdicts_are_the_registers(known, &tables, &mut problems);
    if !speaks_of_any(known) {
        return Checked::of(NAME, problems, "no run was closed before this one");
    }
    let registered =
        format!("the register closed each run that {RUNS_TABLE} and {COVERAGE_TABLE} name, and knows no other verdict");
    let given = match before {
        Before::Holds(given) => given,
        Before::NotGiven => {
            let good = format!("{registered}; that those runs came to it, only their own bundles show");
            return Checked::of(NAME, problems, good);
        }
        Before::DoesNotHold => {
            let good = format!("{registered}; nothing was compared with the bundle before, which does not hold");
            return Checked::of(NAME, problems, good);
        }
    };
    match compared(&tables, given) {
        Err(problem) => problems.push(format!("`{}`: {problem}", given.origin().display())),
        Ok(Compared { differences, by }) if by == known.run_file.sealed_by_version => problems.extend(differences),
        Ok(Compared { differences, by }) if problems.is_empty() && !differences.is_empty() => {
            let why = format!(
                "version {by} sealed the bundle before, and version {} this one, which judges otherwise or was told \
                 otherwise: {}",
                known.run_file.sealed_by_version,
                differences.join("; ")
            );
            return Checked::not_shown(NAME, why);
        }
        Ok(_) => {}
    }
    let good = format!("{registered}; whatever the bundle before says of them and of its own run, this one says too");
    Checked::of(NAME, problems, good)
}

/// What would show more, where the bundle before was not given.
pub(super) fn note(known: &Known<'_>, before: Before<'_>) -> Option<String> {
    (matches!(before, Before::NotGiven) && speaks_of_any(known)).then(|| {
        format!(
            "What {RUNS_TABLE} and {COVERAGE_TABLE} say of earlier runs was taken as it was sealed: the bundle before, \
             given with it, would show whether that one says the same."
        )
    })
}

/// Whether there are earlier runs that the tables could speak of.
pub(super) fn speaks_of_any(known: &Known<'_>) -> bool {
    closed_runs(known.register).range(..known.evidence.run).next().is_some()
}

fn tables(bundle: &BundleFiles) -> Result<Tables, Unread> {
    Ok(Tables { runs: reading::summaries(bundle)?, coverage: reading::coverage(bundle)? })
}

/// Nothing may be said of a run that was not closed by then. What is said of this very run follows from its journal.
fn names_closed_runs(known: &Known<'_>, tables: &Tables, problems: &mut Vec<String>) {
    let this = known.evidence.run;
    let closed = closed_runs(known.register);
    let is_strange = |run: &u64| *run != this && (*run > this || !closed.contains(run));
    let why = format!("and {REGISTER} has no such run before run {this} that was closed by then");
    for run in tables.runs.keys().filter(|run| is_strange(run)) {
        problems.push(format!("{RUNS_TABLE} tells what run {run} came to, {why}"));
    }
    for row in &tables.coverage {
        let named = [("last_passed_run", row.last_passed_run), ("last_tested_run", row.last_tested_run)];
        for (column, run) in named {
            if let Some(run) = run.filter(is_strange) {
                problems.push(format!("{COVERAGE_TABLE} names run {run} as {column} of {}, {why}", row.resource_arn));
            }
        }
    }
}

/// The register keeps what the runs of a schedule came to.
fn verdicts_are_the_registers(known: &Known<'_>, tables: &Tables, problems: &mut Vec<String>) {
    for (_, event) in &known.register.events {
        let RegisterEvent::Performed { run, verdict, .. } = event else { continue };
        // Exit codes have a word of their own for it.
        let registered = if verdict == "stranded" { "left-behind" } else { verdict };
        if let Some(told) = tables.runs.get(run).map(|run| &run.verdict).filter(|told| *told != registered) {
            problems.push(format!(
                "{RUNS_TABLE} gives the verdict of run {run} as `{told}`, and {REGISTER} as `{registered}`"
            ));
        }
    }
}

/// What came of comparing with the bundle before, and the version that sealed it.
struct Compared {
    differences: Vec<String>,
    by: String,
}

/// Of its own run, the journal of the bundle before tells; of runs before that, its tables do.
fn compared(tables: &Tables, given: &BundleFiles) -> Result<Compared, String> {
    let unread = |problem: Unread| problem.to_string();
    let by = reading::run_file(given).map_err(unread)?.sealed_by_version;
    let closed = closed_runs(&reading::register(given).map_err(unread)?);
    let coverage = reading::coverage(given).map_err(unread)?;
    let history = dossier::history(given).map_err(|problem| problem.to_string())?;
    let mut differences = Vec::new();
    for run in &closed {
        let (now, then) = (tables.runs.get(run), history.summaries.get(run));
        if now != then {
            let words = |summary: Option<&RunSummary>| summary.map_or_else(|| "nothing".to_owned(), in_words);
            differences.push(format!(
                "{RUNS_TABLE} says of run {run}: {}; by the bundle before: {}",
                words(now),
                words(then)
            ));
        }
    }
    let rows: BTreeMap<&str, &Coverage> = tables.coverage.iter().map(|row| (row.resource_arn.as_str(), row)).collect();
    // Each bundle speaks for the population of its own plan alone.
    let in_both = coverage.iter().filter_map(|row| rows.get(row.resource_arn.as_str()));
    for row in in_both {
        let (now, then) = (LastTested::of(row), history.last_tested(&row.resource_arn));
        let mut follows = |what: &str, follows: bool, now: String, then: String| {
            if !follows {
                differences.push(format!(
                    "{COVERAGE_TABLE} says that {} {what} {now}; by the bundle before: {then}",
                    row.resource_arn
                ));
            }
        };
        let passed = goes_on(now.passed.as_ref(), then.passed.as_ref(), &closed);
        follows("last passed", passed, when(now.passed), when(then.passed));
        let tested = goes_on(now.last.as_ref(), then.last.as_ref(), &closed);
        follows("was last tested", tested, when(now.last), when(then.last));
    }
    Ok(Compared { differences, by })
}

/// Whether what is said now is what was said then, or is of a run that was not closed then.
fn goes_on<T: PartialEq>(now: Option<&(u64, T)>, then: Option<&(u64, T)>, closed_then: &BTreeSet<u64>) -> bool {
    match now {
        Some((run, _)) if !closed_then.contains(run) => then.is_none_or(|(before, _)| before < run),
        Some(_) | None => now == then,
    }
}

fn when(known: Option<(u64, impl std::fmt::Display)>) -> String {
    known.map_or_else(|| "never".to_owned(), |(run, what)| format!("in run {run} ({what})"))
}

fn in_words(summary: &RunSummary) -> String {
    let seconds = |seconds: Option<i64>| seconds.map_or_else(|| "no time".to_owned(), |seconds| format!("{seconds} s"));
    format!(
        "{}, {} drawn, {} passed, {} failed, {} undecided, recovered in {} in the median and {} at most",
        summary.verdict,
        summary.drawn,
        summary.passed,
        summary.failed,
        summary.inconclusive,
        seconds(summary.recovery_median_seconds),
        seconds(summary.recovery_longest_seconds)
    )
}
