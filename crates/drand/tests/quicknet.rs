//! Rounds that the network published, and what becomes of them when something is changed.

use backproof_drand::{Beacon, DrandError, first_round_after, round_at, time_of_round, url_of_round, verify_round};

/// Round 123, as relays answer it.
const SIGNATURE: &str = "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482\
                         e26cd02df835d3546d23c4b13e0dfc92";
const RANDOMNESS: &str = "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc";

#[test]
fn a_published_round_holds_and_its_randomness_follows() {
    let text = format!(r#"{{"round":123,"randomness":"{RANDOMNESS}","signature":"{SIGNATURE}"}}"#);
    let beacon = Beacon::parse(text.as_bytes()).unwrap();
    assert_eq!(beacon.verified().unwrap().to_string(), RANDOMNESS);
    assert_eq!(verify_round(123, SIGNATURE, None).unwrap().to_string(), RANDOMNESS);
}

#[test]
fn the_signature_of_another_round_is_refused() {
    assert_eq!(verify_round(124, SIGNATURE, None), Err(DrandError::NotSigned { round: 124 }));
}

#[test]
fn a_randomness_that_does_not_follow_is_refused() {
    let given = RANDOMNESS.replace("fb8f", "0b8f");
    let refused = verify_round(123, SIGNATURE, Some(&given)).unwrap_err();
    assert_eq!(refused.to_string(), format!("the randomness of round 123 is {RANDOMNESS}, and not {given}"));
}

#[test]
fn no_changed_digit_of_a_signature_passes() {
    // Each one is either off the curve or not the network's; a full comparison of all 96 digits takes seconds only.
    for at in [2, 31, 60, 95] {
        let mut changed = SIGNATURE.as_bytes().to_vec();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        let refused = verify_round(123, std::str::from_utf8(&changed).unwrap(), None).unwrap_err();
        let named = matches!(refused, DrandError::NotSigned { round: 123 } | DrandError::NoSignature { round: 123 });
        assert!(named, "digit {at}: {refused}");
    }
}

#[test]
fn what_is_no_signature_is_named() {
    for text in ["", "b75c", "zz", &SIGNATURE[2..], &"00".repeat(48), &"ff".repeat(48)] {
        assert_eq!(verify_round(123, text, None), Err(DrandError::NoSignature { round: 123 }), "{text}");
    }
    // The point at infinity is a point, and signs nothing.
    let infinity = format!("c0{}", "00".repeat(47));
    assert_eq!(verify_round(123, &infinity, None), Err(DrandError::NotSigned { round: 123 }));
}

#[test]
fn a_round_that_cannot_be_is_named() {
    assert_eq!(verify_round(0, SIGNATURE, None), Err(DrandError::NoRound(0)));
    assert_eq!(verify_round(u64::MAX, SIGNATURE, None), Err(DrandError::NoRound(u64::MAX)));
}

#[test]
fn a_text_that_is_no_round_is_named() {
    for text in ["", "{}", r#"{"round":-1,"signature":""}"#, r#"{"round":1}"#] {
        assert!(matches!(Beacon::parse(text.as_bytes()), Err(DrandError::Unreadable(_))), "{text}");
    }
}

#[test]
fn rounds_and_moments_are_each_others() {
    let moment = "2026-04-20T00:00:00Z".parse().unwrap();
    assert_eq!(round_at(moment), Some(27_946_612));
    assert_eq!(first_round_after(moment), 27_946_613);
    assert!(time_of_round(27_946_612).unwrap() <= moment && moment < time_of_round(27_946_613).unwrap());
    assert_eq!(time_of_round(1), Some("2023-08-23T15:09:27Z".parse().unwrap()));
    assert_eq!(round_at("2023-08-23T15:09:26.999Z".parse().unwrap()), None);
    assert_eq!(first_round_after("2023-08-23T15:09:26.999Z".parse().unwrap()), 1);
    assert_eq!(round_at("2023-08-23T15:09:29.999Z".parse().unwrap()), Some(1));
    assert_eq!(round_at("2023-08-23T15:09:30Z".parse().unwrap()), Some(2));
    assert_eq!(time_of_round(0), None);
}

#[test]
fn a_relay_is_asked_by_the_chain_and_the_round() {
    let expected = "https://api.drand.sh/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971/public/123";
    assert_eq!(url_of_round("https://api.drand.sh/", 123), expected);
}
