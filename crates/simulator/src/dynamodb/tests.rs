//! The data plane through its front door: the JSON of requests in, the JSON of answers out.

mod faults;
mod indexes;
mod reads;
mod tables;
mod writes;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Item, TableDefinition, TableSnapshot, Tables};
use crate::wire::{ApiError, Body, CallContext};

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-central-1";
const START: &str = "2026-01-01T00:00:00Z";

/// One account's tables and a clock that stands still until told otherwise.
struct Bench {
    tables: Tables,
    now: Timestamp,
}

impl Bench {
    fn new() -> Self {
        Self { tables: Tables::default(), now: START.parse().unwrap() }
    }

    /// A bench with one ACTIVE table `orders` of the snapshot.
    fn with_table(snapshot: &TableSnapshot) -> Self {
        let mut bench = Self::new();
        bench.tables.create_live(ACCOUNT, REGION, "orders", snapshot, bench.now);
        bench
    }

    fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    fn try_call(&mut self, operation: &str, body: Value) -> Result<Value, ApiError> {
        let ctx = CallContext {
            account: ACCOUNT.into(),
            region: REGION.into(),
            caller_arn: format!("arn:aws:iam::{ACCOUNT}:user/tester"),
            role: None,
            now: self.now,
            request_id: "0".into(),
        };
        match self.tables.call(operation, body, &ctx)?.body {
            Body::Json(bytes) => Ok(serde_json::from_slice(&bytes).unwrap()),
            other => panic!("DynamoDB answers JSON, not {other:?}"),
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "tests hand over requests that they write in place")]
    fn call(&mut self, operation: &str, body: Value) -> Value {
        self.try_call(operation, body.clone()).unwrap_or_else(|error| panic!("{operation} {body}: {error}"))
    }

    #[expect(clippy::needless_pass_by_value, reason = "tests hand over requests that they write in place")]
    fn refusal(&mut self, operation: &str, body: Value) -> ApiError {
        match self.try_call(operation, body.clone()) {
            Ok(answer) => panic!("{operation} {body} should be refused, not answered with {answer}"),
            Err(error) => error,
        }
    }

    /// Follows `LastEvaluatedKey` to the end; the pages.
    fn pages(&mut self, operation: &str, mut body: Value) -> Vec<Value> {
        let mut pages = Vec::new();
        loop {
            let page = self.call(operation, body.clone());
            let next = page.get("LastEvaluatedKey").cloned();
            pages.push(page);
            match next {
                Some(key) => body["ExclusiveStartKey"] = key,
                None => return pages,
            }
            assert!(pages.len() < 10_000, "paging does not end");
        }
    }

    /// The items of all pages.
    fn items(&mut self, operation: &str, body: Value) -> Vec<Value> {
        let pages = self.pages(operation, body);
        pages.iter().flat_map(|page| page["Items"].as_array().unwrap().clone()).collect()
    }
}

fn object(value: Value) -> Item {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is no item"),
    }
}

fn definition(toml: &str) -> TableDefinition {
    toml::from_str(toml).unwrap()
}

/// A table of orders with `count` items, several of them for each customer.
fn orders(count: usize) -> TableSnapshot {
    let definition = definition(
        r#"
        partition_key = { name = "customer", type = "S" }
        sort_key = { name = "number", type = "N" }
        [[local_indexes]]
        name = "by-status"
        partition_key = { name = "customer", type = "S" }
        sort_key = { name = "status", type = "S" }
        projection = "keys-only"
        [[global_indexes]]
        name = "by-city"
        partition_key = { name = "city", type = "S" }
        projection = { include = ["amount"] }
        [settings]
        provisioned = [5, 6]
        stream = "NEW_IMAGE"
        time_to_live = "expires"
        point_in_time_recovery = true
        deletion_protection = true
        table_class = "STANDARD_INFREQUENT_ACCESS"
        kms_key_arn = "arn:aws:kms:eu-central-1:111122223333:key/1"
        tags = { owner = "sales" }
        "#,
    );
    TableSnapshot::new(definition, (0..count).map(order))
}

fn order(n: usize) -> Item {
    let status = ["open", "paid"][n % 2];
    let city = ["Ulm", "Bonn"][n % 2];
    let mut order = json!({
        "customer": { "S": format!("customer-{}", n % 7) }, "number": { "N": n.to_string() },
        "amount": { "N": format!("{n}.50") }, "status": { "S": status },
        "created_at": { "S": format!("2026-01-01T00:{:02}:{:02}Z", n / 60 % 60, n % 60) },
        "lines": { "L": [{ "M": { "price": { "N": "2.50" } } }] }, "labels": { "NS": ["1.0", "3"] },
    });
    // Every third order has no city, so that the index is sparse.
    if !n.is_multiple_of(3) {
        order["city"] = json!({ "S": city });
    }
    object(order)
}
