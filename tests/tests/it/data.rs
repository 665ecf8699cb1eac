//! What is wrong with the data of a recovery point is caught by the check that is there for it; what only looks odd
//! alarms nobody.

use backproof_evidence::RunVerdict;
use backproof_model::{FaultOwner, Observation, Verdict};
use backproof_simulator::World;

use crate::support::{Play, SANDBOX, Scenario, Seen};

/// Every table of the data-faults world is restored; one is held to a longest lag as well.
fn faulty_data() -> Seen {
    let scenario = Scenario::by_copy(World::data_faults().unwrap()).examining("stale-data", "max_lag = \"7d\"");
    let play = Play::of(&scenario);
    let end = play.run().unwrap();
    assert_eq!(play.simulator.existing_resources(SANDBOX), Vec::<String>::new());
    play.seen(end.run)
}

/// The restore test of this table failed by the backup's fault, and these are the checks that failed.
fn caught(seen: &Seen, table: &str, by: &[&str]) {
    assert_eq!(seen.outcomes()[table], ("failed", Some(FaultOwner::Backup)), "{table}");
    let failed = |check: &&backproof_model::Check| check.verdict == Verdict::Failed;
    let named: Vec<&str> = seen.test(table).checks().iter().filter(failed).map(|check| check.name.as_str()).collect();
    assert_eq!(named, by, "{table}");
}

#[test]
fn a_missing_item_is_caught() {
    caught(&faulty_data(), "missing-item", &["item-count", "content-fingerprint"]);
}

#[test]
fn a_changed_value_is_caught() {
    caught(&faulty_data(), "changed-value", &["content-fingerprint"]);
}

#[test]
fn stale_data_is_caught() {
    caught(&faulty_data(), "stale-data", &["item-count", "content-fingerprint", "freshness"]);
}

#[test]
fn an_empty_table_is_caught() {
    caught(&faulty_data(), "empty-table", &["item-count", "content-fingerprint"]);
}

#[test]
fn a_truncated_table_is_caught() {
    caught(&faulty_data(), "truncated-table", &["item-count", "content-fingerprint"]);
}

#[test]
fn a_lost_index_is_caught() {
    caught(&faulty_data(), "lost-index", &["indexes", "settings-parity"]);
}

#[test]
fn a_sound_table_passes_beside_faulty_ones() {
    let seen = faulty_data();
    assert_eq!(seen.outcomes()["sound"], ("passed", None));
    assert_eq!(seen.conclusion.verdict, RunVerdict::Failed);
    assert_eq!((seen.conclusion.counts.passed, seen.conclusion.counts.failed), (1, 6));
}

#[test]
fn what_is_odd_and_no_fault_alarms_nobody() {
    let play = Play::of(&Scenario::by_copy(World::no_alarm().unwrap()));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    let passed = |table: &str| (table.to_owned(), ("passed", None));
    assert_eq!(seen.outcomes(), ["empty", "reordered", "rewritten", "grown"].map(passed).into());
    assert_eq!(seen.conclusion.verdict, RunVerdict::Passed);
    let count = seen.test("grown").checks().iter().find(|check| check.name == "item-count").unwrap();
    assert_eq!((count.examined.count, &count.expected), (270, &Some(Observation::Count(239))));
}
