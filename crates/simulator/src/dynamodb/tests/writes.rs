//! Writes of single items and batches.

use super::*;

fn small() -> Bench {
    Bench::with_table(&TableSnapshot::new(definition("partition_key = { name = \"id\", type = \"S\" }"), []))
}

#[test]
fn an_item_is_written_read_changed_and_deleted() {
    let mut bench = small();
    let key = json!({ "id": { "S": "a" } });
    let put = json!({ "TableName": "orders", "Item": { "id": { "S": "a" }, "n": { "N": "1.0" } }, "ReturnValues": "ALL_OLD" });
    assert_eq!(bench.call("PutItem", put.clone()), json!({}));
    assert_eq!(bench.call("PutItem", put)["Attributes"], json!({ "id": { "S": "a" }, "n": { "N": "1" } }));
    let update = json!({
        "TableName": "orders", "Key": key, "UpdateExpression": "SET n = n + :one, m = :one", "ReturnValues": "UPDATED_NEW",
        "ExpressionAttributeValues": { ":one": { "N": "1" } },
    });
    assert_eq!(bench.call("UpdateItem", update)["Attributes"], json!({ "n": { "N": "2" }, "m": { "N": "1" } }));
    let get = json!({ "TableName": "orders", "Key": key, "ConsistentRead": true, "ProjectionExpression": "n" });
    assert_eq!(bench.call("GetItem", get.clone()), json!({ "Item": { "n": { "N": "2" } } }));
    bench.call("DeleteItem", json!({ "TableName": "orders", "Key": key }));
    assert_eq!(bench.call("GetItem", get), json!({}));
    assert_eq!(bench.call("DeleteItem", json!({ "TableName": "orders", "Key": key })), json!({}));
}

#[test]
fn conditions_guard_writes() {
    let mut bench = small();
    let put = json!({ "TableName": "orders", "Item": { "id": { "S": "a" } }, "ConditionExpression": "attribute_not_exists(id)" });
    bench.call("PutItem", put.clone());
    let refusal = bench.refusal("PutItem", put);
    assert_eq!((refusal.code.as_str(), refusal.status), ("ConditionalCheckFailedException", 400));
}

#[test]
fn items_that_break_the_rules_are_refused() {
    let mut bench = small();
    let large = "x".repeat(400 * 1024);
    for (item, text) in [
        (json!({ "n": { "N": "1" } }), "Missing the key id in the item"),
        (json!({ "id": { "N": "1" } }), "Type mismatch for key id expected: S actual: N"),
        (json!({ "id": { "S": "" } }), "empty string value. Key: id"),
        (json!({ "id": { "S": "a" }, "b": { "S": large } }), "exceeded the maximum allowed size"),
        (json!({ "id": { "S": "a" }, "n": { "N": "1e126" } }), "Number overflow"),
    ] {
        let refusal = bench.refusal("PutItem", json!({ "TableName": "orders", "Item": item }));
        assert!(refusal.message.contains(text), "{}", refusal.message);
    }
    let key = json!({ "id": { "S": "a" }, "more": { "S": "b" } });
    let refusal = bench.refusal("GetItem", json!({ "TableName": "orders", "Key": key }));
    assert_eq!(refusal.message, "The provided key element does not match the schema");
    let update = json!({ "TableName": "orders", "Key": { "id": { "S": "a" } }, "UpdateExpression": "REMOVE id" });
    assert!(bench.refusal("UpdateItem", update).message.contains("part of the key"));
}

fn batch(range: std::ops::Range<usize>) -> Value {
    let puts: Vec<_> = range.map(|n| json!({ "PutRequest": { "Item": { "id": { "S": n.to_string() } } } })).collect();
    json!({ "RequestItems": { "orders": puts } })
}

#[test]
fn batches_write_and_read_up_to_their_limits() {
    let mut bench = small();
    assert_eq!(bench.call("BatchWriteItem", batch(0..25)), json!({ "UnprocessedItems": {} }));
    assert!(bench.refusal("BatchWriteItem", batch(0..26)).message.contains("Too many items"));
    let delete = json!({ "RequestItems": { "orders": [{ "DeleteRequest": { "Key": { "id": { "S": "0" } } } }] } });
    bench.call("BatchWriteItem", delete);
    let keys: Vec<_> = (0..30).map(|n| json!({ "id": { "S": n.to_string() } })).collect();
    let answer = bench.call("BatchGetItem", json!({ "RequestItems": { "orders": { "Keys": keys } } }));
    assert_eq!(answer["Responses"]["orders"].as_array().unwrap().len(), 24);
    assert_eq!(answer["UnprocessedKeys"], json!({}));
}

#[test]
fn a_batch_with_one_bad_item_writes_nothing() {
    let mut bench = small();
    let mut body = batch(0..2);
    body["RequestItems"]["orders"][1]["PutRequest"]["Item"] = json!({ "x": { "S": "" } });
    bench.refusal("BatchWriteItem", body);
    let mut twice = batch(0..2);
    twice["RequestItems"]["orders"][1]["PutRequest"]["Item"]["id"] = json!({ "S": "0" });
    assert!(bench.refusal("BatchWriteItem", twice).message.contains("duplicates"));
    assert_eq!(bench.call("Scan", json!({ "TableName": "orders" }))["Count"], 0);
}
