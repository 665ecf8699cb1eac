//! Draws by the beacon with nobody there: the round is waited for, asked for, verified and taken.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use backproof_clock::SharedClock;
use backproof_drand::time_of_round;
use backproof_engine::doctor::{State, Subject};
use backproof_engine::{EngineError, Request, Until, What, Witnesses};
use backproof_simulator::World;
use jiff::{SignedDuration, Timestamp};

use crate::support::{ONE_TABLE, Play, Scenario};

/// A round that the network signed, on 2023-08-23.
const ROUND: u64 = 123;
const ANSWER: &str = r#"{"round":123,"signature":"b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92"}"#;
const RANDOMNESS: &str = "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc";

/// Until the end, with no entropy handed in.
const ALONE: Request = Request { what: What::Sample, until: Until::Closed, reveal: None, keep: None };

/// Answers what a test says, and keeps when it was asked.
struct Scripted {
    clock: SharedClock,
    /// Whether an authority is named, whose answers are no time-stamps.
    authority: bool,
    /// So many questions for the round have no answer.
    failures: usize,
    asked: Mutex<Vec<Timestamp>>,
}

#[async_trait]
impl Witnesses for Scripted {
    fn authorities(&self) -> Option<&str> {
        self.authority.then_some("no certificates")
    }

    async fn time_stamp(&self, _: &str) -> Result<Vec<u8>, String> {
        Ok(b"no time-stamp".to_vec())
    }

    async fn beacon_round(&self, round: u64) -> Result<Vec<u8>, String> {
        assert_eq!(round, ROUND, "only the round is asked for to which the draw is committed");
        let mut asked = self.asked.lock().unwrap();
        asked.push(self.clock.now());
        if asked.len() <= self.failures { Err("the relay is down".into()) } else { Ok(ANSWER.into()) }
    }
}

/// A play of one table that begins at such a moment.
fn beginning_at(start: Timestamp) -> Play {
    let world = World { start, ..World::parse(ONE_TABLE).unwrap() };
    let by_beacon = "size = { per_stratum = 50 }\nentropy = \"drand-quicknet\"";
    Play::of(&Scenario::by_copy(world).replacing("size = { per_stratum = 50 }", by_beacon))
}

/// A play whose draw is committed to the one round that is known here. Freezing takes its calls, so it is tried first
/// how long that is.
fn committed() -> Play {
    let come = time_of_round(ROUND).unwrap();
    let start = come - SignedDuration::from_mins(10);
    let named = commit(&beginning_at(start));
    let play = beginning_at(start + come.duration_since(time_of_round(named).unwrap()));
    assert_eq!(commit(&play), ROUND);
    play
}

/// The round to which a play commits its draw.
fn commit(play: &Play) -> u64 {
    let end = play.perform(&Request { until: Until::Committed, ..ALONE }, |_| {}).unwrap();
    play.seen(end.run).evidence.commitment.unwrap().beacon_round.unwrap()
}

fn scripted(play: &Play, authority: bool, failures: usize) -> Arc<Scripted> {
    Arc::new(Scripted { clock: play.clock(), authority, failures, asked: Mutex::default() })
}

#[test]
fn a_run_with_nobody_there_waits_for_its_round_and_takes_it() {
    let play = committed();
    let witness = scripted(&play, false, 2);
    let play = play.witnessed_by(witness.clone());
    let end = play.perform(&ALONE, |_| {}).unwrap();
    let evidence = play.seen(end.run).evidence;
    let entropy = evidence.entropy.as_ref().unwrap();
    assert_eq!((entropy.kind.as_str(), entropy.value.as_str()), ("drand-quicknet:123", RANDOMNESS));
    assert!(entropy.beacon_signature.is_some(), "the evidence lets others verify the round");
    assert_eq!(entropy.grade, "self-attested", "no authority saw the commitment");
    assert!(evidence.is_closed());
    let asked = witness.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 3, "the relay was down twice");
    assert!(asked.iter().all(|at| *at >= time_of_round(ROUND).unwrap()), "nobody asks for a round to come: {asked:?}");
}

#[test]
fn an_authority_whose_answer_is_not_believed_costs_the_grade_and_not_the_run() {
    let play = committed();
    let witness = scripted(&play, true, 0);
    let play = play.witnessed_by(witness);
    let end = play.perform(&ALONE, |_| {}).unwrap();
    let entropy = play.seen(end.run).evidence.entropy.unwrap();
    assert_eq!((entropy.grade.as_str(), entropy.commitment_anchor), ("self-attested", None));
}

#[test]
fn relays_that_stay_silent_refuse_the_run_and_the_next_try_goes_on_with_the_same_draw() {
    let play = committed();
    let silent = scripted(&play, false, usize::MAX);
    let play = play.witnessed_by(silent);
    let refused = play.perform(&ALONE, |_| {}).unwrap_err();
    let says = refused.to_string();
    assert!(matches!(refused, EngineError::Refused(_)), "{says}");
    for part in ["the relay is down", "/public/123", "--reveal drand-quicknet:123 --beacon FILE"] {
        assert!(says.contains(part), "{says}");
    }
    assert!(play.simulator.restore_jobs().is_empty());
    let answering = scripted(&play, false, 0);
    let play = play.witnessed_by(answering);
    let end = play.perform(&ALONE, |_| {}).unwrap();
    assert_eq!(end.run, 1, "the committed run is gone on with");
    assert_eq!(play.seen(1).evidence.entropy.unwrap().value, RANDOMNESS);
}

#[test]
fn a_run_that_is_told_to_stop_does_not_wait_for_the_round() {
    let play = committed();
    let witness = scripted(&play, false, 0);
    let play = play.witnessed_by(witness.clone());
    let refused = play.perform(&ALONE, |world| world.stop.cancel()).unwrap_err();
    assert!(refused.to_string().contains("stopped while waiting for round 123"), "{refused}");
    assert!(witness.asked.lock().unwrap().is_empty());
}

#[test]
fn the_doctor_asks_relays_and_authorities_before_the_day() {
    let found = |play: &Play| {
        let examined = play.ask(async |world| backproof_engine::doctor::examine(world).await);
        let of_draw = examined.into_iter().filter(|one| one.subject == Subject::Draw);
        of_draw.map(|one| (one.state, one.detail)).collect::<Vec<_>>()
    };
    // A minute and some seconds behind the round that is known.
    let play = beginning_at(time_of_round(ROUND).unwrap() + SignedDuration::from_secs(61));
    let alone = found(&play);
    assert!(matches!(&alone[..], [(State::Doubtful, why)] if why.contains("draw --reveal")), "{alone:?}");
    let [sound, silent] = [(false, 0), (true, usize::MAX)].map(|(authority, failures)| {
        let play = beginning_at(time_of_round(ROUND).unwrap() + SignedDuration::from_secs(61));
        let witness = scripted(&play, authority, failures);
        found(&play.witnessed_by(witness))
    });
    let [(State::Good, relay), (State::Doubtful, authority)] = &sound[..] else { panic!("{sound:?}") };
    assert!(relay.contains("round 123") && authority.contains("graded self-attested"), "{sound:?}");
    let [(State::Bad, relay), (State::Doubtful, _)] = &silent[..] else { panic!("{silent:?}") };
    assert!(relay.contains("the relay is down"), "{silent:?}");
}
