//! What a restored table holds: the data of its recovery point, with the faults that were planted.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::client::{self, Client, restore_of};
use crate::worlds::point_in_sandbox;

/// The items of a table by key, and the names of its indexes.
async fn table(client: &Client, name: &str) -> (BTreeMap<String, Value>, usize) {
    let (status, scanned) = client.dynamodb("Scan", json!({ "TableName": name })).await;
    assert_eq!(status, 200, "{scanned}");
    let items = scanned["Items"].as_array().unwrap().iter();
    let items = items.map(|item| (item["id"]["S"].as_str().unwrap().to_owned(), item.clone())).collect();
    let (_, described) = client.dynamodb("DescribeTable", json!({ "TableName": name })).await;
    (items, described["Table"]["GlobalSecondaryIndexes"].as_array().map_or(0, Vec::len))
}

/// How many items of the source at the time of the point are missing, changed and too many after its restore.
async fn compared(client: Client) -> (usize, usize, usize) {
    let (source, _) = table(&client, "orders").await;
    let point_time = "2026-02-28T00:00:00Z";
    let source: BTreeMap<_, _> =
        source.into_iter().filter(|(_, item)| item["created_at"]["S"].as_str().unwrap() <= point_time).collect();
    let sandbox = client.as_key("999988887777");
    let point = sandbox.latest_point("backproof-sandbox", "orders").await;
    sandbox.backup("PUT", "/restore-jobs", Some(restore_of(&point, "bp-1", "t"))).await;
    sandbox.wait(3600).await;
    let (restored, _) = table(&sandbox, "bp-1").await;
    let missing = source.keys().filter(|key| !restored.contains_key(*key)).count();
    let changed = source.iter().filter(|(key, item)| restored.get(*key).is_some_and(|other| other != *item)).count();
    let extra = restored.keys().filter(|key| !source.contains_key(*key)).count();
    (missing, changed, extra)
}

#[test]
fn a_sound_point_restores_the_items_of_its_time_and_each_fault_shows() {
    // The point is a day old: of the forty items, one a day, the last came later.
    let cases = [
        ("", (0, 0, 0)),
        ("data = { missing_items = 3 }", (3, 0, 0)),
        ("data = { changed_items = 2 }", (0, 2, 0)),
        ("data = { extra_items = 4 }", (0, 0, 4)),
        ("data = { truncated_to = 10 }", (29, 0, 0)),
        ("data = { empty = true }", (39, 0, 0)),
        ("data = { stale = \"9d\" }", (9, 0, 0)),
        ("data = { reordered = true }", (0, 0, 0)),
    ];
    for (faults, expected) in cases {
        client::run(point_in_sandbox(faults), |client: Client| async move {
            assert_eq!(compared(client).await, expected, "{faults}");
        });
    }
}

#[test]
fn an_index_that_is_dropped_is_not_there_after_the_restore() {
    for (data, indexes) in [("", 1), ("data = { drop_index = \"by-city\" }", 0)] {
        let mut world = point_in_sandbox(data);
        let index = "name = \"by-city\"\npartition_key = { name = \"city\", type = \"S\" }";
        let index = toml::from_str(index).unwrap();
        world.resources[0].table.as_mut().unwrap().global_indexes.push(index);
        client::run(world, |client: Client| async move {
            let sandbox = client.as_key("999988887777");
            let point = sandbox.latest_point("backproof-sandbox", "orders").await;
            sandbox.backup("PUT", "/restore-jobs", Some(restore_of(&point, "bp-1", "t"))).await;
            sandbox.wait(3600).await;
            assert_eq!(table(&sandbox, "bp-1").await.1, indexes);
        });
    }
}

#[test]
fn a_table_that_is_still_being_created_cannot_be_used_when_the_job_is_done() {
    client::run(point_in_sandbox("restore = { creating = \"2h\" }"), |client: Client| async move {
        let sandbox = client.as_key("999988887777");
        let point = sandbox.latest_point("backproof-sandbox", "orders").await;
        sandbox.backup("PUT", "/restore-jobs", Some(restore_of(&point, "bp-1", "t"))).await;
        let mut seen = Vec::new();
        for hours in [1, 2] {
            sandbox.wait(hours * 3600).await;
            let (_, described) = sandbox.dynamodb("DescribeTable", json!({ "TableName": "bp-1" })).await;
            seen.push(described["Table"]["TableStatus"].clone());
        }
        assert_eq!(sandbox.simulator.restore_jobs()[0].status, "COMPLETED");
        assert_eq!(seen, ["CREATING", "ACTIVE"]);
    });
}
