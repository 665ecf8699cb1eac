//! The event history: what is in it, when, and for whom.

use backproof_simulator::World;
use serde_json::{Value, json};

use crate::client::{self, Client};

const SANDBOX: &str = "999988887777";

fn world(more: &str) -> World {
    World::parse(&format!("{more}\n{}", include_str!("../../worlds/no-alarm.toml"))).unwrap()
}

async fn create_table(client: &Client, name: &str) -> u16 {
    let asked = json!({
        "TableName": name,
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "BillingMode": "PAY_PER_REQUEST",
    });
    client.json("dynamodb", "DynamoDB_20120810.CreateTable", asked).await.0
}

async fn events(client: &Client) -> Vec<Value> {
    let (status, answer) = client.json("cloudtrail", "CloudTrail_20131101.LookupEvents", json!({})).await;
    assert_eq!(status, 200, "{answer}");
    answer["Events"].as_array().unwrap().clone()
}

#[test]
fn an_event_is_there_once_its_lag_has_passed() {
    client::run(world("event_history = { lag = \"10m\" }"), |client: Client| async move {
        let sandbox = client.as_key(SANDBOX);
        assert_eq!(create_table(&sandbox, "bp-1").await, 200);
        client.wait(599).await;
        assert_eq!(events(&sandbox).await.len(), 0);
        client.wait(1).await;
        let seen = events(&sandbox).await;
        assert_eq!(seen.len(), 1);
        assert_eq!((&seen[0]["EventName"], &seen[0]["ReadOnly"]), (&json!("CreateTable"), &json!("false")));
        assert_eq!(events(&client).await.len(), 0, "another account has its own history");
        assert_eq!(events(&sandbox.in_region("eu-west-1")).await.len(), 0, "and so has another Region");
    });
}

#[test]
fn reads_leave_no_event_and_refusals_do() {
    client::run(world(""), |client: Client| async move {
        let sandbox = client.as_key(SANDBOX);
        sandbox.json("dynamodb", "DynamoDB_20120810.ListTables", json!({})).await;
        sandbox.json("dynamodb", "DynamoDB_20120810.DeleteTable", json!({ "TableName": "ghost" })).await;
        let seen = events(&sandbox).await;
        let whole: Value = serde_json::from_str(seen[0]["CloudTrailEvent"].as_str().unwrap()).unwrap();
        assert_eq!((seen.len(), &whole["errorCode"]), (1, &json!("ResourceNotFoundException")));
    });
}

#[test]
fn lookups_are_throttled_at_two_a_second() {
    let throttling = World { throttling: true, ..world("") };
    client::run(throttling, |client: Client| async move {
        let lookup = || client.json("cloudtrail", "CloudTrail_20131101.LookupEvents", json!({}));
        let statuses = [lookup().await.0, lookup().await.0, lookup().await.0];
        assert_eq!(statuses, [200, 200, 400]);
        client.wait(1).await;
        assert_eq!(lookup().await.0, 200);
    });
}

#[test]
fn an_account_without_a_trail_lists_none() {
    client::run(world("event_history = { trail = false }"), |client: Client| async move {
        let (_, trails) = client.json("cloudtrail", "CloudTrail_20131101.DescribeTrails", json!({})).await;
        assert_eq!(trails, json!({ "trailList": [] }));
        let asked = json!({ "Name": "management-events" });
        let (_, status) = client.json("cloudtrail", "CloudTrail_20131101.GetTrailStatus", asked).await;
        assert_eq!(status["__type"], "TrailNotFoundException");
    });
}
