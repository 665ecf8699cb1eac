//! Who vouches for a bundle: signatures by known, unknown, wrong and forged keys.

use std::fs;

use backproof_bundle::{CheckStanding, Sealed, Verification, VerifyOptions, verify};
use backproof_evidence::dossier::AttestationKind;
use backproof_model::canonical::sha256_hex;
use backproof_signing::{Attested, TestResult, TestResultWord, Trust};
use serde_json::{Value, json};

use crate::authority::Authority;
use crate::support::{
    Installation, attest_as, key, opened, operator_signs, run_attested, signs_off, trust, verified, wrong,
};

fn with_trust(directory: &std::path::Path, trust: &Trust) -> Verification {
    verify(&opened(directory), &VerifyOptions { trust: Some(trust), ..VerifyOptions::default() })
}

fn everybody() -> Trust {
    let (operator, reviewer) = (key("rosa"), key("mara"));
    trust(&[("rosa@ops-1", &operator, "\"operator\""), ("Mara Example", &reviewer, "\"reviewer\"")])
}

#[test]
fn signed_by_people_whom_the_trust_file_names_everything_holds() {
    let (_installation, sealed) = Installation::of_every_outcome();
    operator_signs(&sealed.directory, &key("rosa"));
    signs_off(&sealed.directory, "Mara Example", &key("mara"));
    let verification = with_trust(&sealed.directory, &everybody());
    assert_eq!(
        (wrong(&verification).as_str(), verification.standing()),
        ("", CheckStanding::Holds),
        "{verification:#?}"
    );
    assert!(verification.check("sign-off sign-off-1.dsse.json").unwrap().sentence.contains("Mara Example"));
    assert!(!verification.notes.iter().any(|note| note.contains("signed off")), "{:?}", verification.notes);
}

#[test]
fn without_a_trust_file_or_with_one_that_lacks_the_signer_nobody_knows_who_signed() {
    let (_installation, sealed) = Installation::of_every_outcome();
    operator_signs(&sealed.directory, &key("rosa"));
    let verification = verified(&sealed.directory);
    assert_eq!((wrong(&verification).as_str(), verification.standing()), ("", CheckStanding::NotShown));
    let signature = verification.check("signature operator.dsse.json").unwrap();
    assert!(signature.sentence.contains("no trust file says whose that is"), "{}", signature.sentence);
    let stranger = key("somebody");
    let lacking = trust(&[("Somebody Else", &stranger, "\"reviewer\"")]);
    let verification = with_trust(&sealed.directory, &lacking);
    let signature = verification.check("signature operator.dsse.json").unwrap();
    assert_eq!(signature.standing, CheckStanding::NotShown);
    assert!(signature.sentence.contains("the trust file does not know it"), "{}", signature.sentence);
}

#[test]
fn a_sign_off_by_the_operator_is_none() {
    let (_installation, sealed) = Installation::of_every_outcome();
    operator_signs(&sealed.directory, &key("rosa"));
    for (reviewer, with) in [("Mara Example", key("rosa")), ("rosa@ops-1", key("mara"))] {
        signs_off(&sealed.directory, reviewer, &with);
        let told = wrong(&verified(&sealed.directory));
        assert!(told.contains("sign-off sign-off-1.dsse.json: "), "{reviewer}: {told}");
        assert!(told.contains("another person must sign"), "{reviewer}: {told}");
    }
}

#[test]
fn a_swapped_key_is_named() {
    let (_installation, sealed) = Installation::of_every_outcome();
    operator_signs(&sealed.directory, &key("rosa"));
    // Another key's statement, with the signature of the operator's.
    let (own, other) = (key("rosa").public().to_base64(), key("mallory").public().to_base64());
    let path = sealed.directory.join("attestations/operator.dsse.json");
    let mut envelope = backproof_signing::Envelope::read(&fs::read(&path).unwrap()).unwrap();
    let payload = String::from_utf8(envelope.payload.clone()).unwrap().replace(&own, &other);
    envelope.payload = payload.into_bytes();
    fs::write(&path, envelope.to_json()).unwrap();
    let told = wrong(&verified(&sealed.directory));
    assert!(told.contains("attestations/operator.dsse.json: its signature is not believed"), "{told}");

    // A whole envelope by another key: valid, and by nobody who is trusted.
    operator_signs(&sealed.directory, &key("mallory"));
    let verification = with_trust(&sealed.directory, &everybody());
    assert_eq!(verification.standing(), CheckStanding::NotShown);
    let reviewers = trust(&[("Mallory", &key("mallory"), "\"reviewer\"")]);
    let told = wrong(&with_trust(&sealed.directory, &reviewers));
    assert!(told.contains("is no operator by the trust file"), "{told}");
}

#[test]
fn a_signature_of_another_bundle_is_named() {
    let (_installation, [first, second]) = Installation::of_two_runs();
    operator_signs(&first.directory, &key("rosa"));
    fs::create_dir(second.directory.join("attestations")).unwrap();
    let file = "attestations/operator.dsse.json";
    fs::copy(first.directory.join(file), second.directory.join(file)).unwrap();
    let told = wrong(&verified(&second.directory));
    assert!(told.contains(&first.sha256) && told.contains("it is about another bundle"), "{told}");
}

#[test]
fn a_statement_that_says_other_than_the_bundle_is_named() {
    let (_installation, sealed) = Installation::of_every_outcome();
    let mut said = run_attested(&sealed.directory);
    said.verdict = "passed".into();
    said.counts.insert("failed".into(), 0);
    attest_as(&sealed.directory, "operator.dsse.json", &Attested::Run(said), &key("rosa"));
    let told = wrong(&verified(&sealed.directory));
    assert!(told.contains("it states `passed` as the verdict, and the bundle comes to `left-behind`"), "{told}");
    assert!(told.contains("it states 0 as `failed`"), "{told}");
}

#[test]
fn a_key_that_holds_no_more_signs_nothing() {
    let (_installation, sealed) = Installation::of_every_outcome();
    operator_signs(&sealed.directory, &key("rosa"));
    let text = format!(
        "[[person]]\nname = \"rosa@ops-1\"\nkey = \"{}\"\nroles = [\"operator\"]\nnot_after = 2026-10-01T00:00:00Z\n",
        key("rosa").public().to_base64()
    );
    let told = wrong(&with_trust(&sealed.directory, &Trust::parse(&text).unwrap()));
    assert!(told.contains("does not let hold at 2026-10-02T08:00:00Z"), "{told}");
}

#[test]
fn a_test_result_is_no_operators_signature_and_none_at_all_by_a_key_that_held_no_more() {
    let (_installation, sealed) = Installation::of_every_outcome();
    let result = TestResult {
        result: TestResultWord::Failed,
        configuration: Vec::new(),
        passed_tests: Vec::new(),
        warned_tests: Vec::new(),
        failed_tests: Vec::new(),
    };
    let file = "operator.test-result.dsse.json";
    attest_as(&sealed.directory, file, &Attested::TestResult(result), &key("rosa"));
    let verification = with_trust(&sealed.directory, &everybody());
    assert_eq!(verification.check("signature").unwrap().standing, CheckStanding::NotShown, "{verification:#?}");
    let text = format!(
        "[[person]]\nname = \"rosa@ops-1\"\nkey = \"{}\"\nroles = [\"operator\"]\nnot_after = 2026-01-01T00:00:00Z\n",
        key("rosa").public().to_base64()
    );
    let told = wrong(&with_trust(&sealed.directory, &Trust::parse(&text).unwrap()));
    assert!(told.contains(&format!("test result {file}: ")), "{told}");
    assert!(told.contains("with a key that the trust file does not let hold at 2026-"), "{told}");
}

/// The receipt that archiving the bundle would give.
fn receipt(sealed: &Sealed) -> Value {
    let register = fs::read_to_string(sealed.directory.join("register.jsonl")).unwrap();
    let last = register.lines().last().unwrap();
    let anchor = format!("register/{}-{}.json", register.lines().count(), sha256_hex(last));
    json!({
        "format": "backproof-receipt/v1", "installation": "demo", "run": 1, "sealed_sha256": sealed.sha256,
        "closed_at": "2026-10-01T02:00:00Z", "archived_at": "2026-10-02T00:00:00Z",
        "asked": { "mode": "compliance", "years": 7, "until": "2033-10-01T02:00:00Z" },
        "place": { "kind": "bucket", "bucket": "evidence", "region": "eu-central-1" },
        "immutable": true, "statement": "kept",
        "objects": [
            { "name": "run-1/SHA256SUMS", "sha256": sealed.sha256 },
            { "name": "run-1/bundle-1.tar.zst", "sha256": "cd".repeat(32) },
            { "name": anchor, "sha256": sha256_hex(format!("{last}\n")) },
        ],
    })
}

/// Verifies with this receipt beside the bundle.
fn with_receipt(sealed: &Sealed, receipt: &Value) -> Verification {
    let folder = sealed.directory.join("attestations");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("archive-1.receipt.json"), receipt.to_string()).unwrap();
    verified(&sealed.directory)
}

fn notes_that_runs_could_be_cut_off(verification: &Verification) -> bool {
    verification.notes.iter().any(|note| note.contains("whoever holds the register could cut runs off it"))
}

const RECEIPT: &str = "receipt archive-1.receipt.json";

#[test]
fn a_receipt_of_all_that_is_archived_holds_and_is_the_operators_word() {
    let (_installation, sealed) = Installation::of_every_outcome();
    assert!(notes_that_runs_could_be_cut_off(&verified(&sealed.directory)));
    let verification = with_receipt(&sealed, &receipt(&sealed));
    assert_eq!(wrong(&verification), "");
    let check = verification.check(RECEIPT).unwrap();
    assert_eq!(check.standing, CheckStanding::Holds, "{}", check.sentence);
    assert!(check.sentence.contains("is the operator's word"), "{}", check.sentence);
    assert!(!notes_that_runs_could_be_cut_off(&verification));
    let judged = backproof_bundle::judge(&opened(&sealed.directory), &sealed.sha256, None, None, None);
    let attestation = &judged[0].attestation;
    assert_eq!((attestation.kind, attestation.by.as_deref()), (AttestationKind::ArchiveReceipt, Some("evidence")));
}

#[test]
fn a_receipt_of_less_than_all_that_is_archived_shows_nothing() {
    let (_installation, sealed) = Installation::of_every_outcome();
    for (index, missing) in ["run-1/SHA256SUMS", "run-1/bundle-1.tar.zst", "register/"].into_iter().enumerate() {
        let mut short = receipt(&sealed);
        short["objects"].as_array_mut().unwrap().remove(index);
        let verification = with_receipt(&sealed, &short);
        let check = verification.check(RECEIPT).unwrap();
        assert_eq!((wrong(&verification).as_str(), check.standing), ("", CheckStanding::NotShown), "{missing}");
        assert!(check.sentence.contains(&format!("not of all that is archived: {missing}")), "{}", check.sentence);
        assert!(notes_that_runs_could_be_cut_off(&verification), "{missing}");
    }
    let mut more = receipt(&sealed);
    let gone = json!({ "name": "run-1/attestations/operator.dsse.json", "sha256": "ab".repeat(32) });
    more["objects"].as_array_mut().unwrap().push(gone);
    let check = with_receipt(&sealed, &more).check(RECEIPT).unwrap().clone();
    assert!(check.sentence.contains("operator.dsse.json is in it, and not here"), "{}", check.sentence);
    let mut changeable = receipt(&sealed);
    changeable["immutable"] = json!(false);
    let verification = with_receipt(&sealed, &changeable);
    assert_eq!(verification.check(RECEIPT).unwrap().standing, CheckStanding::Holds);
    assert!(notes_that_runs_could_be_cut_off(&verification), "whoever may write there can take it away");
}

#[test]
fn a_receipt_that_is_not_of_this_bundle_is_named() {
    let (_installation, sealed) = Installation::of_every_outcome();
    let zeros = || json!("0".repeat(64));
    let altered: [(&str, Value, &str); 9] = [
        ("/sealed_sha256", zeros(), "it is of another bundle: it names the seal 0000"),
        ("/objects/0/sha256", zeros(), "it names run-1/SHA256SUMS with SHA-256 0000"),
        ("/objects/2/sha256", zeros(), ".json with SHA-256 0000"),
        ("/objects/1/name", json!("run-1/SHA256SUMS"), "it names run-1/SHA256SUMS twice"),
        ("/objects/1/name", json!("run-2/bundle-2.tar.zst"), "which is nothing that is archived of this bundle"),
        ("/objects/1", json!({ "sha256": "00" }), "it is no receipt: missing field `name`"),
        ("/run", json!(2), "it is of run 2 of `demo`, and the bundle of run 1 of `demo`"),
        ("/format", json!("backproof-receipt/v9"), "this version reads `backproof-receipt/v1`"),
        ("/place", json!({ "kind": "cupboard" }), "it is no receipt: unknown variant `cupboard`"),
    ];
    for (place, value, why) in altered {
        let mut receipt = receipt(&sealed);
        *receipt.pointer_mut(place).unwrap() = value;
        let told = wrong(&with_receipt(&sealed, &receipt));
        assert!(told.contains(RECEIPT) && told.contains(why), "`{why}` expected: {told}");
    }
    let seal_alone = json!({ "sealed_sha256": sealed.sha256 });
    assert!(wrong(&with_receipt(&sealed, &seal_alone)).contains("it is no receipt: missing field `format`"));
}

#[test]
fn time_stamps_are_of_the_seal_or_of_an_envelope_and_believed_by_the_authorities_given() {
    let (_installation, [first, second]) = Installation::of_two_runs();
    operator_signs(&second.directory, &key("rosa"));
    let authority = Authority::new();
    authority.stamps_file(&second.directory, "SHA256SUMS", "SHA256SUMS-1.tsr");
    authority.stamps_file(&second.directory, "attestations/operator.dsse.json", "operator.tsr");
    let root = fs::read_to_string(authority.root()).unwrap();
    let trust = everybody();
    let options = VerifyOptions { trust: Some(&trust), previous: None, time_stamp_authorities: Some(&root) };
    let verification = verify(&opened(&second.directory), &options);
    assert_eq!(
        (wrong(&verification).as_str(), verification.standing()),
        ("", CheckStanding::Holds),
        "{verification:#?}"
    );
    let told = |file: &str| verification.check(&format!("time-stamp {file}")).unwrap().sentence.clone();
    assert!(!notes_that_runs_could_be_cut_off(&verification));
    assert!(notes_that_runs_could_be_cut_off(&verified(&second.directory)), "by an authority that nobody trusts");
    assert!(told("SHA256SUMS-1.tsr").contains("of SHA256SUMS: time-stamped by"), "{}", told("SHA256SUMS-1.tsr"));
    assert!(told("operator.tsr").contains("of operator.dsse.json: "), "{}", told("operator.tsr"));
    let signature = &verification.check("signature operator.dsse.json").unwrap().sentence;
    assert!(signature.contains("time-stamped at"), "{signature}");
    assert_eq!(verified(&second.directory).standing(), CheckStanding::NotShown, "nobody says whose authority that is");

    let file = "attestations/SHA256SUMS-1.tsr";
    fs::create_dir(first.directory.join("attestations")).unwrap();
    fs::copy(second.directory.join(file), first.directory.join(file)).unwrap();
    let of_another = wrong(&verified(&first.directory));
    assert!(
        of_another.contains("time-stamp SHA256SUMS-1.tsr: ") && of_another.contains("of other bytes"),
        "{of_another}"
    );
}

#[test]
fn what_nobody_knows_among_the_attestations_is_said() {
    let (_installation, sealed) = Installation::of_every_outcome();
    fs::create_dir(sealed.directory.join("attestations")).unwrap();
    fs::write(sealed.directory.join("attestations/note.txt"), "all is well").unwrap();
    let verification = verified(&sealed.directory);
    assert_eq!(verification.check("attestation note.txt").unwrap().standing, CheckStanding::NotShown);
}
