//! Bars drawn as SVG: outcomes by stratum, and recovery times by phase.
//!
//! A bar has a width of 1,000 and stretches to its place; its meaning stands in words beside it and in its label.

use backproof_evidence::figures::{phases, recovery_seconds};
use backproof_evidence::words::{duration, grouped};
use backproof_evidence::{RunEvidence, StratumOutcomes};
use serde::Serialize;

/// Recovery times drawn at most, the longest first.
const MOST_BARS: usize = 25;
/// The width of a full bar.
const FULL: i64 = 1_000;

/// The outcomes of one stratum.
#[derive(Serialize)]
pub(crate) struct StratumBar {
    name: String,
    label: String,
    segments: Vec<Segment>,
}

/// Recovery times by phase, on one scale.
#[derive(Serialize)]
pub(crate) struct RecoveryBars {
    bars: Vec<RecoveryBar>,
    measured: u64,
    objective_x: Option<i64>,
}

#[derive(Serialize)]
struct RecoveryBar {
    test: u32,
    name: String,
    seconds: i64,
    missed: bool,
    label: String,
    segments: Vec<Segment>,
}

#[derive(Serialize)]
struct Segment {
    class: &'static str,
    x: i64,
    width: i64,
}

/// The bar of one stratum; its parts are of the drawn units.
pub(crate) fn stratum(outcomes: &StratumOutcomes) -> StratumBar {
    let words = |count: u64, word: &str| (count > 0).then(|| format!("{} {word}", grouped(count)));
    let parts = [
        ("passed", outcomes.passed, "passed"),
        ("failed", outcomes.failed, "failed"),
        ("inconclusive", outcomes.inconclusive, "could not be told"),
    ];
    let told: Vec<String> = parts.iter().filter_map(|(_, count, word)| words(*count, word)).collect();
    let told = if told.is_empty() { "none drawn".to_owned() } else { told.join(", ") };
    let lengths = parts.map(|(class, count, _)| (class, i64::try_from(count).unwrap_or(i64::MAX)));
    StratumBar {
        name: outcomes.stratum.clone(),
        label: format!(
            "{}: of {} units {} were drawn; {told}",
            outcomes.stratum,
            grouped(outcomes.population),
            grouped(outcomes.sample)
        ),
        segments: segments(&lengths, lengths.iter().map(|(_, length)| length).sum()),
    }
}

/// The longest recovery times, against the objective where there is one.
pub(crate) fn recovery(run: &RunEvidence, objective: Option<i64>) -> RecoveryBars {
    let mut measured: Vec<_> =
        run.tests.iter().filter_map(|test| Some((recovery_seconds(test)?, phases(test)?, test))).collect();
    measured.sort_by_key(|(seconds, _, test)| (std::cmp::Reverse(*seconds), test.drawn.test));
    let longest = measured.first().map_or(0, |(seconds, _, _)| *seconds);
    let scale = longest.max(objective.unwrap_or(0)).max(1);
    let bars = measured.iter().take(MOST_BARS).map(|(seconds, times, test)| {
        let parts = [
            ("stage", times.stage.unwrap_or(0)),
            ("queue", times.queue.unwrap_or(0)),
            ("job", times.job.unwrap_or(0)),
            ("ready", times.ready.unwrap_or(0)),
            ("validate", times.validate.unwrap_or(0)),
        ];
        let told: Vec<String> = parts
            .iter()
            .filter(|(_, length)| *length > 0)
            .map(|(class, length)| format!("{class} {}", duration(*length)))
            .collect();
        RecoveryBar {
            test: test.drawn.test,
            name: test.drawn.point.resource_arn.arn().resource_name().to_owned(),
            seconds: *seconds,
            missed: objective.is_some_and(|objective| *seconds > objective),
            label: format!("{}: {}", duration(*seconds), told.join(", ")),
            segments: segments(&parts, scale),
        }
    });
    RecoveryBars {
        bars: bars.collect(),
        measured: measured.len() as u64,
        objective_x: objective.map(|objective| share(objective, scale)),
    }
}

/// Parts of a whole, side by side, without the empty ones.
fn segments(parts: &[(&'static str, i64)], whole: i64) -> Vec<Segment> {
    let mut before = 0_i64;
    let mut segments = Vec::new();
    for (class, length) in parts.iter().filter(|(_, length)| *length > 0) {
        let x = share(before, whole);
        before = before.saturating_add(*length);
        segments.push(Segment { class, x, width: (share(before, whole) - x).max(1) });
    }
    segments
}

fn share(part: i64, whole: i64) -> i64 {
    let share = i128::from(part) * i128::from(FULL) / i128::from(whole.max(1));
    i64::try_from(share.clamp(0, i128::from(FULL))).unwrap_or(FULL)
}
