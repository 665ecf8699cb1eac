//! A plan that nobody approved is not run but by leave, and the report tells that apart from what was found.

use backproof_engine::{EngineError, Request, Until, What};
use backproof_evidence::{ControlVerdict, RunVerdict};
use backproof_model::record::{ApprovalStanding, Approver, PlanApproval};
use backproof_model::register::RegisterEvent;
use backproof_simulator::World;
use backproof_store::StoreError;

use crate::support::{ONE_TABLE, Play, Reference, SANDBOX, Scenario, whole_run};

fn scenario() -> Scenario {
    Scenario::by_copy(World::parse(ONE_TABLE).unwrap())
}

/// A play in which the plan's approval stands like this.
fn play(of: impl FnOnce(&Play) -> PlanApproval) -> Play {
    let play = Play::of(&scenario());
    let approval = of(&play);
    play.approved_as(approval)
}

fn missing(play: &Play) -> PlanApproval {
    PlanApproval::missing(play.plan_sha256(), "nobody has approved this plan")
}

fn approved(play: &Play) -> PlanApproval {
    PlanApproval {
        standing: ApprovalStanding::Approved,
        reason: "approved by Ada Example".into(),
        approvers: vec![Approver {
            person: Some("Ada Example".into()),
            key_id: "aa11".into(),
            ticket: Some("CHG-7".into()),
            approved_at: "2026-11-01T00:00:00Z".parse().unwrap(),
            expires: None,
        }],
        trust_sha256: Some("bb22".into()),
        ..missing(play)
    }
}

/// The run is refused before anything begins, and the error says why and how to mend it.
fn refused(play: &Play, why: &str) {
    let error = play.run().unwrap_err();
    let EngineError::Refused(told) = &error else { panic!("{error}") };
    assert!(told.contains(why) && told.contains("--unapproved"), "{told}");
    assert!(play.simulator.restore_jobs().is_empty());
    let runs = play.ask(async |world| world.store.register().await.unwrap());
    assert_eq!(runs, [], "not even a number was allotted");
}

#[test]
fn a_plan_that_nobody_approved_is_not_run() {
    refused(&play(missing), "nobody has approved this plan");
}

#[test]
fn a_plan_that_was_changed_since_it_was_approved_is_not_run() {
    let changed = |play: &Play| PlanApproval { plan_sha256: "cc33".into(), ..approved(play) };
    refused(&play(changed), "another plan");
}

#[test]
fn a_signer_whom_the_trust_file_does_not_know_approves_nothing() {
    let stranger = |play: &Play| PlanApproval {
        standing: ApprovalStanding::SignerUnknown,
        reason: "signer unknown".into(),
        ..approved(play)
    };
    refused(&play(stranger), "signer unknown");
}

#[test]
fn a_plan_that_was_approved_is_run_and_the_register_and_the_report_say_so() {
    let play = play(approved);
    let end = play.run().unwrap();
    play.run().unwrap();
    let seen = play.seen(end.run);
    assert_eq!(seen.evidence.problems, []);
    assert_eq!(
        (seen.conclusion.verdict, seen.conclusion.control.verdict),
        (RunVerdict::Passed, ControlVerdict::Approved)
    );
    let events = play.ask(async |world| world.store.events().await.unwrap());
    let told: Vec<_> = events.iter().filter(|(_, it)| matches!(it, RegisterEvent::PlanApproved { .. })).collect();
    assert!(
        matches!(&told[..], [(_, RegisterEvent::PlanApproved { person: Some(person), .. })] if person == "Ada Example"),
        "once for two runs: {told:?}"
    );
}

#[test]
fn an_unapproved_run_by_leave_passes_and_is_graded_and_its_operator_is_named() {
    let play = play(|play| missing(play).allowed_by("rosa on ops-1"));
    let end = play.run().unwrap();
    let conclusion = play.seen(end.run).conclusion;
    assert_eq!((conclusion.verdict, conclusion.control.verdict), (RunVerdict::Passed, ControlVerdict::Unapproved));
    assert_eq!(conclusion.control.allowed_by.as_deref(), Some("rosa on ops-1"));
    assert!(conclusion.limits.iter().any(|limit| limit.contains("Nobody is shown to have approved")));
}

#[test]
fn a_signer_whom_nobody_could_tell_is_graded_so() {
    let unknown =
        |play: &Play| PlanApproval { standing: ApprovalStanding::SignerUnknown, trust_sha256: None, ..approved(play) };
    let play = play(unknown);
    let end = play.run().unwrap();
    assert_eq!(play.seen(end.run).conclusion.control.verdict, ControlVerdict::SignerUnknown);
}

#[test]
fn drawing_and_checking_need_no_approval() {
    let play = play(missing);
    let drawn = Request { until: Until::Drawn, ..whole_run() };
    let end = play.perform(&drawn, |_| {}).unwrap();
    let point = play.seen(end.run).drawn()[0].point.clone();
    let other = Play::of(&scenario());
    let other = other.approved_as(missing(&play));
    let check = Request { what: What::One(Box::new(point)), until: Until::Closed, reveal: None, keep: None };
    let end = other.perform(&check, |_| {}).unwrap();
    let seen = other.seen(end.run);
    assert_eq!((seen.outcomes()["orders"].0, seen.conclusion.control.verdict), ("passed", ControlVerdict::NotJudged));
}

#[test]
fn a_run_that_had_begun_is_finished_and_cleaned_up_whatever_becomes_of_the_approval() {
    let reference = Reference::of(scenario(), SANDBOX);
    let play = reference.play();
    let killed = play.perform(&whole_run(), |world| world.store.stop_after(reference.writes() - 8));
    assert!(matches!(killed, Err(EngineError::Store(StoreError::ToldToStop))), "{killed:?}");
    let approval = missing(&play);
    let play = play.approved_as(approval);
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    assert_eq!((end.run, seen.evidence.is_closed()), (1, true));
    assert_eq!(play.simulator.existing_resources(SANDBOX), Vec::<String>::new());
    let error = play.run().unwrap_err();
    assert!(matches!(error, EngineError::Refused(_)), "the next one is not: {error}");
}
