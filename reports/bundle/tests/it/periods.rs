//! Bundles as the dossier of a run and of a period.

use backproof_bundle::{DossierError, ReadOptions, VerifyOptions, dossier, history, verify};
use backproof_evidence::dossier::{Period, Subject};

use crate::support::{Installation, opened, wrong};

#[test]
fn the_dossier_of_a_period_has_its_runs_the_register_and_the_coverage() {
    let (_installation, [first, second]) = Installation::of_two_runs();
    let bundles = [opened(&second.directory), opened(&first.directory)];
    let period = Period { from: "2026-01-01".parse().unwrap(), to: "2026-12-31".parse().unwrap() };
    let subject = Subject { entity: Some("Example Ltd".into()), ..Subject::default() };
    let dossier = dossier(&bundles, &ReadOptions::default(), subject.clone(), Some(period)).unwrap();
    assert_eq!(dossier.runs.iter().map(|run| run.evidence.run).collect::<Vec<_>>(), [1, 2], "oldest first");
    assert_eq!((dossier.subject.entity.as_deref(), dossier.period), (Some("Example Ltd"), Some(period)));
    let seal = dossier.latest().seal.as_ref().unwrap();
    assert_eq!(seal.sha256, second.sha256);
    assert_eq!(seal.previous.as_ref().map(|previous| previous.sha256.clone()), Some(first.sha256.clone()));
    assert!(seal.files.iter().any(|file| file.name == "journal.jsonl" && file.bytes > 0));

    let register = &dossier.register;
    assert_eq!(register.problems, Vec::<String>::new());
    let seals: Vec<_> = register.runs.iter().map(|run| run.bundle_sha256.clone()).collect();
    assert_eq!(seals, [Some(first.sha256), Some(second.sha256)]);
    let verdicts: Vec<_> = register.runs.iter().filter_map(|run| Some(run.summary.as_ref()?.verdict.clone())).collect();
    assert_eq!(verdicts, ["left-behind", "passed"]);

    let shape = dossier.latest().population.as_ref().unwrap();
    let sums = shape.buckets.iter().fold((0, 0), |(points, drawn), it| (points + it.points, drawn + it.drawn));
    assert_eq!(sums, (40, 5));
    assert_eq!(dossier.coverage.len(), 21, "every table, and the one that nothing covers");
    let passed_now = dossier.coverage.iter().filter(|row| row.last_passed_run == Some(2)).count();
    assert_eq!(passed_now, 5);
    assert!(dossier.coverage.iter().any(|row| row.last_passed_run == Some(1)), "older proofs are kept");
    let never = dossier.coverage.iter().take_while(|row| row.last_passed.is_none()).count();
    assert!(
        never > 0 && dossier.coverage[never..].iter().all(|row| row.last_passed.is_some()),
        "never proved ones first"
    );
}

#[test]
fn the_bundle_before_tells_the_history_as_the_journals_do() {
    let (installation, [_, second]) = Installation::of_two_runs();
    assert_eq!(history(&opened(&second.directory)).unwrap(), installation.history);
}

#[test]
fn the_link_to_the_bundle_before_is_verified_with_that_bundle() {
    let (_installation, [first, second]) = Installation::of_two_runs();
    let (before, bundle) = (opened(&first.directory), opened(&second.directory));
    let options = VerifyOptions { previous: Some(&before), ..VerifyOptions::default() };
    assert_eq!(wrong(&verify(&bundle, &options)), "");
    let swapped = VerifyOptions { previous: Some(&bundle), ..VerifyOptions::default() };
    assert!(wrong(&verify(&bundle, &swapped)).contains("the register says that run 1 was sealed as"));
    let none_before = wrong(&verify(&before, &swapped));
    assert!(none_before.contains("was given as the bundle before, and there is none"), "{none_before}");
}

#[test]
fn bundles_that_do_not_belong_together_make_no_dossier() {
    let (_one, [first, _]) = Installation::of_two_runs();
    let twice = [opened(&first.directory), opened(&first.directory)];
    let refused = dossier(&twice, &ReadOptions::default(), Subject::default(), None);
    assert!(matches!(refused, Err(DossierError::Twice(1))));
    assert!(matches!(dossier(&[], &ReadOptions::default(), Subject::default(), None), Err(DossierError::NoBundle)));
    let mut other = Installation::new();
    let one = other.perform(backproof_evidence::testing::Story::all_passed(2).tests, |_| {});
    other.seal(&one);
    let two = other.perform(backproof_evidence::testing::Story::all_passed(2).tests, |story| {
        story.opened.installation = "elsewhere".into();
    });
    let two = other.seal(&two);
    let mixed = [opened(&first.directory), opened(&two.directory)];
    let refused = dossier(&mixed, &ReadOptions::default(), Subject::default(), None);
    assert!(matches!(refused, Err(DossierError::Installations(..))));
}
