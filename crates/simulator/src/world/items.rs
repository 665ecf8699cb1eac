//! The items of a DynamoDB table of the world, at any moment.
//!
//! An item belongs to a moment if its `created_at` is not later; items without one always do.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{GeneratedItems, ResourceDescription};
use crate::dynamodb::{AttributeType, Item, KeyAttribute, TableDefinition, TableSnapshot};

/// The attribute that tells when an item was created: an ISO 8601 text.
const CREATED_AT: &str = "created_at";

/// The table as it was at `moment`; none if the resource is no DynamoDB table.
pub fn table_at(resource: &ResourceDescription, start: Timestamp, moment: Timestamp) -> Option<TableSnapshot> {
    let definition = resource.table.as_ref()?;
    let mut items: Vec<Item> = resource.items.iter().map(written_out).filter(|item| is_there(item, moment)).collect();
    if let Some(pattern) = &resource.generated {
        items.extend(generated(&resource.name, definition, pattern, start, moment));
    }
    Some(TableSnapshot::new(definition.clone(), items))
}

/// Why an item that is written out cannot be in its table, one sentence each.
pub(super) fn refused_items(resource: &ResourceDescription) -> Vec<String> {
    let Some(definition) = &resource.table else { return Vec::new() };
    let refusal = |item: &toml::Table| TableSnapshot::refusal(definition, &written_out(item));
    resource.items.iter().filter_map(refusal).map(|why| format!("an item of `{}`: {why}", resource.name)).collect()
}

/// How many items the table held at `moment`.
pub fn items_at(resource: &ResourceDescription, start: Timestamp, moment: Timestamp) -> u64 {
    let written = resource.items.iter().filter(|item| is_there(&written_out(item), moment)).count();
    let pattern = resource.generated.iter().map(|pattern| moments(pattern, start, moment).count()).sum::<usize>();
    (written + pattern) as u64
}

/// The table as it is when the clock starts; none if the resource is gone or no DynamoDB table.
pub fn live_table(resource: &ResourceDescription, start: Timestamp) -> Option<TableSnapshot> {
    if resource.gone { None } else { table_at(resource, start, start) }
}

fn is_there(item: &Item, moment: Timestamp) -> bool {
    let created = item.get(CREATED_AT).and_then(|value| value.get("S")).and_then(Value::as_str);
    created.and_then(|text| text.parse::<Timestamp>().ok()).is_none_or(|created| created <= moment)
}

/// An item of a world file in DynamoDB's notation.
fn written_out(item: &toml::Table) -> Item {
    item.iter().map(|(name, value)| (name.clone(), typed(value))).collect()
}

fn typed(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!({ "S": text }),
        toml::Value::Integer(number) => json!({ "N": number.to_string() }),
        toml::Value::Float(number) => json!({ "N": number.to_string() }),
        toml::Value::Boolean(truth) => json!({ "BOOL": truth }),
        toml::Value::Datetime(moment) => json!({ "S": moment.to_string() }),
        toml::Value::Array(values) => json!({ "L": values.iter().map(typed).collect::<Vec<_>>() }),
        toml::Value::Table(table) => match table.iter().next() {
            Some((name, inner)) if table.len() == 1 && is_type_name(name) => json!({ name.as_str(): inner }),
            _ => json!({ "M": written_out(table) }),
        },
    }
}

fn is_type_name(name: &str) -> bool {
    matches!(name, "S" | "N" | "B" | "BOOL" | "NULL" | "SS" | "NS" | "BS" | "L" | "M")
}

/// The items of a pattern that were there at `moment`.
fn generated<'a>(
    table: &'a str,
    definition: &'a TableDefinition,
    pattern: &GeneratedItems,
    start: Timestamp,
    moment: Timestamp,
) -> impl Iterator<Item = Item> + 'a {
    moments(pattern, start, moment).map(move |(n, at)| {
        let mut item = body(n, at);
        for key in keys(definition) {
            item.entry(key.name.clone()).or_insert_with(|| key_value(table, key, key_number(definition, key, n)));
        }
        item
    })
}

/// The number and the creation of each item that was there at `moment`.
fn moments(
    pattern: &GeneratedItems,
    start: Timestamp,
    moment: Timestamp,
) -> impl Iterator<Item = (i64, Timestamp)> + use<> {
    let (count, span) = (i64::from(pattern.count), i64::from(pattern.span.as_seconds()));
    let first = pattern.span.before(start);
    let created = move |n: i64| {
        // The last item is created when the clock starts, the others evenly before it.
        let since_first = SignedDuration::from_secs(span * (n + 1) / count);
        first.checked_add(since_first).unwrap_or(Timestamp::MAX)
    };
    (0..count).map(move |n| (n, created(n))).take_while(move |(_, at)| *at <= moment)
}

/// What the status of an item can be.
const STATUSES: [&str; 4] = ["open", "paid", "shipped", "closed"];

/// What every generated item holds besides its keys: each DynamoDB type that fingerprints stumble over.
fn body(n: i64, created_at: Timestamp) -> Item {
    let amount = format!("{}.{}", 5 + n * 37 % 900, n * 7 % 10);
    let fields = [
        (CREATED_AT, json!({ "S": created_at.to_string() })),
        ("amount", json!({ "N": amount })),
        ("status", json!({ "S": STATUSES[usize::try_from(n % 4).unwrap_or(0)] })),
        ("priority", json!({ "BOOL": n % 5 == 0 })),
        ("labels", json!({ "SS": [format!("region-{}", n % 6), format!("tier-{}", n % 3 + 10)] })),
        (
            "address",
            json!({ "M": { "city": { "S": format!("City {}", n % 211) }, "floor": { "N": (n % 40).to_string() } } }),
        ),
        ("note", if n % 3 == 0 { json!({ "NULL": true }) } else { json!({ "S": format!("Note {n} for the clerk") }) }),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The key attributes of the table and of its indexes.
fn keys(definition: &TableDefinition) -> impl Iterator<Item = &KeyAttribute> {
    let indexes = definition.global_indexes.iter().chain(&definition.local_indexes);
    let of_indexes = indexes.flat_map(|index| std::iter::once(&index.partition_key).chain(&index.sort_key));
    std::iter::once(&definition.partition_key).chain(&definition.sort_key).chain(of_indexes)
}

/// The number that a key of item `n` is made of: its own in the table's keys, one that many share in an index's.
fn key_number(definition: &TableDefinition, key: &KeyAttribute, n: i64) -> i64 {
    let of_table =
        std::iter::once(&definition.partition_key).chain(&definition.sort_key).any(|own| own.name == key.name);
    if of_table { n } else { n % 97 }
}

fn key_value(table: &str, key: &KeyAttribute, number: i64) -> Value {
    match key.attribute_type {
        AttributeType::S => json!({ "S": format!("{table}-{}-{number:08}", key.name) }),
        AttributeType::N => json!({ "N": number.to_string() }),
        AttributeType::B => {
            use base64::Engine as _;
            json!({ "B": base64::engine::general_purpose::STANDARD.encode(number.to_be_bytes()) })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::world::World;

    const WORLD: &str = r#"
        start = "2026-01-11T00:00:00Z"
        [[accounts]]
        id = "111122223333"
        regions = ["eu-central-1"]
        [[resources]]
        name = "orders"
        type = "DynamoDB"
        table.partition_key = { name = "id", type = "S" }
        generated = { count = 10, span = "10d" }
        items = [{ id = "x", created_at = "2026-01-10T12:00:00Z", price = { N = "2.50" } }, { id = "y", tags = [1, true] }]
    "#;

    #[test]
    fn a_table_holds_what_had_been_created_by_then() {
        let world = World::parse(WORLD).unwrap();
        let orders = world.resource("orders").unwrap();
        let ids = |moment: &str| {
            let table = table_at(orders, world.start, moment.parse().unwrap()).unwrap();
            table.items().map(|item| item["id"]["S"].as_str().unwrap().to_owned()).collect::<BTreeSet<String>>()
        };
        assert_eq!(ids("2026-01-11T00:00:00Z").len(), 12);
        assert_eq!(ids("2026-01-10T11:59:59Z").len(), 10);
        assert_eq!(ids("2026-01-02T00:00:00Z"), BTreeSet::from(["orders-id-00000000".to_owned(), "y".to_owned()]));
    }

    #[test]
    fn written_items_are_typed_and_their_numbers_normalised() {
        let world = World::parse(WORLD).unwrap();
        let table = live_table(world.resource("orders").unwrap(), world.start).unwrap();
        let item = |id: &str| table.items().find(|item| item["id"]["S"] == id).unwrap();
        assert_eq!(item("x")["price"], json!({ "N": "2.5" }));
        assert_eq!(item("y")["tags"], json!({ "L": [{ "N": "1" }, { "BOOL": true }] }));
    }
}
