//! Faults in restored data: each is caught, and by the check that is there for it.

use backproof_cloud::{Item, Value};
use backproof_model::{Claim, Observation, ProofLevel, Verdict};
use backproof_validators_items::Class;
use serde_json::json;

use crate::support::{Scene, baseline, index, order, orders};

fn without(count: usize) -> Vec<Item> {
    orders().into_iter().skip(count).collect()
}

fn with_other_amount() -> Vec<Item> {
    let mut items = orders();
    items[50][1].1 = Value::Number("50.51".into());
    items
}

#[test]
fn a_missing_item_is_counted() {
    for scene in [Scene::frozen(without(3)), Scene::append(without(3))] {
        let found = scene.examine();
        assert_eq!(found.failed(), ["item-count", "content-fingerprint"]);
        assert!(found.remark("item-count").starts_with("3 of "), "{}", found.remark("item-count"));
        assert!(found.remark("item-count").contains("items missing"));
    }
    let found = Scene::frozen(without(3)).examine();
    let check = found.check("item-count");
    assert_eq!((&check.expected, &check.observed), (&Some(Observation::Count(100)), &Some(Observation::Count(97))));
    assert_eq!((check.claim, check.level, check.examined.count), (Claim::DataPresent, ProofLevel::L3, 97));
}

#[test]
fn a_changed_value_shows_in_the_fingerprint_alone() {
    for scene in [Scene::frozen(with_other_amount()), Scene::append(with_other_amount())] {
        let found = scene.examine();
        assert_eq!(found.failed(), ["content-fingerprint"]);
        assert!(found.remark("content-fingerprint").contains("at least one of them is different"));
        assert_eq!(found.check("item-count").verdict, Verdict::Passed);
    }
}

#[test]
fn an_item_swapped_for_another_shows_in_the_fingerprint() {
    let mut items = without(1);
    items.push(order(7777, 50));
    for scene in [Scene::frozen(items.clone()), Scene::append(items)] {
        assert_eq!(scene.examine().failed(), ["content-fingerprint"]);
    }
}

#[test]
fn stale_data_exceeds_the_lag() {
    let old: Vec<Item> = orders().into_iter().take(70).collect();
    let found = Scene::of(old, &json!({ "time_attribute": "created_at", "max_lag": "26h" })).examine();
    assert_eq!(found.failed(), ["freshness"]);
    assert_eq!(found.0.lag_seconds, Some(31 * 3600));
    let check = found.check("freshness");
    assert_eq!(check.expected, Some(Observation::Seconds(26 * 3600)));
    assert_eq!(check.observed, Some(Observation::Seconds(31 * 3600)));
    assert!(found.remark("freshness").contains("31 h older"), "{}", found.remark("freshness"));
}

#[test]
fn one_clock_that_runs_ahead_does_not_hide_stale_data() {
    let mut items: Vec<Item> = orders().into_iter().take(70).collect();
    items.push(order(500, -1000));
    let found = Scene::of(items, &json!({ "time_attribute": "created_at", "max_lag": "26h" })).examine();
    assert_eq!(found.failed(), ["freshness"]);
    assert!(found.remark("freshness").contains("1 items carry a time after the recovery point's"));
}

#[test]
fn an_empty_table_is_missed_against_a_baseline_and_a_minimum() {
    let found = Scene::frozen(vec![]).examine();
    assert_eq!(found.failed(), ["item-count", "content-fingerprint"]);
    assert!(found.remark("item-count").contains("the table is empty"));
    assert_eq!(Scene::append(vec![]).examine().failed(), ["item-count", "content-fingerprint"]);
    let found = Scene::of(vec![], &json!({ "minimum_items": 1 })).examine();
    assert_eq!(found.failed(), ["item-count"]);
    assert_eq!(found.remark("item-count"), "0 items, of at least 1");
    let fresh = json!({ "time_attribute": "created_at", "max_lag": "26h" });
    assert_eq!(Scene::of(vec![], &fresh).examine().failed(), ["freshness"]);
}

#[test]
fn a_truncated_table_is_missed_by_each_kind_of_expectation() {
    let half: Vec<Item> = orders().into_iter().take(50).collect();
    assert_eq!(Scene::frozen(half.clone()).examine().failed(), ["item-count", "content-fingerprint"]);
    assert_eq!(Scene::append(half.clone()).examine().failed(), ["item-count", "content-fingerprint"]);
    let found = Scene::of(half, &json!({ "minimum_items": 90 })).examine();
    assert_eq!(found.failed(), ["item-count"]);
    assert_eq!(found.remark("item-count"), "50 items, of at least 90");
}

#[test]
fn more_items_than_a_frozen_table_had_are_a_difference() {
    let mut items = orders();
    items.push(order(100, 0));
    let found = Scene::frozen(items).examine();
    assert_eq!(found.failed(), ["item-count", "content-fingerprint"]);
    assert!(found.remark("item-count").contains("1 items more than the 100"));
}

#[test]
fn a_lost_index_is_named() {
    let scene = Scene::frozen(orders()).with(|state| state.table.as_mut().unwrap().indexes.clear());
    let found = scene.examine();
    assert_eq!(found.failed(), ["indexes", "settings-parity"]);
    assert_eq!(found.remark("indexes"), "index `by-customer` is missing");
    assert_eq!(found.check("indexes").claim, Claim::StructureComplete);
}

#[test]
fn an_index_with_other_keys_or_another_projection_is_named() {
    let other_keys = index("supplier");
    let mut other_projection = index("customer");
    other_projection.projection = "KEYS_ONLY".into();
    let mut other_kind = index("customer");
    other_kind.kind = "LOCAL".into();
    for (changed, words) in
        [(other_keys, "has other keys"), (other_projection, "projects other attributes"), (other_kind, "is LOCAL now")]
    {
        let put = |state: &mut crate::support::State| {
            state.table.as_mut().unwrap().indexes.insert("by-customer".into(), changed);
        };
        let found = Scene::frozen(orders()).with(put).examine();
        assert!(found.failed().contains(&"indexes"));
        assert!(found.remark("indexes").contains(words), "{}", found.remark("indexes"));
    }
}

#[test]
fn another_key_schema_fails_whatever_the_class() {
    let entry = json!({ "minimum_items": 1, "baseline": baseline(Class::Mutable, orders()) });
    let rekeyed = |state: &mut crate::support::State| {
        state.table.as_mut().unwrap().key_schema.push(("created_at".into(), "RANGE".into(), "S".into()));
    };
    for scene in [Scene::of(orders(), &entry), Scene::frozen(orders())] {
        assert_eq!(scene.with(rekeyed).examine().failed(), ["key-schema", "settings-parity"]);
    }
}

#[test]
fn another_billing_mode_is_a_setting_that_was_not_restored() {
    let scene = Scene::frozen(orders()).with(|state| state.table.as_mut().unwrap().billing_mode = "PROVISIONED".into());
    let found = scene.examine();
    assert_eq!(found.failed(), ["settings-parity"]);
    assert_eq!(found.remark("settings-parity"), "the billing mode is PROVISIONED and was PAY_PER_REQUEST");
}

#[test]
fn no_remark_and_no_observation_holds_data() {
    for scene in [Scene::frozen(with_other_amount()), Scene::append(without(3)), Scene::frozen(vec![])] {
        let written = format!("{:?}", scene.examine().0);
        for data in ["order-0", "50.51", "50.5", hours_text().as_str()] {
            assert!(!written.contains(data), "{data} in {written}");
        }
    }
}

fn hours_text() -> String {
    crate::support::hours_before(50).to_string()
}
