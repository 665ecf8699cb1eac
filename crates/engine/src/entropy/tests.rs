//! Rounds of the beacon as entropy: what is refused, and how the draw is graded.

use std::collections::BTreeMap;

use super::*;

/// Round 123, which came at 2023-08-23T15:15:33Z.
const ROUND: &str = "drand-quicknet:123";
const SIGNATURE: &str = "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482\
                         e26cd02df835d3546d23c4b13e0dfc92";
const RANDOMNESS: &str = "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc";

fn file(round: u64) -> Vec<u8> {
    format!(r#"{{"round":{round},"randomness":"{RANDOMNESS}","signature":"{SIGNATURE}"}}"#).into_bytes()
}

fn round_123() -> Reveal {
    Reveal::parse(ROUND, Some(&file(123))).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn commitment(beacon_round: Option<u64>) -> DrawCommitted {
    DrawCommitted {
        algorithm: backproof_model::draw::ALGORITHM.into(),
        plan_sha256: "ab".repeat(32),
        population_sha256: "cd".repeat(32),
        run: "7".into(),
        sizes: BTreeMap::new(),
        certainty_units: Vec::new(),
        entropy_kind: "drand-quicknet".into(),
        entropy_known: false,
        beacon_round,
    }
}

fn anchored(moment: &str) -> CommitmentAnchor {
    CommitmentAnchor { at: at(moment), authority: "CN=An authority".into(), time_stamp: String::new() }
}

#[test]
fn a_round_with_its_signature_is_the_entropy_of_the_protocol() {
    let reveal = round_123();
    assert_eq!(reveal.entropy.to_string(), format!("drand-quicknet:123:{RANDOMNESS}"));
    assert_eq!(reveal.beacon_signature.as_deref(), Some(SIGNATURE));
    let whole = Reveal::parse(&format!("{ROUND}:{RANDOMNESS}"), Some(&file(123))).unwrap();
    assert_eq!(whole, reveal);
    let auditor = Reveal::parse("auditor:4711", None).unwrap();
    assert_eq!((auditor.entropy.to_string().as_str(), auditor.beacon_signature), ("auditor:4711", None));
}

#[test]
fn a_round_without_its_signature_is_refused_with_the_place_that_has_it() {
    let whole = format!("{ROUND}:{RANDOMNESS}");
    for text in [ROUND, whole.as_str()] {
        let refused = Reveal::parse(text, None).unwrap_err().to_string();
        assert!(refused.contains("https://api.drand.sh/52db9ba7") && refused.contains("/public/123"), "{refused}");
    }
}

#[test]
fn a_file_of_another_round_another_randomness_or_beside_another_kind_is_refused() {
    let other = Reveal::parse("drand-quicknet:124", Some(&file(123))).unwrap_err();
    assert_eq!(other, NoEntropy::OtherRound { asked: 124, found: 123 });
    let signed_for_another = Reveal::parse("drand-quicknet:124", Some(&file(124))).unwrap_err();
    assert_eq!(signed_for_another, NoEntropy::Round(DrandError::NotSigned { round: 124 }));
    let chosen = format!("{ROUND}:{}", "0".repeat(64));
    let refused = Reveal::parse(&chosen, Some(&file(123))).unwrap_err();
    assert!(matches!(refused, NoEntropy::Round(DrandError::OtherRandomness { .. })), "{refused}");
    let auditor = Reveal::parse("auditor:1", Some(&file(123))).unwrap_err();
    assert_eq!(auditor, NoEntropy::NoBeacon(EntropyKind::Auditor));
    assert!(matches!(Reveal::parse("auditor:1", None), Ok(Reveal { .. })));
    assert!(matches!(Reveal::parse("tea", None), Err(NoEntropy::Text(InvalidEntropy::Kind(_)))));
    assert!(matches!(Reveal::parse("auditor", None), Err(NoEntropy::Text(InvalidEntropy::Kind(_)))));
}

#[test]
fn the_committed_round_alone_is_taken_and_kept_with_its_signature() {
    let committed_at = at("2023-08-23T15:05:30Z");
    let record = taken(&commitment(Some(123)), committed_at, &round_123()).unwrap();
    assert_eq!((record.kind.as_str(), record.value.as_str()), (ROUND, RANDOMNESS));
    assert_eq!(record.beacon_signature.as_deref(), Some(SIGNATURE));
    assert_eq!(record.grade, "self-attested", "nobody outside saw the commitment");
    let refused = taken(&commitment(Some(124)), committed_at, &round_123()).unwrap_err().to_string();
    let expected =
        "the draw of run 7 is committed to round 124 of the beacon, which comes at 2023-08-23T15:15:36Z, not to 123";
    assert!(refused.contains(expected), "{refused}");
}

#[test]
fn a_round_that_came_before_the_commitment_is_refused_or_graded_by_that() {
    let (unnamed, early, late) = (commitment(None), at("2023-08-23T15:15:32Z"), at("2023-08-23T15:15:33Z"));
    assert_eq!(taken(&unnamed, early, &round_123()).unwrap().grade, "self-attested");
    let refused = taken(&unnamed, late, &round_123()).unwrap_err().to_string();
    assert!(refused.contains("round 123 of the beacon came at 2023-08-23T15:15:33Z"), "{refused}");
    let told = Reveal { rounds: Rounds::Any, ..round_123() };
    let record = taken(&unnamed, late, &told).unwrap();
    assert_eq!(record.grade, "self-attested");
    assert!(record.grade_reason.contains("counts as the operating system's"), "{}", record.grade_reason);
}

#[test]
fn a_signature_that_does_not_hold_never_enters_a_seed() {
    let changed = Reveal { beacon_signature: Some(SIGNATURE.replace("b75c", "b75d")), ..round_123() };
    let none = Reveal { beacon_signature: None, ..round_123() };
    let any = Reveal { rounds: Rounds::Any, ..none.clone() };
    for reveal in [changed, none, any] {
        let refused = taken(&commitment(Some(123)), at("2023-08-23T15:05:30Z"), &reveal).unwrap_err();
        assert!(matches!(&refused, EngineError::Unfit(why) if why.contains("round 123")), "{refused}");
    }
}

#[test]
fn a_beacon_is_verifiable_only_where_the_named_round_came_after_an_anchored_commitment() {
    use CommitmentStanding::{After, AnchoredBefore, RecordedBefore};
    let entropy = round_123().entropy;
    let (before, at_it) = (anchored("2023-08-23T15:15:32.9Z"), anchored("2023-08-23T15:15:33Z"));
    let of = |commitment: &DrawCommitted, anchor| standing(commitment, &entropy, anchor);
    assert_eq!(of(&commitment(Some(123)), Some(&before)), AnchoredBefore);
    assert_eq!(of(&commitment(Some(123)), Some(&at_it)), RecordedBefore);
    assert_eq!(of(&commitment(Some(123)), None), RecordedBefore);
    assert_eq!(of(&commitment(None), Some(&before)), RecordedBefore, "any later round could have been chosen");
    let known = DrawCommitted { entropy_known: true, ..commitment(Some(123)) };
    assert_eq!(of(&known, Some(&before)), After);
}

#[test]
fn a_time_stamp_that_is_not_believed_is_refused() {
    let stamp = CommitmentStamp { answer: vec![0x30, 0x00], authorities: String::new() };
    let reveal = Reveal { time_stamp: Some(stamp), ..round_123() };
    let refused = taken(&commitment(Some(123)), at("2023-08-23T15:05:30Z"), &reveal).unwrap_err().to_string();
    assert!(refused.contains("the time-stamp over the commitment") && refused.contains("is not believed"), "{refused}");
}

#[test]
fn a_time_stamp_from_after_the_round_is_refused() {
    assert!(shows_something(123, Some(&anchored("2023-08-23T15:15:32.9Z"))).is_ok());
    assert!(shows_something(123, None).is_ok());
    let refused = shows_something(123, Some(&anchored("2023-08-23T15:15:33Z"))).unwrap_err().to_string();
    assert!(refused.contains("when round 123 had come (2023-08-23T15:15:33Z)"), "{refused}");
}
