//! What is in a manifest, and that it is the same however the tables were divided.

use std::collections::BTreeMap;

use backproof_simulator::servers::Engine;
use backproof_validators_rows::{Class, ClassEntry, GridKind, Manifest, ObjectKind, as_classes, propose};
use jiff::Timestamp;

use crate::support::{Production, table, take, timeless};

const POSTGRES_MARKERS: &str = "
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TABLE markers (
  id bigint PRIMARY KEY, t text, v varchar(80), c char(40), n numeric, u uuid, b bytea, j json, jb jsonb,
  d date, ts timestamptz, i inet, a text[], x xml, ip int, f double precision, m mood, iv interval,
  CHECK (v <> 'MARKER-check'));
COMMENT ON TABLE markers IS 'MARKER-comment';
ALTER TABLE markers ALTER t SET DEFAULT 'MARKER-default';
INSERT INTO markers VALUES (777000111222, 'MARKER-text', 'MARKER-varchar', 'MARKER-char', 31415926535.8979,
  'deadbeef-0000-4000-8000-00000000beef', 'MARKER-bytea', '{\"k\": \"MARKER-json\"}', '{\"MARKER-key\": 1}', '1987-06-05',
  '1987-06-05 04:03:02', '203.0.113.77', '{MARKER-array}', '<a>MARKER-xml</a>', 1234567891, 2718281828.459, 'sad', '4321 days');
CREATE VIEW seen AS SELECT * FROM markers WHERE t <> 'MARKER-view';
";

const MARIADB_MARKERS: &str = "
CREATE TABLE markers (
  id bigint PRIMARY KEY, t text DEFAULT 'MARKER-default', v varchar(80), c char(40), n decimal(30, 4), b varbinary(80),
  j json, d date, ts datetime, e enum('happy', 'sad'), ip int, f double, CHECK (v <> 'MARKER-check')) COMMENT 'MARKER-comment';
INSERT INTO markers VALUES (777000111222, 'MARKER-text', 'MARKER-varchar', 'MARKER-char', 31415926535.8979,
  'MARKER-binary', '{\"k\": \"MARKER-json\"}', '1987-06-05', '1987-06-05 04:03:02', 'sad', 1234567891, 2718281828.459);
CREATE VIEW seen AS SELECT * FROM markers WHERE t <> 'MARKER-view';
";

/// Every value of the marked table in the forms that it may be written in.
const MARKS: [&str; 14] = [
    "MARKER",
    "marker-",
    "777000111222",
    "31415926535",
    "deadbeef-0000",
    "deadbeef0000",
    "1987-06",
    "203.0.113.77",
    "1234567891",
    "2718281828",
    "4321 days",
    "TUFSS0VS",
    "4d41524b4552",
    "4D41524B4552",
];

fn is_without_data(engine: Engine, markers: &str) {
    let production = Production::shop(engine, markers);
    let manifest = take(production.order()).0.unwrap();
    assert_eq!(table(&manifest, &production.table("markers")).rows, Some(1), "the marked table was read");
    let progress = std::fs::read_to_string(production.progress_file()).unwrap();
    let manifest = serde_json::to_string(&manifest).unwrap();
    for (file, text) in [("the manifest", manifest), ("what is kept on the way", progress)] {
        for mark in MARKS {
            assert!(!text.contains(mark), "{file} holds `{mark}`: {text}");
        }
        for customer in production.sql("SELECT email FROM customers LIMIT 20").lines() {
            assert!(!text.contains(customer), "{file} holds `{customer}`");
        }
    }
}

#[test]
fn no_value_of_a_row_is_in_a_manifest_of_postgresql() {
    is_without_data(Engine::Postgres, POSTGRES_MARKERS);
}

#[test]
fn no_value_of_a_row_is_in_a_manifest_of_mariadb() {
    is_without_data(Engine::MariaDb, MARIADB_MARKERS);
}

/// Every table is there with its rows, and a second look at the same data gives the same.
fn holds_every_table(engine: Engine) {
    let production = Production::shop(engine, "");
    let manifest = production.captured(production.order());
    for (name, content) in &manifest.baseline.databases["shop"].tables {
        let count = production.sql(&format!("SELECT count(*) FROM {name}"));
        assert_eq!(content.rows.map(|rows| rows.to_string()), Some(count.trim().to_owned()), "{name}");
        assert!(content.fingerprint.is_some() && !content.columns.is_empty(), "{name}");
    }
    let orders = table(&manifest, &production.table("orders"));
    assert_eq!((orders.rows, orders.time_column.as_deref()), (Some(400), Some("created_at")));
    assert_eq!(orders.settled.as_ref().unwrap().rows, 400);
    assert!(orders.newest.is_some());
    let objects = &manifest.baseline.databases["shop"].objects;
    for kind in [ObjectKind::Table, ObjectKind::Column, ObjectKind::Index, ObjectKind::Trigger, ObjectKind::View] {
        assert!(objects.get(&kind).is_some_and(|objects| !objects.is_empty()), "{kind}");
    }
    assert!(!manifest.baseline.server_objects.is_empty());
    assert_eq!(manifest.snapshots.len(), 1);
    assert_eq!(timeless(production.captured(production.order())), timeless(manifest));
}

#[test]
fn a_manifest_of_postgresql_holds_every_table() {
    holds_every_table(Engine::Postgres);
}

#[test]
fn a_manifest_of_mariadb_holds_every_table() {
    holds_every_table(Engine::MariaDb);
}

#[test]
fn tables_of_engines_without_snapshots_are_named() {
    let production = Production::shop(Engine::MariaDb, "");
    let remarks = production.captured(production.order()).remarks.join("\n");
    assert!(remarks.contains("not as of the snapshot's moment: ") && remarks.contains("codes (Aria)"), "{remarks}");
    assert!(!remarks.contains("orders"), "{remarks}");
}

/// Rows with keys below zero, with gaps, and by UUIDs; statistics say that there are many.
fn is_the_same_in_pieces(engine: Engine, many: &str) {
    let production = Production::shop(engine, many);
    let mut order = production.order();
    let whole = production.captured(order.clone());
    order.gentleness.rows_at_once = 1000;
    order.classes = [(production.table("many"), ClassEntry { class: Class::Append, ..ClassEntry::default() })].into();
    let pieces = production.captured(order);
    let name = production.table("many");
    let (whole, pieces) = (table(&whole, &name), table(&pieces, &name));
    assert_eq!(whole.rows, Some(20_001));
    assert_eq!(whole.grid, None);
    let grid = pieces.grid.as_ref().unwrap();
    assert!(grid.cells.len() > 5, "{grid:?}");
    assert!(matches!(grid.kind, GridKind::Integer { width } if width > 0));
    assert_eq!((pieces.rows, &pieces.fingerprint), (whole.rows, &whole.fingerprint));
    assert_eq!(
        (&pieces.newest, pieces.settled.as_ref().map(|settled| &settled.fingerprint)),
        (&whole.newest, whole.settled.as_ref().map(|settled| &settled.fingerprint))
    );
    // Of an append table, ranges count what is settled.
    assert_eq!(grid.cells.values().map(|cell| cell.rows).sum::<u64>(), pieces.settled.as_ref().unwrap().rows);
    assert_eq!(pieces.settled.as_ref().unwrap().rows, 20_000);
}

#[test]
fn pieces_add_up_to_the_whole_in_postgresql() {
    is_the_same_in_pieces(
        Engine::Postgres,
        "CREATE TABLE many (id bigint PRIMARY KEY, text text, created_at timestamptz NOT NULL);
         INSERT INTO many SELECT g * 3 - 30000, 'row ' || g, '2026-01-01'::timestamptz + g * interval '1 minute'
         FROM generate_series(1, 20000) g;
         INSERT INTO many VALUES (70001, 'young', '2099-01-01');",
    );
}

#[test]
fn pieces_add_up_to_the_whole_in_mariadb() {
    is_the_same_in_pieces(
        Engine::MariaDb,
        "CREATE TABLE many (id bigint PRIMARY KEY, text text, created_at datetime NOT NULL);
         INSERT INTO many SELECT cast(seq AS int) * 3 - 30000, concat('row ', seq), timestamp'2026-01-01 00:00:00' + interval seq minute
         FROM seq_1_to_20000;
         INSERT INTO many VALUES (70001, 'young', '2099-01-01');
         ANALYZE TABLE many;",
    );
}

#[test]
fn uuids_are_divided_by_their_first_byte() {
    let production = Production::shop(
        Engine::Postgres,
        "CREATE TABLE many (id uuid PRIMARY KEY);
         INSERT INTO many SELECT md5(g::text)::uuid FROM generate_series(1, 5000) g;",
    );
    let mut order = production.order();
    let whole = production.captured(order.clone());
    order.gentleness.rows_at_once = 1000;
    let pieces = production.captured(order);
    let (whole, pieces) = (table(&whole, "public.many"), table(&pieces, "public.many"));
    assert_eq!(whole.fingerprint, pieces.fingerprint);
    assert_eq!(pieces.grid.as_ref().unwrap().cells.len(), 256);
}

#[test]
fn classes_are_proposed_from_what_three_captures_show() {
    let production = Production::shop(Engine::Postgres, "CREATE TABLE notes (id serial PRIMARY KEY, note text)");
    let mut order = production.order();
    order.settled_up_to = Some("2026-02-15T00:00:00Z".parse::<Timestamp>().unwrap());
    let mut manifests: Vec<Manifest> = Vec::new();
    for turn in 1..=3 {
        production.sql(&format!(
            "INSERT INTO orders (id, customer_id, total, created_at) SELECT (SELECT max(id) FROM orders) + 1, customer_id, 7, \
             '2026-03-0{turn}T12:00:00Z' FROM orders ORDER BY id LIMIT 1"
        ));
        production.sql(&format!("INSERT INTO notes (note) VALUES ('n'), ('m'); DELETE FROM notes WHERE id = {turn}"));
        manifests.push(production.captured(order.clone()));
    }
    let proposals = propose(&manifests).unwrap();
    let class = |name: &str| {
        let of_table = proposals.iter().find(|proposal| proposal.table == name);
        of_table.map(|proposal| (proposal.class, proposal.time_column.as_deref())).unwrap()
    };
    assert_eq!(class("public.orders"), (Class::Append, Some("created_at")));
    assert_eq!(class("public.customers").0, Class::Frozen);
    assert_eq!(class("public.notes"), (Class::Mutable, None));
    assert_eq!(class("public.empty_notes").0, Class::Mutable);
    let text = as_classes(&proposals);
    assert!(text.contains("\"public.orders\" = { class = \"append\", time_column = \"created_at\" }"), "{text}");
    // An old row changes: what was append is so no more.
    production.sql("UPDATE orders SET total = total + 1 WHERE id = (SELECT min(id) FROM orders)");
    manifests.push(production.captured(order.clone()));
    let proposals = propose(&manifests).unwrap();
    let orders = proposals.iter().find(|proposal| proposal.table == "public.orders").unwrap();
    assert_eq!(orders.class, Class::Mutable, "{}", orders.why);
    // What was proposed can be captured with.
    let class = |name: &str, class, column: Option<&str>| {
        (name.to_owned(), ClassEntry { class, time_column: column.map(str::to_owned), structure_only: false })
    };
    order.classes = BTreeMap::from([
        class("public.orders", Class::Append, Some("created_at")),
        class("shop.public.customers", Class::Frozen, None),
    ]);
    let classed = production.captured(order);
    assert_eq!(table(&classed, "public.orders").class, Class::Append);
    assert_eq!(table(&classed, "public.customers").class, Class::Frozen);
}
