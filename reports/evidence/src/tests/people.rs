//! Approvals and exceptions: what the journal says of people.

use backproof_model::record::{ApprovalStanding, PlanApproval, Purpose};
use backproof_model::{Claim, Verdict};

use super::{conclusion, evidence};
use crate::control::ControlVerdict;
use crate::problem::Problem;
use crate::testing::{Story, TestStory};
use crate::{RunVerdict, conclude};

/// Changes an approval.
type Change = fn(&mut PlanApproval);

/// A run in which all passed, its approval changed.
fn with(change: impl FnOnce(&mut PlanApproval)) -> Story {
    let mut story = Story::all_passed(3);
    change(story.approval.as_mut().unwrap());
    story
}

fn unapproved(approval: &mut PlanApproval) {
    approval.standing = ApprovalStanding::Unapproved;
    approval.reason = "nobody has approved this plan".into();
    approval.approvers.clear();
    approval.allowed_by = Some("rosa@ops-1".into());
}

#[test]
fn the_operation_of_the_control_is_told_apart_from_what_it_found() {
    let missing = vec![crate::testing::check("item-count", Claim::DataPresent, Verdict::Failed)];
    let seen = conclusion(&Story::of(vec![TestStory::examined(1, "orders", missing)]));
    assert_eq!((seen.verdict, seen.control.verdict), (RunVerdict::Failed, ControlVerdict::Approved));
    let seen = conclusion(&with(unapproved));
    assert_eq!((seen.verdict, seen.control.verdict), (RunVerdict::Passed, ControlVerdict::Unapproved));
    assert_eq!(seen.integrity.grade, "holds");
    assert!(seen.control.sentence.contains("rosa@ops-1"), "{}", seen.control.sentence);
    assert!(seen.limits.iter().any(|limit| limit.contains("Nobody is shown to have approved")));
}

#[test]
fn nothing_that_is_no_approval_of_this_plan_before_the_run_reads_as_one() {
    let cases: [(&str, Change); 5] = [
        ("unapproved", unapproved),
        ("another plan", |it| it.plan_sha256 = "other".into()),
        ("names nobody", |it| it.approvers.clear()),
        ("dated after", |it| it.approvers[0].approved_at = "2026-10-01T03:00:00Z".parse().unwrap()),
        ("signer unknown to a trust file, run by leave", |it| {
            it.standing = ApprovalStanding::Unapproved;
            it.allowed_by = Some("rosa".into());
        }),
    ];
    for (why, change) in cases {
        assert_eq!(conclusion(&with(change)).control.verdict, ControlVerdict::Unapproved, "{why}");
    }
    let silent = Story { approval: None, ..Story::all_passed(3) };
    assert_eq!(conclusion(&silent).control.verdict, ControlVerdict::Unapproved, "absence is no approval");
}

#[test]
fn a_signer_whom_nobody_can_name_is_graded_so() {
    let seen = conclusion(&with(|it| {
        it.standing = ApprovalStanding::SignerUnknown;
        it.reason = "signer unknown: key aa signed this plan".into();
    }));
    assert_eq!((seen.control.verdict, seen.control.word), (ControlVerdict::SignerUnknown, "signer unknown"));
    assert!(seen.limits.iter().any(|limit| limit.contains("not shown who")));
}

#[test]
fn a_run_that_was_stopped_is_not_completed_and_a_check_is_not_judged() {
    let stopped = Story { closed: Some(Some("the operator stopped it".into())), ..Story::all_passed(3) };
    assert_eq!(conclusion(&stopped).control.verdict, ControlVerdict::NotCompleted);
    let open = Story { closed: None, ..Story::all_passed(3) };
    assert_eq!(conclusion(&open).control.verdict, ControlVerdict::NotCompleted);
    let mut check = Story { approval: None, ..Story::all_passed(1) };
    check.opened.purpose = Purpose::Check;
    assert_eq!(conclusion(&check).control.verdict, ControlVerdict::NotJudged);
}

#[test]
fn a_harness_that_misses_planted_faults_does_not_hold_whatever_passed() {
    let mut story = Story::all_passed(3);
    story.controls.validators[0].controls[1].as_expected = false;
    let seen = conclusion(&story);
    assert_eq!((seen.control.verdict, seen.integrity.grade.as_str()), (ControlVerdict::Approved, "does not hold"));
}

#[test]
fn what_was_not_passed_is_an_exception_and_the_sentence_counts_them() {
    let seen = conclusion(&Story::of_every_outcome());
    let opened = seen.exceptions.as_ref().unwrap().touched.len();
    assert!(opened > 3);
    assert!(
        seen.exceptions_sentence.starts_with(&format!("{opened} exceptions opened (1, 2,")),
        "{}",
        seen.exceptions_sentence
    );
    let none = conclusion(&Story::all_passed(2));
    assert_eq!(none.exceptions_sentence, "This run opened and closed no exception. Open after it: 0 of this plan.");
}

#[test]
fn a_restore_test_that_was_not_passed_without_its_exception_is_a_problem() {
    let journal = Story::of(vec![TestStory::passed(1, "orders")]).journal();
    let mut run = crate::RunEvidence::from_journal(&journal).unwrap();
    assert_eq!(run.problems, []);
    let outcome = backproof_model::Outcome::failed("13 items are missing");
    run.closed.as_mut().unwrap().outcomes.insert("test-1".into(), outcome);
    crate::tie_out::check(&mut run);
    assert_eq!(run.problems, [Problem::ExceptionMissing { chain: "test-1".into() }]);
    assert_eq!(conclude(&run).integrity.grade, "does not hold");
}

#[test]
fn a_run_of_this_pipeline_without_the_records_of_people_is_incomplete() {
    let mut story = Story { approval: None, ..Story::all_passed(1) };
    assert_eq!(evidence(&story).problems, [], "older runs have none");
    story.opened.pipeline = 2;
    assert_eq!(evidence(&story).problems, [Problem::RecordMissing { step: "check-approval" }]);
}
