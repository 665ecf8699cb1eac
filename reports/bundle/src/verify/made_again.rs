//! Every file that follows from others, made again and compared byte by byte.
//!
//! What two of the tables say of earlier runs follows from those runs' own bundles. It is taken as it was sealed, and
//! `earlier` holds it to what there is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use backproof_evidence::dossier::Coverage;
use backproof_evidence::{History, tables};
use serde_json::Value;

use super::{CheckStanding, Checked, Known, earlier};
use crate::derived::{Material, coverage_of};
use crate::layout::{COVERAGE_TABLE, JOURNAL, RESULTS, RUNS_TABLE};
use crate::reading;

const NAME: &str = "derived files";
/// As much of a line as is shown.
const SHOWN: usize = 160;

pub(super) fn check(known: &Known<'_>) -> Checked {
    let mut problems = outcomes(known);
    let files = match files(known) {
        Ok(files) => files,
        Err(problem) => {
            problems.push(problem);
            return Checked::of(NAME, problems, "");
        }
    };
    let mut other_words = Vec::new();
    let by = &known.run_file.sealed_by_version;
    let is_ours = by == env!("CARGO_PKG_VERSION");
    for (file, expected) in &files {
        match known.bundle.text(file) {
            Err(error) => problems.push(format!("{file} cannot be read: {error}")),
            Ok(found) if found == *expected => {}
            Ok(found) if is_ours => problems.push(difference(file, expected, &found)),
            Ok(_) => other_words.push(*file),
        }
    }
    if !is_ours {
        problems.extend(rows(known, &files));
    }
    let earlier = if earlier::speaks_of_any(known) {
        format!(
            "; but what {RUNS_TABLE} and {COVERAGE_TABLE} say of runs before this one is taken as it was sealed: see \
             `{}`",
            earlier::NAME
        )
    } else {
        String::new()
    };
    let good = format!("all {} follow from {JOURNAL}, the register and the lists, byte by byte{earlier}", files.len());
    if problems.is_empty() && !other_words.is_empty() {
        let why = format!(
            "version {by} made {}, and this version ({}) words them otherwise; each outcome in {RESULTS} is the \
             journal's. Verify with version {by} to compare every byte",
            other_words.join(", "),
            env!("CARGO_PKG_VERSION")
        );
        return Checked { standing: CheckStanding::NotShown, ..Checked::not_shown(NAME, why) };
    }
    Checked::of(NAME, problems, good)
}

fn files(known: &Known<'_>) -> Result<BTreeMap<&'static str, String>, String> {
    let words = |problem: &dyn std::fmt::Display| problem.to_string();
    let summaries = reading::summaries(known.bundle).map_err(|problem| words(&problem))?;
    let mut history = History::of_summaries(summaries);
    history.add_coverage(&reading::coverage(known.bundle).map_err(|problem| words(&problem))?);
    let mut history = history.before(known.evidence.run);
    history.add(known.evidence, known.conclusion);
    let coverage = coverage_of(|list| known.bundle.file(list), &history).map_err(|problem| words(&problem))?;
    let material = Material {
        evidence: known.evidence,
        conclusion: known.conclusion,
        register: known.register,
        history: &history,
        coverage: coverage.as_deref(),
    };
    material.files().map_err(|problem| words(&problem))
}

/// The rows of the tables that speak of other runs too, whatever version worded the rest.
fn rows(known: &Known<'_>, files: &BTreeMap<&'static str, String>) -> Vec<String> {
    let expected = |file: &str| files.get(file).map(String::as_str).unwrap_or_default();
    let by_resource = |rows: Vec<Coverage>| -> BTreeMap<String, Coverage> {
        rows.into_iter().map(|row| (row.resource_arn.clone(), row)).collect()
    };
    let mut problems = Vec::new();
    let runs = tables::read_summaries(expected(RUNS_TABLE)).unwrap_or_default();
    let found = reading::summaries(known.bundle).unwrap_or_default();
    same_rows(RUNS_TABLE, "run ", &runs, &found, &mut problems);
    let resources = by_resource(tables::read_coverage(expected(COVERAGE_TABLE)).unwrap_or_default());
    let found = by_resource(reading::coverage(known.bundle).unwrap_or_default());
    same_rows(COVERAGE_TABLE, "", &resources, &found, &mut problems);
    problems
}

fn same_rows<K: Ord + Display, R: PartialEq>(
    file: &str,
    what: &str,
    expected: &BTreeMap<K, R>,
    found: &BTreeMap<K, R>,
    problems: &mut Vec<String>,
) {
    let all: BTreeSet<&K> = expected.keys().chain(found.keys()).collect();
    let others = all.into_iter().filter(|key| expected.get(key) != found.get(key));
    problems.extend(others.map(|key| format!("{file}: what it says of {what}{key} is not what follows")));
}

/// The first line in which two texts differ.
fn difference(file: &str, expected: &str, found: &str) -> String {
    let shown = |line: Option<&str>| match line {
        None => "the end".to_owned(),
        Some(line) if line.chars().count() > SHOWN => format!("`{}…`", line.chars().take(SHOWN).collect::<String>()),
        Some(line) => format!("`{line}`"),
    };
    let (mut ours, mut theirs) = (expected.lines(), found.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (ours.next(), theirs.next()) {
            (None, None) => return format!("{file} differs from what follows in its line ends"),
            (ours, theirs) if ours == theirs => {}
            (ours, theirs) => {
                return format!("{file} line {number}: expected {}, found {}", shown(ours), shown(theirs));
            }
        }
    }
}

/// Each outcome in `results.json` against the journal, whatever version worded the rest.
fn outcomes(known: &Known<'_>) -> Vec<String> {
    let Ok(text) = known.bundle.text(RESULTS) else { return Vec::new() };
    let Ok(sealed) = serde_json::from_str::<Value>(&text) else { return vec![format!("{RESULTS} is no JSON")] };
    let tests = sealed.get("tests").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut problems = Vec::new();
    let expected = serde_json::to_value(known.conclusion).unwrap_or(Value::Null);
    for place in ["/verdict", "/counts", "/remains/created", "/remains/deleted", "/remains/stranded"] {
        let found = sealed.pointer(&format!("/conclusion{place}")).unwrap_or(&Value::Null);
        same_facts(&format!("conclusion{}", place.replace('/', ".")), expected.pointer(place), found, &mut problems);
    }
    if tests.len() != known.evidence.tests.len() {
        problems.push(format!(
            "{RESULTS} has {} restore tests, and the journal {}",
            tests.len(),
            known.evidence.tests.len()
        ));
    }
    for (test, told) in known.evidence.tests.iter().zip(tests) {
        let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
        let job = test.attempts.iter().rev().find_map(backproof_evidence::Attempt::restore_job_id);
        let pairs = [
            ("outcome", test.outcome.word(), text("outcome")),
            ("recovery_point_arn", test.drawn.point.recovery_point_arn.as_str(), text("recovery_point_arn")),
            ("restore_job_id", job.unwrap_or_default(), text("restore_job_id")),
        ];
        for (name, expected, found) in pairs {
            if expected != found {
                problems.push(format!(
                    "{RESULTS}: restore test {} has {name} `{found}`, and by the journal it is `{expected}`",
                    test.drawn.test
                ));
            }
        }
    }
    problems
}

/// What a version words otherwise is not compared; what it counts and decides is.
fn same_facts(place: &str, expected: Option<&Value>, found: &Value, problems: &mut Vec<String>) {
    match expected {
        Some(Value::Object(members)) => {
            for (name, member) in members {
                same_facts(&format!("{place}.{name}"), Some(member), &found[name], problems);
            }
        }
        Some(expected) if expected == found => {}
        Some(expected) => problems.push(format!("{RESULTS}: {place} is {found}, and by the journal it is {expected}")),
        None => {}
    }
}
