//! Baselines as they are captured on the production side.

use std::sync::Arc;
use std::time::Duration;

use backproof_cloud::{ReadTables, Trouble};
use backproof_validators_items::{Baseline, CaptureError, CaptureOrder, Class, Fingerprint, TimeAttribute, capture};

use crate::support::{MemoryTables, SOURCE, State, baseline, data_time, deadline, key, orders, runtime};

fn captured(order: &CaptureOrder, change: impl FnOnce(&mut State)) -> Result<Baseline, CaptureError> {
    let runtime = runtime();
    let tables = MemoryTables::holding(runtime.clock(), orders());
    tables.change(change);
    let tables: Arc<dyn ReadTables> = tables;
    let deadline = deadline(&runtime.clock(), Duration::from_hours(1));
    runtime.block_on(capture(&tables, order, &deadline))
}

#[test]
fn a_baseline_survives_being_written_and_read() {
    for class in [Class::Frozen, Class::Append, Class::Mutable] {
        let before = baseline(class, orders());
        let text = serde_json::to_string(&before).unwrap();
        assert_eq!(serde_json::from_str::<Baseline>(&text).unwrap(), before);
        assert!(!text.contains("order-0"), "holds no data: {text}");
    }
}

#[test]
fn a_whole_baseline_has_every_item_and_an_append_one_those_that_are_settled() {
    let all = orders();
    let whole = baseline(Class::Frozen, all.clone());
    assert_eq!((whole.items, whole.up_to), (100, None));
    assert_eq!(whole.fingerprint, Fingerprint::of_items(&all, &key()));
    let as_of = crate::support::hours_before(1);
    let part = crate::support::baseline_as_of(Class::Append, all.clone(), as_of);
    assert_eq!(part.items, 99, "the newest is not five minutes old");
    assert_eq!(part.up_to.unwrap().duration_until(as_of), jiff::SignedDuration::from_mins(5));
    assert_eq!(part.fingerprint, Fingerprint::of_items(&all[..99], &key()));
}

#[test]
fn the_names_of_tags_are_noted_and_their_values_are_not() {
    let order = CaptureOrder::new(SOURCE, Class::Frozen, key(), data_time());
    let before = captured(&order, |state| {
        state.tags.insert("owner".into(), "Ada".into());
    });
    let text = serde_json::to_string(&before.unwrap()).unwrap();
    assert!(text.contains("owner") && !text.contains("Ada"), "{text}");
}

#[test]
fn a_table_that_cannot_be_read_to_its_end_has_no_baseline() {
    let order = CaptureOrder::new(SOURCE, Class::Frozen, key(), data_time());
    for (call, after) in
        [("DescribeTable", 0), ("DescribeTimeToLive", 0), ("Scan", 0), ("Scan", 5), ("ListTagsOfResource", 0)]
    {
        let refused = captured(&order, |state| state.trouble = Some((call, after, Trouble::Denied))).unwrap_err();
        assert!(refused.to_string().contains(&format!("dynamodb:{call}")), "{refused}");
    }
}

#[test]
fn an_append_baseline_needs_a_time_attribute() {
    let order = CaptureOrder::new(SOURCE, Class::Append, key(), data_time());
    assert_eq!(captured(&order, |_| {}), Err(CaptureError::NoTimeAttribute(SOURCE.into())));
    assert!(captured(&order.with_time(TimeAttribute::named("created_at")), |_| {}).is_ok());
}
