//! The phase that people are shown, along the chain of a restore test.

use backproof_model::chain::{Entry, Event};
use backproof_model::record::{
    Deleted, Deletion, DeletionEnd, Leftover, Objectives, PhaseTimes, RestoreEnded, RestoreVerdict, TestClosed,
};
use backproof_model::{FaultOwner, Outcome, Phase, ProofLevel, phase_of};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

const NOON: Timestamp = Timestamp::UNIX_EPOCH;

fn entry(event: Event) -> Entry {
    Entry { v: 1, run: 1, chain: "test-1".into(), seq: 0, at: NOON, prev: String::new(), event }
}

fn intent(step: &str) -> Entry {
    entry(Event::Intent { step: step.into(), input: Value::Null })
}

fn result(step: &str, output: impl serde::Serialize) -> Entry {
    entry(Event::Result { step: step.into(), output: serde_json::to_value(output).unwrap() })
}

fn job(status: &str) -> Entry {
    entry(Event::Status { of: "restore-job/1".into(), status: status.into() })
}

fn ended(verdict: RestoreVerdict) -> RestoreEnded {
    RestoreEnded {
        status: "COMPLETED".into(),
        status_message: None,
        verdict,
        created_resource_arn: None,
        creation_date: None,
        running_since: None,
        completion_date: None,
        seen: NOON,
        backup_size_in_bytes: None,
        duplicates: Vec::new(),
    }
}

fn deleted(end: DeletionEnd) -> Deleted {
    let resource = Deletion { arn: "arn:aws:dynamodb:::table/t".into(), ownership: "journal".into(), end };
    Deleted { resources: vec![resource], at: NOON }
}

fn closed(outcome: Outcome, stranded: Vec<Leftover>) -> TestClosed {
    TestClosed {
        outcome,
        attempts: 1,
        times: PhaseTimes::default(),
        objectives: Objectives::default(),
        age_at_test_seconds: 0,
        stranded,
    }
}

fn restoring(status: &str) -> Phase {
    Phase::Restoring { status: status.into() }
}

/// The phase after each of `entries`.
fn phases(entries: &[Entry]) -> Vec<Phase> {
    (0..=entries.len()).map(|count| phase_of(&entries[..count])).collect()
}

#[test]
fn a_restore_test_passes_through_its_phases() {
    let passed = Outcome::Passed { level: ProofLevel::L3 };
    let told = [
        (intent("stage/1"), Phase::Staging),
        (result("stage/1", json!({})), Phase::Staging),
        (result("prepare/1", json!({})), Phase::Staging),
        (intent("start-restore-job/1"), restoring("asked")),
        (result("start-restore-job/1", json!({})), restoring("asked")),
        (intent("await-restore-job/1"), restoring("asked")),
        (job("PENDING"), restoring("PENDING")),
        (entry(Event::Resumed { token: 2 }), restoring("PENDING")),
        (job("RUNNING"), restoring("RUNNING")),
        (result("await-restore-job/1", ended(RestoreVerdict::Restored)), Phase::Readying),
        (intent("ready/1"), Phase::Readying),
        (intent("validate/1"), Phase::Validating),
        (result("validate/1", json!({})), Phase::Validating),
        (intent("delete/1"), Phase::Deleting),
        (job("COMPLETED"), Phase::Deleting),
        (result("delete/1", deleted(DeletionEnd::SeenAbsent { asked: NOON, absent: NOON })), Phase::Deleting),
        (intent("close"), Phase::Deleting),
        (result("close", closed(passed.clone(), Vec::new())), Phase::Closed { outcome: passed }),
    ];
    let (entries, expected): (Vec<Entry>, Vec<Phase>) = told.into_iter().unzip();
    assert_eq!(phases(&entries)[0], Phase::Waiting);
    assert_eq!(phases(&entries)[1..], expected);
}

#[test]
fn a_restore_that_failed_goes_to_deletion_and_then_to_its_next_attempt() {
    let verdict = RestoreVerdict::NotRestored {
        owner: FaultOwner::Quota,
        catalogue_entry: Some(10),
        reason: "no room".into(),
        may_pass: true,
    };
    let mut entries = vec![intent("start-restore-job/1"), result("await-restore-job/1", ended(verdict))];
    assert_eq!(phase_of(&entries), Phase::Deleting);
    entries.push(result("delete/1", deleted(DeletionEnd::WasAbsent { seen: NOON })));
    entries.push(intent("start-restore-job/2"));
    assert_eq!(phase_of(&entries), restoring("asked"));
}

#[test]
fn what_cannot_be_deleted_is_stranded_and_stays_so() {
    let stuck = deleted(DeletionEnd::Stranded { reason: "denied".into() });
    let left = Leftover { arn: "arn:aws:dynamodb:::table/t".into(), why: "denied".into() };
    let mut entries = vec![intent("delete/1"), result("delete/1", stuck)];
    assert_eq!(phase_of(&entries), Phase::Stranded);
    entries.push(intent("close"));
    entries.push(result("close", closed(Outcome::Passed { level: ProofLevel::L3 }, vec![left])));
    assert_eq!(phase_of(&entries), Phase::Stranded);
}

#[test]
fn records_that_cannot_be_read_are_never_good_news() {
    assert_eq!(phase_of(&[result("await-restore-job/1", json!(7))]), Phase::Deleting);
    assert_eq!(phase_of(&[result("delete/1", json!(7))]), Phase::Stranded);
    let Phase::Closed { outcome } = phase_of(&[result("close", json!(7))]) else { panic!("it is closed") };
    assert_eq!((outcome.word(), outcome.owner()), ("inconclusive", Some(FaultOwner::Harness)));
}

#[test]
fn phases_read_as_words() {
    assert_eq!(restoring("RUNNING").to_string(), "restoring (running)");
    assert_eq!(Phase::Closed { outcome: Outcome::failed("empty") }.to_string(), "failed");
    assert_eq!(Phase::Stranded.to_string(), "stranded");
}

proptest! {
    #[test]
    fn entries_of_unknown_steps_change_nothing(step in "[a-z]{1,9}(/[0-9])?") {
        let known = ["stage", "prepare", "start-restore-job", "await-restore-job", "ready", "validate", "delete", "close"];
        prop_assume!(!known.contains(&step.split('/').next().unwrap()));
        let before = [intent("validate/1")];
        let after = [intent("validate/1"), intent(&step), result(&step, json!({})), job("RUNNING")];
        prop_assert_eq!(phase_of(&before), phase_of(&after));
    }
}

#[test]
fn times_that_no_number_can_hold_together_are_no_recovery_time() {
    let times = |queue: i64, job: i64| {
        let phases = PhaseTimes { queue: Some(queue), job: Some(job), ready: Some(1), ..PhaseTimes::default() };
        PhaseTimes { validate: Some(2), ..phases }.recovery_seconds()
    };
    assert_eq!(times(3, 4), Some(10));
    assert_eq!((times(i64::MAX, 1), times(i64::MIN, -1)), (None, None));
}
