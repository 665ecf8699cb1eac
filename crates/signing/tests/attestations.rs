//! Attestations of a sealed bundle: made, and judged by signature, seal, trust file and time.

use std::collections::BTreeMap;

use backproof_signing::{
    Attested, Context, Envelope, Examined, ExceptionDecision, PrivateKey, PublicKey, RUN_PREDICATE, ResourceDescriptor,
    RunAttested, STATEMENT_PAYLOAD, SignOff, SignOffRefused, Standing, TestResult, TestResultWord, Trust, examine,
    sign, sign_off,
};
use jiff::Timestamp;
use serde_json::{Value, json};

const SEAL: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const OPERATOR: &str = "ada on build-7";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::of_random_bytes(&[seed; 32])
}

/// Ada operates with key 1 and reviews with key 3, Grace reviews with key 2, Joan does both with key 4.
fn trust() -> Trust {
    let person = |name: &str, email: &str, seed: u8, roles: &str| {
        let key = key(seed).public().to_base64();
        format!(
            "[[person]]\nname = \"{name}\"\nemail = \"{email}\"\nkey = \"{key}\"\nroles = [{roles}]\n\
             not_before = 2026-01-01T00:00:00Z\nnot_after = 2027-01-01T00:00:00Z\n"
        )
    };
    let text = [
        person("Ada Lovelace", "ada@example.com", 1, "\"operator\""),
        person("Grace Hopper", "grace@example.com", 2, "\"reviewer\""),
        person("Ada Lovelace", "ada@example.com", 3, "\"reviewer\""),
        person("Joan Clarke", "joan@example.com", 4, "\"operator\", \"reviewer\""),
    ];
    Trust::parse(&text.concat()).unwrap()
}

fn run() -> RunAttested {
    RunAttested {
        run: 12,
        installation: "main".into(),
        plan_name: "quarterly".into(),
        plan_sha256: "ab".repeat(32),
        verdict: "passed".into(),
        simulated: false,
        counts: BTreeMap::from([("listed".to_owned(), 40), ("eligible".to_owned(), 38), ("excluded".to_owned(), 2)]),
        operator: OPERATOR.into(),
        statement: "performed as planned".into(),
        signed_at: at("2026-04-20T12:00:00Z"),
    }
}

fn review() -> SignOff {
    SignOff {
        reviewer: "Grace Hopper".into(),
        role: "head of internal audit".into(),
        statement: "read and agreed".into(),
        decisions: vec![ExceptionDecision { exception: 3, decision: "retest by May".into() }],
        signed_at: at("2026-04-22T09:00:00Z"),
    }
}

fn attested(attested: &Attested, by: &PrivateKey) -> Envelope {
    attested.statement(SEAL, by.public()).signed_with(by)
}

/// What the run's operator signed with, as the operator's own attestation shows it.
fn operator_keys() -> Vec<PublicKey> {
    vec![key(1).public().clone()]
}

fn context<'a>(trust: Option<&'a Trust>, operator_keys: &'a [PublicKey]) -> Context<'a> {
    let closed_at = Some(at("2026-04-20T11:59:00Z"));
    Context { operator: Some(OPERATOR), operator_keys, trust, closed_at, stamped_at: None }
}

fn examined(envelope: &Envelope, trust: Option<&Trust>) -> Examined {
    examine(envelope.to_json().as_bytes(), SEAL, &context(trust, &operator_keys()))
}

fn assert_refused(examined: &Examined, why: &str) {
    assert_eq!(examined.standing, Standing::Invalid, "{}", examined.remark);
    assert!(examined.remark.contains(why), "`{why}` expected: {}", examined.remark);
}

#[test]
fn the_operators_attestation_is_trusted_and_read_back_whole() {
    let seen = examined(&attested(&Attested::Run(run()), &key(1)), Some(&trust()));
    assert_eq!(seen.standing, Standing::Trusted, "{}", seen.remark);
    assert_eq!(seen.attested, Some(Attested::Run(run())));
    assert_eq!((seen.person.as_deref(), seen.role.as_deref()), (Some("Ada Lovelace"), Some("operator")));
    assert_eq!((seen.key_id.as_deref(), seen.at), (Some(key(1).public().id()), Some(run().signed_at)));
    assert_eq!(seen.statement.as_deref(), Some("performed as planned"));
}

#[test]
fn the_payload_is_an_in_toto_statement_on_the_seal() {
    let envelope = attested(&Attested::Run(run()), &key(1));
    assert_eq!(envelope.payload_type, "application/vnd.in-toto+json");
    let statement: Value = serde_json::from_slice(&envelope.payload).unwrap();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["subject"], json!([{ "name": "SHA256SUMS", "digest": { "sha256": SEAL } }]));
    assert_eq!(statement["predicateType"], RUN_PREDICATE);
    assert_eq!(statement["predicate"]["counts"], json!({ "eligible": 38, "excluded": 2, "listed": 40 }));
    assert_eq!(statement["predicate"]["public_key"], key(1).public().to_base64());
}

fn result() -> TestResult {
    TestResult {
        result: TestResultWord::Warned,
        configuration: vec![ResourceDescriptor::new("plan.json", &"ab".repeat(32))],
        passed_tests: vec!["test-1".into()],
        warned_tests: vec!["test-2".into()],
        failed_tests: Vec::new(),
    }
}

#[test]
fn the_test_result_has_in_totos_own_fields_and_the_key_and_needs_no_trust_file() {
    let envelope = attested(&Attested::TestResult(result()), &key(1));
    let statement: Value = serde_json::from_slice(&envelope.payload).unwrap();
    assert_eq!(statement["predicateType"], "https://in-toto.io/attestation/test-result/v0.1");
    let expected = json!({
        "result": "WARNED",
        "configuration": [{ "name": "plan.json", "digest": { "sha256": "ab".repeat(32) } }],
        "passedTests": ["test-1"], "warnedTests": ["test-2"], "failedTests": [],
        "public_key": key(1).public().to_base64(),
    });
    assert_eq!(statement["predicate"], expected);

    let seen = examine(envelope.to_json().as_bytes(), SEAL, &context(None, &[]));
    assert_eq!((seen.standing, seen.attested), (Standing::SignerUnknown, Some(Attested::TestResult(result()))));
    assert_eq!(examined(&envelope, Some(&trust())).standing, Standing::Trusted);
}

#[test]
fn a_test_result_without_a_key_is_verified_by_a_known_one() {
    let mut statement: Value =
        serde_json::from_slice(&attested(&Attested::TestResult(result()), &key(1)).payload).unwrap();
    statement["predicate"].as_object_mut().unwrap().remove("public_key");
    let envelope = sign(&key(1), STATEMENT_PAYLOAD, statement.to_string().into_bytes());
    let known = examined(&envelope, None);
    assert_eq!((known.standing, known.attested), (Standing::SignerUnknown, Some(Attested::TestResult(result()))));
    assert_eq!(examined(&envelope, Some(&trust())).standing, Standing::Trusted);
    let nobody = examine(envelope.to_json().as_bytes(), SEAL, &context(None, &[]));
    assert_refused(&nobody, "not among the trusted keys (none)");
}

#[test]
fn a_statement_without_a_date_is_judged_at_the_runs_closing_and_at_its_time_stamp() {
    let envelope = attested(&Attested::TestResult(result()), &key(1)).to_json();
    let (trust, keys) = (trust(), operator_keys());
    let judged = |closed: Option<&str>, stamped: Option<&str>| {
        let (closed_at, stamped_at) = (closed.map(at), stamped.map(at));
        let context = Context { closed_at, stamped_at, ..context(Some(&trust), &keys) };
        examine(envelope.as_bytes(), SEAL, &context)
    };
    let while_it_held = judged(Some("2026-04-20T11:59:00Z"), Some("2026-04-20T12:00:00Z"));
    assert_eq!(while_it_held.standing, Standing::Trusted, "{}", while_it_held.remark);
    for closed in ["2025-12-31T23:59:59Z", "2027-01-01T00:00:00Z"] {
        assert_refused(
            &judged(Some(closed), None),
            &format!("with a key that the trust file does not let hold at {closed}"),
        );
    }
    let later = judged(Some("2026-04-20T11:59:00Z"), Some("2027-03-01T00:00:00Z"));
    assert_refused(&later, "does not let hold at 2027-03-01T00:00:00Z");
    assert_refused(&judged(None, None), "a key that does not hold for ever, and nothing says when");
}

#[test]
fn without_a_trust_file_or_in_none_the_signer_is_unknown() {
    let envelope = attested(&Attested::Run(run()), &key(1));
    let seen = examined(&envelope, None);
    assert_eq!((seen.standing, seen.person), (Standing::SignerUnknown, None));
    assert!(seen.remark.contains("no trust file"), "{}", seen.remark);
    let seen = examined(&attested(&Attested::Run(run()), &key(9)), Some(&trust()));
    assert_eq!((seen.standing, seen.person), (Standing::SignerUnknown, None));
    assert!(seen.remark.contains("does not know it"), "{}", seen.remark);
}

#[test]
fn an_attestation_of_another_bundle_is_refused() {
    let envelope = attested(&Attested::Run(run()), &key(1));
    let other = "0".repeat(64);
    let seen = examine(envelope.to_json().as_bytes(), &other, &context(Some(&trust()), &operator_keys()));
    assert_refused(&seen, &format!("it names SHA256SUMS with SHA-256 {SEAL}, and this bundle's is {other}"));
    assert_eq!(seen.attested, None);
}

#[test]
fn a_changed_statement_and_an_exchanged_key_are_refused() {
    let honest = attested(&Attested::Run(run()), &key(1));
    let mut changed = honest.clone();
    changed.payload = String::from_utf8(changed.payload).unwrap().replace("passed", "failed").into_bytes();
    assert_refused(&examined(&changed, Some(&trust())), "does not hold");
    // The statement still names key 1, and key 9 signed it.
    let exchanged = sign(&key(9), STATEMENT_PAYLOAD, honest.payload);
    assert_refused(&examined(&exchanged, Some(&trust())), "its signature is not believed");
}

#[test]
fn the_operator_must_be_the_runs_and_may_be_another_operator_only_by_name() {
    let stranger = RunAttested { operator: "mallory".into(), ..run() };
    let seen = examined(&attested(&Attested::Run(stranger), &key(1)), Some(&trust()));
    assert_refused(&seen, "it names mallory as the operator, and the run's journal ada on build-7");
    let joan = examined(&attested(&Attested::Run(run()), &key(4)), Some(&trust()));
    assert_eq!((joan.standing, joan.person.as_deref()), (Standing::Trusted, Some("Joan Clarke")));
    assert!(joan.remark.contains("the run names ada on build-7 as its operator"), "{}", joan.remark);
    let grace = examined(&attested(&Attested::Run(run()), &key(2)), Some(&trust()));
    assert_refused(&grace, "Grace Hopper signed it, and is no operator by the trust file");
}

#[test]
fn a_key_must_hold_when_signing_and_when_time_stamped() {
    let envelope = attested(&Attested::Run(run()), &key(1));
    let (trust, keys) = (trust(), operator_keys());
    let judged = |stamped: &str, envelope: &Envelope| {
        let context = Context { stamped_at: Some(at(stamped)), ..context(Some(&trust), &keys) };
        examine(envelope.to_json().as_bytes(), SEAL, &context)
    };
    let stamped = judged("2026-04-20T12:00:05Z", &envelope);
    assert_eq!(stamped.standing, Standing::Trusted);
    assert!(stamped.remark.ends_with("time-stamped at 2026-04-20T12:00:05Z"), "{}", stamped.remark);
    // A date from before the key ran out is not enough where the stamp is from after.
    let backdated = judged("2027-03-01T00:00:00Z", &envelope);
    assert_refused(&backdated, "with a key that the trust file does not let hold at 2027-03-01T00:00:00Z");
    assert_refused(&judged("2026-04-20T11:59:59Z", &envelope), "after the time-stamp that it carries");
    let late = RunAttested { signed_at: at("2027-01-01T00:00:00Z"), ..run() };
    let seen = examined(&attested(&Attested::Run(late), &key(1)), Some(&trust));
    assert_refused(&seen, "does not let hold at 2027-01-01T00:00:00Z");
}

#[test]
fn nobody_can_have_signed_before_the_run_was_closed() {
    let early = RunAttested { signed_at: at("2026-04-20T11:58:59Z"), ..run() };
    let seen = examined(&attested(&Attested::Run(early), &key(1)), None);
    assert_refused(&seen, "before the run was closed (2026-04-20T11:59:00Z)");
}

#[test]
fn another_person_signs_off_with_decisions() {
    let (trust, keys) = (trust(), operator_keys());
    let unsigned = sign_off(review(), SEAL, key(2).public(), &context(Some(&trust), &keys)).unwrap();
    let seen = examined(&unsigned.signed_with(&key(2)), Some(&trust));
    assert_eq!(seen.standing, Standing::Trusted, "{}", seen.remark);
    assert_eq!((seen.person.as_deref(), seen.role.as_deref()), (Some("Grace Hopper"), Some("head of internal audit")));
    assert_eq!(seen.decisions, review().decisions);
    assert_eq!(seen.remark, "signed by Grace Hopper at 2026-04-22T09:00:00Z, a time of the signer's own");
}

/// Refused when signing, and by whoever verifies what a changed program signed nevertheless.
fn refused_both_times(review: SignOff, seed: u8, trust: Option<&Trust>) -> SignOffRefused {
    let keys = operator_keys();
    let context = context(trust, &keys);
    let refused = sign_off(review.clone(), SEAL, key(seed).public(), &context).unwrap_err();
    let forced = attested(&Attested::SignOff(review), &key(seed));
    assert_refused(&examine(forced.to_json().as_bytes(), SEAL, &context), &refused.to_string());
    refused
}

#[test]
fn the_operator_cannot_sign_off_with_the_same_key_by_the_same_name_or_with_another_key() {
    let trust = trust();
    let named = |name: &str| SignOff { reviewer: name.into(), ..review() };
    let key_id = key(1).public().id().to_owned();
    assert_eq!(refused_both_times(review(), 1, None), SignOffRefused::OperatorsKey { key_id });
    for name in ["ada", "ADA ", "ada on build-7"] {
        assert!(matches!(refused_both_times(named(name), 9, None), SignOffRefused::OperatorsName { .. }), "{name}");
    }
    let ada = SignOffRefused::OperatorsName { name: "Ada Lovelace".into() };
    assert_eq!(refused_both_times(named("Ada Lovelace"), 3, Some(&trust)), ada);
}

#[test]
fn whoever_signed_as_the_operator_cannot_sign_off_whatever_name_the_run_has() {
    let (trust, keys) = (trust(), vec![key(1).public().clone()]);
    let context = Context { operator: Some("root on ip-10-0-0-1"), ..context(Some(&trust), &keys) };
    let ada = SignOff { reviewer: "Ada Lovelace".into(), ..review() };
    let refused = sign_off(ada, SEAL, key(3).public(), &context).unwrap_err();
    assert_eq!(refused, SignOffRefused::OperatorsName { name: "Ada Lovelace".into() });
    let joan = SignOff { reviewer: "Joan Clarke".into(), ..review() };
    let refused = sign_off(joan, SEAL, key(4).public(), &context).unwrap_err();
    assert!(matches!(refused, SignOffRefused::MayOperate { .. }), "{refused}");
}

#[test]
fn who_is_no_reviewer_or_says_another_name_or_comes_too_late_cannot_sign_off() {
    let trust = trust();
    let other = SignOff { reviewer: "Katherine Johnson".into(), ..review() };
    assert!(matches!(refused_both_times(other, 2, Some(&trust)), SignOffRefused::OtherName { .. }));
    let late = SignOff { signed_at: at("2027-01-02T00:00:00Z"), ..review() };
    assert!(matches!(refused_both_times(late, 2, Some(&trust)), SignOffRefused::KeyOutOfTime { .. }));
    let text = format!(
        "[[person]]\nname = \"Grace Hopper\"\nkey = \"{}\"\nroles = [\"approver\"]\n",
        key(2).public().to_base64()
    );
    let approver = Trust::parse(&text).unwrap();
    assert!(matches!(refused_both_times(review(), 2, Some(&approver)), SignOffRefused::NoReviewer { .. }));
}

#[test]
fn an_operator_may_review_a_run_that_the_trust_file_shows_to_be_anothers() {
    let joan = SignOff { reviewer: "Joan Clarke".into(), ..review() };
    let (trust, keys) = (trust(), operator_keys());
    let unsigned = sign_off(joan, SEAL, key(4).public(), &context(Some(&trust), &keys)).unwrap();
    assert_eq!(examined(&unsigned.signed_with(&key(4)), Some(&trust)).standing, Standing::Trusted);
}

#[test]
fn a_sign_off_without_words_is_none() {
    let keys = operator_keys();
    for (empty, what) in [
        (SignOff { reviewer: " ".into(), ..review() }, "the reviewer's name"),
        (SignOff { role: String::new(), ..review() }, "the reviewer's role"),
        (SignOff { statement: "\n".into(), ..review() }, "a statement"),
    ] {
        let refused = sign_off(empty, SEAL, key(2).public(), &context(None, &keys)).unwrap_err();
        assert_eq!(refused, SignOffRefused::Incomplete { what });
    }
}

#[test]
fn what_is_no_attestation_is_named() {
    let statement = |predicate_type: &str, predicate: Value, subjects: Value| {
        let payload = json!({
            "_type": "https://in-toto.io/Statement/v1", "subject": subjects, "predicateType": predicate_type,
            "predicate": predicate,
        });
        sign(&key(1), STATEMENT_PAYLOAD, payload.to_string().into_bytes()).to_json()
    };
    let subject = json!([{ "name": "SHA256SUMS", "digest": { "sha256": SEAL } }]);
    let sha512 = json!([{ "name": "SHA256SUMS", "digest": { "sha512": "00" } }]);
    for (text, why) in [
        ("no envelope".to_owned(), "it is no DSSE envelope"),
        (sign(&key(1), STATEMENT_PAYLOAD, b"{}".to_vec()).to_json(), "it holds no in-toto statement"),
        (statement("https://example.com/other", json!({}), subject.clone()), "which this version does not know"),
        (statement(RUN_PREDICATE, json!({ "run": "one" }), subject.clone()), "its predicate cannot be read"),
        (statement(RUN_PREDICATE, json!({ "public_key": 7 }), subject), "its `public_key` is no text"),
        (statement(RUN_PREDICATE, json!({}), json!([])), "it is about 0 things"),
        (statement(RUN_PREDICATE, json!({}), sha512), "its subject has no SHA-256"),
        (sign(&key(1), "text/plain", b"{}".to_vec()).to_json(), "it holds no in-toto statement"),
    ] {
        assert_refused(&examine(text.as_bytes(), SEAL, &context(None, &[])), why);
    }
}
