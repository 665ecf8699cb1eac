//! What sealing writes, and what it refuses.

use std::fs;

use backproof_bundle::{CheckStanding, SealError};
use backproof_evidence::testing::{RunLists, Story, with_record, without_population};
use backproof_model::canonical::sha256_hex;
use backproof_model::record::{Purpose, RawAnswersKept, run_step};

use crate::support::{Installation, opened, seal_again, verified, wrong};

#[test]
fn a_sealed_bundle_is_complete_and_holds() {
    let (installation, sealed) = Installation::of_every_outcome();
    let names: Vec<String> = opened(&sealed.directory).files().map(|(path, _)| path.to_owned()).collect();
    assert_eq!(
        names,
        [
            "SHA256SUMS",
            "VERIFY.md",
            "checks.csv",
            "coverage.csv",
            "draw.json",
            "exceptions.csv",
            "excluded.tsv",
            "gaps.tsv",
            "journal.jsonl",
            "plan.json",
            "points.tsv",
            "population.tsv",
            "ranking.tsv",
            "register.jsonl",
            "resources.csv",
            "results.csv",
            "results.json",
            "run.json",
            "runs.csv",
            "uncovered.tsv",
        ]
    );
    let verification = verified(&sealed.directory);
    assert_eq!(wrong(&verification), "");
    assert_eq!(verification.standing(), CheckStanding::NotShown, "nobody has signed it");
    assert_eq!((sealed.run, sealed.files, sealed.previous), (1, 19, None));
    assert_eq!(fs::read_dir(installation.path("bundles")).unwrap().count(), 1, "nothing unfinished stays");
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let (_one, first) = Installation::of_every_outcome();
    let (_other, second) = Installation::of_every_outcome();
    assert_eq!(first.sha256, second.sha256);
    let (one, other) = (opened(&first.directory), opened(&second.directory));
    for (path, _) in one.files() {
        assert_eq!(one.bytes(path).unwrap(), other.bytes(path).unwrap(), "{path}");
    }
}

#[test]
fn sealing_again_changes_nothing_and_never_overwrites_another_bundle() {
    let mut installation = Installation::new();
    let run = installation.perform(Story::all_passed(3).tests, |_| {});
    let first = installation.try_seal(&run).unwrap();
    let attestation = first.directory.join("attestations/operator.dsse.json");
    fs::create_dir_all(attestation.parent().unwrap()).unwrap();
    fs::write(&attestation, "signed since").unwrap();
    let again = installation.try_seal(&run).unwrap();
    assert_eq!((first.was_there, again.was_there), (false, true));
    assert_eq!((&first.sha256, fs::read_to_string(&attestation).unwrap().as_str()), (&again.sha256, "signed since"));

    fs::write(first.directory.join("plan.json"), "{}").unwrap();
    let damaged = installation.try_seal(&run).unwrap_err();
    assert!(matches!(damaged, SealError::Damaged(_)), "{damaged}");
    fs::write(first.directory.join("SHA256SUMS"), "").unwrap();
    let differs = installation.try_seal(&run).unwrap_err();
    assert!(matches!(differs, SealError::Differs { .. }), "{differs}");
    assert_eq!(fs::read_dir(installation.path("bundles")).unwrap().count(), 1);
}

#[test]
fn several_that_seal_the_same_run_at_once_all_find_it_sealed() {
    let mut installation = Installation::new();
    let run = installation.perform(Story::all_passed(3).tests, |_| {});
    let sealed = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(|| installation.try_seal(&run).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(sealed.iter().all(|it| it.sha256 == sealed[0].sha256));
    assert_eq!(sealed.iter().filter(|it| !it.was_there).count(), 1, "one of them has placed it");
    assert_eq!(wrong(&verified(&sealed[0].directory)), "");
    assert_eq!(fs::read_dir(installation.path("bundles")).unwrap().count(), 1, "nothing unfinished stays");
}

#[test]
fn a_run_that_is_not_closed_is_not_sealed() {
    let mut installation = Installation::new();
    let open = installation.perform(Story::all_passed(3).tests, |story| story.closed = None);
    assert!(matches!(installation.try_seal(&open), Err(SealError::NotClosed { run: 1 })));
    let mut unregistered = Installation::new();
    let run = unregistered.perform(Story::all_passed(3).tests, |_| {});
    unregistered.events.pop();
    assert!(matches!(unregistered.try_seal(&run), Err(SealError::NotClosed { run: 1 })));
    assert!(!unregistered.path("bundles/1").exists());
}

#[test]
fn a_list_that_is_not_the_journals_stops_the_sealing_and_leaves_nothing() {
    for file in ["population.tsv", "excluded.tsv", "ranking.tsv"] {
        let mut installation = Installation::new();
        let run = installation.perform(Story::all_passed(3).tests, |_| {});
        let text = fs::read_to_string(run.files.join(file)).unwrap();
        fs::write(run.files.join(file), text.replacen("table", "tabel", 1)).unwrap();
        let refused = installation.try_seal(&run).unwrap_err();
        assert!(matches!(&refused, SealError::OtherFile { path, .. } if path.ends_with(file)), "{refused}");
        assert_eq!(fs::read_dir(installation.path("bundles")).unwrap().count(), 0);
        fs::remove_file(run.files.join(file)).unwrap();
        assert!(matches!(installation.try_seal(&run), Err(SealError::Files { .. })));
    }
}

#[test]
fn a_check_of_one_point_is_sealed_without_a_population() {
    let mut installation = Installation::new();
    let mut story = Story::all_passed(1);
    (story.opened.run, story.opened.purpose) = (1, Purpose::Check);
    story.ranking_sha256 = String::new();
    story.tests[0].drawn.rank = None;
    let run = installation.enter(&story, &RunLists::new(), without_population(&story));
    let sealed = installation.try_seal(&run).unwrap();
    assert!(!sealed.directory.join("population.tsv").exists());
    assert_eq!(wrong(&verified(&sealed.directory)), "");
}

#[test]
fn what_is_entered_after_the_closing_is_left_to_the_next_bundle() {
    let (installation, [first, second]) = Installation::of_two_runs();
    let register = |sealed: &backproof_bundle::Sealed| opened(&sealed.directory).text("register.jsonl").unwrap();
    assert!(!register(&first).contains("bundle-sealed"));
    assert!(register(&second).contains(&first.sha256), "the seal of the first is in the second's register");
    assert!(register(&second).starts_with(&register(&first)));
    assert_eq!(second.previous.map(|previous| previous.sha256), Some(first.sha256));
    drop(installation);
}

#[test]
fn answers_of_aws_are_sealed_as_they_stood_at_the_closing_and_no_further() {
    let mut installation = Installation::new();
    let (story, lists) = Story::frozen(1, 20, Story::all_passed(3).tests);
    let answers = "{\"call\":\"backup:StartRestoreJob\"}\n{\"call\":\"backup:DescribeRestoreJob\"}\n";
    let kept = RawAnswersKept {
        bytes: answers.len() as u64,
        lines: 2,
        answers: 2,
        sha256: sha256_hex(answers),
        ..RawAnswersKept::default()
    };
    let run = installation.enter(&story, &lists, with_record(&story, run_step::RAW_ANSWERS, &kept));
    assert!(matches!(installation.try_seal(&run), Err(SealError::Files { .. })), "they are not there");
    fs::write(run.files.join("raw.jsonl"), format!("{answers}{{\"call\":\"after the closing\"}}\n")).unwrap();
    let sealed = installation.try_seal(&run).unwrap();
    assert_eq!(opened(&sealed.directory).text("raw/answers.jsonl").unwrap(), answers);
    let verification = verified(&sealed.directory);
    assert_eq!(wrong(&verification), "");
    assert!(verification.check("AWS's answers").unwrap().sentence.starts_with("2 answers of AWS"));
    fs::write(sealed.directory.join("raw/answers.jsonl"), answers.replace("Start", "Stop_")).unwrap();
    seal_again(&sealed.directory);
    let told = wrong(&verified(&sealed.directory));
    assert!(told.contains("AWS's answers: raw/answers.jsonl has SHA-256"), "{told}");
}
