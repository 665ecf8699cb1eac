//! `JUnit` XML by an XML parser, and that nothing but a pass looks like one.

use backproof_evidence::Dossier;
use backproof_evidence::testing::Story;
use backproof_exports::junit::junit;

use crate::support::{all_passed, dossier, every_outcome, run};

/// One case: its suite, its name, its result, the result's type and message.
type Case = (String, String, String, Option<String>, Option<String>);

pub(crate) fn cases(dossier: &Dossier) -> Vec<Case> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("junit.xml");
    std::fs::write(&file, junit(dossier)).unwrap();
    serde_json::from_str(&run("junit.py", &[&file])).unwrap()
}

fn results<'a>(cases: &'a [Case], name: &str) -> Vec<&'a str> {
    cases.iter().filter(|case| case.1 == name).map(|case| case.2.as_str()).collect()
}

#[test]
fn every_check_is_a_case_and_every_restore_test_has_an_outcome() {
    let dossier = every_outcome();
    let cases = cases(&dossier);
    let tests = &dossier.runs[0].evidence.tests;
    let checks: usize = tests.iter().map(|test| test.checks().len()).sum();
    assert_eq!(cases.len(), checks + tests.len() + 3);
    let wanted: Vec<&str> = tests
        .iter()
        .map(|test| match test.outcome.word() {
            "passed" => "passed",
            "failed" => "failure",
            _ => "error",
        })
        .collect();
    assert_eq!(results(&cases, "outcome"), wanted);
    assert!(wanted.contains(&"failure") && wanted.contains(&"error") && wanted.contains(&"passed"));
}

#[test]
fn what_could_not_be_told_is_an_error_with_its_owner() {
    let cases = cases(&every_outcome());
    let kinds: Vec<&str> = cases.iter().filter(|case| case.2 == "error").filter_map(|case| case.3.as_deref()).collect();
    assert!(kinds.contains(&"inconclusive/sandbox") && kinds.contains(&"inconclusive/validator"), "{kinds:?}");
    assert!(!junit(&every_outcome()).contains("<skipped"));
}

#[test]
fn a_run_that_passed_is_green_and_one_without_restore_tests_is_not() {
    let green = cases(&all_passed(3));
    assert!(green.iter().all(|case| case.2 == "passed"), "{green:?}");
    let empty = cases(&dossier(&[Story::of(Vec::new())]));
    assert_eq!(results(&empty, "verdict"), ["error"]);
    let mut open = Story::all_passed(1);
    open.closed = None;
    let open = cases(&dossier(&[open]));
    assert_eq!(results(&open, "verdict"), ["error"]);
}

#[test]
fn what_is_left_behind_is_a_failure() {
    let cases = cases(&every_outcome());
    assert_eq!([results(&cases, "nothing-left-behind"), results(&cases, "verdict")], [["failure"], ["failure"]]);
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    assert_eq!(junit(&every_outcome()), junit(&every_outcome()));
    assert!(junit(&every_outcome()).contains("simulation"));
}
