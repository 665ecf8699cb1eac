//! What is as it should be raises no alarm.

use backproof_cloud::{Item, Value};
use backproof_model::{Claim, FaultOwner, Observation, Outcome, ProofLevel, Verdict};
use backproof_validators_items::Class;
use serde_json::json;

use crate::support::{Scene, baseline, order, orders};

#[test]
fn an_equal_table_passes_with_every_check() {
    let found = Scene::frozen(orders()).examine();
    found.assert_silent();
    let names: Vec<&str> = found.0.checks.iter().map(|check| &*check.name).collect();
    assert_eq!(
        names,
        [
            "table-active",
            "key-schema",
            "indexes",
            "items-readable",
            "item-count",
            "content-fingerprint",
            "settings-parity"
        ]
    );
    for check in &found.0.checks {
        assert!(check.examined.count > 0, "{check:?}");
        assert!(check.observed.is_some(), "{check:?}");
    }
    assert_eq!(found.check("content-fingerprint").claim, Claim::DataMatchesBaseline);
}

#[test]
fn a_table_that_may_be_empty_is_as_good_empty() {
    Scene::of(vec![], &json!({ "may_be_empty": true })).examine().assert_silent();
    let fresh = json!({ "may_be_empty": true, "time_attribute": "created_at", "max_lag": "26h" });
    Scene::of(vec![], &fresh).examine().assert_silent();
    let found = Scene::of(vec![], &json!({ "may_be_empty": true })).examine();
    assert_eq!(found.check("items-readable").examined.unit, "segments");
    assert!(found.remark("item-count").contains("that it lost nothing was not shown"));
}

#[test]
fn a_table_that_was_empty_is_as_good_empty() {
    for class in [Class::Frozen, Class::Append, Class::Mutable] {
        let baseline = baseline(class, vec![]);
        let entry = json!({ "class": class, "time_attribute": "created_at", "max_lag": "1h", "baseline": baseline });
        Scene::of(vec![], &entry).examine().assert_silent();
    }
}

#[test]
fn an_empty_table_of_which_nothing_is_said_is_neither_passed_nor_failed() {
    let mutable = json!({ "baseline": baseline(Class::Mutable, orders()) });
    for entry in [json!({}), mutable] {
        let found = Scene::of(vec![], &entry).examine();
        assert_eq!(found.check("item-count").verdict, Verdict::Inconclusive(FaultOwner::Validator));
        assert!(found.remark("item-count").contains("may_be_empty = true"), "says how to mend it");
    }
}

#[test]
fn order_and_pages_and_segments_do_not_matter() {
    let mut items = orders();
    items.reverse();
    items.swap(3, 71);
    for item in &mut items {
        item.reverse();
    }
    for page in [1, 3, 7, 99, 100, 1000] {
        for segments in [None, Some(1), Some(2), Some(8), Some(64), Some(150)] {
            let mut scene = Scene::frozen(items.clone()).with(|state| state.page = page);
            if let Some(segments) = segments {
                scene.settings["tables"]["orders"]["segments"] = segments.into();
            }
            scene.examine().assert_silent();
        }
    }
}

#[test]
fn numbers_and_sets_may_be_written_otherwise() {
    let mut items = orders();
    items[2][1].1 = Value::Number("2.50".into());
    items[3][1].1 = Value::Number("35E-1".into());
    for item in &mut items {
        item[3].1 = Value::TextSet(vec!["b".into(), "a".into()]);
    }
    Scene::frozen(items).examine().assert_silent();
}

#[test]
fn an_append_table_may_hold_more_than_the_baseline() {
    let mut items = orders();
    items.extend((100..150).map(|number| order(number, 0)));
    let found = Scene::append(items).examine();
    found.assert_silent();
    assert_eq!(found.check("item-count").expected, found.check("item-count").observed);
    assert!(found.remark("item-count").contains("items were added after the baseline"));
}

#[test]
fn a_mutable_table_may_change_in_every_item() {
    let items: Vec<Item> = (0..80).map(|number| order(number + 1000, 1)).collect();
    let entry = json!({
        "time_attribute": "created_at", "max_lag": "26h", "minimum_items": 50,
        "baseline": baseline(Class::Mutable, orders()),
    });
    let found = Scene::of(items, &entry).examine();
    found.assert_silent();
    let noted = found.check("content-fingerprint");
    assert_eq!((noted.claim, noted.level, &noted.expected), (Claim::DataReadable, ProofLevel::L2, &None));
}

#[test]
fn a_mutable_table_that_did_not_change_matches_its_baseline() {
    let found = Scene::of(orders(), &json!({ "baseline": baseline(Class::Mutable, orders()) })).examine();
    found.assert_silent();
    assert_eq!(found.check("content-fingerprint").claim, Claim::DataMatchesBaseline);
}

#[test]
fn without_an_expectation_reading_everything_is_no_comparison() {
    let found = Scene::of(orders(), &json!({})).examine();
    assert_eq!(found.outcome(ProofLevel::L2), Outcome::Passed { level: ProofLevel::L2 });
    assert_eq!(found.outcome(ProofLevel::L3).word(), "inconclusive");
    assert!(found.remark("items-readable").contains("set minimum_items, max_lag or a baseline"));
    for check in &found.0.checks {
        let established = [Claim::ResourceReachable, Claim::DataReadable];
        assert!(established.contains(&check.claim), "{} claims more than was compared", check.name);
    }
}

#[test]
fn each_expectation_of_content_alone_reaches_l3() {
    for entry in [json!({ "minimum_items": 100 }), json!({ "time_attribute": "created_at", "max_lag": "1h" })] {
        Scene::of(orders(), &entry).examine().assert_silent();
    }
}

#[test]
fn the_lag_is_noted_where_nothing_is_demanded() {
    let found = Scene::of(orders(), &json!({ "minimum_items": 1, "time_attribute": "created_at" })).examine();
    found.assert_silent();
    assert_eq!(found.0.lag_seconds, Some(3600));
    assert_eq!(found.check("freshness").claim, Claim::DataReadable);
}

#[test]
fn an_index_that_was_added_since_the_baseline_is_no_loss() {
    let added = |state: &mut crate::support::State| {
        state.table.as_mut().unwrap().indexes.insert("by-day".into(), crate::support::index("day"));
    };
    Scene::frozen(orders()).with(added).examine().assert_silent();
}

#[test]
fn what_aws_resets_and_the_sandbox_forces_is_listed_and_never_fails() {
    let mut before = baseline(Class::Frozen, orders());
    let settings = before.settings.as_mut().unwrap();
    settings.stream_view_type = Some("NEW_IMAGE".into());
    settings.time_to_live_attribute = Some("expires".into());
    settings.point_in_time_recovery = Some(true);
    settings.encryption = Some("KMS".into());
    settings.table_class = Some("STANDARD_INFREQUENT_ACCESS".into());
    before.deletion_protection = true;
    before.tag_names = vec!["team".into()];
    let found = Scene::of(orders(), &json!({ "class": "frozen", "baseline": before })).examine();
    found.assert_silent();
    let Some(Observation::List(lines)) = &found.check("settings-parity").observed else { panic!("a list") };
    for line in [
        "restored: key schema",
        "restored: indexes",
        "restored: billing mode PAY_PER_REQUEST",
        "reset-by-aws: stream is off, was NEW_IMAGE",
        "reset-by-aws: TTL attribute is off, was expires",
        "reset-by-aws: point-in-time recovery is off, was on",
        "reset-by-aws: deletion protection is off, was on",
        "reset-by-aws: table class is STANDARD, was STANDARD_INFREQUENT_ACCESS",
        "reset-by-aws: tags team",
        "forced: table name",
        "forced: encryption DEFAULT, was KMS",
    ] {
        assert!(lines.iter().any(|found| found == line), "{line} in {lines:#?}");
    }
    assert!(found.remark("settings-parity").starts_with("6 settings do not come back"));
}
