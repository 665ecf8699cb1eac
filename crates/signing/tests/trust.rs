//! Trust files: who is in them, and everything that can be wrong with one.

use std::os::unix::fs::PermissionsExt;

use backproof_signing::{PrivateKey, PublicKey, Role, Trust};

fn key(seed: u8) -> PrivateKey {
    PrivateKey::of_random_bytes(&[seed; 32])
}

fn person(seed: u8, more: &str) -> String {
    let key = key(seed).public().to_base64();
    format!("[[person]]\nname = \"Ada Example\"\nkey = \"{key}\"\nroles = [\"approver\", \"reviewer\"]\n{more}\n")
}

#[test]
fn people_are_found_by_their_keys_in_either_form() {
    let pem = key(2).public().to_pem();
    let second = format!("[[person]]\nname = \"Rosa\"\nkey = \"\"\"\n{pem}\"\"\"\nroles = [\"operator\"]\n");
    let text = format!("# who may what\n{}{second}", person(1, "email = \"ada@example.org\""));
    let trust = Trust::parse(&text).unwrap();
    let ada = trust.owner_of(key(1).public().id()).unwrap();
    assert_eq!((ada.name.as_str(), ada.may(Role::Approver), ada.may(Role::Operator)), ("Ada Example", true, false));
    assert_eq!(trust.owner_of(key(2).public().id()).unwrap().name, "Rosa");
    assert_eq!(trust.owner_of(key(3).public().id()), None);
    assert_eq!(trust.operator("rosa on ops-1").unwrap().name, "Rosa");
    assert_eq!(trust.operator("ada"), None, "Ada is no operator");
    assert_eq!(trust.people().len(), 2);
}

#[test]
fn a_key_holds_from_its_first_moment_until_before_its_last() {
    let trust =
        Trust::parse(&person(1, "not_before = 2026-01-01T00:00:00Z\nnot_after = 2027-01-01T00:00:00+01:00")).unwrap();
    let holds = |moment: &str| trust.people()[0].holds_at(moment.parse().unwrap());
    assert!(holds("2026-01-01T00:00:00Z") && holds("2026-12-31T22:59:59Z"));
    assert!(!holds("2025-12-31T23:59:59Z") && !holds("2026-12-31T23:00:00Z"));
}

#[test]
fn every_problem_is_told_with_its_line_and_how_to_mend_it() {
    for (text, line, message) in [
        (String::new(), 1, "nobody is named"),
        ("[[person]]\nname = \"A\"\nroles = [\"approver\"]\n".into(), 1, "missing field `key`"),
        (person(1, "role = \"x\""), 5, "unknown field `role`"),
        (person(1, "not_after = \"2026-01-01\""), 5, "invalid type"),
        (person(1, "not_after = 2026-01-01"), 5, "`not_after` is no moment"),
        (person(1, "not_before = 2027-01-01T00:00:00Z\nnot_after = 2026-01-01T00:00:00Z"), 6, "would never hold"),
        (person(1, "").replace("\"approver\"", "\"approvers\""), 4, "unknown role `approvers`"),
        (person(1, "").replace("\"approver\", \"reviewer\"", ""), 4, "without a role"),
        (person(1, "").replace("Ada Example", " "), 2, "without a name"),
        (person(1, "").replace("key = \"", "key = \"x"), 3, "neither PEM nor base64"),
        (person(1, "").replace("key = \"MCow", "key = \"AAAA"), 3, "cannot be used"),
        (person(1, "") + &person(1, "").replace("Ada", "Rosa"), 8, "is that of `Ada Example` too"),
        ("[[person]\n".into(), 1, ""),
    ] {
        let problems = Trust::parse(&text).unwrap_err();
        let first = &problems.as_slice()[0];
        assert_eq!(first.line, line, "{text}\n{problems}");
        assert!(first.message.contains(message) && !first.hint.is_empty(), "{message}: {problems}");
        assert!(problems.render("people.toml").starts_with(&format!("people.toml:{line}: ")));
    }
}

#[test]
fn several_problems_are_told_at_once() {
    let text = person(1, "").replace("approver", "boss") + &person(2, "").replace("key = \"", "key = \"!");
    assert_eq!(Trust::parse(&text).unwrap_err().as_slice().len(), 2);
}

#[test]
fn a_private_key_has_no_place_in_a_trust_file() {
    let pem = key(1).to_pem();
    let text = format!("[[person]]\nname = \"A\"\nkey = \"\"\"\n{pem}\"\"\"\nroles = [\"approver\"]\n");
    let problems = Trust::parse(&text).unwrap_err();
    assert!(problems.to_string().contains("private key"), "{problems}");
    let secret = pem.lines().nth(1).unwrap();
    assert!(!problems.to_string().contains(secret), "and is not repeated");
}

#[test]
fn a_key_that_we_make_is_read_again_and_its_public_part_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key.pem");
    std::fs::write(&path, key(7).to_pem()).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let read = PrivateKey::read(&path).unwrap();
    assert_eq!(read.public().id(), key(7).public().id());
    for text in [key(7).public().to_pem(), key(7).public().to_base64()] {
        assert_eq!(PublicKey::parse(&text).unwrap().id(), key(7).public().id());
    }
}
