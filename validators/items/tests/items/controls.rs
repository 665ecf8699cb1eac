//! The negative controls: every fault is caught, and a validator or a table that cheats is found out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backproof_cloud::{TableStatus, Trouble};
use backproof_model::record::Control;
use backproof_validators_api::{Controls, Validator};
use backproof_validators_items::Items;

use crate::support::{Loses, MemoryTables, State, controls, deadline, key, runtime, validator};

fn tried(change: impl FnOnce(&mut State)) -> (Result<Vec<Control>, String>, Arc<MemoryTables>) {
    let runtime = runtime();
    let tables = MemoryTables::holding(runtime.clock(), vec![]);
    tables.change(|state| state.table = None);
    tables.change(change);
    let tags = BTreeMap::from([("backproof:run".to_owned(), "1".to_owned())]);
    let tried = runtime.block_on(async {
        let validator = validator(&tables).await;
        let controls = controls(&validator);
        assert_eq!(controls.scratch_type(), "DynamoDB");
        controls.try_all("bp-k3v9x2aa-controls", &tags, deadline(&runtime.clock(), Duration::from_mins(10))).await
    });
    (tried, tables)
}

#[test]
fn every_planted_fault_is_caught_by_its_check_and_the_untouched_copy_passes() {
    let (controls, tables) = tried(|_| {});
    let controls = controls.unwrap();
    let seen: Vec<(&str, Option<&str>, &str)> =
        controls.iter().map(|control| (&*control.planted, control.check.as_deref(), &*control.verdict)).collect();
    assert_eq!(
        seen,
        [
            ("untouched copy", None, "passed"),
            ("missing item", Some("item-count"), "failed"),
            ("changed value", Some("content-fingerprint"), "failed"),
            ("stale data", Some("freshness"), "failed"),
            ("truncated table", Some("item-count"), "failed"),
            ("empty table", Some("item-count"), "failed"),
            ("dropped index", Some("indexes"), "failed"),
        ]
    );
    assert!(controls.iter().all(|control| control.as_expected));
    let state = tables.state();
    assert_eq!(state.tags.keys().collect::<Vec<_>>(), ["backproof:run"]);
    assert_eq!(state.items.len(), 50, "every fault but the last was mended");
}

#[test]
fn a_fault_that_was_not_really_planted_is_not_said_to_be_caught() {
    let (controls, _) = tried(|state| state.loses = Some(Loses::Deletions));
    let missed: Vec<String> = controls.unwrap().into_iter().filter(|c| !c.as_expected).map(|c| c.planted).collect();
    assert_eq!(missed, ["missing item", "truncated table", "empty table"]);
}

#[test]
fn an_untouched_copy_that_does_not_pass_is_told() {
    let (controls, _) = tried(|state| state.loses = Some(Loses::Puts));
    let controls = controls.unwrap();
    assert_eq!((&*controls[0].planted, &*controls[0].verdict), ("untouched copy", "failed"));
    assert!(!controls[0].as_expected);
}

#[test]
fn a_look_that_fails_catches_nothing() {
    let (controls, _) = tried(|state| state.trouble = Some(("Scan", 0, Trouble::Denied)));
    let controls = controls.unwrap();
    assert_eq!(controls[0].verdict, "inconclusive");
    let by_items = controls.iter().filter(|control| control.check.as_deref() != Some("indexes"));
    assert!(by_items.into_iter().all(|control| !control.as_expected), "{controls:#?}");
}

#[test]
fn a_write_that_is_denied_is_said_in_words() {
    for call in ["CreateTable", "DescribeTable", "BatchWriteItem", "DeleteItem", "UpdateTable"] {
        let (controls, _) = tried(|state| state.trouble = Some((call, 0, Trouble::Denied)));
        let problem = controls.unwrap_err();
        assert!(problem.contains("bp-k3v9x2aa-controls") && problem.contains(call), "{problem}");
    }
}

#[test]
fn a_table_left_by_an_attempt_before_a_restart_is_taken_over() {
    let runtime = runtime();
    let tables = MemoryTables::holding(runtime.clock(), vec![]);
    tables.change(|state| state.table = None);
    let try_all = async |allowed: Duration| {
        let validator = validator(&tables).await;
        let deadline = deadline(&runtime.clock(), allowed);
        controls(&validator).try_all("bp-scratch", &BTreeMap::new(), deadline).await
    };
    tables.change(|state| state.trouble = Some(("DeleteItem", 0, Trouble::NoAnswer)));
    runtime.block_on(try_all(Duration::from_mins(10))).unwrap_err();
    tables.change(|state| state.trouble = None);
    let controls = runtime.block_on(try_all(Duration::from_mins(10))).unwrap();
    assert!(controls.iter().all(|control| control.as_expected), "{controls:#?}");
}

#[test]
fn a_scratch_table_that_never_becomes_active_ends_at_the_deadline() {
    let runtime = runtime();
    let tables = MemoryTables::holding(runtime.clock(), vec![]);
    tables.change(|state| state.table.as_mut().unwrap().status = TableStatus::Changing("CREATING".into()));
    let problem = runtime.block_on(async {
        let validator = validator(&tables).await;
        let deadline = deadline(&runtime.clock(), Duration::from_mins(10));
        controls(&validator).try_all("bp-scratch", &BTreeMap::new(), deadline).await.unwrap_err()
    });
    assert_eq!(problem, "scratch table bp-scratch was not active before the deadline");
}

#[test]
fn a_validator_that_may_only_read_has_no_controls() {
    let tables = MemoryTables::holding(runtime().clock(), vec![]);
    assert!(matches!(Items::read_only(tables, key()).controls(), Controls::None));
}
