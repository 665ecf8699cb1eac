//! DynamoDB: scans, descriptions, and writes that are repeated until nothing is left over.

use std::collections::BTreeMap;
use std::time::Duration;

use backproof_cloud::{Cloud, NewTable, ScanPart, TableStatus, Trouble, Value};
use serde_json::json;

use crate::double::{SANDBOX, cloud_of, json_error, ok, passed, region, runtime};

const PART: ScanPart = ScanPart { segment: 1, total_segments: 4 };

fn json_of(body: &str) -> serde_json::Value {
    serde_json::from_str(body).unwrap()
}

#[test]
fn a_scan_reads_one_segment_consistently_and_goes_on_where_it_was() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SANDBOX, &clock, |number, _| match number {
        0 => ok(r#"{"Items":[{"pk":{"S":"a"},"n":{"N":"2.50"}}],"Count":1,"LastEvaluatedKey":{"pk":{"S":"a"}}}"#),
        _ => ok(r#"{"Items":[],"Count":0}"#),
    });
    runtime.block_on(async {
        let tables = cloud.sandbox(&region()).await.unwrap().tables;
        let first = tables.scan("t", PART, None).await.unwrap();
        let mut item = first.items[0].clone();
        item.sort_by(|(a, _), (b, _)| a.cmp(b));
        assert_eq!(item, [("n".into(), Value::Number("2.50".into())), ("pk".into(), Value::Text("a".into()))]);
        let last = tables.scan("t", PART, first.next).await.unwrap();
        assert!(last.items.is_empty() && last.next.is_none());
    });
    let asked = double.asked();
    assert!(asked[0].target.ends_with(".Scan"));
    let expected = json!({"TableName": "t", "ConsistentRead": true, "Segment": 1, "TotalSegments": 4});
    assert_eq!(json_of(&asked[0].body), expected);
    assert_eq!(json_of(&asked[1].body)["ExclusiveStartKey"], json!({"pk": {"S": "a"}}));
}

#[test]
fn a_scan_without_items_is_not_an_empty_table() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, |_, _| ok("{}"));
    let error = runtime.block_on(async {
        let tables = cloud.sandbox(&region()).await.unwrap().tables;
        tables.scan("t", PART, None).await.unwrap_err()
    });
    assert_eq!(error.trouble, Trouble::Unreadable);
}

#[test]
fn a_description_names_keys_with_types_indexes_and_state() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, |_, _| {
        ok(
            r#"{"Table":{"TableName":"t","TableArn":"arn:aws:dynamodb:eu-central-1:999988887777:table/t","TableStatus":"ACTIVE",
            "KeySchema":[{"AttributeName":"sk","KeyType":"RANGE"},{"AttributeName":"pk","KeyType":"HASH"}],
            "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}],
            "GlobalSecondaryIndexes":[{"IndexName":"g","IndexStatus":"ACTIVE","KeySchema":[{"AttributeName":"sk","KeyType":"HASH"}],
                "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["b","a"]}}],
            "CreationDateTime":1767225600.25,"ItemCount":5,"BillingModeSummary":{"BillingMode":"PAY_PER_REQUEST"}}}"#,
        )
    });
    runtime.block_on(async {
        let tables = cloud.sandbox(&region()).await.unwrap().tables;
        let table = tables.describe_table("t").await.unwrap();
        assert_eq!(table.status, TableStatus::Active);
        let key = |name: &str, role: &str, kind: &str| (name.to_owned(), role.to_owned(), kind.to_owned());
        assert_eq!(table.key_schema, [key("pk", "HASH", "S"), key("sk", "RANGE", "N")]);
        assert_eq!(table.indexes["g"].projection, "INCLUDE a,b");
        assert_eq!(table.created.unwrap().to_string(), "2026-01-01T00:00:00.25Z");
        assert_eq!((table.billing_mode.as_str(), table.item_count_estimate), ("PAY_PER_REQUEST", Some(5)));
    });
}

#[test]
fn settings_come_from_three_calls() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, |_, seen| {
        if seen.target.ends_with(".DescribeTimeToLive") {
            ok(r#"{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"until"}}"#)
        } else if seen.target.ends_with(".DescribeContinuousBackups") {
            ok(r#"{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED",
                "PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"DISABLED"}}}"#)
        } else {
            ok(r#"{"Table":{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},
                "SSEDescription":{"Status":"ENABLED","SSEType":"KMS","KMSMasterKeyArn":"k"}}}"#)
        }
    });
    let settings = runtime.block_on(async {
        let tables = cloud.sandbox(&region()).await.unwrap().tables;
        tables.table_settings("t").await.unwrap()
    });
    assert_eq!(settings.time_to_live_attribute.as_deref(), Some("until"));
    assert_eq!(settings.point_in_time_recovery, Some(false));
    assert_eq!(settings.stream_view_type.as_deref(), Some("KEYS_ONLY"));
    assert_eq!(settings.encryption.as_deref(), Some("KMS k"));
    assert_eq!(settings.table_class.as_deref(), Some("STANDARD"));
}

#[test]
fn items_that_were_left_over_are_sent_again() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SANDBOX, &clock, |number, _| match number {
        0 => ok(r#"{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"pk":{"S":"7"}}}}]}}"#),
        _ => ok(r#"{"UnprocessedItems":{}}"#),
    });
    runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        let items: Vec<_> = (0..30).map(|n| vec![("pk".to_owned(), Value::Text(n.to_string()))]).collect();
        access.tables.put_items(&access.sandbox, "t", &items).await.unwrap();
        access.tables.delete_items(&access.sandbox, "t", &items[..1]).await.unwrap();
    });
    let sizes: Vec<_> =
        double.asked().iter().map(|seen| json_of(&seen.body)["RequestItems"]["t"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [25, 1, 5, 1]);
    assert_eq!(passed(&clock), Duration::from_millis(50));
}

#[test]
fn items_that_stay_left_over_are_an_error() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, |_, _| {
        ok(r#"{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"pk":{"S":"7"}}}}]}}"#)
    });
    let error = runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        let items = [vec![("pk".to_owned(), Value::Text("7".into()))]];
        access.tables.put_items(&access.sandbox, "t", &items).await.unwrap_err()
    });
    assert_eq!(error.trouble, Trouble::Throttled);
}

#[test]
fn a_scratch_table_is_on_demand_unprotected_and_tagged() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SANDBOX, &clock, |_, _| ok("{}"));
    runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        let table = NewTable {
            name: "bp-k3v9x2aa-1-0-1".into(),
            partition_key: "pk".into(),
            index: Some(("by-kind".into(), "kind".into())),
            tags: BTreeMap::from([("backproof:run".into(), "1".into())]),
        };
        access.tables.create_table(&access.sandbox, &table).await.unwrap();
    });
    let body = json_of(&double.asked()[0].body);
    assert_eq!(body["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(body["DeletionProtectionEnabled"], false);
    assert_eq!(body["Tags"], json!([{"Key": "backproof:run", "Value": "1"}]));
    assert_eq!(body["GlobalSecondaryIndexes"][0]["IndexName"], "by-kind");
    assert_eq!(body["AttributeDefinitions"].as_array().unwrap().len(), 2);
}

#[test]
fn a_table_that_is_gone_is_not_found() {
    let (runtime, clock) = runtime();
    let (cloud, _) =
        cloud_of(SANDBOX, &clock, |_, _| json_error(400, "ResourceNotFoundException", "Requested resource not found"));
    runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        assert!(access.tables.delete_table(&access.sandbox, "t").await.unwrap_err().is_not_found());
        assert!(access.tables.describe_table("t").await.unwrap_err().is_not_found());
    });
}
