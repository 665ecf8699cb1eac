//! From the journal's text to evidence: what is verified, what is tolerated, what is named.

use backproof_model::record::{DeletionEnd, RunClosed};
use backproof_model::{FaultOwner, Outcome, ProofLevel};

use super::evidence;
use crate::run::NoJournal;
use crate::testing::{Story, TestStory, with_attempt};
use crate::{Problem, Progress, RunEvidence};

#[test]
fn a_whole_run_folds_without_a_problem() {
    let run = evidence(&Story::all_passed(3));
    assert_eq!(run.problems, []);
    assert_eq!((run.run, run.tests.len(), run.chains.len()), (7, 3, 4));
    assert_eq!(run.required_level(), Some(ProofLevel::L3));
    assert!(run.tests.iter().all(|test| test.progress == Progress::Closed && test.checks().len() == 2));
}

#[test]
fn the_order_of_chains_in_the_file_does_not_matter() {
    let journal = Story::of_every_outcome().journal();
    let (run_lines, test_lines): (Vec<&str>, Vec<&str>) =
        journal.lines().partition(|line| line.contains("\"chain\":\"run\""));
    let sorted = run_lines.iter().chain(&test_lines).copied().collect::<Vec<_>>().join("\n") + "\n";
    let mut expected = RunEvidence::from_journal(&journal).unwrap();
    let found = RunEvidence::from_journal(&sorted).unwrap();
    expected.journal_sha256.clone_from(&found.journal_sha256);
    assert_eq!(found, expected);
}

#[test]
fn an_empty_or_foreign_text_is_no_journal() {
    assert_eq!(RunEvidence::from_journal("\n"), Err(NoJournal::Empty));
    assert!(matches!(RunEvidence::from_journal("hello\n"), Err(NoJournal::NothingReadable(_))));
}

#[test]
fn every_prefix_of_a_journal_folds_and_claims_no_more_than_it_holds() {
    let journal = Story::all_passed(2).journal();
    let lines: Vec<&str> = journal.lines().collect();
    for length in 1..lines.len() {
        let run = RunEvidence::from_journal(&lines[..length].join("\n")).unwrap();
        let conclusion = crate::conclude(&run);
        assert_ne!(conclusion.verdict, crate::RunVerdict::Passed, "after {length} lines");
        assert_eq!(conclusion.assurance.statement, None, "after {length} lines");
        assert_eq!(run.problems, [], "a run that still goes on is no broken evidence, after {length} lines");
    }
}

#[test]
fn a_changed_line_is_named_and_what_follows_it_is_not_used() {
    let journal = Story::all_passed(2).journal();
    let changed = journal.replacen("\"status\":\"RUNNING\"", "\"status\":\"running\"", 1);
    let run = RunEvidence::from_journal(&changed).unwrap();
    assert!(run.problems.iter().any(|problem| matches!(problem, Problem::BrokenChain(_))), "{:?}", run.problems);
    assert_ne!(run.tests[0].progress, Progress::Closed);
    assert_eq!(run.tests[0].outcome.word(), "inconclusive");
    assert_eq!(run.tests[1].outcome.word(), "passed");
}

#[test]
fn a_truncated_test_chain_is_told_by_the_head_that_the_run_recorded() {
    let journal = Story::all_passed(2).journal();
    let last_of_test_2 = journal.lines().rfind(|line| line.contains("\"chain\":\"test-2\"")).unwrap();
    let run = RunEvidence::from_journal(&journal.replace(&format!("{last_of_test_2}\n"), "")).unwrap();
    let differs = |problem: &Problem| matches!(problem, Problem::HeadDiffers { chain, .. } if chain == "test-2");
    assert!(run.problems.iter().any(differs), "{:?}", run.problems);
}

#[test]
fn a_line_that_is_no_json_is_named_by_its_number() {
    let journal = Story::all_passed(1).journal() + "{\"half\": \n";
    let run = RunEvidence::from_journal(&journal).unwrap();
    assert!(matches!(run.problems[..], [Problem::UnreadableLine { .. }]), "{:?}", run.problems);
}

#[test]
fn drawn_points_that_never_began_are_inconclusive_and_say_so() {
    let mut story = Story::of(vec![TestStory::passed(1, "orders"), TestStory::not_performed(2, "carts")]);
    story.closed = Some(Some("stopped by the operator".into()));
    let run = evidence(&story);
    assert_eq!(run.tests[1].progress, Progress::NotPerformed);
    assert_eq!(
        run.tests[1].outcome,
        Outcome::inconclusive(FaultOwner::Harness, "not performed: the run was stopped (stopped by the operator)")
    );
}

#[test]
fn a_pass_without_the_checks_that_carry_it_is_not_counted() {
    let mut story = Story::all_passed(1);
    story.tests[0].attempts[0].validated.as_mut().unwrap().checks.clear();
    let run = evidence(&story);
    assert_eq!(run.tests[0].outcome.word(), "inconclusive");
    assert!(matches!(run.problems[..], [Problem::UnearnedPass { .. }]), "{:?}", run.problems);
}

#[test]
fn the_closing_of_a_run_can_take_a_pass_back_but_grant_none() {
    let change = |from: Outcome, to: Outcome| {
        let mut story = Story::all_passed(1);
        story.tests[0].outcome = Some(from);
        let mut writer_story = story.clone();
        writer_story.closed = None;
        let mut run = evidence(&writer_story);
        let closed = RunClosed { outcomes: [("test-1".into(), to)].into(), ..evidence(&story).closed.unwrap() };
        let test = run.tests.remove(0);
        let mut problems = Vec::new();
        let settled = crate::fold::settle(test, Some(&closed), None, &mut problems);
        (settled.outcome.word(), problems.len())
    };
    let passed = || Outcome::Passed { level: ProofLevel::L3 };
    let void = || Outcome::inconclusive(FaultOwner::Validator, "missed a planted fault");
    assert_eq!(change(passed(), void()), ("inconclusive", 0));
    assert_eq!(change(Outcome::failed("items missing"), void()), ("inconclusive", 0));
    assert_eq!(change(Outcome::failed("items missing"), passed()), ("failed", 1));
}

#[test]
fn sums_that_do_not_add_up_are_named() {
    let mut story = Story::all_passed(2);
    story.population.excluded += 1;
    let run = evidence(&story);
    let equations: Vec<String> = run.problems.iter().map(ToString::to_string).collect();
    assert!(equations[0].starts_with("listed = eligible + excluded does not hold"), "{equations:?}");
    assert!(equations[1].starts_with("excluded = the sum over all reasons"), "{equations:?}");
}

#[test]
fn digests_that_differ_are_named() {
    let mut story = Story::all_passed(1);
    story.opened.plan_sha256 = "00".into();
    assert!(matches!(evidence(&story).problems[..], [Problem::DigestsDiffer { what: "the plan", .. }]));
}

#[test]
fn a_created_resource_without_an_end_is_named_and_counts_as_left() {
    let mut story = Story::all_passed(1);
    story.tests[0].attempts[0].deleted = None;
    let run = evidence(&story);
    assert!(matches!(run.problems[..], [Problem::Unaccounted { .. }]), "{:?}", run.problems);
    assert_eq!(crate::conclude(&run).remains.left.len(), 1);
}

#[test]
fn a_resource_that_was_never_there_is_neither_created_nor_left() {
    let mut story = Story::of(vec![TestStory::refused(1, "carts", Outcome::failed("key gone"))]);
    let mut deleted = Story::all_passed(1).tests[0].attempts[0].deleted.clone().unwrap();
    deleted.resources[0].end = DeletionEnd::WasAbsent { seen: deleted.at };
    story.tests[0].attempts[0].deleted = Some(deleted);
    story.controls.validators.clear();
    let remains = crate::conclude(&evidence(&story)).remains;
    assert_eq!((remains.created, remains.deleted, remains.left.len()), (0, 0, 0));
}

#[test]
fn a_step_that_names_a_far_attempt_makes_that_one_and_none_between() {
    let journal = with_attempt(&Story::all_passed(1).journal(), "cost/1", u32::MAX);
    let run = RunEvidence::from_journal(&journal).unwrap();
    assert_eq!(run.problems, []);
    let numbers: Vec<u32> = run.tests[0].attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, [1, u32::MAX]);
    assert!(run.tests[0].attempts[1].cost.is_some() && run.tests[0].attempts[0].validated.is_some());
}
