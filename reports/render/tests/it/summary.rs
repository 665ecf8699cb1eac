//! The summary in the terminal.

use backproof_evidence::testing::Story;
use backproof_evidence::{RunEvidence, conclude};
use backproof_model::Outcome;
use backproof_render::text;

fn summary(story: &Story) -> String {
    let run = RunEvidence::from_journal(&story.journal()).unwrap();
    text::summary(&run, &conclude(&run), Some("./backproof-demo/report.html"))
}

#[test]
fn a_simulation_says_so_first_and_nothing_else_does() {
    let mut story = Story::all_passed(1);
    assert!(summary(&story).starts_with("SIMULATION"));
    story.opened.simulated = false;
    assert!(!summary(&story).contains("SIMULATION"));
}

#[test]
fn a_terminal_is_not_steered_by_names() {
    let mut story = Story::of_every_outcome();
    story.tests[3].outcome = Some(Outcome::failed("\u{1b}[2Jcleared\rover"));
    let told = summary(&story);
    assert!(told.chars().all(|character| character == '\n' || !character.is_control()));
    assert!(told.contains("\\u{1b}[2Jcleared\\rover"));
}

#[test]
fn the_summary_of_a_mixed_run_reads_well() {
    let told = summary(&Story::of_every_outcome());
    assert!(told.lines().all(|line| line.chars().count() <= 100), "{told}");
    insta::assert_snapshot!("summary", told);
}

#[test]
fn the_summary_of_a_passed_run_is_short() {
    insta::assert_snapshot!("summary_of_a_pass", summary(&Story::all_passed(3)));
}
