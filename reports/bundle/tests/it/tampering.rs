//! Whatever is changed in a bundle is named, also where whoever owns everything computes all digests anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use backproof_bundle::{CheckStanding, VerifyOptions, verify};
use backproof_evidence::testing::register;
use backproof_model::canonical::sha256_hex;
use backproof_model::chain::{Entry, genesis, line_of};
use backproof_model::register::RegisterEvent;

use crate::support::{
    Installation, key, opened, operator_signs, replace, seal_again, signs_off, trust, verified, wrong,
};

fn sealed_files(directory: &Path) -> Vec<String> {
    let bundle = opened(directory);
    bundle.files().map(|(path, _)| path.to_owned()).filter(|path| path != "SHA256SUMS").collect()
}

#[test]
fn each_file_with_one_byte_changed_is_named() {
    let (_installation, sealed) = Installation::of_every_outcome();
    for file in sealed_files(&sealed.directory) {
        let path = sealed.directory.join(&file);
        let original = fs::read(&path).unwrap();
        let mut changed = original.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(&path, &changed).unwrap();
        let told = wrong(&verified(&sealed.directory));
        let expected = format!(
            "files: `{file}` is not as it was sealed: expected SHA-256 {}, found {}",
            sha256_hex(&original),
            sha256_hex(&changed)
        );
        assert!(told.contains(&expected), "{file}:\n{told}");
        fs::write(&path, original).unwrap();
    }
    assert_eq!(wrong(&verified(&sealed.directory)), "");
}

#[test]
fn each_file_that_is_missing_is_named_also_where_it_is_listed_no_more() {
    let (_installation, sealed) = Installation::of_every_outcome();
    let sums = fs::read(sealed.directory.join("SHA256SUMS")).unwrap();
    for file in sealed_files(&sealed.directory) {
        let path = sealed.directory.join(&file);
        let original = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let told = wrong(&verified(&sealed.directory));
        assert!(told.contains(&format!("files: `{file}` is missing")), "{file}:\n{told}");
        seal_again(&sealed.directory);
        let told = wrong(&verified(&sealed.directory));
        assert!(told.contains(&format!(": {file} cannot be read")), "listed no more: {file}:\n{told}");
        fs::write(&path, original).unwrap();
        fs::write(sealed.directory.join("SHA256SUMS"), &sums).unwrap();
    }
}

#[test]
fn whatever_is_added_is_named() {
    let (_installation, sealed) = Installation::of_every_outcome();
    let added = sealed.directory.join("raw/added.json");
    fs::create_dir_all(added.parent().unwrap()).unwrap();
    fs::write(&added, "{}").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", sealed.directory.join("link")).unwrap();
    let told = wrong(&verified(&sealed.directory));
    assert!(told.contains("files: `raw/added.json` was added: SHA256SUMS does not list it"), "{told}");
    assert!(told.contains("files: `link` is a link; a bundle holds plain files"), "{told}");
}

#[test]
fn each_file_of_another_run_is_named_also_with_all_digests_computed_anew() {
    let (_installation, [first, second]) = Installation::of_two_runs();
    let original = |file: &str| fs::read(second.directory.join(file)).unwrap();
    let sums = original("SHA256SUMS");
    // Both runs list the same resources with the same gaps, so these are the same file.
    let same = |file: &str| original(file) == fs::read(first.directory.join(file)).unwrap();
    let mut told_of = 0;
    for file in sealed_files(&second.directory).into_iter().filter(|file| !same(file)) {
        let own = original(&file);
        fs::copy(first.directory.join(&file), second.directory.join(&file)).unwrap();
        let told = wrong(&verified(&second.directory));
        assert!(told.contains(&format!("files: `{file}` is not as it was sealed")), "{file}:\n{told}");
        seal_again(&second.directory);
        let told = wrong(&verified(&second.directory));
        let stem = file.split('.').next().unwrap();
        assert!(told.contains(stem), "{file} is not named:\n{told}");
        fs::write(second.directory.join(&file), own).unwrap();
        fs::write(second.directory.join("SHA256SUMS"), &sums).unwrap();
        told_of += 1;
    }
    assert!(told_of >= 12, "only {told_of} files differ between the runs");
    assert_eq!(wrong(&verified(&second.directory)), "");
}

/// Rewrites every chain of a journal so that each line follows the one before, as a forger would.
fn chained_again(lines: &str) -> String {
    let mut heads = BTreeMap::<String, (u64, String)>::new();
    let mut text = String::new();
    for line in lines.lines() {
        let mut entry: Entry = serde_json::from_str(line).unwrap();
        let (seq, prev) = heads.entry(entry.chain.clone()).or_insert_with(|| (0, genesis(entry.run, &entry.chain)));
        (entry.seq, entry.prev) = (*seq, prev.clone());
        let line = line_of(&entry).unwrap();
        *seq += 1;
        *prev = sha256_hex(&line);
        text += &(line + "\n");
    }
    text
}

#[test]
fn an_edited_entry_breaks_its_chain_whatever_the_digests_say() {
    let (_installation, sealed) = Installation::of_every_outcome();
    replace(&sealed.directory, "journal.jsonl", "\"count\":1200", "\"count\":1300");
    seal_again(&sealed.directory);
    let told = wrong(&verified(&sealed.directory));
    assert!(told.contains("does not follow the line before: expected prev"), "{told}");
    assert!(told.contains("of chain `test-"), "the chain and its line are named: {told}");
}

#[test]
fn an_edited_entry_with_its_chain_made_anew_differs_from_the_head_that_the_run_recorded() {
    let (_installation, sealed) = Installation::of_every_outcome();
    replace(&sealed.directory, "journal.jsonl", "\"count\":1200", "\"count\":1300");
    let path = sealed.directory.join("journal.jsonl");
    fs::write(&path, chained_again(&fs::read_to_string(&path).unwrap())).unwrap();
    seal_again(&sealed.directory);
    let told = wrong(&verified(&sealed.directory));
    assert!(told.contains("but the run's chain recorded"), "{told}");
}

/// The strongest forger: owns the journal, and makes anew the chains, the heads and everything that is derived.
#[test]
fn a_journal_made_anew_with_all_its_heads_differs_from_the_register_and_from_the_signature() {
    let mut installation = Installation::new();
    let run = installation.perform(backproof_evidence::testing::Story::of_every_outcome().tests, |_| {});
    let sealed = installation.seal(&run);
    operator_signs(&sealed.directory, &key("operator"));
    // The same run, told better.
    let (mut better, _) =
        backproof_evidence::testing::Story::frozen(1, 20, backproof_evidence::testing::Story::of_every_outcome().tests);
    better.tests.truncate(9);
    better.tests[1] = {
        let mut passed = backproof_evidence::testing::TestStory::passed(2, "customers");
        passed.drawn = better.tests[1].drawn.clone();
        passed
    };
    fs::write(sealed.directory.join("journal.jsonl"), better.journal()).unwrap();
    seal_again(&sealed.directory);
    let told = wrong(&verified(&sealed.directory));
    assert!(told.contains("register: register.jsonl closed run 1 with head"), "{told}");
    assert!(told.contains("it is about another bundle"), "the signature is over the old seal: {told}");
    assert!(told.contains("derived files: results.json: restore test 2 has outcome `failed`"), "{told}");
}

#[test]
fn a_run_dropped_from_the_register_is_named() {
    let (installation, [first, second]) = Installation::of_two_runs();
    let path = second.directory.join("register.jsonl");
    let original = fs::read_to_string(&path).unwrap();
    let dropped: String =
        original.lines().filter(|line| !line.contains("\"run\":1}")).map(|it| format!("{it}\n")).collect();
    assert_ne!(original, dropped);
    fs::write(&path, &dropped).unwrap();
    seal_again(&second.directory);
    let told = wrong(&verified(&second.directory));
    assert!(told.contains("of chain `register` "), "the chain is broken: {told}");

    // With the chain made anew, the numbers show it.
    let events: Vec<RegisterEvent> = installation
        .events
        .iter()
        .filter(|event| {
            !matches!(
                event,
                RegisterEvent::RunOpened { run: 1, .. }
                    | RegisterEvent::RunClosed { run: 1, .. }
                    | RegisterEvent::BundleSealed { .. }
            )
        })
        .cloned()
        .collect();
    fs::write(&path, register(&events)).unwrap();
    seal_again(&second.directory);
    let told = wrong(&verified(&second.directory));
    assert!(told.contains("run 2 was opened where run 1 was next"), "{told}");

    // And the bundle before shows it, whatever the numbers are.
    let before = opened(&first.directory);
    let options = VerifyOptions { previous: Some(&before), ..VerifyOptions::default() };
    let told = wrong(&verify(&opened(&second.directory), &options));
    assert!(told.contains("previous bundle: "), "{told}");
}

#[test]
fn a_bundle_taken_out_between_two_others_is_named() {
    let (_installation, [_, second]) = Installation::of_two_runs();
    replace(&second.directory, "run.json", "\"previous\": {", "\"before\": {");
    seal_again(&second.directory);
    let told = wrong(&verified(&second.directory));
    assert!(told.contains("previous bundle: run.json names none as the bundle before"), "{told}");
}

/// The first outcome of a failed restore test in `results.json`, and a better one.
const OUTCOME: &str = "\"outcome\": \"failed\",\n      \"level\"";
const BETTER: &str = "\"outcome\": \"passed\",\n      \"level\"";

/// What is changed, by which text, and what must be told, all digests being computed anew.
type Case = (&'static str, &'static str, &'static str, &'static str);

#[test]
fn what_does_not_follow_from_the_journal_is_named_by_file_and_line() {
    let cases: [Case; 11] = [
        ("results.json", OUTCOME, BETTER, "results.json: restore test 2 has outcome"),
        (
            "results.json",
            "\"passed\": 4",
            "\"passed\": 6",
            "derived files: results.json: conclusion.counts.passed is 6",
        ),
        ("results.json", "\"bound\": ", "\"bound\": 1", "bounds: results.json: assurance"),
        ("results.csv", ",failed,", ",passed,", "derived files: results.csv line 3: expected"),
        ("checks.csv", ",failed,", ",passed,", "derived files: checks.csv line "),
        ("resources.csv", ",stranded,", ",deleted,", "derived files: resources.csv line "),
        ("coverage.csv", "failed", "passed", "derived files: coverage.csv line "),
        ("draw.json", "\"rank\": 1", "\"rank\": 2", "derived files: draw.json line "),
        ("run.json", "\"stranded\": 1", "\"stranded\": 0", "counts: run.json counts 0 as `stranded`"),
        ("VERIFY.md", "offline", "online", "derived files: VERIFY.md line "),
        ("plan.json", "900", "901", "plan: plan.json has SHA-256"),
    ];
    let (_installation, sealed) = Installation::of_every_outcome();
    for (file, from, to, expected) in cases {
        let original = fs::read(sealed.directory.join(file)).unwrap();
        replace(&sealed.directory, file, from, to);
        seal_again(&sealed.directory);
        let told = wrong(&verified(&sealed.directory));
        assert!(told.contains(expected), "{file}: `{expected}` is not among:\n{told}");
        fs::write(sealed.directory.join(file), original).unwrap();
    }
}

#[test]
fn lists_are_held_to_the_journal_and_to_each_other() {
    let cases: [Case; 9] = [
        ("population.tsv", "table-0003", "table-0099", "population: population.tsv has SHA-256"),
        ("population.tsv", "table-0003", "table-0099", "draw: "),
        ("population.tsv", "DynamoDB\t", "ZynamoDB\t", "out of order"),
        ("points.tsv", "table-0003/backup", "table-0099/backup", "population: points.tsv line "),
        ("excluded.tsv", "cold-storage", "partial", "population: excluded.tsv gives the reasons"),
        ("uncovered.tsv", "in-scope", "filtered-out", "population: uncovered.tsv line 1: expected"),
        ("gaps.tsv", "90000", "80000", "population: gaps.tsv line 1: expected"),
        ("ranking.tsv", "\t1\t", "\t9\t", "draw: ranking.tsv line 1: expected"),
        ("ranking.tsv", "\t1\t", "\t9\t", "draw: ranking.tsv has SHA-256"),
    ];
    let (_installation, sealed) = Installation::of_every_outcome();
    for (file, from, to, expected) in cases {
        let original = fs::read(sealed.directory.join(file)).unwrap();
        replace(&sealed.directory, file, from, to);
        seal_again(&sealed.directory);
        let told = wrong(&verified(&sealed.directory));
        assert!(told.contains(expected), "{file}: `{expected}` is not among:\n{told}");
        fs::write(sealed.directory.join(file), original).unwrap();
    }
}

#[test]
fn a_point_that_the_seed_does_not_draw_is_named() {
    let mut installation = Installation::new();
    let run = installation.perform(backproof_evidence::testing::Story::all_passed(4).tests, |story| {
        let other = story.tests[2].drawn.point.clone();
        story.tests[1].drawn.unit = other.resource_arn.to_string();
        story.tests[1].drawn.point = other;
    });
    let sealed = installation.try_seal(&run).unwrap();
    let told = wrong(&verified(&sealed.directory));
    assert!(told.contains("draw: restore test 2 must be of arn:aws:dynamodb"), "{told}");
}

#[test]
fn an_unknown_newer_format_is_not_taken_for_a_broken_one() {
    let (_installation, sealed) = Installation::of_every_outcome();
    replace(&sealed.directory, "run.json", "backproof-bundle/v1", "backproof-bundle/v2");
    seal_again(&sealed.directory);
    let verification = verified(&sealed.directory);
    assert_eq!(wrong(&verification), "");
    let format = verification.check("format").unwrap();
    assert!(format.sentence.contains("take a newer version of backproof"), "{}", format.sentence);
    replace(&sealed.directory, "run.json", "backproof-bundle/v2", "something-else/v1");
    seal_again(&sealed.directory);
    assert!(wrong(&verified(&sealed.directory)).contains("is none of a bundle's"));
}

#[test]
fn a_signature_on_a_newer_format_is_not_taken_for_a_broken_one_either() {
    let (_installation, sealed) = Installation::of_every_outcome();
    replace(&sealed.directory, "run.json", "backproof-bundle/v1", "backproof-bundle/v2");
    seal_again(&sealed.directory);
    operator_signs(&sealed.directory, &key("rosa"));
    signs_off(&sealed.directory, "Mara Example", &key("mara"));
    let people = trust(&[
        ("rosa@ops-1", &key("rosa"), "\"operator\""),
        ("Mara Example", &key("mara"), "\"operator\", \"reviewer\""),
    ]);
    for trust in [None, Some(&people)] {
        let verification = verify(&opened(&sealed.directory), &VerifyOptions { trust, ..VerifyOptions::default() });
        assert_eq!((wrong(&verification).as_str(), verification.standing()), ("", CheckStanding::NotShown));
        for name in ["signature operator.dsse.json", "sign-off sign-off-1.dsse.json"] {
            let check = verification.check(name).unwrap();
            assert_eq!(check.standing, CheckStanding::NotShown, "{}", check.sentence);
        }
    }
    // What can be told without the journal is told: a sign-off with the operator's own key is none.
    signs_off(&sealed.directory, "Mara Example", &key("rosa"));
    let told = wrong(&verified(&sealed.directory));
    assert!(told.contains("another person must sign"), "{told}");
}

#[test]
fn words_of_another_version_are_not_taken_for_forged_ones() {
    let (_installation, sealed) = Installation::of_every_outcome();
    let ours = format!("\"sealed_by_version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    replace(&sealed.directory, "run.json", &ours, "\"sealed_by_version\": \"0.0.9\"");
    replace(&sealed.directory, "VERIFY.md", "Everything here works offline", "All of this works offline");
    seal_again(&sealed.directory);
    let verification = verified(&sealed.directory);
    assert_eq!(wrong(&verification), "");
    let derived = verification.check("derived files").unwrap();
    assert!(derived.sentence.contains("version 0.0.9 made VERIFY.md"), "{}", derived.sentence);
    replace(&sealed.directory, "results.json", OUTCOME, BETTER);
    seal_again(&sealed.directory);
    assert!(
        wrong(&verified(&sealed.directory)).contains("restore test 2 has outcome"),
        "facts are compared all the same"
    );
}

#[test]
fn reports_must_be_as_they_were_made_of_this_very_bundle() {
    let (_installation, sealed) = Installation::of_every_outcome();
    let reports = sealed.directory.join("reports");
    fs::create_dir(&reports).unwrap();
    fs::write(reports.join("report.html"), "<html>").unwrap();
    let list = |seal: &str| format!("{seal}  ../SHA256SUMS\n{}  report.html\n", sha256_hex("<html>"));
    fs::write(reports.join("SHA256SUMS"), list(&sealed.sha256)).unwrap();
    assert_eq!(wrong(&verified(&sealed.directory)), "");
    fs::write(reports.join("report.html"), "<html>better").unwrap();
    assert!(wrong(&verified(&sealed.directory)).contains("reports: `reports/report.html` was changed"));
    fs::write(reports.join("report.html"), "<html>").unwrap();
    fs::write(reports.join("SHA256SUMS"), list(&sha256_hex("another bundle"))).unwrap();
    assert!(wrong(&verified(&sealed.directory)).contains("the reports are of another bundle"));
    fs::remove_file(reports.join("SHA256SUMS")).unwrap();
    assert!(wrong(&verified(&sealed.directory)).contains("reports: reports/SHA256SUMS cannot be read"));
}
