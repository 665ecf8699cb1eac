//! `orders-psql/check-orders.sh`.

use backproof_model::Verdict;
use backproof_simulator::servers::Behaviour;
use backproof_validators_exec::conformance::TargetKind;
use serde_json::{Value, json};

use crate::support::{Database, conforms, example, runtime, verdicts};

fn settings() -> Value {
    let own = json!({ "minimum_orders": 1000, "max_lag_seconds": 7200 });
    json!({ "program": [example("orders-psql/check-orders.sh")], "settings": own })
}

#[test]
fn a_whole_shop_passes() {
    let examined = Database::shop(Behaviour::Sound).examine(settings());
    let all = ["server-answers", "tables-present", "orders-present", "lines-have-orders", "orders-are-fresh"];
    assert_eq!(verdicts(&examined), all.map(|name| format!("{name}: passed")), "{examined:#?}");
    assert_eq!(examined.checks[2].examined.count, 1500);
    assert_eq!(examined.lag_seconds, Some(3600));
}

#[test]
fn what_is_wrong_is_named() {
    for (damage, name) in [
        ("DELETE FROM orders WHERE id > 600", "orders-present"),
        (
            "ALTER TABLE order_lines DROP CONSTRAINT order_lines_order_id_fkey; DELETE FROM orders WHERE id = 5",
            "lines-have-orders",
        ),
        ("DELETE FROM orders WHERE created_at > '2026-02-28T22:00:00Z'", "orders-are-fresh"),
        ("DROP TABLE order_lines CASCADE", "tables-present"),
    ] {
        let database = Database::shop(Behaviour::Sound);
        database.server.superuser_sql("shop", damage).unwrap();
        let examined = database.examine(settings());
        let failed: Vec<&str> = examined
            .checks
            .iter()
            .filter(|check| check.verdict == Verdict::Failed)
            .map(|check| check.name.as_str())
            .collect();
        assert!(failed.contains(&name), "{damage}: {examined:#?}");
    }
}

#[test]
fn a_server_of_another_authority_and_one_that_dies_are_inconclusive() {
    for behaviour in [Behaviour::WrongCertificate, Behaviour::DiesAfterStart { bytes: 0 }] {
        let examined = Database::shop(behaviour).examine(settings());
        assert_eq!(verdicts(&examined), ["orders-present: inconclusive"], "{behaviour:?}: {examined:#?}");
    }
}

#[test]
fn it_conforms() {
    let (shop, empty) = (Database::shop(Behaviour::Sound), Database::without_tables());
    let own = json!({ "minimum_orders": 1000 });
    let given = |database: &Database| database.given(&own, &json!({}));
    runtime().block_on(conforms(&settings(), TargetKind::Database, given(&shop), Some(given(&empty))));
}
