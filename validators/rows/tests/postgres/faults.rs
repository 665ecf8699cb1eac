//! Faults that SQL can plant: each is caught by the check that is there for it, and named.

use backproof_model::Verdict;

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
    let mut settings = restored.baseline(all_frozen());
    assert_silent(&restored.examine(&settings));
    settings["integrity"] = "pages".into();
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
    const LINES: &str = "public.order_lines";
    each_is_caught(
        "SET ROLE shop_owner; CREATE SCHEMA aside; CREATE TABLE aside.lines AS SELECT * FROM order_lines",
        &[
            Fault {
                plant: "DELETE FROM order_lines WHERE order_id = 7 AND line = 1",
                mend: "INSERT INTO order_lines SELECT * FROM aside.lines WHERE order_id = 7 AND line = 1",
                check: "row-counts",
                says: &[LINES, "1 of 800 rows missing"],
            },
            Fault {
                plant: "UPDATE order_lines SET quantity = quantity + 1 WHERE order_id = 7 AND line = 1",
                mend: "UPDATE order_lines SET quantity = quantity - 1 WHERE order_id = 7 AND line = 1",
                check: "content-fingerprint",
                says: &[LINES, "800 rows as in the baseline, but at least one is different"],
            },
            Fault {
                plant: "UPDATE order_lines SET line = 9 WHERE order_id = 7 AND line = 1",
                mend: "UPDATE order_lines SET line = 1 WHERE order_id = 7 AND line = 9",
                check: "content-fingerprint",
                says: &[LINES],
            },
            Fault {
                plant: "UPDATE order_lines SET price = CASE order_id WHEN 7 THEN 1.36 ELSE 1.19 END \
                        WHERE order_id IN (7, 8) AND line = 1",
                mend: "UPDATE order_lines SET price = order_id * 0.17 WHERE order_id IN (7, 8) AND line = 1",
                check: "content-fingerprint",
                says: &[LINES, "800 rows as in the baseline"],
            },
            Fault {
                plant: "INSERT INTO order_lines SELECT order_id, 9, product_id, quantity, price, created_at \
                        FROM order_lines LIMIT 1",
                mend: "DELETE FROM order_lines WHERE line = 9",
                check: "row-counts",
                says: &[LINES, "1 rows more than the 800"],
            },
            Fault {
                plant: "TRUNCATE order_lines",
                mend: "INSERT INTO order_lines SELECT * FROM aside.lines",
                check: "row-counts",
                says: &[LINES, "all 800 rows missing"],
            },
            Fault {
                plant: "SET session_replication_role = replica; UPDATE order_lines SET product_id = 9999 \
                        WHERE order_id = 7",
                mend: "TRUNCATE order_lines; INSERT INTO order_lines SELECT * FROM aside.lines",
                check: "orphan-rows",
                says: &["public.order_lines refer to nothing in public.products", "order_lines_product_id_fkey"],
            },
        ],
    );
}

#[test]
fn every_kind_of_value_is_seen_to_change() {
    let changes = [
        ("number", "md5('other')::uuid"),
        ("name", "name || ' '"),
        ("nickname", "NULL"),
        ("country", "'FR'"),
        ("address", "ROW('Street', 'City', '00000')::postal_address"),
        ("tags", "tags || 'more'::text"),
        ("properties", "properties || '{\"a\": null}'"),
        ("document", "'{\"n\": 1}'"),
        ("photo", "'\\x00'"),
        ("balance", "balance + 0.0001"),
        ("score", "score + 1e-9"),
        ("rating", "rating + 0.125"),
        ("born", "born + 1"),
        ("is_active", "NOT is_active"),
        ("network", "'10.1.0.0/16'"),
        ("created_at", "created_at + interval '1 microsecond'"),
    ];
    let restored = Restored::shop(
        "SET ROLE shop_owner; CREATE SCHEMA aside; CREATE TABLE aside.one AS SELECT * FROM customers WHERE id = 7",
    );
    let mut settings = restored.baseline(all_frozen());
    settings["integrity"] = "off".into();
    for (column, value) in changes {
        restored.sql(&format!("UPDATE customers SET {column} = {value} WHERE id = 7"));
        let examined = restored.examine(&settings);
        assert_eq!(check(&examined, "content-fingerprint").verdict, Verdict::Failed, "{column}");
        restored.sql(&format!("UPDATE customers SET {column} = (SELECT {column} FROM aside.one) WHERE id = 7"));
    }
    assert_silent(&restored.examine(&settings));
}

const TABLES: [Fault; 10] = [
    Fault {
        plant: "DROP INDEX orders_by_customer",
        mend: "CREATE INDEX orders_by_customer ON orders (customer_id, created_at DESC)",
        check: "schema-objects",
        says: &["index public.orders_by_customer is missing"],
    },
    Fault {
        plant: "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_open'::regclass",
        mend: "UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'orders_open'::regclass",
        check: "schema-objects",
        says: &["index public.orders_open: state is not valid instead of valid"],
    },
    Fault {
        plant: "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey",
        mend: "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id)",
        check: "schema-objects",
        says: &["constraint public.orders.orders_customer_id_fkey is missing"],
    },
    Fault {
        plant: "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey, \
                ADD FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID",
        mend: "ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_id_fkey",
        check: "schema-objects",
        says: &["constraint public.orders.orders_customer_id_fkey: validated is no instead of yes"],
    },
    Fault {
        plant: "ALTER TABLE order_lines DISABLE TRIGGER ALL",
        mend: "ALTER TABLE order_lines ENABLE TRIGGER ALL",
        check: "schema-objects",
        says: &["order_lines_order_id_fkey: enforced is no instead of yes"],
    },
    Fault {
        plant: "ALTER TABLE spare ALTER note TYPE text COLLATE \"C\"",
        mend: "ALTER TABLE spare ALTER note TYPE text COLLATE \"default\"",
        check: "schema-objects",
        says: &["column public.spare.note: collation is pg_catalog.C instead of not set"],
    },
    Fault {
        plant: "ALTER TABLE spare ALTER note TYPE varchar(9)",
        mend: "ALTER TABLE spare ALTER note TYPE text",
        check: "schema-objects",
        says: &["column public.spare.note: type is character varying(9) instead of text"],
    },
    Fault {
        plant: "ALTER TABLE customers ALTER country SET DEFAULT 'FR', ALTER tags DROP NOT NULL",
        mend: "ALTER TABLE customers ALTER country SET DEFAULT 'DE', ALTER tags SET NOT NULL",
        check: "schema-objects",
        says: &[
            "column public.customers.country: its definition is another",
            "column public.customers.tags: nullable is yes instead of no",
        ],
    },
    Fault {
        plant: "ALTER TABLE events DETACH PARTITION events_late",
        mend: "DO $$ BEGIN EXECUTE format('ALTER TABLE events ATTACH PARTITION events_late \
               FOR VALUES FROM (%L) TO (MAXVALUE)', moment(extract(epoch FROM timestamptz '2026-01-01 00:00+00' \
               + (timestamptz '2026-03-01 00:00+00' - timestamptz '2026-01-01 00:00+00') * 2 / 3)::bigint \
               * 1000000)); END $$",
        check: "schema-objects",
        says: &["table public.events_late: belongs to is not set instead of public.events"],
    },
    Fault {
        plant: "DROP TABLE spare",
        mend: "SET ROLE shop_owner; CREATE TABLE spare (id integer PRIMARY KEY, note text); INSERT INTO spare VALUES (1, 'one')",
        check: "schema-objects",
        says: &["table public.spare is missing"],
    },
];

#[test]
fn tables_columns_indexes_and_constraints_that_are_missing_or_changed_are_caught() {
    let spare = "CREATE TABLE spare (id integer PRIMARY KEY, note text); INSERT INTO spare VALUES (1, 'one')";
    each_is_caught(&format!("SET ROLE shop_owner; {spare}"), &TABLES);
}

const CODE: [Fault; 7] = [
    Fault {
        plant: "ALTER TABLE orders DISABLE TRIGGER orders_stamped",
        mend: "ALTER TABLE orders ENABLE TRIGGER orders_stamped",
        check: "schema-objects",
        says: &["trigger public.orders.orders_stamped: state is disabled instead of enabled"],
    },
    Fault {
        plant: "SET check_function_bodies = off; CREATE OR REPLACE FUNCTION gone() RETURNS bigint \
                LANGUAGE sql AS 'SELECT count(*) FROM public.nowhere'",
        mend: "CREATE OR REPLACE FUNCTION gone() RETURNS bigint \
               LANGUAGE sql AS 'SELECT count(*) FROM public.empty_notes'",
        check: "schema-objects",
        says: &["view public.with_function cannot be read", "42P01", "routine public.gone()"],
    },
    Fault {
        plant: "CREATE OR REPLACE VIEW reporting.sales_by_status AS \
                SELECT status, count(*) AS orders, sum(total) * 2 AS total FROM orders GROUP BY status",
        mend: "CREATE OR REPLACE VIEW reporting.sales_by_status AS \
               SELECT status, count(*) AS orders, sum(total) AS total FROM orders GROUP BY status",
        check: "schema-objects",
        says: &["view reporting.sales_by_status: its definition is another"],
    },
    Fault {
        plant: "SELECT setval('orders_id_seq', 100)",
        mend: "SELECT setval('orders_id_seq', 400)",
        check: "schema-objects",
        says: &["sequence public.orders_id_seq was set back: it stands 300 before"],
    },
    Fault {
        plant: "DROP EXTENSION pgcrypto",
        mend: "CREATE EXTENSION pgcrypto",
        check: "schema-objects",
        says: &["extension pgcrypto is missing"],
    },
    Fault {
        plant: "ALTER TYPE order_status RENAME VALUE 'returned' TO 'back'",
        mend: "ALTER TYPE order_status RENAME VALUE 'back' TO 'returned'",
        check: "schema-objects",
        says: &["type public.order_status: its definition is another"],
    },
    Fault {
        plant: "DROP POLICY own_changes ON audit.changes",
        mend: "CREATE POLICY own_changes ON audit.changes FOR SELECT TO shop_clerk \
               USING (clerk = current_user)",
        check: "schema-objects",
        says: &["policy audit.changes.own_changes is missing"],
    },
];

#[test]
fn views_triggers_sequences_extensions_and_the_like_that_are_missing_or_changed_are_caught() {
    let view = "CREATE FUNCTION gone() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.empty_notes'; \
                CREATE VIEW with_function AS SELECT n FROM gone() AS n";
    each_is_caught(&format!("SET ROLE shop_owner; {view}"), &CODE);
}

#[test]
fn roles_and_rights_that_are_lost_are_caught() {
    each_is_caught(
        "CREATE ROLE auditor NOLOGIN",
        &[
            Fault {
                plant: "DROP ROLE auditor",
                mend: "CREATE ROLE auditor NOLOGIN",
                check: "schema-objects",
                says: &["role auditor is missing"],
            },
            Fault {
                plant: "ALTER ROLE shop_reader NOLOGIN",
                mend: "ALTER ROLE shop_reader LOGIN",
                check: "schema-objects",
                says: &["role shop_reader: may log in is false instead of true"],
            },
            Fault {
                plant: "REVOKE shop_clerk FROM shop_reader",
                mend: "GRANT shop_clerk TO shop_reader",
                check: "schema-objects",
                says: &["membership shop_reader in shop_clerk is missing"],
            },
            Fault {
                plant: "REVOKE SELECT ON orders FROM shop_reader",
                mend: "SET ROLE shop_owner; GRANT SELECT ON orders TO shop_reader",
                check: "schema-objects",
                says: &["grant SELECT on table public.orders to shop_reader is missing"],
            },
            Fault {
                plant: "REVOKE UPDATE (nickname) ON customers FROM shop_clerk",
                mend: "SET ROLE shop_owner; GRANT UPDATE (nickname) ON customers TO shop_clerk",
                check: "schema-objects",
                says: &["grant UPDATE on column public.customers.nickname to shop_clerk is missing"],
            },
            Fault {
                plant: "ALTER TABLE orders OWNER TO postgres",
                mend: "ALTER TABLE orders OWNER TO shop_owner",
                check: "schema-objects",
                says: &["table public.orders: owner is postgres instead of shop_owner"],
            },
        ],
    );
}

#[test]
fn no_column_is_too_far_to_the_right_and_no_two_columns_are_alike() {
    let columns: Vec<String> = (0..400).map(|number| format!("c{number} integer")).collect();
    let restored = Restored::shop(&format!(
        "SET ROLE shop_owner; CREATE TABLE wide (id integer PRIMARY KEY, {}); \
         INSERT INTO wide (id, c0, c398, c399) VALUES (1, 5, 6, 7); \
         CREATE TABLE pairs (a text, b text, n numeric, f float8, d timestamp); \
         INSERT INTO pairs VALUES ('x', NULL, 1.0, 0, 'infinity'), ('', 'x', NULL, NULL, NULL)",
        columns.join(", ")
    ));
    let mut classes = all_frozen();
    let frozen = classes["public.orders"].clone();
    classes.extend(["public.wide", "public.pairs"].map(|name| (name.to_owned(), frozen.clone())));
    let mut settings = restored.baseline(classes);
    settings["integrity"] = "off".into();
    for (plant, mend, table) in [
        ("UPDATE wide SET c399 = 8", "UPDATE wide SET c399 = 7", "public.wide"),
        ("UPDATE wide SET c398 = 7, c399 = 6", "UPDATE wide SET c398 = 6, c399 = 7", "public.wide"),
        ("UPDATE wide SET c0 = 6, c398 = 5", "UPDATE wide SET c0 = 5, c398 = 6", "public.wide"),
        ("UPDATE wide SET c1 = 0", "UPDATE wide SET c1 = NULL", "public.wide"),
        ("UPDATE pairs SET b = '' WHERE a = 'x'", "UPDATE pairs SET b = NULL WHERE a = 'x'", "public.pairs"),
        ("UPDATE pairs SET a = b, b = a WHERE n = 1", "UPDATE pairs SET a = b, b = a WHERE n = 1", "public.pairs"),
        ("UPDATE pairs SET n = 0, f = 1 WHERE a = 'x'", "UPDATE pairs SET n = 1, f = 0 WHERE a = 'x'", "public.pairs"),
        (
            "UPDATE pairs SET d = '-infinity' WHERE a = 'x'",
            "UPDATE pairs SET d = 'infinity' WHERE a = 'x'",
            "public.pairs",
        ),
    ] {
        restored.sql(plant);
        assert_failed(&restored.examine(&settings), "content-fingerprint", &[table]);
        restored.sql(mend);
    }
    restored.sql("UPDATE pairs SET n = 1.000 WHERE a = 'x'");
    assert_silent(&restored.examine(&settings));
}
