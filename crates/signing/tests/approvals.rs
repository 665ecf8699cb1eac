//! Approvals of plans: what counts, and all that does not.

use backproof_signing::{
    Approval, ApprovalFile, ApprovalQuestion, ApprovalState, ExaminedApproval, PrivateKey, STATEMENT_PAYLOAD,
    SignedApproval, Trust, examine_approval, pre_authentication_encoding,
};
use jiff::Timestamp;

const DIGEST: &str = "aa11";
const NOW: &str = "2026-10-01T12:00:00Z";

fn key(seed: u8) -> PrivateKey {
    PrivateKey::of_random_bytes(&[seed; 32])
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn approval() -> Approval {
    Approval {
        plan_name: "quarterly".into(),
        plan_sha256: DIGEST.into(),
        ticket: Some("CHG-7".into()),
        approved_at: moment("2026-09-30T08:00:00Z"),
        expires: Some(moment("2027-01-01T00:00:00Z")),
    }
}

fn file(approvals: &[SignedApproval]) -> String {
    let empty = ApprovalFile::of(serde_json::json!({"name": "quarterly"}));
    approvals.iter().cloned().fold(empty, ApprovalFile::with).to_json()
}

/// A trust file of people with a key and roles each, and what else is said of them.
fn trust(people: &[(&str, u8, &str, &str)]) -> Trust {
    let of = |(name, seed, roles, more): &(&str, u8, &str, &str)| {
        let key = key(*seed).public().to_base64();
        format!("[[person]]\nname = \"{name}\"\nkey = \"{key}\"\nroles = [{roles}]\n{more}\n")
    };
    Trust::parse(&people.iter().map(of).collect::<String>()).unwrap()
}

const ADA: (&str, u8, &str, &str) = ("Ada Example", 1, "\"approver\"", "email = \"ada@example.org\"");

fn asked(text: &str, trust: Option<&Trust>, operator: &str) -> ExaminedApproval {
    let question = ApprovalQuestion { plan_name: "quarterly", plan_sha256: DIGEST, operator, now: moment(NOW) };
    examine_approval(Some(text.as_bytes()), trust, &question)
}

#[test]
fn an_approver_who_is_not_the_operator_approves() {
    let seen = asked(&file(&[approval().sign(&key(1))]), Some(&trust(&[ADA])), "rosa on ops-1");
    assert_eq!(seen.state, ApprovalState::Approved);
    assert_eq!(seen.reason, "approved by Ada Example at 2026-09-30T08:00:00Z (CHG-7)");
    assert_eq!(seen.signers.len(), 1);
    assert_eq!(seen.signers[0].approval, approval());
}

#[test]
fn without_a_trust_file_the_signer_is_unknown() {
    let seen = asked(&file(&[approval().sign(&key(1))]), None, "rosa");
    assert_eq!(seen.state, ApprovalState::SignerUnknown);
    assert!(seen.reason.contains("no trust file") && seen.reason.contains(key(1).public().id()), "{}", seen.reason);
    assert_eq!(seen.signers[0].person, None);
}

/// Changes an approval.
type Change = fn(&mut Approval);

#[test]
fn what_was_signed_for_something_else_or_another_time_does_not_count() {
    let changes: [(&str, Change); 6] = [
        ("for another digest", |it| it.plan_sha256 = "bb22".into()),
        ("named `monthly`", |it| it.plan_name = "monthly".into()),
        ("still to come", |it| it.approved_at = moment("2026-10-01T12:00:01Z")),
        ("expired", |it| it.expires = Some(moment(NOW))),
        ("expired", |it| it.expires = Some(moment("2026-09-30T08:00:00Z"))),
        ("for another digest", |it| it.plan_sha256 = DIGEST.to_uppercase()),
    ];
    for (why, change) in changes {
        let mut other = approval();
        change(&mut other);
        for trust in [None, Some(&trust(&[ADA]))] {
            let seen = asked(&file(&[other.sign(&key(1))]), trust, "rosa");
            assert_eq!((seen.state, seen.signers.len()), (ApprovalState::Unapproved, 0), "{why}");
            assert!(seen.reason.contains(why), "{why}: {}", seen.reason);
        }
    }
    let seen = asked(&file(&[Approval { plan_sha256: "bb22".into(), ..approval() }.sign(&key(1))]), None, "rosa");
    assert!(seen.reason.contains("backproof plan diff"), "{}", seen.reason);
}

#[test]
fn who_may_not_approve_or_performs_the_run_does_not_count() {
    let held = |more| ("Ada Example", 1, "\"approver\"", more);
    let both = ("Ada Example", 1, "\"approver\", \"operator\"", "email = \"ada@example.org\"");
    let rosa = ("Rosa Example", 2, "\"operator\"", "email = \"rosa@example.org\"");
    for (people, operator, why) in [
        (vec![("Ada Example", 1, "\"reviewer\"", "")], "rosa", "no approver"),
        (vec![held("not_after = 2026-10-01T12:00:00Z")], "rosa", "does not let hold"),
        (vec![held("not_before = 2026-09-30T09:00:00Z")], "rosa", "does not let hold"),
        (vec![ADA], "Ada Example", "performs the run"),
        (vec![ADA], "ada@example.org", "performs the run"),
        (vec![ADA], " ADA on ops-1", "performs the run"),
        (vec![both], "rosa on ops-1", "somebody else"),
        (vec![both, rosa], "root on ops-1", "somebody else"),
    ] {
        let seen = asked(&file(&[approval().sign(&key(1))]), Some(&trust(&people)), operator);
        assert_eq!(seen.state, ApprovalState::Unapproved, "{why}");
        assert!(seen.reason.contains(why), "{why}: {}", seen.reason);
        assert_eq!(seen.signers[0].person.as_deref(), Some("Ada Example"), "the signature itself holds");
    }
    let seen = asked(&file(&[approval().sign(&key(1))]), Some(&trust(&[both, rosa])), "rosa on ops-1");
    assert_eq!(seen.state, ApprovalState::Approved, "who may operate, but does not now, may approve");
}

#[test]
fn a_stranger_to_the_trust_file_is_unknown() {
    let seen = asked(&file(&[approval().sign(&key(9))]), Some(&trust(&[ADA])), "rosa");
    assert_eq!(seen.state, ApprovalState::SignerUnknown);
    assert!(seen.reason.contains("does not know it"));
}

#[test]
fn one_approver_is_enough_and_others_are_kept() {
    let text = file(&[approval().sign(&key(9)), approval().sign(&key(1))]);
    let seen = asked(&text, Some(&trust(&[ADA])), "rosa");
    assert_eq!((seen.state, seen.signers.len()), (ApprovalState::Approved, 2));
    let again = Approval { ticket: None, ..approval() }.sign(&key(1));
    let renewed = ApprovalFile::read(text.as_bytes()).unwrap().with(again);
    assert_eq!(renewed.approvals.len(), 2, "a key approves once");
}

#[test]
fn nothing_and_what_cannot_be_read_is_unapproved() {
    let question = ApprovalQuestion { plan_name: "quarterly", plan_sha256: DIGEST, operator: "rosa", now: moment(NOW) };
    let missing = examine_approval(None, None, &question);
    assert_eq!(missing.state, ApprovalState::Unapproved);
    assert!(missing.reason.contains("plan approve"));
    let unsigned = file(&[]);
    let other = file(&[approval().sign(&key(1))]).replace("plan-approval/v1", "plan-approval/v2");
    for text in ["", "null", "{}", "not JSON", unsigned.as_str(), other.as_str()] {
        let seen = asked(text, Some(&trust(&[ADA])), "rosa");
        assert_eq!((seen.state, seen.signers.len()), (ApprovalState::Unapproved, 0), "{text}");
    }
}

#[test]
fn no_changed_byte_of_a_signed_approval_counts() {
    let trust = trust(&[ADA]);
    let signed = approval().sign(&key(1));
    for at in (0..signed.envelope.payload.len()).step_by(7) {
        let mut changed = signed.clone();
        changed.envelope.payload[at] ^= 1;
        assert_eq!(asked(&file(&[changed]), Some(&trust), "rosa").state, ApprovalState::Unapproved, "byte {at}");
    }
    for at in (0..64).step_by(5) {
        let mut changed = signed.clone();
        changed.envelope.signatures[0].sig[at] ^= 1;
        assert_eq!(asked(&file(&[changed]), None, "rosa").state, ApprovalState::Unapproved, "byte {at}");
    }
    let borrowed = SignedApproval { key: key(1).public().to_base64(), ..approval().sign(&key(9)) };
    assert_eq!(asked(&file(&[borrowed]), Some(&trust), "rosa").state, ApprovalState::Unapproved, "another's key");
    let mut unsigned = signed.clone();
    unsigned.envelope.signatures.clear();
    assert_eq!(asked(&file(&[unsigned]), Some(&trust), "rosa").state, ApprovalState::Unapproved, "no signature");
}

#[test]
fn a_statement_of_something_else_is_no_approval() {
    let statement = |text: &str| {
        let envelope = backproof_signing::sign(&key(1), STATEMENT_PAYLOAD, text.as_bytes().to_vec());
        file(&[SignedApproval { key: key(1).public().to_base64(), envelope }])
    };
    let signed = approval().sign(&key(1));
    let text = String::from_utf8(signed.envelope.payload).unwrap();
    let trust = trust(&[ADA]);
    assert_eq!(asked(&statement(&text), Some(&trust), "rosa").state, ApprovalState::Approved);
    let two = text.replace("\"subject\":[", "\"subject\":[{\"name\":\"x\",\"digest\":{\"sha256\":\"y\"}},");
    for other in [text.replace("plan-approval", "sign-off"), text.replace("Statement/v1", "Statement/v0"), two] {
        assert_ne!(other, text);
        assert_eq!(asked(&statement(&other), Some(&trust), "rosa").state, ApprovalState::Unapproved, "{other}");
    }
}

#[test]
fn openssl_verifies_an_approval_by_hand() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let signed = approval().sign(&key(1));
    std::fs::write(at("key.pem"), key(1).to_pem()).unwrap();
    std::fs::write(at("sig"), &signed.envelope.signatures[0].sig).unwrap();
    std::fs::write(at("pae"), pre_authentication_encoding(STATEMENT_PAYLOAD, &signed.envelope.payload)).unwrap();
    let openssl = |arguments: &[&str]| {
        let output = std::process::Command::new("openssl").args(arguments).output().expect("openssl is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let public = openssl(&["pkey", "-in", &at("key.pem"), "-pubout"]);
    assert_eq!(public, key(1).public().to_pem(), "OpenSSL reads the key that we make");
    std::fs::write(at("key.pub"), &public).unwrap();
    let (public, sig, pae) = (at("key.pub"), at("sig"), at("pae"));
    let said = openssl(&["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", &public, "-sigfile", &sig, "-in", &pae]);
    assert!(said.contains("Signature Verified Successfully"), "{said}");
}
