//! Scans and queries.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn keys(items: &[Value]) -> BTreeSet<String> {
    items.iter().map(|item| format!("{}/{}", item["customer"]["S"], item["number"]["N"])).collect()
}

/// Whether a key condition holds for a number, given the bounds.
type Holds = fn(usize, usize, usize) -> bool;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn segments_and_pages_give_every_item_exactly_once(count in 0_usize..400, total in 1_u32..9, limit in 1_u32..50) {
        let mut bench = Bench::with_table(&orders(count));
        let mut all = Vec::new();
        for segment in 0..total {
            let body = json!({ "TableName": "orders", "Segment": segment, "TotalSegments": total, "Limit": limit });
            all.extend(bench.items("Scan", body));
        }
        prop_assert_eq!(all.len(), count);
        prop_assert_eq!(keys(&all).len(), count);
    }

    #[test]
    fn queries_give_what_a_filter_over_all_items_gives(
        count in 0_usize..200, low in 0_usize..200, high in 0_usize..200, limit in 1_u32..20, forward: bool,
    ) {
        let mut bench = Bench::with_table(&orders(count));
        let (low, high) = (low.min(high), low.max(high));
        let conditions: [(&str, Holds); 6] = [
            ("number BETWEEN :l AND :h", |n, l, h| (l..=h).contains(&n)),
            ("number < :h", |n, _, h| n < h),
            ("number <= :h", |n, _, h| n <= h),
            ("number > :h", |n, _, h| n > h),
            ("number >= :h", |n, _, h| n >= h),
            ("number = :h", |n, _, h| n == h),
        ];
        for (condition, holds) in conditions {
            let mut values = json!({ ":c": { "S": "customer-3" }, ":h": { "N": high.to_string() } });
            if condition.contains(":l") {
                values[":l"] = json!({ "N": low.to_string() });
            }
            let found = bench.items("Query", json!({
                "TableName": "orders", "KeyConditionExpression": format!("customer = :c AND {condition}"),
                "ExpressionAttributeValues": values, "Limit": limit, "ScanIndexForward": forward,
            }));
            let found: Vec<usize> = found.iter().map(|item| item["number"]["N"].as_str().unwrap().parse().unwrap()).collect();
            let mut expected: Vec<usize> = (0..count).filter(|n| n % 7 == 3 && holds(*n, low, high)).collect();
            if !forward {
                expected.reverse();
            }
            prop_assert_eq!(found, expected, "{}", condition);
        }
    }
}

#[test]
fn a_page_holds_at_most_a_megabyte() {
    let big = "x".repeat(3000);
    let items = (0..1000).map(|n| object(json!({ "id": { "S": format!("{n:04}") }, "body": { "S": big } })));
    let mut bench =
        Bench::with_table(&TableSnapshot::new(definition("partition_key = { name = \"id\", type = \"S\" }"), items));
    let pages = bench.pages("Scan", json!({ "TableName": "orders" }));
    let counts: Vec<u64> = pages.iter().map(|page| page["Count"].as_u64().unwrap()).collect();
    // 3010 bytes each: 348 of them are the most that stay within 1 MiB.
    assert_eq!(counts, [348, 348, 304]);
}

#[test]
fn counting_answers_no_items() {
    let mut bench = Bench::with_table(&orders(20));
    let answer = bench.call("Scan", json!({ "TableName": "orders", "Select": "COUNT", "ConsistentRead": true }));
    assert_eq!(answer, json!({ "Count": 20, "ScannedCount": 20 }));
}

#[test]
fn a_limit_that_ends_with_the_table_still_gives_a_key_to_go_on_from() {
    let mut bench = Bench::with_table(&orders(5));
    let pages = bench.pages("Scan", json!({ "TableName": "orders", "Limit": 5 }));
    let counts: Vec<_> = pages.iter().map(|page| page["Count"].as_u64().unwrap()).collect();
    assert_eq!(counts, [5, 0]);
}

#[test]
fn filters_and_projections_apply_after_the_page_was_cut() {
    let mut bench = Bench::with_table(&orders(40));
    let body = json!({
        "TableName": "orders", "FilterExpression": "#s = :paid", "ProjectionExpression": "#s, customer",
        "ExpressionAttributeNames": { "#s": "status" }, "ExpressionAttributeValues": { ":paid": { "S": "paid" } },
        "Limit": 10, "ReturnConsumedCapacity": "TOTAL",
    });
    let pages = bench.pages("Scan", body);
    let count = |name: &str| pages.iter().map(|page| page[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!((count("Count"), count("ScannedCount")), (20, 40));
    assert_eq!(pages[0]["Items"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["customer", "status"]);
    assert_eq!(pages[0]["ConsumedCapacity"]["TableName"], "orders");
}

#[test]
fn an_answer_is_what_was_written_with_numbers_normalised() {
    let mut bench = Bench::with_table(&orders(1));
    let answer = bench.call("Scan", json!({ "TableName": "orders" }));
    let expected = json!({
        "Count": 1, "ScannedCount": 1,
        "Items": [{
            "customer": { "S": "customer-0" }, "number": { "N": "0" }, "amount": { "N": "0.5" }, "status": { "S": "open" },
            "created_at": { "S": "2026-01-01T00:00:00Z" },
            "lines": { "L": [{ "M": { "price": { "N": "2.5" } } }] }, "labels": { "NS": ["1", "3"] },
        }],
    });
    assert_eq!(answer, expected);
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let mut bench = Bench::with_table(&orders(30));
    let start = json!({ "customer": { "S": "customer-1" }, "number": { "N": "1" } });
    let cases = [
        (json!({ "Limit": 0 }), "at 'limit'"),
        (json!({ "Segment": 4, "TotalSegments": 4 }), "Segment: 4 is not less than TotalSegments: 4"),
        (json!({ "Segment": 0 }), "TotalSegments parameter is required"),
        (json!({ "TotalSegments": 2 }), "Segment parameter is required"),
        (json!({ "TotalSegments": 1_000_001, "Segment": 0 }), "at 'totalSegments'"),
        (json!({ "ExclusiveStartKey": { "customer": { "S": "a" } } }), "starting key is invalid"),
        (json!({ "IndexName": "by-shoe-size" }), "does not have the specified index"),
        (json!({ "IndexName": "by-city", "ConsistentRead": true }), "Consistent reads are not supported"),
        (json!({ "ScanFilter": {} }), "does not serve the parameter ScanFilter"),
        (json!({ "Select": "COUNT", "ProjectionExpression": "customer" }), "only the Count"),
        (json!({ "FilterExpression": "customer = " }), "Invalid FilterExpression"),
    ];
    for (mut body, text) in cases {
        body["TableName"] = json!("orders");
        let refusal = bench.refusal("Scan", body);
        assert_eq!(refusal.code, "ValidationException");
        assert!(refusal.message.contains(text), "{}", refusal.message);
    }
    // A key of another segment does not fit into this one.
    let outside = (0..8).filter(|segment| {
        let body = json!({ "TableName": "orders", "Segment": segment, "TotalSegments": 8, "ExclusiveStartKey": start });
        bench.try_call("Scan", body).is_err()
    });
    assert_eq!(outside.count(), 7);
}

#[test]
fn queries_refuse_conditions_that_are_no_key_conditions() {
    let mut bench = Bench::with_table(&orders(3));
    for condition in [
        "customer > :c",
        "number = :n",
        "customer = :c AND amount = :n",
        "customer = :c OR number = :n",
        "customer = :n",
        "customer = :c AND number = :c",
        "customer = :c AND number <> :n",
        "customer = :c AND begins_with(number, :n)",
    ] {
        let mut values = json!({});
        for (name, value) in [(":c", json!({ "S": "customer-1" })), (":n", json!({ "N": "1" }))] {
            if condition.contains(name) {
                values[name] = value;
            }
        }
        let body =
            json!({ "TableName": "orders", "KeyConditionExpression": condition, "ExpressionAttributeValues": values });
        assert_eq!(bench.refusal("Query", body).code, "ValidationException", "{condition}");
    }
}
