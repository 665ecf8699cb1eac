//! What the tables of a bundle say of runs before it, and what that is held to.

use std::fs;
use std::path::Path;

use backproof_bundle::{CheckStanding, Sealed, Verification, VerifyOptions, verify};
use backproof_evidence::testing::Story;
use backproof_evidence::{RunEvidence, conclude};
use backproof_model::register::RegisterEvent;

use crate::support::{Installation, opened, replace, seal_again, verified, wrong};

const ARN: &str = "arn:aws:dynamodb:eu-central-1:111122223333:table/";

/// A run in which five tables passed, and one after it with every outcome; both sealed.
fn installation() -> (Installation, [Sealed; 2]) {
    let mut installation = Installation::new();
    let first = installation.perform(Story::all_passed(5).tests, |_| {});
    let first = installation.seal(&first);
    installation.events.push(RegisterEvent::Performed {
        plan_name: "quarterly".into(),
        due: "2026-10-01T00:00:00Z".parse().unwrap(),
        run: 1,
        verdict: "passed".into(),
    });
    let second = installation.perform(Story::of_every_outcome().tests, |_| {});
    let second = installation.seal(&second);
    (installation, [first, second])
}

fn with_previous(bundle: &Sealed, before: &Sealed) -> Verification {
    let before = opened(&before.directory);
    verify(&opened(&bundle.directory), &VerifyOptions { previous: Some(&before), ..VerifyOptions::default() })
}

/// Says of a row of `coverage.csv` that `of` picks when it last passed and was last tested, puts it where it then belongs,
/// and seals again. Gives the row's ARN.
fn tell(directory: &Path, of: impl Fn(&[&str]) -> bool, passed: &str, tested: &str) -> String {
    let path = directory.join("coverage.csv");
    let text = fs::read_to_string(&path).unwrap();
    let (header, rows) = text.split_once("\r\n").unwrap();
    let mut rows: Vec<String> = rows.split_terminator("\r\n").map(str::to_owned).collect();
    let row = rows.iter_mut().find(|row| of(&row.split(',').collect::<Vec<_>>())).expect("a row of that kind");
    let cells: Vec<String> = row.split(',').map(str::to_owned).collect();
    *row = format!("{},{passed},{tested}", cells[..4].join(","));
    // Columns may follow that are about something else.
    cells[8..].iter().for_each(|cell| *row += &format!(",{cell}"));
    rows.sort_by_key(|row| {
        let cell = |number: usize| row.split(',').nth(number).unwrap().to_owned();
        (cell(4), cell(0))
    });
    fs::write(&path, format!("{header}\r\n{}\r\n", rows.join("\r\n"))).unwrap();
    seal_again(directory);
    cells[0].clone()
}

fn failed_now(cells: &[&str]) -> bool {
    cells[6..8] == ["failed", "2"]
}

fn passed_then(cells: &[&str]) -> bool {
    cells[5..8] == ["1", "passed", "1"]
}

fn never_tested(cells: &[&str]) -> bool {
    cells[4..8] == [""; 4]
}

#[test]
fn what_follows_from_earlier_bundles_is_said_to_be_taken_as_it_was_sealed() {
    let (_installation, [first, second]) = installation();
    let alone = verified(&second.directory);
    assert_eq!(wrong(&alone), "");
    let derived = &alone.check("derived files").unwrap().sentence;
    assert!(derived.contains("of runs before this one is taken as it was sealed"), "{derived}");
    let earlier = alone.check("earlier runs").unwrap();
    assert_eq!(earlier.standing, CheckStanding::Holds);
    assert!(earlier.sentence.ends_with("only their own bundles show"), "{}", earlier.sentence);
    let is_of_earlier = |note: &String| note.contains("was taken as it was sealed");
    assert!(alone.notes.iter().any(is_of_earlier), "{:?}", alone.notes);

    let with = with_previous(&second, &first);
    assert_eq!(wrong(&with), "");
    let earlier = with.check("earlier runs").unwrap();
    assert!(earlier.sentence.ends_with("this one says too"), "{}", earlier.sentence);
    assert!(!with.notes.iter().any(is_of_earlier), "{:?}", with.notes);

    let none_before = verified(&first.directory);
    assert_eq!(none_before.check("earlier runs").unwrap().sentence, "no run was closed before this one");
    assert!(!none_before.check("derived files").unwrap().sentence.contains("before this one"));
    assert!(!none_before.notes.iter().any(is_of_earlier));
}

#[test]
fn a_row_that_names_a_run_that_was_not_closed_before_is_named() {
    for (run, column) in [("999", "last_passed_run"), ("3", "last_passed_run"), ("999", "last_tested_run")] {
        let (_installation, [_, second]) = installation();
        let passed = format!("2026-10-02T00:00:00Z,{run}");
        let arn = tell(&second.directory, failed_now, &passed, &format!("passed,{run}"));
        let told = wrong(&verified(&second.directory));
        let why = format!("earlier runs: coverage.csv names run {run} as {column} of {arn}, and register.jsonl has no");
        assert!(told.contains(&why), "{told}");
        assert!(told.contains("derived files: coverage.csv line "), "{told}");
    }
}

#[test]
fn what_this_very_run_came_to_is_told_by_its_journal_and_not_by_its_tables() {
    for run in ["2", "3"] {
        let (_installation, [_, second]) = installation();
        tell(&second.directory, failed_now, &format!("2026-10-02T00:00:00Z,{run}"), &format!("passed,{run}"));
        let told = wrong(&verified(&second.directory));
        assert!(told.contains("derived files: coverage.csv line "), "run {run}: {told}");
        // Also where another version worded the files, so that their bytes cannot be compared.
        let ours = format!("\"sealed_by_version\": \"{}\"", env!("CARGO_PKG_VERSION"));
        replace(&second.directory, "run.json", &ours, "\"sealed_by_version\": \"0.0.9\"");
        seal_again(&second.directory);
        let told = wrong(&verified(&second.directory));
        assert!(told.contains(&format!("derived files: coverage.csv: what it says of {ARN}")), "run {run}: {told}");
    }
}

#[test]
fn a_verdict_that_is_not_the_registers_is_named() {
    let (_installation, [_, second]) = installation();
    replace(&second.directory, "runs.csv", ",passed,5,5,0,0,", ",failed,5,4,1,0,");
    seal_again(&second.directory);
    let told = wrong(&verified(&second.directory));
    let why = "earlier runs: runs.csv gives the verdict of run 1 as `failed`, and register.jsonl as `passed`";
    assert!(told.contains(why), "{told}");
}

#[test]
fn what_the_bundle_before_says_otherwise_is_named() {
    let (_installation, [first, second]) = installation();
    replace(&second.directory, "runs.csv", ",passed,5,5,0,0,", ",passed,6,6,0,0,");
    let arn = tell(&second.directory, passed_then, "2026-10-01T23:00:00Z,1", "passed,1");
    assert_eq!(wrong(&verified(&second.directory)), "", "nothing here can tell");
    let told = wrong(&with_previous(&second, &first));
    assert!(told.contains("runs.csv says of run 1: passed, 6 drawn, 6 passed"), "{told}");
    assert!(told.contains("by the bundle before: passed, 5 drawn, 5 passed"), "{told}");
    let why = format!(
        "coverage.csv says that {arn} last passed in run 1 (2026-10-01T23:00:00Z); by the bundle before: in run 1 ("
    );
    assert!(told.contains(&why), "{told}");
}

#[test]
fn what_the_bundle_before_knew_and_this_one_does_not_is_named() {
    let (_installation, [first, second]) = installation();
    let arn = tell(&second.directory, passed_then, ",", ",");
    let told = wrong(&with_previous(&second, &first));
    for what in ["last passed", "was last tested"] {
        let why = format!("coverage.csv says that {arn} {what} never; by the bundle before: in run 1 (");
        assert!(told.contains(&why), "{told}");
    }
}

#[test]
fn a_proof_that_the_bundle_before_knew_nothing_of_is_named() {
    let (_installation, [first, second]) = installation();
    let arn = tell(&second.directory, never_tested, "2026-10-01T23:00:00Z,1", "passed,1");
    let told = wrong(&with_previous(&second, &first));
    let why = format!(
        "coverage.csv says that {arn} last passed in run 1 (2026-10-01T23:00:00Z); by the bundle before: never"
    );
    assert!(told.contains(&why), "{told}");
}

#[test]
fn a_difference_between_two_versions_is_shown_and_not_called_wrong() {
    let (mut installation, [first, _]) = installation();
    let ours = format!("\"sealed_by_version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    replace(&first.directory, "run.json", &ours, "\"sealed_by_version\": \"0.0.9\"");
    seal_again(&first.directory);
    installation.events.truncate(2);
    let sha256 = crate::support::seal_of(&first.directory);
    installation.events.push(RegisterEvent::BundleSealed { run: 1, sha256 });
    installation.history.summaries.get_mut(&1).unwrap().recovery_longest_seconds = Some(1);
    let next = installation.perform(Story::all_passed(3).tests, |_| {});
    fs::remove_dir_all(installation.path("bundles/2")).unwrap();
    let next = installation.seal(&next);
    let earlier = with_previous(&next, &first).check("earlier runs").unwrap().clone();
    assert_eq!(earlier.standing, CheckStanding::NotShown, "{}", earlier.sentence);
    assert!(earlier.sentence.starts_with("version 0.0.9 sealed the bundle before"), "{}", earlier.sentence);
}

#[test]
fn a_run_between_that_the_bundle_before_could_not_know_is_no_contradiction() {
    let mut installation = Installation::new();
    let first = installation.perform(Story::all_passed(5).tests, |_| {});
    let first = installation.seal(&first);
    let between = installation.perform(Story::of_every_outcome().tests, |_| {});
    let evidence = RunEvidence::from_journal(&between.journal).unwrap();
    installation.history.add(&evidence, &conclude(&evidence));
    let third = installation.perform(Story::all_passed(3).tests, |_| {});
    let third = installation.seal(&third);
    assert_eq!(third.previous.as_ref().map(|previous| previous.run), Some(1));
    assert_eq!(wrong(&with_previous(&third, &first)), "");
}

#[test]
fn a_run_that_was_not_closed_by_then_is_left_to_the_next_bundle() {
    let mut installation = Installation::new();
    let open = installation.perform(Story::of_every_outcome().tests, |_| {});
    let closing = installation.events.pop().unwrap();
    let evidence = RunEvidence::from_journal(&open.journal).unwrap();
    let second = installation.perform(Story::all_passed(3).tests, |_| {});
    let sealed = installation.try_seal(&second).unwrap();
    // The same bundle, sealed once the other run is closed as well.
    installation.events.push(closing);
    installation.history.add(&evidence, &conclude(&evidence));
    let again = installation.try_seal(&second).unwrap();
    assert_eq!((again.was_there, &again.sha256), (true, &sealed.sha256));
    assert_eq!(wrong(&verified(&sealed.directory)), "");
}
