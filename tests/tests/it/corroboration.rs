//! A run is found again in AWS's own record, or it is said what could not be, and why.

use std::collections::BTreeSet;

use backproof_model::record::{Corroboration, RestoreStarted};
use backproof_simulator::World;

use crate::support::{FOUR_TABLES, ONE_TABLE, Play, SANDBOX, SOURCE, Scenario, Seen};

fn corroborated(seen: &Seen) -> &Corroboration {
    assert_eq!(seen.evidence.problems, []);
    seen.evidence.corroboration.as_ref().expect("the run looked itself up")
}

fn run_in(world: &str) -> (Play, Seen) {
    let play = Play::of(&Scenario::by_copy(World::parse(&format!("{world}\n{ONE_TABLE}")).unwrap()));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    (play, seen)
}

#[test]
fn every_restore_and_every_deletion_is_found_in_the_event_history() {
    let (play, seen) = run_in("");
    let found = corroborated(&seen);
    assert_eq!((found.missing(), found.sought), (0, found.events.len() as u64), "{:?}", found.uncorroborated);
    let names: BTreeSet<&str> = found.events.iter().map(|event| event.event_name.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["DeleteRecoveryPoint", "DeleteTable", "StartRestoreJob"]));
    let attempt = seen.test("orders").last_attempt().unwrap();
    let Some(RestoreStarted::Job { restore_job_id, .. }) = &attempt.started else { panic!("{attempt:?}") };
    let start = found.events.iter().find(|event| event.subject == *restore_job_id).unwrap();
    assert_eq!((start.test, start.event_name.as_str()), (1, "StartRestoreJob"));
    assert!(start.identity_arn.as_ref().unwrap().contains("assumed-role/backproof-sandbox/"), "{start:?}");
    // AWS's answer that was kept carries the very same id of the request.
    let raw = std::fs::read_to_string(play.state().join("runs/1/raw.jsonl")).unwrap();
    let answer = raw.lines().find(|line| line.contains("backup:StartRestoreJob")).unwrap();
    assert!(answer.contains(start.request_id.as_ref().unwrap()), "{answer}");
    // The scratch table of the negative controls is the run's own.
    assert!(found.events.iter().any(|event| event.test == 0 && event.event_name == "DeleteTable"), "{found:?}");
}

#[test]
fn the_trail_and_the_place_of_its_digest_files_are_named() {
    let (_, seen) = run_in("");
    let regions = &corroborated(&seen).regions;
    assert_eq!(regions.len(), 1);
    let trail = regions[0].trail.as_ref().unwrap();
    assert!(trail.log_file_validation && trail.is_logging == Some(true) && trail.latest_digest.is_some());
    assert_eq!(
        trail.digest_files.as_deref(),
        Some("s3://trail-of-999988887777/audit/AWSLogs/999988887777/CloudTrail-Digest/eu-central-1/")
    );
}

#[test]
fn an_account_without_a_trail_is_said_to_have_none() {
    let (_, seen) = run_in("event_history = { trail = false }");
    let found = corroborated(&seen);
    assert_eq!((found.missing(), &found.regions[0].trail, &found.regions[0].problem), (0, &None, &None));
    let (_, seen) = run_in("event_history = { log_file_validation = false }");
    let trail = corroborated(&seen).regions[0].trail.clone().unwrap();
    assert!(!trail.log_file_validation && trail.digest_files.is_none());
}

#[test]
fn what_the_history_does_not_show_yet_is_waited_for_a_little_and_then_said_to_be_missing() {
    let (_, seen) = run_in("event_history = { lag = \"3m\" }");
    assert_eq!(corroborated(&seen).missing(), 0, "three minutes are waited for");
    let (_, late) = run_in("event_history = { lag = \"12m\" }");
    let found = corroborated(&late);
    assert!(found.missing() > 0 && found.missing() == found.uncorroborated.len() as u64, "{found:?}");
    let why: BTreeSet<&str> = found.uncorroborated.iter().map(|one| one.why.as_str()).collect();
    assert_eq!(why, BTreeSet::from(["not yet in the event history when it was looked through"]));
    assert_eq!(late.conclusion.verdict, seen.conclusion.verdict, "nothing else depends on it");
}

#[test]
fn a_history_that_may_not_be_read_changes_nothing_but_that() {
    let denied = format!("[[denied]]\naccount = \"{SANDBOX}\"\nactions = [\"cloudtrail:*\"]\n");
    let world = format!("{ONE_TABLE}\n{denied}");
    let play = Play::of(&Scenario::by_copy(World::parse(&world).unwrap()));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    let found = corroborated(&seen);
    assert_eq!((found.found, found.missing()), (0, found.sought));
    assert!(found.sought > 0);
    assert!(found.uncorroborated.iter().all(|one| one.why.contains("cloudtrail:LookupEvents")), "{found:?}");
    assert!(found.regions[0].problem.as_ref().unwrap().contains("cloudtrail:DescribeTrails"), "{found:?}");
    let (_, other) = run_in("");
    assert_eq!((seen.outcomes(), seen.conclusion.verdict), (other.outcomes(), other.conclusion.verdict));
}

#[test]
fn what_others_do_in_the_account_is_not_taken_for_ours() {
    let play = Play::of(&Scenario::in_place(World::parse(FOUR_TABLES).unwrap()));
    let first = play.run().unwrap();
    let other = play.another("zzzzzzzz");
    let second = other.run().unwrap();
    let events = |play: &Play, run: u64| -> BTreeSet<String> {
        let seen = play.seen(run);
        assert_eq!(corroborated(&seen).missing(), 0);
        corroborated(&seen).events.iter().map(|event| event.event_id.clone()).collect()
    };
    let (ours, theirs) = (events(&play, first.run), events(&other, second.run));
    assert!(ours.is_disjoint(&theirs) && !ours.is_empty() && !theirs.is_empty());
    assert_eq!(play.simulator.existing_resources(SOURCE).iter().filter(|arn| arn.contains("/bp-")).count(), 0);
}
