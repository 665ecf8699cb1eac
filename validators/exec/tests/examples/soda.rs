//! `checks-soda/soda_checks.py`, with Soda Core itself.

use backproof_simulator::servers::Behaviour;
use backproof_validators_exec::conformance::TargetKind;
use serde_json::{Value, json};

use crate::support::{Database, conforms, example, runtime, verdicts};

fn settings() -> Value {
    let files = json!({ "checks": example("checks-soda/orders.yml") });
    json!({ "program": [example("checks-soda/soda_checks.py")], "name": "soda", "files": files })
}

#[test]
fn each_check_of_the_file_becomes_a_check_and_none_passes_over_no_rows() {
    let examined = Database::shop(Behaviour::Sound).examine(settings());
    let mut found = verdicts(&examined);
    found.sort();
    assert_eq!(
        found,
        [
            "soda/empty-notes-missing-count-note-0: inconclusive",
            "soda/order-lines-invalid-count-quantity-0: passed",
            "soda/order-lines-row-count-0: passed",
            "soda/orders-at-least-1000-orders: passed",
            "soda/orders-duplicate-count-id-0: passed",
            "soda/orders-min-total-0: passed",
            "soda/orders-missing-count-customer-id-0: passed",
        ],
        "{examined:#?}"
    );
    let of_orders = examined.checks.iter().filter(|check| check.name.starts_with("soda/orders-"));
    assert!(of_orders.clone().count() == 4 && of_orders.clone().all(|check| check.examined.count == 1500));
    assert_eq!(examined.facts["soda/soda-core"], "3.5.6");
    assert_eq!(examined.facts["soda/file-checks-sha256"].len(), 64);
}

#[test]
fn what_soda_finds_fails() {
    let database = Database::shop(Behaviour::Sound);
    database.server.superuser_sql("shop", "DELETE FROM orders WHERE id > 600").unwrap();
    let found = verdicts(&database.examine(settings()));
    assert!(found.contains(&"soda/orders-at-least-1000-orders: failed".to_owned()), "{found:?}");
    assert!(found.contains(&"soda/orders-duplicate-count-id-0: passed".to_owned()), "{found:?}");
}

#[test]
fn a_table_that_is_not_there_and_a_wrong_certificate_are_inconclusive() {
    let database = Database::shop(Behaviour::Sound);
    database.server.superuser_sql("shop", "DROP TABLE order_lines CASCADE").unwrap();
    let examined = database.examine(settings());
    let passed = |found: Vec<String>| {
        found.into_iter().filter(|check| check.contains("order-lines") && check.ends_with("passed")).count()
    };
    assert!(verdicts(&examined).contains(&"soda/soda-scan: inconclusive".to_owned()), "{examined:#?}");
    assert_eq!(passed(verdicts(&examined)), 0);
    let examined = Database::shop(Behaviour::WrongCertificate).examine(settings());
    assert_eq!(verdicts(&examined), ["soda/soda-scan: inconclusive"]);
}

#[test]
fn it_conforms() {
    let (shop, empty) = (Database::shop(Behaviour::Sound), Database::without_tables());
    let files = json!({ "checks": example("checks-soda/orders.yml") });
    let given = |database: &Database| database.given(&json!({}), &files);
    runtime().block_on(conforms(&settings(), TargetKind::Database, given(&shop), Some(given(&empty))));
}
