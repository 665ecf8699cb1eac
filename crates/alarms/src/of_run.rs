//! Which alarms the end of a run is worth.

use backproof_model::Outcome;
use backproof_model::record::RunClosed;
use jiff::Timestamp;

use crate::alarm::Alarm;
use crate::kind::AlarmKind;

/// How many restore tests or leftovers an alarm names; the report has them all.
const NAMED: usize = 10;

/// The alarms of a run that was closed at `at`: that it finished, and one each for what failed, what came to no
/// verdict, and what is left. One alarm tells of all failed tests together, because they often share a cause.
pub fn alarms_of_run(plan_name: &str, run: u64, closed: &RunClosed, at: Timestamp) -> Vec<Alarm> {
    let tally = Tally::of(closed);
    let of = tally.passed.len() + tally.failed.len() + tally.inconclusive.len();
    let alarm = |kind, summary: String| Alarm::new(kind, plan_name, at, summary).of_run(run);
    let mut alarms = Vec::new();
    if !closed.stranded.is_empty() {
        let left = counted(closed.stranded.len(), "resource");
        let summary =
            format!("run {run} of plan {plan_name} left {left} in the sandbox, which may go on costing money");
        let mut left_behind = alarm(AlarmKind::LeftBehind, summary);
        for (number, leftover) in closed.stranded.iter().take(NAMED).enumerate() {
            left_behind = left_behind.with(&format!("left {}", number + 1), &leftover.arn);
        }
        alarms.push(left_behind.with("left in all", &closed.stranded.len()));
    }
    if !tally.failed.is_empty() {
        let failed = counted(of, "restore test");
        let summary = format!("{} of {failed} of run {run} of plan {plan_name} failed", tally.failed.len());
        alarms.push(alarm(AlarmKind::RestoreTestFailed, summary).with("failed", &named(&tally.failed)));
    }
    if !tally.inconclusive.is_empty() || !closed.completed || of == 0 {
        let inconclusive = alarm(AlarmKind::Inconclusive, doubt(plan_name, run, closed, &tally, of));
        alarms.push(match tally.inconclusive.as_slice() {
            [] => inconclusive,
            tests => inconclusive.with("without a verdict", &named(tests)),
        });
    }
    let summary = format!("run {run} of plan {plan_name} is closed: {} of {}", tally.passed.len(), passed(of));
    let finished = alarm(AlarmKind::RunFinished, summary)
        .with("passed", &tally.passed.len())
        .with("failed", &tally.failed.len())
        .with("without a verdict", &tally.inconclusive.len())
        .with("left behind", &closed.stranded.len());
    alarms.push(finished);
    alarms
}

/// The restore tests of a run, by what they came to.
#[derive(Default)]
struct Tally<'a> {
    passed: Vec<&'a str>,
    failed: Vec<&'a str>,
    inconclusive: Vec<&'a str>,
}

impl<'a> Tally<'a> {
    fn of(closed: &'a RunClosed) -> Self {
        let mut tally = Self::default();
        for (test, outcome) in &closed.outcomes {
            match outcome {
                Outcome::Passed { .. } => tally.passed.push(test),
                Outcome::Failed { .. } => tally.failed.push(test),
                Outcome::Inconclusive { .. } => tally.inconclusive.push(test),
            }
        }
        tally
    }
}

fn doubt(plan_name: &str, run: u64, closed: &RunClosed, tally: &Tally<'_>, of: usize) -> String {
    if !closed.completed {
        return format!("run {run} of plan {plan_name} was stopped before all of its restore tests were performed");
    }
    if of == 0 {
        return format!("run {run} of plan {plan_name} performed no restore test, so it proves nothing");
    }
    let tests = counted(of, "restore test");
    format!("{} of {tests} of run {run} of plan {plan_name} came to no verdict", tally.inconclusive.len())
}

fn named(tests: &[&str]) -> String {
    let names = tests.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match tests.len().saturating_sub(NAMED) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

fn passed(of: usize) -> String {
    format!("{} passed", counted(of, "restore test"))
}

fn counted(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use backproof_model::record::Leftover;
    use backproof_model::{FaultOwner, ProofLevel};

    use super::*;

    fn closed(outcomes: &[(&str, Outcome)]) -> RunClosed {
        RunClosed {
            completed: true,
            stopped_because: None,
            heads: BTreeMap::new(),
            outcomes: outcomes.iter().map(|(test, outcome)| ((*test).to_owned(), outcome.clone())).collect(),
            stranded: Vec::new(),
            calls: BTreeMap::new(),
            next_nonce_sha256: None,
        }
    }

    fn passed() -> Outcome {
        Outcome::Passed { level: ProofLevel::L3 }
    }

    fn kinds(closed: &RunClosed) -> Vec<AlarmKind> {
        alarms_of(closed).into_iter().map(|alarm| alarm.kind).collect()
    }

    fn alarms_of(closed: &RunClosed) -> Vec<Alarm> {
        alarms_of_run("quarterly", 7, closed, "2026-01-05T11:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_run_that_passed_is_worth_a_notice_only() {
        assert_eq!(kinds(&closed(&[("test-1", passed())])), [AlarmKind::RunFinished]);
    }

    #[test]
    fn failures_doubts_and_leftovers_each_have_an_alarm_and_failures_share_one() {
        let mut closed = closed(&[
            ("test-1", passed()),
            ("test-2", Outcome::failed("SECRET rows are missing")),
            ("test-3", Outcome::failed("SECRET rows are missing")),
            ("test-4", Outcome::inconclusive(FaultOwner::Sandbox, "no answer")),
        ]);
        closed.stranded.push(Leftover { arn: "arn:aws:dynamodb:::table/bp-x".into(), why: "SECRET".into() });
        let expected =
            [AlarmKind::LeftBehind, AlarmKind::RestoreTestFailed, AlarmKind::Inconclusive, AlarmKind::RunFinished];
        assert_eq!(kinds(&closed), expected);
        let alarms = alarms_of(&closed);
        assert_eq!(alarms[1].summary, "2 of 4 restore tests of run 7 of plan quarterly failed");
        assert_eq!(alarms[1].details, [("failed".to_owned(), "test-2, test-3".to_owned())]);
        let text = serde_json::to_string(&alarms).unwrap();
        assert!(!text.contains("SECRET"), "reasons stay in the report: {text}");
    }

    #[test]
    fn a_run_that_performed_nothing_or_was_stopped_is_not_quietly_finished() {
        assert_eq!(kinds(&closed(&[])), [AlarmKind::Inconclusive, AlarmKind::RunFinished]);
        let stopped = RunClosed { completed: false, ..closed(&[("test-1", passed())]) };
        assert_eq!(kinds(&stopped), [AlarmKind::Inconclusive, AlarmKind::RunFinished]);
    }
}
