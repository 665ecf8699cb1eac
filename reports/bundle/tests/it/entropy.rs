//! Entropy of each kind, and what of it can be shown offline.

use backproof_bundle::{CheckStanding, Checked, Sealed, Verification, VerifyOptions, verify};
use backproof_evidence::RunEvidence;
use backproof_evidence::testing::Story;
use backproof_model::canonical::{canonical_json, sha256_hex};
use backproof_model::record::{CommitmentAnchor, EntropyRevealed};
use base64::Engine;

use crate::authority::Authority;
use crate::support::{Installation, opened, wrong};

/// Round 123 of quicknet, of August 2023.
const RANDOMNESS: &str = "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc";
const SIGNATURE: &str =
    "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";

fn story(entropy: EntropyRevealed) -> Story {
    let mut story = Story::all_passed(3);
    story.entropy = entropy;
    story
}

fn entropy(kind: &str, value: &str, grade: &str, signature: Option<&str>) -> EntropyRevealed {
    EntropyRevealed {
        kind: kind.into(),
        value: value.into(),
        grade: grade.into(),
        grade_reason: "says the test".into(),
        seed: String::new(),
        beacon_signature: signature.map(str::to_owned),
        commitment_anchor: None,
    }
}

/// How the entropy of a run that was drawn with it is judged.
fn judged(entropy: EntropyRevealed) -> Checked {
    let mut installation = Installation::new();
    let (story, lists) = story(entropy).freeze(1, 20);
    let run = installation.enter(&story, &lists, story.journal());
    let sealed = installation.try_seal(&run).unwrap();
    let verification = verify(&opened(&sealed.directory), &VerifyOptions::default());
    assert_eq!(verification.check("draw").unwrap().standing, CheckStanding::Holds);
    verification.check("entropy").unwrap().clone()
}

#[test]
fn a_round_of_drand_is_verified_by_its_signature() {
    let good = judged(entropy("drand-quicknet:123", RANDOMNESS, "self-attested", Some(SIGNATURE)));
    assert_eq!(good.standing, CheckStanding::Holds, "{}", good.sentence);
    let other_round = judged(entropy("drand-quicknet:124", RANDOMNESS, "self-attested", Some(SIGNATURE)));
    assert_eq!(other_round.standing, CheckStanding::DoesNotHold);
    assert!(other_round.sentence.contains("the signature of round 124 does not hold"), "{}", other_round.sentence);
    let other_value = judged(entropy("drand-quicknet:123", &"0".repeat(64), "self-attested", Some(SIGNATURE)));
    assert!(other_value.sentence.contains("the randomness of round 123 is fb8f7bc2"), "{}", other_value.sentence);
    let unsigned = judged(entropy("drand-quicknet:123", RANDOMNESS, "self-attested", None));
    assert_eq!(unsigned.standing, CheckStanding::NotShown);
}

#[test]
fn no_grade_is_better_than_the_entropy_carries() {
    let late = judged(entropy("drand-quicknet:123", RANDOMNESS, "verifiable", Some(SIGNATURE)));
    assert!(late.sentence.contains("round 123 of drand came at 2023-08-23T"), "{}", late.sentence);
    let own = judged(entropy("os", "f38b2ffc80a4df5a51c9bc701e7ea419", "verifiable", None));
    assert!(own.sentence.contains("which entropy of the kind `os` does not carry"), "{}", own.sentence);
    let auditor = judged(entropy("auditor", "a nonce", "verifiable", None));
    assert_eq!(auditor.standing, CheckStanding::Holds, "{}", auditor.sentence);
}

#[test]
fn a_commitment_that_was_time_stamped_after_the_round_is_named() {
    let authority = Authority::new();
    let first = story(entropy("drand-quicknet:123", RANDOMNESS, "self-attested", Some(SIGNATURE)));
    let (mut story, lists) = first.freeze(1, 20);
    let commitment = RunEvidence::from_journal(&story.journal()).unwrap().commitment.unwrap();
    let answer = authority.stamps(canonical_json(&commitment).unwrap().as_bytes());
    let time_stamp = base64::engine::general_purpose::STANDARD.encode(&answer);
    let digest = backproof_model::canonical::sha256_hex(canonical_json(&commitment).unwrap());
    let at = backproof_signing::examine_time_stamp(&answer, &digest, None).at.unwrap();
    story.entropy.commitment_anchor = Some(CommitmentAnchor { at, authority: "The authority".into(), time_stamp });
    let mut installation = Installation::new();
    let run = installation.enter(&story, &lists, story.journal());
    let sealed = installation.try_seal(&run).unwrap();
    let verification = verify(&opened(&sealed.directory), &VerifyOptions::default());
    let told = &verification.check("entropy").unwrap().sentence;
    assert!(told.contains("which is not before round 123 of drand came"), "{told}");
}

#[test]
fn a_nonce_of_the_run_before_must_have_been_fixed_by_it() {
    let mut installation = Installation::new();
    let first = installation.perform(Story::all_passed(3).tests, |_| {});
    let first = installation.seal(&first);
    let (story, lists) = story(entropy("previous", "a nonce", "self-attested", None)).freeze(2, 20);
    let second = installation.enter(&story, &lists, story.journal());
    let second = installation.seal(&second);
    let alone = verify(&opened(&second.directory), &VerifyOptions::default());
    assert_eq!(alone.check("entropy").unwrap().standing, CheckStanding::NotShown);
    let before = opened(&first.directory);
    let options = VerifyOptions { previous: Some(&before), ..VerifyOptions::default() };
    let told = verify(&opened(&second.directory), &options).check("entropy").unwrap().sentence.clone();
    assert!(told.contains("and run 1 had fixed none"), "{told}");
}

/// A run that ended with a nonce fixed for the next, and that next, drawn with `nonce`.
fn of_a_fixed_nonce(fixed: &str, nonce: &str) -> (Installation, [Sealed; 2]) {
    let mut installation = Installation::new();
    let (mut first, lists) = Story::frozen(1, 20, Story::all_passed(3).tests);
    first.next_nonce_sha256 = Some(sha256_hex(fixed));
    let first = installation.enter(&first, &lists, first.journal());
    let first = installation.seal(&first);
    let (story, lists) = story(entropy("previous", nonce, "self-attested", None)).freeze(2, 20);
    let second = installation.enter(&story, &lists, story.journal());
    let second = installation.seal(&second);
    (installation, [first, second])
}

fn judged_with(bundle: &Sealed, before: &Sealed) -> Verification {
    let before = opened(&before.directory);
    verify(&opened(&bundle.directory), &VerifyOptions { previous: Some(&before), ..VerifyOptions::default() })
}

#[test]
fn a_nonce_that_the_run_before_had_fixed_holds_with_that_bundle() {
    let (_installation, [first, second]) = of_a_fixed_nonce("a nonce", "a nonce");
    let told = judged_with(&second, &first).check("entropy").unwrap().clone();
    assert_eq!(
        (told.standing, told.sentence.as_str()),
        (CheckStanding::Holds, "the nonce is the one that run 1 had fixed")
    );
}

#[test]
fn a_bundle_before_whose_journal_was_exchanged_shows_no_nonce() {
    // The nonce was found after the population was known, and the bundle before told again to have fixed it.
    let (_installation, [first, second]) = of_a_fixed_nonce("a nonce", "a better one");
    let (_other, [forged, _]) = of_a_fixed_nonce("a better one", "a better one");
    let file = |sealed: &Sealed, file: &str| sealed.directory.join(file);
    std::fs::copy(file(&forged, "journal.jsonl"), file(&first, "journal.jsonl")).unwrap();
    std::fs::write(file(&first, "register.jsonl"), "").unwrap();
    let verification = judged_with(&second, &first);
    let told = wrong(&verification);
    for changed in ["journal.jsonl", "register.jsonl"] {
        assert!(told.contains(&format!("`{changed}` is not as it was sealed")), "{changed}: {told}");
    }
    let entropy = verification.check("entropy").unwrap();
    assert_eq!(entropy.standing, CheckStanding::NotShown, "{}", entropy.sentence);
    assert!(entropy.sentence.contains("what was given does not hold"), "{}", entropy.sentence);
}
