//! Every way in which a restore can go wrong ends with the right owner, and what it left is deleted or named.

use backproof_evidence::RunVerdict;
use backproof_model::record::{DeletionEnd, RestoreVerdict};
use backproof_model::{FaultOwner, Outcome};
use backproof_simulator::World;

use crate::support::{Play, SANDBOX, Scenario, Seen};

/// The run that restores every table of the world of failures, and what stands in the sandbox afterwards.
fn failures() -> (Play, Seen) {
    let play = Play::of(&Scenario::by_copy(World::restore_failures().unwrap()));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    assert_eq!(seen.evidence.problems, []);
    (play, seen)
}

#[test]
fn every_failure_has_its_owner() {
    let (_, seen) = failures();
    let expected = [
        ("sound", ("passed", None)),
        ("still-creating", ("passed", None)),
        ("key-gone", ("failed", Some(FaultOwner::Backup))),
        ("half-made", ("inconclusive", Some(FaultOwner::Harness))),
        ("permission-missing", ("inconclusive", Some(FaultOwner::Sandbox))),
        ("aborted", ("inconclusive", Some(FaultOwner::Harness))),
        ("stuck", ("inconclusive", Some(FaultOwner::Sandbox))),
        ("with-message", ("inconclusive", Some(FaultOwner::Harness))),
        ("untold", ("inconclusive", Some(FaultOwner::Harness))),
        ("wrong-account", ("inconclusive", Some(FaultOwner::Harness))),
        ("dangling", ("inconclusive", Some(FaultOwner::Sandbox))),
        ("vanishing", ("inconclusive", Some(FaultOwner::Harness))),
    ];
    assert_eq!(seen.outcomes(), expected.map(|(table, came_to)| (table.to_owned(), came_to)).into());
}

#[test]
fn completed_with_a_message_is_never_passed() {
    let (_, seen) = failures();
    let attempt = seen.test("with-message").last_attempt().unwrap();
    let ended = attempt.ended.as_ref().unwrap();
    assert_eq!(ended.status, "COMPLETED");
    assert!(matches!(ended.verdict, RestoreVerdict::NotRestored { .. }), "{:?}", ended.verdict);
    assert_eq!(attempt.validated, None, "what was restored with a remark is not examined");
}

#[test]
fn half_a_table_that_a_failed_job_left_is_deleted() {
    let (_, seen) = failures();
    for attempt in &seen.test("half-made").attempts {
        let deleted = attempt.deleted.as_ref().unwrap();
        let table = deleted.resources.iter().find(|deletion| deletion.arn.contains(":table/")).unwrap();
        assert!(matches!(table.end, DeletionEnd::SeenAbsent { .. }), "{table:?}");
    }
}

/// Whether this test's table in the sandbox was seen absent.
fn table_was_deleted(seen: &Seen, table: &str) -> bool {
    let attempt = seen.test(table).last_attempt().unwrap();
    let deleted = &attempt.deleted.as_ref().unwrap().resources;
    let ours = deleted.iter().find(|deletion| deletion.arn.contains(&format!("{SANDBOX}:table/"))).unwrap();
    matches!(ours.end, DeletionEnd::SeenAbsent { .. })
}

#[test]
fn a_table_that_its_job_does_not_name_is_deleted_by_the_name_we_gave() {
    let (_, seen) = failures();
    assert!(table_was_deleted(&seen, "untold"));
    assert_eq!(seen.test("untold").last_attempt().unwrap().validated, None);
}

#[test]
fn what_a_job_says_it_made_outside_the_sandbox_is_not_touched_and_named() {
    let (_, seen) = failures();
    assert!(table_was_deleted(&seen, "wrong-account"));
    let test = seen.test("wrong-account");
    assert_eq!(test.last_attempt().unwrap().validated, None);
    let left = &test.closed.as_ref().unwrap().stranded;
    assert!(matches!(left.as_slice(), [one] if one.arn.contains(":000000000000:")), "{left:?}");
}

#[test]
fn a_job_that_never_ends_is_named_and_turns_the_run_red() {
    let (play, seen) = failures();
    let test = seen.test("stuck");
    assert!(matches!(&test.outcome, Outcome::Inconclusive { reason, .. } if reason.contains("cannot be cancelled")));
    let job = test.last_attempt().unwrap().restore_job_id().unwrap();
    let left = &test.closed.as_ref().unwrap().stranded;
    assert!(left.iter().any(|left| left.why.contains(job)), "{left:?}");
    assert_eq!(seen.conclusion.verdict, RunVerdict::LeftBehind);
    assert_eq!(play.simulator.existing_resources(SANDBOX), Vec::<String>::new(), "its table was deleted all the same");
}

#[test]
fn of_all_other_failures_nothing_is_left() {
    let (play, seen) = failures();
    let named = ["stuck", "wrong-account"].map(|table| seen.test(table).drawn.test);
    for test in seen.evidence.tests.iter().filter(|test| !named.contains(&test.drawn.test)) {
        assert_eq!(test.closed.as_ref().unwrap().stranded, [], "{}", test.drawn.point.resource_arn);
    }
    assert_eq!(play.simulator.recovery_points(SANDBOX), Vec::<String>::new());
}
