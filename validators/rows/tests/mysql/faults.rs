//! Faults that SQL can plant: each is caught by the check that is there for it, and named.

use serde_json::json;

use super::support::{Restored, all_frozen, assert_failed, assert_silent, check, told};

/// What is planted, how it is mended, which check must fail, and what it must say.
struct Fault {
    plant: &'static str,
    mend: &'static str,
    check: &'static str,
    says: &'static [&'static str],
}

/// Plants one fault after the other into one server; between them it must be silent.
fn each_is_caught(prepare: &str, faults: &[Fault]) {
    let restored = Restored::shop(prepare);
    let settings = restored.baseline(all_frozen());
    assert_silent(&restored.examine(&settings));
    for fault in faults {
        restored.sql(fault.plant);
        let examined = restored.examine(&settings);
        assert_failed(&examined, fault.check, fault.says);
        let unsure = examined.checks.iter().any(|check| check.verdict.to_string() == "inconclusive");
        assert!(!unsure, "{}: {}", fault.plant, told(&examined));
        restored.sql(fault.mend);
    }
    assert_silent(&restored.examine(&settings));
}

#[test]
fn rows_that_are_missing_changed_or_added_are_caught() {
    const ASIDE: &str = "CREATE DATABASE aside; CREATE TABLE aside.lines AS SELECT * FROM order_lines";
    const REFILL: &str = "SET foreign_key_checks = 0; DELETE FROM order_lines; \
        INSERT INTO order_lines SELECT * FROM aside.lines";
    each_is_caught(
        ASIDE,
        &[
            Fault {
                plant: "DELETE FROM order_lines WHERE order_id = 7 AND line = 1",
                mend: REFILL,
                check: "row-counts",
                says: &["table order_lines: 1 of 800 rows missing"],
            },
            Fault {
                plant: "UPDATE order_lines SET quantity = quantity + 1 WHERE order_id = 7 AND line = 1",
                mend: REFILL,
                check: "content-fingerprint",
                says: &["table order_lines: 800 rows as in the baseline, but at least one is different"],
            },
            Fault {
                plant: "UPDATE order_lines SET line = 9 WHERE order_id = 7 AND line = 1",
                mend: REFILL,
                check: "content-fingerprint",
                says: &["table order_lines: 800 rows as in the baseline"],
            },
            Fault {
                plant: "DELETE FROM order_lines WHERE order_id = 7 AND line = 1; INSERT INTO order_lines \
                        SELECT order_id, 9, product_id, quantity, price, created_at FROM order_lines LIMIT 1",
                mend: REFILL,
                check: "content-fingerprint",
                says: &["table order_lines: 800 rows as in the baseline"],
            },
            Fault {
                plant: "INSERT INTO order_lines SELECT order_id, 9, product_id, quantity, price, created_at \
                        FROM order_lines LIMIT 1",
                mend: REFILL,
                check: "row-counts",
                says: &["table order_lines: 1 rows more than the 800"],
            },
            Fault {
                plant: "TRUNCATE order_lines",
                mend: REFILL,
                check: "row-counts",
                says: &["table order_lines: all 800 rows missing"],
            },
            Fault {
                plant: "SET foreign_key_checks = 0; UPDATE order_lines SET product_id = 9999 WHERE order_id = 7",
                mend: REFILL,
                check: "orphan-rows",
                says: &["rows of order_lines refer to nothing in products (lines_have_products)"],
            },
        ],
    );
}

#[test]
fn every_kind_of_value_is_seen_to_change() {
    let changes = [
        ("number", "REVERSE(number)"),
        ("name", "CONCAT(name, ' ')"),
        ("nickname", "NULL"),
        ("nickname", "'ä'"),
        ("email", "UPPER(email)"),
        ("country", "'FR'"),
        ("tags", "tags ^ 1"),
        ("properties", "JSON_SET(properties, '$.points', 1.5)"),
        ("photo", "X'00'"),
        ("balance", "balance + 0.0001"),
        ("score", "score + 1e-9"),
        ("rating", "rating + 0.0000005"),
        ("flags", "flags ^ b'100000000'"),
        ("born", "born + INTERVAL 1 DAY"),
        ("member_year", "member_year + 1"),
        ("wakes", "ADDTIME(wakes, '00:00:00.001')"),
        ("is_active", "NOT is_active"),
        ("place", "POINT(1, 2.0000001)"),
        ("created_at", "created_at + INTERVAL 1 MICROSECOND"),
    ];
    let restored =
        Restored::shop("CREATE DATABASE aside; CREATE TABLE aside.one AS SELECT * FROM customers WHERE id = 7");
    let mut settings = restored.baseline(all_frozen());
    settings["integrity"] = "off".into();
    for (column, value) in changes {
        restored.sql(&format!("UPDATE customers SET {column} = {value} WHERE id = 7"));
        let examined = restored.examine(&settings);
        let content = check(&examined, "content-fingerprint");
        assert_eq!(content.verdict.to_string(), "failed", "{column}: {}", told(&examined));
        restored.sql(&format!("UPDATE customers SET {column} = (SELECT {column} FROM aside.one) WHERE id = 7"));
    }
    assert_silent(&restored.examine(&settings));
}

#[test]
fn objects_that_are_missing_or_changed_are_caught() {
    each_is_caught(
        "CREATE TABLE crutch (id int); CREATE VIEW leaning AS SELECT id FROM crutch; \
         CREATE SEQUENCE numbers START WITH 1000 NOCACHE; \
         CREATE TABLE spare (id integer PRIMARY KEY, note text); INSERT INTO spare VALUES (1, 'one')",
        &[
            Fault {
                plant: "DROP INDEX orders_created ON orders",
                mend: "CREATE INDEX orders_created ON orders (created_at)",
                check: "schema-objects",
                says: &["index orders.orders_created is missing"],
            },
            Fault {
                plant: "DROP INDEX customers_by_email ON customers; CREATE INDEX customers_by_email ON customers (email)",
                mend: "DROP INDEX customers_by_email ON customers; \
                       CREATE UNIQUE INDEX customers_by_email ON customers (email)",
                check: "schema-objects",
                says: &["index customers.customers_by_email: unique is no instead of yes"],
            },
            Fault {
                plant: "ALTER TABLE orders DROP CONSTRAINT orders_have_customers",
                mend: "ALTER TABLE orders ADD CONSTRAINT orders_have_customers FOREIGN KEY (customer_id) \
                       REFERENCES customers (id)",
                check: "schema-objects",
                says: &["constraint orders.orders_have_customers is missing"],
            },
            Fault {
                plant: "ALTER TABLE order_lines DROP CONSTRAINT lines_have_orders; ALTER TABLE order_lines \
                        ADD CONSTRAINT lines_have_orders FOREIGN KEY (order_id) REFERENCES orders (id)",
                mend: "ALTER TABLE order_lines DROP CONSTRAINT lines_have_orders; ALTER TABLE order_lines ADD CONSTRAINT \
                       lines_have_orders FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE",
                check: "schema-objects",
                says: &["constraint order_lines.lines_have_orders: on delete is restrict instead of cascade"],
            },
            Fault {
                plant: "ALTER TABLE customers DROP CONSTRAINT customers_name_said",
                mend: "ALTER TABLE customers ADD CONSTRAINT customers_name_said CHECK (CHAR_LENGTH(name) > 0)",
                check: "schema-objects",
                says: &["constraint customers.customers_name_said is missing"],
            },
        ],
    );
}

/// Objects whose definitions cannot be written again letter by letter: one server each would be slow, so they are not
/// mended.
#[test]
fn code_that_is_missing_or_changed_is_caught() {
    let restored = Restored::shop(
        "CREATE TABLE crutch (id int); CREATE VIEW leaning AS SELECT id FROM crutch; \
         CREATE SEQUENCE numbers START WITH 1000 NOCACHE; CREATE TABLE spare (id int PRIMARY KEY, note text)",
    );
    let settings = restored.baseline(all_frozen());
    assert_silent(&restored.examine(&settings));
    for (plant, says) in [
        ("DROP TRIGGER orders_stamped", "trigger orders.orders_stamped is missing"),
        ("DROP PROCEDURE close_order", "routine procedure close_order is missing"),
        (
            "CREATE OR REPLACE FUNCTION order_total(which bigint) RETURNS decimal(14, 2) READS SQL DATA RETURN 1",
            "routine function order_total",
        ),
        ("ALTER EVENT forget_notes DISABLE", "event forget_notes: enabled is no instead of yes"),
        (
            "CREATE OR REPLACE VIEW sales_by_status AS SELECT 1 AS status",
            "view sales_by_status: its definition is another",
        ),
        ("DROP VIEW open_orders", "view open_orders is missing"),
        ("DROP TABLE crutch", "view leaning cannot be read: the server refused the statement (code 1356)"),
        ("ALTER SEQUENCE numbers RESTART WITH 10", "sequence numbers was set back: it stands 990 before"),
        ("ALTER TABLE empty_notes AUTO_INCREMENT = 1", "sequence empty_notes.id was set back: it stands 499 before"),
        ("ALTER TABLE spare MODIFY note text COLLATE utf8mb4_bin", "column spare.note: collation is utf8mb4_bin"),
        ("ALTER TABLE customers ALTER country SET DEFAULT 'FR'", "column customers.country: its definition is another"),
        ("ALTER TABLE products MODIFY price decimal(12, 2)", "column products.price: nullable is yes instead of no"),
        ("ALTER TABLE codes ENGINE = MyISAM", "table codes: engine is MyISAM instead of Aria"),
        (
            "ALTER TABLE events REORGANIZE PARTITION middle, late INTO (PARTITION late VALUES LESS THAN (MAXVALUE))",
            "table events: partitions is early, late instead of early, late, middle",
        ),
        ("DROP TABLE spare", "table spare is missing"),
        ("ALTER DATABASE shop COLLATE latin1_swedish_ci", "schema shop: collation is latin1_swedish_ci"),
    ] {
        restored.sql(plant);
        // Only the first few are listed, so each is looked for with the others left aside.
        let all = settings_ignoring(&settings, says);
        assert_failed(&restored.examine(&all), "schema-objects", &[says]);
    }
}

/// Settings that leave every object aside but the one that a finding is about.
fn settings_ignoring(settings: &serde_json::Value, says: &str) -> serde_json::Value {
    let about = says.split([' ', ':']).nth(1).unwrap_or_default();
    let mut settings = settings.clone();
    let others = [
        "orders.orders_stamped",
        "close_order",
        "order_total",
        "forget_notes",
        "sales_by_status",
        "open_orders",
        "leaning",
        "numbers",
        "empty_notes.id",
        "crutch",
        "spare",
        "customers.country",
        "products.price",
        "codes",
        "events",
        "shop",
    ];
    let ignored: Vec<String> = others
        .iter()
        .filter(|name| !says.contains(*name) && !about.contains(*name))
        .flat_map(|name| [format!("*{name}"), format!("*{name}.*")])
        .collect();
    settings["ignore_objects"] = json!(ignored);
    settings
}

#[test]
fn accounts_roles_and_rights_that_are_lost_are_caught() {
    each_is_caught(
        "CREATE ROLE auditors; GRANT auditors TO shop_reader; CREATE USER visitor@localhost",
        &[
            Fault {
                plant: "DROP USER visitor@localhost",
                mend: "CREATE USER visitor@localhost",
                check: "schema-objects",
                says: &["role 'visitor'@'localhost' is missing"],
            },
            Fault {
                plant: "REVOKE auditors FROM shop_reader",
                mend: "GRANT auditors TO shop_reader",
                check: "schema-objects",
                says: &["membership 'shop_reader'@'%' in 'auditors'@'' is missing"],
            },
            Fault {
                plant: "REVOKE SELECT ON shop.* FROM shop_reader",
                mend: "GRANT SELECT ON shop.* TO shop_reader",
                check: "schema-objects",
                says: &["grant SELECT on shop.* to 'shop_reader'@'%' is missing"],
            },
            Fault {
                plant: "REVOKE UPDATE (nickname) ON customers FROM shop_clerk@'10.%'",
                mend: "GRANT UPDATE (nickname) ON customers TO shop_clerk@'10.%'",
                check: "schema-objects",
                says: &["grant UPDATE on shop.customers.nickname to 'shop_clerk'@'10.%' is missing"],
            },
            Fault {
                plant: "REVOKE EXECUTE ON PROCEDURE close_order FROM shop_clerk@'10.%'",
                mend: "GRANT EXECUTE ON PROCEDURE close_order TO shop_clerk@'10.%'",
                check: "schema-objects",
                says: &["grant EXECUTE on procedure shop.close_order to 'shop_clerk'@'10.%' is missing"],
            },
        ],
    );
}

#[test]
fn stale_data_is_caught_and_queries_of_the_plan_are_asked() {
    let restored = Restored::shop("");
    let settings = json!({
        "databases": ["shop"], "time_column": "created_at", "max_lag": "2h",
        "expectations": [
            { "name": "paid", "sql": "SELECT COUNT(*) FROM orders WHERE status = 'paid'", "expect": { "at_least": 1 } },
            { "name": "none-negative", "sql": "SELECT id FROM orders WHERE total < 0", "expect": "no-rows" },
        ],
    });
    let examined = restored.examine(&settings);
    assert_silent(&examined);
    assert_eq!(examined.lag_seconds, Some(3600));
    restored.sql("SET foreign_key_checks = 0");
    for table in ["orders", "order_lines"] {
        restored.sql(&format!("UPDATE {table} SET created_at = created_at - INTERVAL 2 HOUR"));
    }
    restored.sql("UPDATE events SET created_at = created_at - INTERVAL 2 HOUR");
    let examined = restored.examine(&settings);
    assert_failed(&examined, "freshness", &[]);
    assert_eq!(examined.lag_seconds, Some(3 * 3600));
}
