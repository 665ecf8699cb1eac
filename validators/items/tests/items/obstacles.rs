//! What could not be seen is inconclusive, and says whose fault that is. It is never passed, and never the backup's.

use std::time::Duration;

use backproof_cloud::{TableStatus, Trouble};
use backproof_model::{FaultOwner, ProofLevel, Verdict};
use backproof_validators_api::FingerprintKey;
use backproof_validators_items::Class;
use serde_json::json;

use crate::support::{Scene, State, baseline, baseline_as_of, data_time, orders};

const CALLS: [&str; 3] = ["DescribeTable", "DescribeTimeToLive", "Scan"];

fn failing(call: &'static str, after: u64, trouble: Trouble) -> impl FnOnce(&mut State) {
    move |state| state.trouble = Some((call, after, trouble))
}

#[test]
fn a_call_that_fails_leaves_no_verdict_on_the_backup() {
    for call in CALLS {
        for (trouble, owner) in [
            (Trouble::Denied, FaultOwner::Sandbox),
            (Trouble::SignedOut, FaultOwner::Sandbox),
            (Trouble::NotFound, FaultOwner::Sandbox),
            (Trouble::NoAnswer, FaultOwner::Sandbox),
            (Trouble::Throttled, FaultOwner::Quota),
            (Trouble::Unreadable, FaultOwner::Harness),
        ] {
            for scene in [Scene::frozen(orders()), Scene::append(vec![])] {
                let outcome = scene.with(failing(call, 0, trouble)).examine().outcome(ProofLevel::L0);
                assert!(outcome.word() != "passed", "{call} {trouble:?}");
                if call != "DescribeTimeToLive" {
                    assert_eq!(outcome.owner(), Some(owner), "{call} {trouble:?} {outcome:?}");
                }
            }
        }
    }
}

#[test]
fn a_scan_that_breaks_off_says_how_far_it_came() {
    let scene = Scene::frozen(orders()).with(failing("Scan", 6, Trouble::Denied));
    let found = scene.examine();
    let check = found.check("items-readable");
    assert_eq!(check.verdict, Verdict::Inconclusive(FaultOwner::Sandbox));
    assert!((1..100).contains(&check.examined.count), "{check:?}");
    assert!(found.remark("items-readable").starts_with(&format!("stopped after {} items", check.examined.count)));
    assert!(found.failed().is_empty(), "an incomplete scan says nothing of what is missing");
}

#[test]
fn the_deadline_stops_the_scan_and_says_how_far_it_came() {
    let mut scene = Scene::frozen(orders()).with(|state| {
        state.page_takes = Duration::from_secs(10);
        state.page = 5;
    });
    scene.allowed = Duration::from_secs(25);
    let found = scene.examine();
    let check = found.check("items-readable");
    assert_eq!(check.verdict, Verdict::Inconclusive(FaultOwner::Validator));
    // The first page alone, then one page of each of eight segments.
    assert_eq!(check.examined.count, 40);
    assert!(found.remark("items-readable").contains("the deadline passed"));
    assert!(found.failed().is_empty());
    assert_eq!(found.0.lag_seconds, None);
}

#[test]
fn a_page_key_that_repeats_is_noticed() {
    let found = Scene::frozen(orders()).with(|state| state.endless = true).examine();
    assert_eq!(found.check("items-readable").verdict, Verdict::Inconclusive(FaultOwner::Harness));
    assert!(found.remark("items-readable").contains("same page key twice"));
}

#[test]
fn a_reader_that_crashes_leaves_no_verdict() {
    let found = Scene::frozen(orders()).with(|state| state.crashes = Some(3)).examine();
    assert_eq!(found.check("items-readable").verdict, Verdict::Inconclusive(FaultOwner::Validator));
    assert!(found.remark("items-readable").contains("crashed"));
    assert!(found.failed().is_empty());
}

#[test]
fn a_table_that_is_not_active_is_not_read() {
    for status in [
        TableStatus::Changing("UPDATING".into()),
        TableStatus::Deleting,
        TableStatus::Other("INACCESSIBLE_ENCRYPTION_CREDENTIALS".into()),
        TableStatus::Other("SOMETHING_NEW".into()),
    ] {
        let found = Scene::frozen(orders()).with(|state| state.table.as_mut().unwrap().status = status).examine();
        assert_eq!(found.check("table-active").verdict, Verdict::Inconclusive(FaultOwner::Sandbox));
        assert_eq!(found.check("items-readable").examined.count, 0);
        assert_eq!(found.outcome(ProofLevel::L0).word(), "inconclusive");
    }
}

#[test]
fn an_index_that_is_still_being_built_is_not_a_lost_one() {
    let building = |state: &mut State| {
        let indexes = &mut state.table.as_mut().unwrap().indexes;
        indexes.get_mut("by-customer").unwrap().status = Some("CREATING".into());
    };
    let found = Scene::frozen(orders()).with(building).examine();
    assert_eq!(found.check("indexes").verdict, Verdict::Inconclusive(FaultOwner::Sandbox));
    assert!(found.remark("indexes").contains("CREATING"));
}

#[test]
fn a_baseline_of_another_key_says_nothing() {
    let mut before = baseline(Class::Frozen, orders());
    before.key_id = FingerprintKey::new(&[1; 32]).id().to_owned();
    let found = Scene::of(orders(), &json!({ "class": "frozen", "baseline": before })).examine();
    let check = found.check("content-fingerprint");
    assert_eq!(check.verdict, Verdict::Inconclusive(FaultOwner::Validator));
    assert!(found.remark("content-fingerprint").contains("use the same key for both"));
    assert!(found.failed().is_empty());
}

#[test]
fn an_append_baseline_newer_than_the_backup_says_nothing() {
    let later = data_time().checked_add(jiff::SignedDuration::from_mins(30)).unwrap();
    let entry = json!({
        "class": "append", "time_attribute": "created_at",
        "baseline": baseline_as_of(Class::Append, orders(), later),
    });
    let found = Scene::of(orders(), &entry).examine();
    assert_eq!(found.check("content-fingerprint").verdict, Verdict::Inconclusive(FaultOwner::Validator));
    assert!(found.remark("content-fingerprint").contains("capture the baseline before the backup"));
    assert!(found.failed().is_empty());
}

#[test]
fn a_time_attribute_that_no_item_has_is_the_plans_mistake() {
    for entry in [json!({ "time_attribute": "written" }), json!({ "time_attribute": "written", "max_lag": "1h" })] {
        let found = Scene::of(orders(), &entry).examine();
        assert_eq!(found.check("freshness").verdict, Verdict::Inconclusive(FaultOwner::Validator));
        assert!(found.remark("freshness").contains("`written`"));
        assert_eq!(found.0.lag_seconds, None);
    }
}

#[test]
fn a_small_table_takes_one_scan_call() {
    let scene = Scene::frozen(orders()).with(|state| state.page = 100);
    assert!(scene.examine().has("content-fingerprint"));
    assert_eq!(scene.tables.calls.load(std::sync::atomic::Ordering::Relaxed), 3, "describe, settings, scan");
}

#[test]
fn a_table_is_scanned_in_as_many_segments_as_the_plan_says() {
    let segments = json!({ "segments": 3 });
    let own = json!({ "tables": { "orders": segments } });
    for settings in [segments, own] {
        let mut scene = Scene::of(orders(), &json!({})).with(|state| state.page = 100);
        scene.settings = settings;
        assert_eq!(scene.examine().check("items-readable").examined.count, 100);
        assert_eq!(scene.tables.calls.load(std::sync::atomic::Ordering::Relaxed), 2 + 3);
    }
}
