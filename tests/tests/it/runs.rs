//! Runs one after the other, and runs that stop on their way to be gone on with.

use backproof_engine::{EngineError, Request, Reveal, Until, What};
use backproof_model::FaultOwner;
use backproof_simulator::World;

use crate::support::{ONE_TABLE, Play, Scenario, whole_run};

const NONCE: &str = "auditor:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// The draw waits for an auditor's nonce.
fn with_an_auditor() -> Play {
    let scenario = Scenario::by_copy(World::parse(ONE_TABLE).unwrap());
    Play::of(&scenario.replacing("size = { per_stratum = 50 }", "size = { per_stratum = 50 }\nentropy = \"auditor\""))
}

fn until(until: Until, reveal: Option<&str>) -> Request {
    Request { what: What::Sample, until, reveal: reveal.map(|text| Reveal::parse(text, None).unwrap()), keep: None }
}

#[test]
fn what_failed_in_one_run_is_tested_for_certain_in_the_next() {
    let play = Play::of(&Scenario::by_copy(World::data_faults().unwrap()));
    let first = play.run().unwrap();
    let second = play.run().unwrap();
    assert_eq!((first.run, second.run), (1, 2), "runs are numbered without a gap");
    let (before, after) = (play.seen(1), play.seen(2));
    assert_eq!(before.outcomes()["missing-item"], ("failed", Some(FaultOwner::Backup)));
    let certain = &after.evidence.commitment.as_ref().unwrap().certainty_units;
    let unit = &before.test("missing-item").drawn.unit;
    let named = certain.iter().find(|certain| certain.unit == *unit).unwrap();
    assert!(named.why.contains("run 1") && named.why.contains("failed"), "{named:?}");
    assert!(after.test("missing-item").drawn.certainty.is_some());
    let sound = &before.test("sound").drawn.unit;
    assert!(!certain.iter().any(|certain| certain.unit == *sound));
}

#[test]
fn a_committed_draw_keeps_its_population_until_the_entropy_is_revealed() {
    let play = with_an_auditor();
    let committed = play.perform(&until(Until::Committed, None), |_| {}).unwrap();
    let before = play.seen(committed.run);
    assert!(before.evidence.commitment.is_some() && before.evidence.entropy.is_none());
    play.wait_for_days(2);
    let drawn = play.perform(&until(Until::Drawn, Some(NONCE)), |_| {}).unwrap();
    let sample = play.seen(drawn.run).drawn();
    let closed = play.perform(&until(Until::Closed, None), |_| {}).unwrap();
    let after = play.seen(closed.run);
    assert_eq!((committed.run, drawn.run, closed.run), (1, 1, 1));
    assert_eq!(after.evidence.population, before.evidence.population);
    assert_eq!(after.evidence.commitment, before.evidence.commitment);
    assert_eq!(after.drawn(), sample);
    assert!(after.evidence.is_closed());
    assert_eq!(after.evidence.entropy.as_ref().unwrap().grade, "verifiable", "the auditor had the commitment first");
}

#[test]
fn entropy_that_was_known_before_the_commitment_is_only_self_attested() {
    let play = with_an_auditor();
    let end = play.perform(&until(Until::Drawn, Some(NONCE)), |_| {}).unwrap();
    let entropy = play.seen(end.run).evidence.entropy.unwrap();
    assert_eq!((entropy.kind.as_str(), entropy.grade.as_str()), ("auditor", "self-attested"));
}

#[test]
fn a_draw_without_its_entropy_is_refused_and_loses_nothing() {
    let play = with_an_auditor();
    let error = play.perform(&until(Until::Closed, None), |_| {}).unwrap_err();
    assert!(matches!(&error, EngineError::Refused(why) if why.contains("--reveal")), "{error}");
    assert!(play.simulator.restore_jobs().is_empty());
    let end = play.perform(&whole_run(), |_| {}).unwrap();
    assert_eq!((end.run, play.seen(1).evidence.is_closed()), (1, true));
}
