//! The faults that worlds plant in data, and what must not look like one.

use std::collections::BTreeSet;

use super::*;

fn texts(snapshot: &TableSnapshot) -> BTreeSet<String> {
    snapshot.items().map(|item| Value::Object(item).to_string()).collect()
}

#[test]
fn each_fault_changes_what_it_says_and_nothing_else() {
    let whole = orders(100);
    let before = texts(&whole);
    let missing = whole.clone().without_items(3);
    assert_eq!((missing.count(), texts(&missing).difference(&before).count()), (97, 0));
    let changed = whole.clone().with_changed_items(5);
    assert_eq!((changed.count(), texts(&changed).difference(&before).count()), (100, 5));
    assert_eq!(whole.clone().emptied().count(), 0);
    let truncated = whole.clone().truncated_to(40);
    assert_eq!((truncated.count(), texts(&truncated).difference(&before).count()), (40, 0));
    let extra = whole.clone().with_extra_items(4);
    assert_eq!((extra.count(), before.difference(&texts(&extra)).count()), (104, 0));
    assert_eq!(whole.clone().emptied().with_extra_items(2).count(), 2);
    let unindexed = whole.clone().without_index("by-city");
    assert!(unindexed.definition.global_indexes.is_empty());
    assert_eq!(unindexed.items().count(), 100);
    assert_eq!(texts(&whole), before);
}

#[test]
fn a_fault_of_more_items_than_there_are_strikes_all_of_them() {
    assert_eq!(orders(4).without_items(9).count(), 0);
    let whole = orders(4);
    assert_eq!(texts(&whole.clone().with_changed_items(9)).difference(&texts(&whole)).count(), 4);
}

#[test]
fn stale_data_has_earlier_times_in_both_notations() {
    let items = [
        json!({ "id": { "S": "a" }, "at": { "S": "2026-01-02T00:00:00Z" } }),
        json!({ "id": { "S": "b" }, "at": { "N": "86400" } }),
    ];
    let table = TableSnapshot::new(definition("partition_key = { name = \"id\", type = \"S\" }"), items.map(object));
    let stale = table.stale_by("at", SignedDuration::from_hours(24));
    let times: BTreeSet<_> = stale.items().map(|item| item["at"].to_string()).collect();
    assert_eq!(times.into_iter().collect::<Vec<_>>(), [r#"{"N":"0"}"#, r#"{"S":"2026-01-01T00:00:00Z"}"#]);
}

#[test]
fn other_orders_and_notations_are_on_the_wire_but_not_in_the_data() {
    let whole = orders(50);
    let scan = |snapshot: &TableSnapshot| Bench::with_table(snapshot).items("Scan", json!({ "TableName": "orders" }));
    let reordered = whole.clone().reordered();
    assert_ne!(scan(&whole), scan(&reordered));
    assert_eq!(texts(&whole), texts(&reordered));
    let rewritten = scan(&whole.clone().with_numbers_rewritten());
    let first = rewritten.iter().find(|item| item["number"]["N"] == "1.0").unwrap();
    assert_eq!(first["amount"]["N"], "1.50");
    assert_eq!(first["lines"]["L"][0]["M"]["price"]["N"], "2.50");
    assert_eq!(first["labels"]["NS"], json!(["1.0", "3.0"]));
    assert_eq!(rewritten.len(), 50);
}

#[test]
fn items_that_no_such_table_can_hold_are_told_beforehand() {
    let definition = orders(0).definition;
    let item = object(json!({ "customer": { "S": "a" } }));
    assert!(TableSnapshot::refusal(&definition, &item).unwrap().contains("Missing the key number"));
    assert_eq!(TableSnapshot::refusal(&definition, &order(1)), None);
    assert_eq!(TableSnapshot::new(definition, [item, order(1)]).count(), 1);
}
