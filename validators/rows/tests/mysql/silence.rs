//! What may differ between a server and its restored copy, and raises no alarm.

use backproof_model::{Outcome, ProofLevel};

use super::support::{Restored, all_frozen, as_they_are, assert_failed, assert_silent, told};

#[test]
fn what_the_server_does_to_its_own_files_and_settings_raises_no_alarm() {
    let restored = Restored::shop("");
    let settings = restored.baseline(all_frozen());
    for change in [
        "ANALYZE TABLE customers, products, orders, order_lines, events",
        "OPTIMIZE TABLE orders",
        "ALTER TABLE order_lines ENGINE = InnoDB",
        "ALTER TABLE customers FORCE",
        "SET GLOBAL time_zone = '-05:00'; SET GLOBAL sql_mode = 'ANSI,PAD_CHAR_TO_FULL_LENGTH'; \
         SET GLOBAL character_set_server = latin1; SET GLOBAL lc_time_names = 'de_DE'; \
         SET GLOBAL div_precision_increment = 8; SET GLOBAL sql_select_limit = 3",
        "SET foreign_key_checks = 0; CREATE TABLE held AS SELECT * FROM order_lines; DELETE FROM order_lines; \
         INSERT INTO order_lines SELECT * FROM held ORDER BY product_id DESC, line; DROP TABLE held",
        "CREATE TABLE added (id int); GRANT INSERT ON shop.added TO shop_reader; CREATE USER another",
    ] {
        restored.sql(change);
        let examined = restored.examine(&settings);
        assert_silent(&examined);
        let outcome = Outcome::of_checks(&examined.checks, ProofLevel::L3);
        assert!(matches!(outcome, Outcome::Passed { .. }), "{change}: {}", told(&examined));
    }
}

#[test]
fn a_server_that_was_started_again_raises_no_alarm() {
    let restored = Restored::shop("");
    let settings = restored.baseline(all_frozen());
    restored.server.lock().unwrap().restart().unwrap();
    assert_silent(&restored.examine(&settings));
}

#[test]
fn rows_that_were_added_later_raise_no_alarm_and_earlier_ones_still_count() {
    let restored = Restored::shop("");
    let settings = restored.baseline(as_they_are());
    restored.sql(
        "INSERT INTO orders (customer_id, status, total, created_at) VALUES (1, 'open', 5, '2026-03-01 00:30:00'); \
         INSERT INTO events VALUES (999999, 1, 'seen', '{}', '2026-03-01 00:30:00')",
    );
    assert_silent(&restored.examine(&settings));
    restored.sql("UPDATE orders SET total = total + 1 WHERE id = 5");
    assert_failed(&restored.examine(&settings), "content-fingerprint", &["table orders"]);
}

#[test]
fn partitions_that_were_added_in_another_order_raise_no_alarm() {
    let list = "CREATE TABLE regions (id int, r int) PARTITION BY LIST (r) \
        (PARTITION north VALUES IN (1, 2), PARTITION south VALUES IN (3))";
    let restored = Restored::shop(list);
    let settings = restored.baseline(all_frozen());
    restored.sql("ALTER TABLE regions DROP PARTITION north");
    restored.sql("ALTER TABLE regions ADD PARTITION (PARTITION north VALUES IN (1, 2))");
    assert_silent(&restored.examine(&settings));
}

#[test]
fn a_login_without_rights_on_accounts_leaves_them_unexamined_and_says_so() {
    let restored = Restored::shop(
        "GRANT SHOW VIEW, TRIGGER, EVENT ON shop.* TO shop_reader; GRANT SELECT ON mysql.proc TO shop_reader",
    );
    let settings = restored.baseline(all_frozen());
    let reader = backproof_model::DatabaseLogin {
        user: "shop_reader".into(),
        password: backproof_model::Secret::new("reads-the-shop"),
    };
    let connection = backproof_validators_api::Connection {
        logins: std::sync::Arc::new(backproof_validators_api::OneLogin(reader)),
        ..restored.connection()
    };
    let examined = super::support::examine_as(&settings, connection, std::time::Duration::from_mins(5));
    let objects = super::support::check(&examined, "schema-objects");
    assert_eq!(objects.verdict.to_string(), "inconclusive", "{}", told(&examined));
    assert!(objects.remark.as_deref().unwrap().contains("roles"), "{}", told(&examined));
    let others = examined.checks.iter().filter(|check| check.name != "schema-objects");
    assert!(others.clone().all(|check| check.verdict.to_string() == "passed"), "{}", told(&examined));
}
