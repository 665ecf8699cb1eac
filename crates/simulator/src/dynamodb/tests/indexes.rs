//! Reads from secondary indexes.

use super::*;

#[test]
fn a_global_index_holds_the_items_that_have_its_key_and_what_it_projects() {
    let mut bench = Bench::with_table(&orders(30));
    let items = bench.items("Scan", json!({ "TableName": "orders", "IndexName": "by-city", "Limit": 4 }));
    assert_eq!(items.len(), 20);
    let names: Vec<_> = items[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["amount", "city", "customer", "number"]);
    let query = json!({
        "TableName": "orders", "IndexName": "by-city", "KeyConditionExpression": "city = :c", "Limit": 3,
        "ExpressionAttributeValues": { ":c": { "S": "Ulm" } },
    });
    assert_eq!(bench.items("Query", query).len(), 10);
}

#[test]
fn a_local_index_orders_a_partition_by_another_attribute() {
    let mut bench = Bench::with_table(&orders(30));
    let body = json!({
        "TableName": "orders", "IndexName": "by-status", "ConsistentRead": true, "Limit": 2,
        "KeyConditionExpression": "customer = :c AND begins_with(#s, :o)", "ExpressionAttributeNames": { "#s": "status" },
        "ExpressionAttributeValues": { ":c": { "S": "customer-1" }, ":o": { "S": "op" } },
    });
    let items = bench.items("Query", body);
    let numbers: Vec<_> = items.iter().map(|item| item["number"]["N"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["8", "22"]);
    assert_eq!(
        items[0],
        json!({ "customer": { "S": "customer-1" }, "number": { "N": "8" }, "status": { "S": "open" } })
    );
}

#[test]
fn an_index_follows_the_writes_of_its_table() {
    let mut bench = Bench::with_table(&orders(3));
    let count = |bench: &mut Bench| bench.items("Scan", json!({ "TableName": "orders", "IndexName": "by-city" })).len();
    assert_eq!(count(&mut bench), 2);
    let item = json!({ "customer": { "S": "new" }, "number": { "N": "1" }, "city": { "S": "Ulm" } });
    bench.call("PutItem", json!({ "TableName": "orders", "Item": item }));
    assert_eq!(count(&mut bench), 3);
    bench.call(
        "DeleteItem",
        json!({ "TableName": "orders", "Key": { "customer": { "S": "new" }, "number": { "N": "1.0" } } }),
    );
    assert_eq!(count(&mut bench), 2);
}
