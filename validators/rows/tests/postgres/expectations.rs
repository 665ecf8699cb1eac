//! What the plan demands by itself, without a baseline.

use backproof_model::{FaultOwner, Observation, Outcome, ProofLevel, Verdict};
use serde_json::{Value, json};

use super::support::{Restored, assert_failed, assert_silent, check, told};

fn with(more: &Value) -> Value {
    let mut settings = json!({ "databases": ["shop"], "integrity": "pages" });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    settings
}

#[test]
fn without_any_expectation_data_is_readable_and_no_more() {
    let examined = Restored::shop("").examine(&with(&json!({})));
    assert_silent(&examined);
    assert!(matches!(Outcome::of_checks(&examined.checks, ProofLevel::L2), Outcome::Passed { .. }));
    assert!(matches!(Outcome::of_checks(&examined.checks, ProofLevel::L3), Outcome::Inconclusive { .. }));
    assert!(told(&examined).contains("set minimum_rows, max_lag, expectations or a baseline"));
}

#[test]
fn the_lag_is_measured_over_all_tables_and_stale_data_fail() {
    let restored = Restored::shop("");
    let settings = with(&json!({ "time_column": "created_at", "max_lag": "2h" }));
    let examined = restored.examine(&settings);
    assert_silent(&examined);
    assert_eq!(examined.lag_seconds, Some(3600));
    assert!(matches!(Outcome::of_checks(&examined.checks, ProofLevel::L3), Outcome::Passed { .. }));

    restored.sql("UPDATE orders SET created_at = created_at - interval '40 days'");
    restored.sql("UPDATE order_lines SET created_at = created_at - interval '40 days'; DELETE FROM events");
    let examined = restored.examine(&settings);
    assert_failed(
        &examined,
        "freshness",
        &["the newest row is 40 d 1 h older than the recovery point, 2 h is allowed"],
    );

    let own = json!({ "tables": { "public.orders": { "time_column": "created_at", "max_lag": "90m" } } });
    assert_failed(&restored.examine(&with(&own)), "freshness", &["of table public.orders"]);
}

#[test]
fn rows_from_the_future_do_not_hide_stale_data() {
    let restored = Restored::shop("");
    restored.sql("UPDATE order_lines SET created_at = '2030-01-01' WHERE order_id = 5");
    let settings = with(&json!({ "time_column": "created_at", "max_lag": "2h" }));
    let examined = restored.examine(&settings);
    assert_eq!(examined.lag_seconds, Some(3600));
    assert!(told(&examined).contains("carry a time after the recovery point's"), "{}", told(&examined));
}

#[test]
fn minimum_counts_hold_or_fail() {
    let restored = Restored::shop("");
    let settings = |rows: u64| with(&json!({ "tables": { "shop.public.orders": { "minimum_rows": rows } } }));
    assert_silent(&restored.examine(&settings(400)));
    let examined = restored.examine(&settings(401));
    assert_failed(&examined, "row-counts", &["table public.orders has 400 rows, of at least 401"]);
}

#[test]
fn queries_of_the_plan_are_asked_and_judged() {
    let restored = Restored::shop("");
    let expectation = |name: &str, sql: &str, expect: Value| json!({ "name": name, "sql": sql, "expect": expect });
    let settings = with(&json!({ "expectations": [
        expectation("rows", "SELECT * FROM orders -- all of them", json!("rows")),
        expectation("none", "SELECT 1 FROM orders WHERE total < 0;", json!("no-rows")),
        expectation("equals", "SELECT count(*) FROM customers", json!({ "equals": 300 })),
        expectation("at-least", "SELECT count(*)::int FROM customers", json!({ "at_least": 301 })),
        expectation("wrong", "SELECT name FROM customers", json!({ "equals": 300 })),
        expectation("broken", "SELECT * FROM nowhere", json!("rows")),
        expectation("two", "SELECT 1; DROP TABLE orders", json!("rows")),
        expectation("out", "SELECT 1) AS a; DROP TABLE orders; SELECT * FROM (SELECT 1", json!("rows")),
        expectation("writes", "SELECT setval('orders_id_seq', 1)", json!("rows")),
    ] }));
    let examined = restored.examine(&settings);
    let verdict = |name: &str| check(&examined, &format!("expectation:{name}")).verdict.clone();
    assert_eq!(verdict("rows"), Verdict::Passed, "{}", told(&examined));
    assert_eq!(verdict("none"), Verdict::Passed);
    assert_eq!(check(&examined, "expectation:none").level, ProofLevel::L2, "an empty table would pass it too");
    assert_eq!(verdict("equals"), Verdict::Passed);
    assert_eq!(verdict("at-least"), Verdict::Failed);
    assert_eq!(check(&examined, "expectation:at-least").observed, Some(Observation::Count(300)));
    assert_eq!(verdict("wrong"), Verdict::Inconclusive(FaultOwner::Validator));
    for refused in ["broken", "two", "out", "writes"] {
        assert!(matches!(verdict(refused), Verdict::Inconclusive(_)), "{refused}: {}", told(&examined));
    }
    assert_eq!(restored.sql("SELECT count(*), (SELECT last_value FROM orders_id_seq) FROM orders").trim(), "400|400");
}

#[test]
fn references_that_only_the_plan_knows_are_followed() {
    let restored = Restored::shop("");
    let settings = with(&json!({ "references": [{
        "table": "public.events", "columns": ["order_id"], "to": "public.orders", "to_columns": ["id"]
    }] }));
    assert_silent(&restored.examine(&settings));
    restored.sql("INSERT INTO events VALUES (1, 77777, 'made', NULL, '2026-02-02')");
    let examined = restored.examine(&settings);
    assert_failed(&examined, "orphan-rows", &["1 rows of public.events refer to nothing in public.orders"]);
}

#[test]
fn without_a_baseline_a_sequence_behind_its_column_and_an_invalid_index_are_found() {
    let restored = Restored::shop("");
    restored.sql("SELECT setval('orders_id_seq', 390)");
    restored.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_open'::regclass");
    let examined = restored.examine(&with(&json!({})));
    assert_failed(&examined, "schema-objects", &["sequence public.orders_id_seq would give values again: column id"]);
    assert_failed(&examined, "schema-objects", &["index public.orders_open is not valid"]);
    let ignoring = with(&json!({ "ignore_objects": ["sequence public.orders_*", "public.orders_open"] }));
    assert_silent(&restored.examine(&ignoring));
}

#[test]
fn a_database_that_cannot_be_entered_or_is_not_there_is_named() {
    let restored = Restored::shop("");
    restored.sql("CREATE DATABASE closed");
    restored.sql("REVOKE CONNECT ON DATABASE closed FROM PUBLIC");
    let examined = restored.examine(&json!({ "integrity": "pages" }));
    let databases = check(&examined, "databases");
    assert_eq!(databases.verdict, Verdict::Inconclusive(FaultOwner::Sandbox), "{}", told(&examined));
    assert!(databases.remark.as_deref().unwrap_or("").contains("closed"), "{}", told(&examined));

    let examined = restored.examine(&json!({ "databases": ["shop", "shopp"], "integrity": "pages" }));
    assert!(told(&examined).contains("the plan names database shopp, which is not on the server"));
}

#[test]
fn no_value_of_a_row_is_in_what_is_told() {
    let restored = Restored::shop("");
    restored.sql("UPDATE customers SET name = 'Grace Hopper' WHERE id = 3");
    let settings = with(&json!({ "time_column": "created_at", "expectations": [
        { "name": "cast", "sql": "SELECT name::int FROM customers", "expect": "rows" }
    ] }));
    let examined = restored.examine(&settings);
    let all = serde_json::to_string(&examined.checks).unwrap() + &format!("{:?}", examined.facts);
    for secret in ["Grace", "Ada", "Hopper"] {
        assert!(!all.contains(secret), "{all}");
    }
}
