//! All that is known of one restore test: the point, the checks, every attempt, and how to ask AWS about it.

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{claim, duration, grouped, moment, outcome};
use backproof_evidence::{RunEvidence, TestEvidence};
use backproof_model::record::DrawnPoint;
use backproof_model::{Check, Observation, Outcome, PointKind, Verdict};

use super::{NOT_RECORDED, anchor, called};
use crate::compose::{Words, callout, cell, fact, facts, mark, name, paragraph, table, words};
use crate::document::{Block, Cell, Fact, Text, Tone};

/// Up to so many restore tests of a run all have details; beyond, those that did not pass.
const MOST_WITH_ALL_DETAILS: usize = 500;

/// Whether a restore test of a run of this size has details.
pub(super) fn has_details(test: &TestEvidence, tests: usize) -> bool {
    tests <= MOST_WITH_ALL_DETAILS || !matches!(test.outcome, Outcome::Passed { .. })
}

/// Where a link to a restore test leads: to its details, or else to the results.
pub(super) fn target(run: &RunEvidence, test: &TestEvidence) -> String {
    if has_details(test, run.tests.len()) { anchor(run.run, test.drawn.test) } else { "results".to_owned() }
}

/// Why a point was drawn, in words.
pub(super) fn why_drawn(drawn: &DrawnPoint) -> String {
    match (&drawn.certainty, drawn.rank) {
        (Some(why), _) => format!("for certain: {why}"),
        (None, Some(rank)) => format!("rank {rank}"),
        (None, None) => "named by a person".to_owned(),
    }
}

/// The details.
pub(super) fn detail(record: &RunRecord, test: &TestEvidence) -> Block {
    let tone = super::tone_of(&test.outcome);
    let mut blocks = Vec::new();
    let summary =
        format!("Restore test {}: {}: {}", test.drawn.test, called(&test.drawn.point), outcome(&test.outcome));
    if let Some(reason) = test.outcome.reason() {
        blocks.push(callout(tone, format!("Why it {}", outcome(&test.outcome)), reason));
    }
    let mut rows = of_the_point(test);
    rows.push(super::corroboration::of_test(record, test.drawn.test));
    blocks.push(facts(rows));
    blocks.push(checks(test));
    blocks.extend(worked_with(test));
    let simulated = record.evidence.is_simulated();
    for attempt in &test.attempts {
        blocks.extend(super::attempt::blocks(attempt, &test.drawn.point, simulated));
    }
    if !test.statuses.is_empty() {
        let told: Vec<String> =
            test.statuses.iter().map(|seen| format!("{} {} {}", moment(seen.at), seen.of, seen.status)).collect();
        blocks.push(paragraph(format!("Changes of status: {}.", told.join("; "))));
    }
    Block::Details { summary, id: Some(anchor(record.evidence.run, test.drawn.test)), blocks }
}

fn of_the_point(test: &TestEvidence) -> Vec<Fact> {
    let point = &test.drawn.point;
    let kind = match point.kind() {
        PointKind::Snapshot => "snapshot",
        PointKind::Continuous => "continuous (point-in-time)",
    };
    let bytes = point
        .backup_size_in_bytes
        .map_or_else(|| "size not recorded".to_owned(), |bytes| format!("{} bytes", grouped(bytes)));
    let key = match (&point.encryption_key_arn, &point.encryption_key_type) {
        (Some(arn), _) => name(arn.clone()).text(),
        (None, Some(kind)) => kind.as_str().text(),
        (None, None) => NOT_RECORDED.text(),
    };
    vec![
        fact("Outcome", super::mark_of(&test.outcome)),
        fact("Protected resource", name(point.resource_arn.as_str())),
        fact(
            "Recovery point",
            [
                name(point.recovery_point_arn.as_str()),
                words(format!(", {kind} of {}, {bytes}", moment(point.creation_date))),
            ],
        ),
        fact("Vault", format!("{} in account {}, {}", point.backup_vault_name, point.account, point.region)),
        fact("Key", key),
        fact("Drawn", format!("stratum {}, {}", test.drawn.stratum, why_drawn(&test.drawn))),
        fact("Times", times(test)),
        fact("Gap, lag, age", gap_lag_age(test)),
    ]
}

fn times(test: &TestEvidence) -> String {
    let closed = test.closed.as_ref();
    let times = closed.map(|closed| closed.times).unwrap_or_default();
    let phases = [
        ("brought to the sandbox", times.stage),
        ("waited for the job to run", times.queue),
        ("restore job", times.job),
        ("made ready", times.ready),
        ("examined", times.validate),
        ("deleted", times.delete),
    ];
    let told: Vec<String> =
        phases.iter().filter_map(|(phase, seconds)| Some(format!("{phase} {}", duration((*seconds)?)))).collect();
    let told = if told.is_empty() { "none was measured".to_owned() } else { told.join("; ") };
    let Some(recovered) = backproof_evidence::figures::recovery_seconds(test) else {
        return format!("{told}. Not shown to recover.");
    };
    let objective = closed.and_then(|closed| closed.objectives.rto_seconds);
    let objective = objective.map_or_else(String::new, |objective| format!(", objective {}", duration(objective)));
    format!("{told}. Recovered in {}{objective}, under test conditions.", duration(recovered))
}

fn gap_lag_age(test: &TestEvidence) -> String {
    let closed = test.closed.as_ref();
    let told = |seconds: Option<i64>, before: &str, after: &str, none: &str| match seconds {
        Some(seconds) => format!("{before}{}{after}", duration(seconds)),
        None => none.to_owned(),
    };
    format!(
        "{}; {}; {}.",
        told(
            closed.and_then(|it| it.objectives.gap_seconds),
            "longest interval between recovery points ",
            "",
            "gap not computed"
        ),
        told(
            closed.and_then(|it| it.objectives.lag_seconds),
            "newest data ",
            " before the recovery point",
            "lag not measured"
        ),
        told(closed.map(|it| it.age_at_test_seconds), "", " old when tested", "age not recorded"),
    )
}

fn checks(test: &TestEvidence) -> Block {
    let number = test.drawn.test;
    let titles = ["Check", "Verdict", "A pass establishes", "Level", "Examined", "Expected", "Observed", "Remark"];
    table(format!("Checks of restore test {number}"), &titles)
        .rows(test.checks().iter().map(check))
        .block_or("Nothing was examined.")
}

fn check(check: &Check) -> [Cell; 8] {
    let verdict = match check.verdict {
        Verdict::Passed => mark(Tone::Good, "passed"),
        Verdict::Failed => mark(Tone::Bad, "failed"),
        Verdict::Inconclusive(owner) => mark(Tone::Doubt, format!("could not be told ({owner})")),
    };
    [
        cell(format!("{}: {}", check.validator, check.name)),
        verdict,
        cell(claim(check.claim)),
        cell(check.level.to_string()),
        cell(format!("{} {}", grouped(check.examined.count), check.examined.unit)),
        cell(observation(check.expected.as_ref())),
        cell(observation(check.observed.as_ref())),
        cell(check.remark.as_deref().unwrap_or_default()),
    ]
}

fn observation(observation: Option<&Observation>) -> Text {
    match observation {
        None => "".text(),
        Some(Observation::Seconds(seconds)) => duration(*seconds).text(),
        Some(Observation::Count(count)) => grouped(*count).text(),
        Some(Observation::Instant(at)) => moment(*at).text(),
        Some(other) => name(other.to_string()).text(),
    }
}

/// What each validator worked with: versions, digests, segments.
fn worked_with(test: &TestEvidence) -> Option<Block> {
    let facts_of = &test.validated()?.facts;
    let rows: Vec<Fact> = facts_of
        .iter()
        .map(|(validator, facts)| {
            let mut told = Vec::new();
            for (index, (fact, value)) in facts.iter().enumerate() {
                told.push(words(format!("{}{fact} ", if index == 0 { "" } else { "; " })));
                told.push(name(value));
            }
            fact(format!("{validator} worked with"), told)
        })
        .collect();
    (!rows.is_empty()).then(|| facts(rows))
}
