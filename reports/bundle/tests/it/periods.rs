//! Bundles as the dossier of a run and of a period.

use std::fs;
use std::path::Path;

use backproof_bundle::{DossierError, ReadOptions, VerifyOptions, dossier, history, verify};
use backproof_evidence::dossier::{Period, Subject};
use backproof_evidence::testing::Story;
use backproof_model::register::RegisterEvent;

use crate::support::{Installation, opened, seal_again, seal_of, wrong};

/// What must be told, and what is done to a bundle's directory.
type Alteration = (&'static str, fn(&Path));

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
fn a_bundle_before_that_is_not_as_it_was_sealed_is_compared_with_nothing() {
    let alter: [Alteration; 4] = [
        ("`register.jsonl` is not as it was sealed", |folder| fs::write(folder.join("register.jsonl"), "").unwrap()),
        ("`results.csv` is missing", |folder| fs::remove_file(folder.join("results.csv")).unwrap()),
        ("`added` was added", |folder| fs::write(folder.join("added"), "").unwrap()),
        ("`link` is a link", |folder| std::os::unix::fs::symlink("/dev/zero", folder.join("link")).unwrap()),
    ];
    for (expected, alter) in alter {
        let (_installation, [first, second]) = Installation::of_two_runs();
        alter(&first.directory);
        let before = opened(&first.directory);
        let options = VerifyOptions { previous: Some(&before), ..VerifyOptions::default() };
        let told = wrong(&verify(&opened(&second.directory), &options));
        let origin = first.directory.display();
        assert!(told.contains(&format!("previous bundle: `{origin}`: {expected}")), "{expected}: {told}");
    }
}

#[test]
fn a_bundle_before_must_have_the_register_up_to_its_closing_and_the_journal_of_its_run() {
    // Whoever owns everything sealed it so, and entered that very seal.
    let alter: [Alteration; 3] = [
        ("register.jsonl must end with the closing of run 1, and its 0 lines do not", |folder| {
            fs::write(folder.join("register.jsonl"), "").unwrap();
        }),
        ("register.jsonl must end with the closing of run 1, and its 1 lines do not", |folder| {
            let text = fs::read_to_string(folder.join("register.jsonl")).unwrap();
            fs::write(folder.join("register.jsonl"), text.split_inclusive('\n').next().unwrap()).unwrap();
        }),
        ("journal.jsonl ends with head ", |folder| {
            let (story, _) = Story::frozen(1, 20, Story::all_passed(2).tests);
            fs::write(folder.join("journal.jsonl"), story.journal()).unwrap();
        }),
    ];
    for (expected, alter) in alter {
        let mut installation = Installation::new();
        let first = installation.perform(Story::all_passed(3).tests, |_| {});
        let first = installation.seal(&first);
        alter(&first.directory);
        seal_again(&first.directory);
        let sha256 = seal_of(&first.directory);
        *installation.events.last_mut().unwrap() = RegisterEvent::BundleSealed { run: 1, sha256 };
        let second = installation.perform(Story::all_passed(3).tests, |_| {});
        let second = installation.seal(&second);
        let before = opened(&first.directory);
        let options = VerifyOptions { previous: Some(&before), ..VerifyOptions::default() };
        let told = wrong(&verify(&opened(&second.directory), &options));
        assert!(told.contains(expected), "{expected}: {told}");
    }
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
