//! Settings are read strictly: what cannot be examined is refused before a run starts.

use std::sync::Arc;

use backproof_validators_api::Validator;
use backproof_validators_items::{Class, Items};
use serde_json::{Value, json};

use crate::support::{MemoryTables, Scene, baseline, key, order, orders, runtime};

fn refusal(settings: &Value) -> String {
    let tables = MemoryTables::holding(runtime().clock(), vec![]);
    let items = Items::read_only(Arc::clone(&tables) as _, key());
    items.check_settings(settings).map_or_else(|error| error.to_string(), |()| "accepted".to_owned())
}

#[test]
fn the_settings_of_the_manual_are_accepted() {
    let settings = json!({
        "minimum_items": 1,
        "tables": {
            "orders": {
                "class": "append", "time_attribute": "created_at", "time_unit": "milliseconds", "max_lag": "26h",
                "skew": "10m", "minimum_items": 100, "segments": 4, "baseline": baseline(Class::Append, orders()),
            },
            "sessions": { "may_be_empty": true },
            "*": { "time_attribute": "updated_at" },
        },
    });
    assert_eq!(refusal(&settings), "accepted");
    assert_eq!(refusal(&json!({})), "accepted");
    assert_eq!(refusal(&Value::Null), "accepted");
}

#[test]
fn what_cannot_be_examined_is_refused_with_its_place_and_its_cure() {
    let whole = baseline(Class::Frozen, orders());
    let part = baseline(Class::Append, orders());
    let table = |entry: Value| json!({ "tables": { "orders": entry } });
    for (settings, place, cure) in [
        (json!({ "minimum_itms": 1 }), "minimum_itms", "minimum_items"),
        (json!({ "minimum_items": -1 }), "minimum_items", "u64"),
        (json!({ "minimum_items": 0 }), "minimum_items = 0", "may_be_empty"),
        (json!({ "segments": 0 }), "segments", "between 1 and"),
        (json!({ "max_lag": "1h" }), "max_lag", "time_attribute"),
        (table(json!({ "max_lag": "1h" })), "tables.orders", "time_attribute"),
        (table(json!({ "max_lag": "soon", "time_attribute": "t" })), "tables.orders.max_lag", "26h"),
        (table(json!({ "class": "forzen" })), "tables.orders.class", "frozen"),
        (table(json!({ "class": "frozen" })), "tables.orders", "baseline"),
        (table(json!({ "class": "append", "baseline": part })), "tables.orders", "time_attribute"),
        (table(json!({ "class": "append", "time_attribute": "t", "baseline": whole })), "tables.orders", "captured"),
        (table(json!({ "class": "frozen", "baseline": part })), "tables.orders", "of the whole"),
        (table(json!({ "minimum_items": 5, "may_be_empty": true })), "tables.orders", "exclude each other"),
        (table(json!({ "baseline": { "items": 5 } })), "tables.orders.baseline", "captured_at"),
        (json!({ "tables": { "*": { "baseline": whole } } }), "tables.*", "that table's entry"),
    ] {
        let refusal = refusal(&settings);
        assert!(refusal.contains(place) && refusal.contains(cure), "{settings}: {refusal}");
    }
}

#[test]
fn a_damaged_fingerprint_in_a_baseline_is_refused() {
    let mut before = json!(baseline(Class::Frozen, orders()));
    before["fingerprint"] = "items-v1:blake3-keyed:12".into();
    let refusal = refusal(&json!({ "tables": { "orders": { "class": "frozen", "baseline": before } } }));
    assert!(refusal.contains("tables.orders.baseline.fingerprint"), "{refusal}");
}

#[test]
fn a_tables_own_entry_goes_before_the_star_and_both_before_the_rest() {
    let few = || vec![order(1, 1), order(2, 2)];
    for (settings, verdict) in [
        (json!({ "minimum_items": 3 }), "failed"),
        (json!({ "minimum_items": 3, "tables": { "*": { "minimum_items": 2 } } }), "passed"),
        (json!({ "tables": { "*": { "minimum_items": 3 }, "orders": { "minimum_items": 2 } } }), "passed"),
        (json!({ "minimum_items": 2, "tables": { "orders": { "minimum_items": 3 } } }), "failed"),
        (json!({ "minimum_items": 3, "tables": { "other": { "minimum_items": 1 } } }), "failed"),
    ] {
        let mut scene = Scene::of(few(), &json!({}));
        scene.settings = settings.clone();
        assert_eq!(scene.examine().check("item-count").verdict.to_string(), verdict, "{settings}");
    }
}

#[test]
fn a_table_that_may_be_empty_sets_the_general_minimum_aside() {
    let mut scene = Scene::of(vec![], &json!({}));
    scene.settings = json!({ "minimum_items": 1, "tables": { "orders": { "may_be_empty": true } } });
    scene.examine().assert_silent();
}
