//! The life of tables and their settings.

use super::*;

fn create() -> Value {
    json!({
        "TableName": "scratch", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "Tags": [{ "Key": "run", "Value": "7" }],
    })
}

fn named(name: &str) -> Value {
    json!({ "TableName": name })
}

#[test]
fn a_table_is_created_used_and_deleted_with_the_services_delays() {
    let mut bench = Bench::new();
    assert_eq!(bench.call("CreateTable", create())["TableDescription"]["TableStatus"], "CREATING");
    assert_eq!(bench.refusal("CreateTable", create()).code, "ResourceInUseException");
    assert_eq!(bench.refusal("Scan", named("scratch")).code, "ResourceNotFoundException");
    assert_eq!(bench.refusal("DeleteTable", named("scratch")).code, "ResourceInUseException");
    bench.wait(6);
    let table = bench.call("DescribeTable", named("scratch"))["Table"].take();
    assert_eq!((&table["TableStatus"], &table["ItemCount"]), (&json!("ACTIVE"), &json!(0)));
    assert_eq!(bench.call("Scan", named("scratch"))["Count"], 0);
    assert_eq!(bench.call("DeleteTable", named("scratch"))["TableDescription"]["TableStatus"], "DELETING");
    assert_eq!(bench.call("DescribeTable", named("scratch"))["Table"]["TableStatus"], "DELETING");
    assert_eq!(bench.refusal("DeleteTable", named("scratch")).code, "ResourceInUseException");
    assert!(bench.tables.exists(ACCOUNT, REGION, "scratch", bench.now));
    bench.wait(4);
    assert!(!bench.tables.exists(ACCOUNT, REGION, "scratch", bench.now));
    let refusal = bench.refusal("DescribeTable", named("scratch"));
    assert_eq!(refusal.code, "ResourceNotFoundException");
    assert_eq!(refusal.message, "Requested resource not found: Table: scratch not found");
}

#[test]
fn a_protected_table_is_deleted_only_once_it_is_unprotected() {
    let mut bench = Bench::with_table(&orders(1));
    let refusal = bench.refusal("DeleteTable", named("orders"));
    assert_eq!(refusal.code, "ValidationException");
    assert!(refusal.message.contains("protected against deletion"));
    bench.call("UpdateTable", json!({ "TableName": "orders", "DeletionProtectionEnabled": false }));
    assert_eq!(bench.refusal("DeleteTable", named("orders")).code, "ResourceInUseException");
    bench.wait(3);
    bench.call("DeleteTable", named("orders"));
}

#[test]
fn a_live_table_is_described_whole() {
    let mut bench = Bench::with_table(&orders(6));
    let mut table = bench.call("DescribeTable", named("orders"))["Table"].take();
    assert!(table["TableId"].take().as_str().is_some_and(|id| id.len() == 36));
    let arn = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders";
    let units = json!({ "NumberOfDecreasesToday": 0, "ReadCapacityUnits": 5, "WriteCapacityUnits": 6 });
    let expected = json!({
        "TableName": "orders", "TableArn": arn, "TableId": null, "TableStatus": "ACTIVE", "CreationDateTime": 1_767_225_600,
        "AttributeDefinitions": [
            { "AttributeName": "customer", "AttributeType": "S" }, { "AttributeName": "number", "AttributeType": "N" },
            { "AttributeName": "status", "AttributeType": "S" }, { "AttributeName": "city", "AttributeType": "S" },
        ],
        "KeySchema": [{ "AttributeName": "customer", "KeyType": "HASH" }, { "AttributeName": "number", "KeyType": "RANGE" }],
        "ProvisionedThroughput": units, "ItemCount": 6, "TableSizeBytes": table["TableSizeBytes"],
        "LocalSecondaryIndexes": [{
            "IndexName": "by-status", "IndexArn": format!("{arn}/index/by-status"), "Projection": { "ProjectionType": "KEYS_ONLY" },
            "KeySchema": [{ "AttributeName": "customer", "KeyType": "HASH" }, { "AttributeName": "status", "KeyType": "RANGE" }],
            "ItemCount": 6, "IndexSizeBytes": table["LocalSecondaryIndexes"][0]["IndexSizeBytes"],
        }],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by-city", "IndexArn": format!("{arn}/index/by-city"), "IndexStatus": "ACTIVE",
            "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": ["amount"] },
            "KeySchema": [{ "AttributeName": "city", "KeyType": "HASH" }], "ProvisionedThroughput": units,
            "ItemCount": 4, "IndexSizeBytes": table["GlobalSecondaryIndexes"][0]["IndexSizeBytes"],
        }],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
        "LatestStreamLabel": "2026-01-01T00:00:00.000", "LatestStreamArn": format!("{arn}/stream/2026-01-01T00:00:00.000"),
        "SSEDescription": { "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": "arn:aws:kms:eu-central-1:111122223333:key/1" },
        "TableClassSummary": { "TableClass": "STANDARD_INFREQUENT_ACCESS" }, "DeletionProtectionEnabled": true,
    });
    assert_eq!(table, expected);
    assert_eq!(bench.call("DescribeTable", named(arn))["Table"]["TableName"], "orders");
    let foreign = arn.replace("111122223333", "999988887777");
    assert_eq!(bench.refusal("DescribeTable", named(&foreign)).code, "ResourceNotFoundException");
}

#[test]
fn a_restore_brings_back_data_indexes_capacity_and_key_and_nothing_else() {
    let mut bench = Bench::new();
    let ready = bench.now + SignedDuration::from_mins(10);
    let arn = bench.tables.create_restored(ACCOUNT, REGION, "restored", &orders(9), bench.now, ready);
    let table = bench.call("DescribeTable", named("restored"))["Table"].take();
    assert_eq!(
        (&table["TableStatus"], &table["RestoreSummary"]["RestoreInProgress"]),
        (&json!("CREATING"), &json!(true))
    );
    assert_eq!(table["GlobalSecondaryIndexes"][0]["IndexStatus"], "CREATING");
    assert_eq!(bench.refusal("Scan", named("restored")).code, "ResourceNotFoundException");
    bench.wait(600);
    let table = bench.call("DescribeTable", named("restored"))["Table"].take();
    assert_eq!(
        (&table["TableStatus"], &table["RestoreSummary"]["RestoreInProgress"]),
        (&json!("ACTIVE"), &json!(false))
    );
    assert_eq!(table["ProvisionedThroughput"]["ReadCapacityUnits"], 5);
    assert_eq!(table["SSEDescription"]["SSEType"], "KMS");
    assert_eq!(table["DeletionProtectionEnabled"], false);
    for absent in ["StreamSpecification", "LatestStreamArn", "TableClassSummary"] {
        assert!(table.get(absent).is_none(), "{absent}");
    }
    assert_eq!(
        (
            table["LocalSecondaryIndexes"][0]["IndexName"].as_str(),
            bench.call("Scan", named("restored"))["Count"].as_u64()
        ),
        (Some("by-status"), Some(9))
    );
    assert_eq!(bench.call("ListTagsOfResource", json!({ "ResourceArn": arn })), json!({ "Tags": [] }));
    assert_eq!(
        bench.call("DescribeTimeToLive", named("restored"))["TimeToLiveDescription"]["TimeToLiveStatus"],
        "DISABLED"
    );
    let backups = bench.call("DescribeContinuousBackups", named("restored"))["ContinuousBackupsDescription"].take();
    assert_eq!(backups["PointInTimeRecoveryDescription"], json!({ "PointInTimeRecoveryStatus": "DISABLED" }));
}

#[test]
fn counts_in_descriptions_are_stale_for_up_to_six_hours() {
    let mut bench = Bench::new();
    bench.tables.create_restored(ACCOUNT, REGION, "restored", &orders(9), bench.now, bench.now);
    let count =
        |bench: &mut Bench| bench.call("DescribeTable", named("restored"))["Table"]["ItemCount"].as_u64().unwrap();
    bench.wait(6 * 3600 - 1);
    assert_eq!(count(&mut bench), 0);
    bench.wait(1);
    assert_eq!(count(&mut bench), 9);
}

#[test]
fn indexes_are_created_and_deleted_one_at_a_time() {
    let mut bench = Bench::with_table(&orders(6));
    let create = json!({
        "TableName": "orders", "AttributeDefinitions": [{ "AttributeName": "created_at", "AttributeType": "S" }],
        "GlobalSecondaryIndexUpdates": [{ "Create": {
            "IndexName": "by-time", "KeySchema": [{ "AttributeName": "created_at", "KeyType": "HASH" }],
            "Projection": { "ProjectionType": "ALL" },
        } }],
    });
    let table = bench.call("UpdateTable", create)["TableDescription"].take();
    assert_eq!(
        (&table["TableStatus"], &table["GlobalSecondaryIndexes"][1]["IndexStatus"]),
        (&json!("UPDATING"), &json!("CREATING"))
    );
    let delete =
        json!({ "TableName": "orders", "GlobalSecondaryIndexUpdates": [{ "Delete": { "IndexName": "by-city" } }] });
    assert_eq!(bench.refusal("UpdateTable", delete.clone()).code, "ResourceInUseException");
    bench.wait(6);
    assert_eq!(bench.items("Scan", json!({ "TableName": "orders", "IndexName": "by-time" })).len(), 6);
    bench.call("UpdateTable", delete.clone());
    bench.wait(3);
    let table = bench.call("DescribeTable", named("orders"))["Table"].take();
    assert_eq!(table["GlobalSecondaryIndexes"].as_array().unwrap().len(), 1);
    assert_eq!(bench.refusal("UpdateTable", delete).code, "ResourceNotFoundException");
}

#[test]
fn settings_are_changed_and_told() {
    let mut bench = Bench::with_table(&orders(1));
    let arn = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders";
    bench.call("TagResource", json!({ "ResourceArn": arn, "Tags": [{ "Key": "run", "Value": "7" }] }));
    bench.call("UntagResource", json!({ "ResourceArn": arn, "TagKeys": ["owner"] }));
    let tags = bench.call("ListTagsOfResource", json!({ "ResourceArn": arn }));
    assert_eq!(tags, json!({ "Tags": [{ "Key": "run", "Value": "7" }] }));
    let ttl =
        json!({ "TableName": "orders", "TimeToLiveSpecification": { "Enabled": false, "AttributeName": "expires" } });
    bench.call("UpdateTimeToLive", ttl.clone());
    assert!(bench.refusal("UpdateTimeToLive", ttl).message.contains("already disabled"));
    bench.wait(86_400);
    let backups = bench.call("DescribeContinuousBackups", named("orders"))["ContinuousBackupsDescription"].take();
    assert_eq!(backups["PointInTimeRecoveryDescription"]["EarliestRestorableDateTime"], 1_767_225_600);
    assert_eq!(backups["PointInTimeRecoveryDescription"]["LatestRestorableDateTime"], 1_767_225_600 + 86_400 - 300);
    assert_eq!(bench.refusal("DescribeContinuousBackups", named("nothing")).code, "TableNotFoundException");
    bench.call("UpdateTable", json!({ "TableName": "orders", "BillingMode": "PAY_PER_REQUEST", "StreamSpecification": { "StreamEnabled": false } }));
    let table = bench.call("DescribeTable", named("orders"))["Table"].take();
    assert_eq!(table["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST");
    assert!(table.get("StreamSpecification").is_none());
}

#[test]
fn names_of_tables_come_in_pages_and_per_account() {
    let mut bench = Bench::new();
    for n in 0..150 {
        bench.tables.create_live(ACCOUNT, REGION, &format!("table-{n:03}"), &orders(0), bench.now);
    }
    bench.tables.create_live("999988887777", REGION, "foreign", &orders(0), bench.now);
    let first = bench.call("ListTables", json!({}));
    assert_eq!(
        (first["TableNames"].as_array().unwrap().len(), &first["LastEvaluatedTableName"]),
        (100, &json!("table-099"))
    );
    let second = bench.call("ListTables", json!({ "ExclusiveStartTableName": "table-099" }));
    assert_eq!(second["TableNames"].as_array().unwrap().len(), 50);
    assert!(second.get("LastEvaluatedTableName").is_none());
    assert_eq!(bench.tables.arns("999988887777", bench.now).len(), 1);
}

#[test]
fn tables_that_do_not_fit_together_are_refused() {
    let mut bench = Bench::new();
    let spoil: [fn(&mut Value); 6] = [
        |table| table["BillingMode"] = json!("PROVISIONED"),
        |table| table["KeySchema"][0]["AttributeName"] = json!("other"),
        |table| table["KeySchema"] = json!([]),
        |table| {
            table["AttributeDefinitions"]
                .as_array_mut()
                .unwrap()
                .push(json!({ "AttributeName": "x", "AttributeType": "S" }));
        },
        |table| table["AttributeDefinitions"][0]["AttributeType"] = json!("BOOL"),
        |table| table["TableName"] = json!("no"),
    ];
    for spoil in spoil {
        let mut table = create();
        spoil(&mut table);
        assert_eq!(bench.refusal("CreateTable", table).code, "ValidationException");
    }
}

#[test]
fn operations_that_are_not_served_say_so() {
    let refusal = Bench::new().refusal("TransactWriteItems", json!({}));
    assert_eq!(refusal.code, "UnknownOperationException");
    assert!(refusal.message.contains("dynamodb:TransactWriteItems"));
}
