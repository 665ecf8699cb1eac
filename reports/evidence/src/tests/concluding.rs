//! The verdict and the sentences.

use backproof_model::record::{Leftover, Purpose};
use backproof_model::{Claim, FaultOwner, Outcome, Verdict};

use super::{conclusion, evidence};
use crate::testing::{Story, TestStory, check};
use crate::{Conclusion, RunVerdict, results};

fn verdict(change: impl FnOnce(&mut Story)) -> RunVerdict {
    let mut story = Story::all_passed(3);
    change(&mut story);
    conclusion(&story).verdict
}

#[test]
fn a_run_passes_only_when_all_of_it_is_shown() {
    assert_eq!(verdict(|_| {}), RunVerdict::Passed);
    assert_eq!(verdict(|story| story.closed = None), RunVerdict::Inconclusive);
    assert_eq!(verdict(|story| story.closed = Some(Some("ctrl-c".into()))), RunVerdict::Inconclusive);
    assert_eq!(verdict(|story| story.census = None), RunVerdict::Inconclusive);
    assert_eq!(verdict(|story| story.tests.clear()), RunVerdict::Inconclusive);
    assert_eq!(verdict(|story| story.population.listed += 1), RunVerdict::Inconclusive);
    assert_eq!(verdict(|story| story.tests[1] = TestStory::not_performed(2, "carts")), RunVerdict::Inconclusive);
}

#[test]
fn what_is_left_wins_over_a_failure_and_that_over_doubt() {
    let fail = |story: &mut Story| story.tests[0] = TestStory::refused(1, "orders", Outcome::failed("key gone"));
    let doubt = |story: &mut Story| {
        let outcome = Outcome::inconclusive(FaultOwner::Sandbox, "denied");
        story.tests[1] = TestStory::refused(2, "carts", outcome);
    };
    let leave = |story: &mut Story| {
        let left = Leftover { arn: "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-x".into(), why: "seen".into() };
        story.census.as_mut().unwrap().ours.push(left);
    };
    let unread = |story: &mut Story| {
        story.census.as_mut().unwrap().looked[0].problem = Some("AccessDenied on ListTables".into());
    };
    assert_eq!(verdict(doubt), RunVerdict::Inconclusive);
    assert_eq!(verdict(|story| (doubt(story), fail(story)).0), RunVerdict::Failed);
    assert_eq!(verdict(|story| (doubt(story), fail(story), leave(story)).0), RunVerdict::LeftBehind);
    assert_eq!(verdict(unread), RunVerdict::LeftBehind);
    let codes = [RunVerdict::Passed, RunVerdict::Failed, RunVerdict::Inconclusive, RunVerdict::LeftBehind];
    assert_eq!(codes.map(RunVerdict::exit_code), [0, 1, 3, 4]);
}

#[test]
fn the_bound_counts_the_undecided_as_failures_and_the_second_reading_leaves_them_out() {
    let mut story = Story::all_passed(59);
    story.population.eligible = 500;
    story.population.units_by_stratum = [("DynamoDB".to_owned(), 500)].into();
    story.population.listed = 503;
    (story.population.scope.points, story.population.scope.listed_points) = (500, 503);
    let all = conclusion(&story).assurance.statement.unwrap();
    assert_eq!((all.reading.bound, all.without_undecided), (23, None));
    story.tests[3] = TestStory::refused(4, "carts", Outcome::inconclusive(FaultOwner::Sandbox, "denied"));
    let doubtful = conclusion(&story).assurance.statement.unwrap();
    assert!(doubtful.reading.bound > 23, "{}", doubtful.reading.bound);
    let second = doubtful.without_undecided.unwrap();
    assert_eq!((second.sample, second.failures), (58, 0));
}

#[test]
fn no_statement_is_built_on_evidence_that_does_not_hold_or_on_no_sample() {
    let without = |change: &dyn Fn(&mut Story)| {
        let mut story = Story::all_passed(2);
        change(&mut story);
        let assurance = conclusion(&story).assurance;
        assert_eq!(assurance.statement, None);
        assurance.why_none.unwrap()
    };
    assert!(without(&|story| story.population.listed += 1).contains("does not hold together"));
    assert!(without(&|story| story.closed = None).contains("not closed"));
    let checked = without(&|story| {
        story.opened.purpose = Purpose::Check;
        story.tests.truncate(1);
        story.tests[0].drawn.rank = None;
    });
    assert!(checked.contains("outside any sample"));
}

#[test]
fn a_one_off_check_passes_without_speaking_for_a_population() {
    let mut story = Story::all_passed(1);
    story.opened.purpose = Purpose::Check;
    story.tests[0].drawn.rank = None;
    let conclusion = conclusion(&story);
    assert_eq!(conclusion.verdict, RunVerdict::Passed, "{:?}", conclusion.problems);
    assert_eq!(conclusion.scope_line, "Speaks for one recovery point, checked outside any sample, and for no other.");
    assert_eq!(conclusion.draw_grade.grade, "none");
}

#[test]
fn only_passes_meet_the_recovery_time_objective() {
    let figures = conclusion(&Story::of_every_outcome()).figures;
    // Of the nine, four passed: in 740, 820, 940 and 980 s, against an objective of 900 s.
    assert_eq!((figures.recovery_measured, figures.recovery_met, figures.recovery_missed), (4, 2, 2));
    assert_eq!(figures.recovery_not_measured, 5);
    assert_eq!(figures.recovery_longest_seconds, Some(980));
    assert_eq!((figures.gaps_computed, figures.gaps_exceeded), (2, 1));
}

#[test]
fn planted_faults_are_counted_and_misses_named() {
    let mut story = Story::all_passed(1);
    assert_eq!(conclusion(&story).controls.sentence, "11 of 11 planted faults caught.");
    story.controls.validators[0].controls[4].as_expected = false;
    let missed = conclusion(&story).controls;
    assert!(missed.sentence.starts_with("10 of 11 planted faults caught; "), "{}", missed.sentence);
    assert_eq!(missed.troubles.len(), 1);
    story.controls.validators.clear();
    assert!(conclusion(&story).controls.sentence.starts_with("No faults were planted"));
}

#[test]
fn limits_follow_from_what_happened() {
    let limits = |story: &Story| conclusion(story).limits.join("\n");
    let mut story = Story::all_passed(2);
    assert!(limits(&story).contains("ran against a simulator"));
    assert!(!limits(&story).contains("without a baseline"));
    story.opened.simulated = false;
    story.opened.same_account = Some("only one account".into());
    story.tests[0] = TestStory::examined(1, "events", vec![check("r", Claim::DataReadable, Verdict::Passed)]);
    let told = limits(&story);
    assert!(!told.contains("simulator"));
    assert!(told.contains("1 restore test passed without a baseline"));
    assert!(told.contains("Only one account."));
    assert!(told.contains("could have tried several and kept one"));
}

fn told(conclusion: &Conclusion) -> [&str; 4] {
    [&conclusion.headline, &conclusion.scope_line, &conclusion.remains_sentence, &conclusion.draw_grade.reason]
}

#[test]
fn the_sentences_of_a_mixed_run_read_well() {
    let conclusion = conclusion(&Story::of_every_outcome());
    insta::assert_json_snapshot!("sentences", (told(&conclusion), &conclusion.not_passed, &conclusion.limits));
}

#[test]
fn results_keep_their_form() {
    let run = evidence(&Story::of_every_outcome());
    let text = results(&run, &crate::conclude(&run)).to_json().unwrap();
    insta::assert_snapshot!("results", text);
}
