//! One row per restore test, and the details of those that have them.

use std::collections::BTreeMap;

use backproof_evidence::figures::recovery_seconds;
use backproof_evidence::words::{claim, duration, grouped, moment, outcome};
use backproof_evidence::{RunEvidence, StatusSeen, TestEvidence};
use backproof_model::{Check, Observation, Outcome, PointKind, Verdict};
use serde::Serialize;

use super::attempt::{AttemptView, attempt};

/// Up to so many restore tests all have details; beyond, those that did not pass.
const MOST_WITH_ALL_DETAILS: usize = 500;

/// A line of the table of restore tests.
#[derive(Serialize)]
pub(crate) struct Row<'a> {
    test: u32,
    has_details: bool,
    name: &'a str,
    resource_arn: &'a str,
    resource_type: &'a str,
    recovery_point_arn: &'a str,
    created: String,
    stratum: &'a str,
    why_drawn: String,
    age: Option<i64>,
    class: &'static str,
    outcome: &'static str,
    level: String,
    recovery: Option<i64>,
}

/// All that is known of one restore test.
#[derive(Serialize)]
pub(crate) struct Detail<'a> {
    row: Row<'a>,
    open: bool,
    kind: &'static str,
    vault: &'a str,
    account: &'a str,
    region: &'a str,
    bytes: Option<u64>,
    reason: Option<&'a str>,
    phases: Vec<(&'static str, Option<i64>)>,
    objective: Option<i64>,
    gap: Option<i64>,
    lag: Option<i64>,
    checks: Vec<CheckView<'a>>,
    facts: Option<&'a BTreeMap<String, BTreeMap<String, String>>>,
    attempts: Vec<AttemptView>,
    statuses: Vec<(String, &'a str, &'a str)>,
}

#[derive(Serialize)]
struct CheckView<'a> {
    validator: &'a str,
    name: &'a str,
    class: &'static str,
    verdict: String,
    claim: &'static str,
    level: String,
    examined: u64,
    unit: &'a str,
    expected: String,
    observed: String,
    remark: &'a str,
}

/// Whether a restore test of a run of this size has details.
fn has_details(test: &TestEvidence, tests: usize) -> bool {
    tests <= MOST_WITH_ALL_DETAILS || !matches!(test.outcome, Outcome::Passed { .. })
}

/// The rows of the table, in the order of the draw.
pub(crate) fn rows(run: &RunEvidence) -> Vec<Row<'_>> {
    run.tests.iter().map(|test| row(test, has_details(test, run.tests.len()))).collect()
}

/// The details, and how many passed restore tests are left out of them.
pub(crate) fn details(run: &RunEvidence) -> (Vec<Detail<'_>>, u64) {
    let details: Vec<_> = run.tests.iter().filter(|test| has_details(test, run.tests.len())).map(detail).collect();
    let left_out = (run.tests.len() - details.len()) as u64;
    (details, left_out)
}

fn row(test: &TestEvidence, has_details: bool) -> Row<'_> {
    let point = &test.drawn.point;
    Row {
        test: test.drawn.test,
        has_details,
        name: point.resource_name.as_deref().unwrap_or_else(|| point.resource_arn.arn().resource_name()),
        resource_arn: point.resource_arn.as_str(),
        resource_type: point.resource_type.as_str(),
        recovery_point_arn: point.recovery_point_arn.as_str(),
        created: point.creation_date.to_string(),
        stratum: &test.drawn.stratum,
        why_drawn: match (&test.drawn.certainty, test.drawn.rank) {
            (Some(why), _) => format!("for certain: {why}"),
            (None, Some(rank)) => format!("rank {rank}"),
            (None, None) => "named by a person".to_owned(),
        },
        age: test.closed.as_ref().map(|closed| closed.age_at_test_seconds),
        class: test.outcome.word(),
        outcome: outcome(&test.outcome),
        level: match test.outcome {
            Outcome::Passed { level } => format!("{level} {}", level.describe()),
            Outcome::Failed { .. } | Outcome::Inconclusive { .. } => String::new(),
        },
        recovery: recovery_seconds(test),
    }
}

fn detail(test: &TestEvidence) -> Detail<'_> {
    let point = &test.drawn.point;
    let closed = test.closed.as_ref();
    let times = closed.map(|closed| closed.times).unwrap_or_default();
    Detail {
        row: row(test, true),
        open: !matches!(test.outcome, Outcome::Passed { .. }),
        kind: match point.kind() {
            PointKind::Snapshot => "snapshot",
            PointKind::Continuous => "continuous (point-in-time)",
        },
        vault: &point.backup_vault_name,
        account: point.account.as_str(),
        region: point.region.as_str(),
        bytes: point.backup_size_in_bytes,
        reason: test.outcome.reason(),
        phases: vec![
            ("brought to the sandbox", times.stage),
            ("waited for the job to run", times.queue),
            ("restore job", times.job),
            ("made ready", times.ready),
            ("examined", times.validate),
            ("deleted", times.delete),
        ],
        objective: closed.and_then(|closed| closed.objectives.rto_seconds),
        gap: closed.and_then(|closed| closed.objectives.gap_seconds),
        lag: closed.and_then(|closed| closed.objectives.lag_seconds),
        facts: test.validated().map(|validated| &validated.facts),
        checks: test.checks().iter().map(check).collect(),
        attempts: test.attempts.iter().map(attempt).collect(),
        statuses: test.statuses.iter().map(status).collect(),
    }
}

fn status(seen: &StatusSeen) -> (String, &str, &str) {
    (seen.at.to_string(), &seen.of, &seen.status)
}

fn check(check: &Check) -> CheckView<'_> {
    let observation = |it: &Option<Observation>| match it {
        None => String::new(),
        Some(Observation::Seconds(seconds)) => duration(*seconds),
        Some(Observation::Count(count)) => grouped(*count),
        Some(Observation::Instant(at)) => moment(*at),
        Some(observation) => observation.to_string(),
    };
    CheckView {
        validator: &check.validator,
        name: &check.name,
        class: match check.verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Inconclusive(_) => "inconclusive",
        },
        verdict: match check.verdict {
            Verdict::Passed => "passed".to_owned(),
            Verdict::Failed => "failed".to_owned(),
            Verdict::Inconclusive(owner) => format!("could not be told ({owner})"),
        },
        claim: claim(check.claim),
        level: check.level.to_string(),
        examined: check.examined.count,
        unit: &check.examined.unit,
        expected: observation(&check.expected),
        observed: observation(&check.observed),
        remark: check.remark.as_deref().unwrap_or_default(),
    }
}
