//! What may differ without anything being wrong.

use backproof_model::{Outcome, ProofLevel, Verdict};
use backproof_validators_rows::Manifest;
use serde_json::json;

use super::support::{Restored, all_frozen, as_they_are, assert_failed, assert_silent, check, told};

#[test]
fn the_same_data_in_another_form_raises_no_alarm() {
    let restored = Restored::shop("");
    let settings = restored.baseline(all_frozen());
    for sql in [
        // Physical order, free space, statistics.
        "CLUSTER order_lines USING order_lines_pkey; VACUUM FULL orders; ANALYZE",
        "UPDATE orders SET total = total WHERE id % 3 = 0; VACUUM",
        "ALTER TABLE orders ALTER customer_id SET STATISTICS 500; COMMENT ON TABLE orders IS 'Another'",
        "REINDEX TABLE orders",
        // Settings that change how values look.
        "ALTER DATABASE shop SET timezone = 'Asia/Kathmandu'; ALTER ROLE postgres SET timezone = 'America/Caracas'",
        "ALTER DATABASE shop SET extra_float_digits = -15; ALTER ROLE postgres SET datestyle = 'German'",
        "ALTER ROLE postgres SET intervalstyle = 'iso_8601'; ALTER ROLE postgres SET bytea_output = 'escape'; \
         ALTER ROLE postgres SET search_path = reporting; ALTER ROLE postgres SET lc_monetary = 'C'",
        // Numbers that are equal.
        "ALTER TABLE customers ALTER balance TYPE numeric; UPDATE customers SET balance = balance + 0.0000000; \
         ALTER TABLE customers ALTER balance TYPE numeric(14, 4)",
    ] {
        restored.sql(sql);
        let examined = restored.examine(&settings);
        assert_silent(&examined);
        assert!(matches!(Outcome::of_checks(&examined.checks, ProofLevel::L3), Outcome::Passed { .. }), "{sql}");
    }
}

#[test]
fn partitions_attached_in_another_order_raise_no_alarm() {
    let restored = Restored::shop("");
    let settings = restored.baseline(all_frozen());
    restored.sql(
        "DO $$ DECLARE early text; middle text; BEGIN \
         SELECT pg_get_expr(relpartbound, oid) INTO early FROM pg_class WHERE relname = 'events_early'; \
         SELECT pg_get_expr(relpartbound, oid) INTO middle FROM pg_class WHERE relname = 'events_middle'; \
         ALTER TABLE events DETACH PARTITION events_early; ALTER TABLE events DETACH PARTITION events_middle; \
         EXECUTE 'ALTER TABLE events ATTACH PARTITION events_middle ' || middle; \
         EXECUTE 'ALTER TABLE events ATTACH PARTITION events_early ' || early; END $$",
    );
    assert_silent(&restored.examine(&settings));
}

#[test]
fn rows_added_to_tables_that_grow_raise_no_alarm_and_rows_lost_from_them_do() {
    let restored = Restored::shop("");
    let settings = restored.baseline(as_they_are());
    restored.sql(
        "INSERT INTO orders (customer_id, total, created_at) VALUES (1, 5, '2026-03-01 00:30+00'); \
         INSERT INTO order_lines SELECT max(id), 1, 1, 1, 5, '2026-03-01 00:30+00' FROM orders; \
         INSERT INTO events VALUES (9000, 401, 'made', NULL, '2026-03-01 00:30+00')",
    );
    let examined = restored.examine(&settings);
    assert_silent(&examined);
    assert_eq!(check(&examined, "content-fingerprint").level, ProofLevel::L3);
    restored.sql("DELETE FROM order_lines WHERE order_id = 9");
    assert_failed(&restored.examine(&settings), "row-counts", &["public.order_lines", "rows missing"]);
}

#[test]
fn a_baseline_of_another_minor_version_raises_no_alarm() {
    let restored = Restored::shop("");
    let older = |manifest: &mut backproof_validators_rows::Manifest| manifest.baseline.engine_version = "15.0".into();
    assert_silent(&restored.examine(&restored.baseline_changed(all_frozen(), older)));
}

#[test]
fn tables_that_a_restore_empties_by_nature_are_not_compared() {
    let restored = Restored::shop("SET ROLE shop_owner; CREATE UNLOGGED TABLE cache AS SELECT 1 AS one");
    let settings = restored.baseline(all_frozen());
    restored.sql("TRUNCATE cache");
    let examined = restored.examine(&settings);
    assert_silent(&examined);
    assert!(told(&examined).contains("public.cache was not compared: it is unlogged"), "{}", told(&examined));
}

#[test]
fn empty_tables_are_silent_where_they_may_be_and_all_empty_ones_are_no_proof() {
    let restored = Restored::shop("");
    restored.sql(
        "TRUNCATE orders, order_lines, events, customers, products, audit.changes; \
         REFRESH MATERIALIZED VIEW reporting.best_customers",
    );
    let examined = restored.examine(&json!({ "databases": ["shop"] }));
    assert!(matches!(check(&examined, "row-counts").verdict, Verdict::Inconclusive(_)), "{}", told(&examined));
    assert_silent(&restored.examine(&json!({ "databases": ["shop"], "may_be_empty": true })));
}

#[test]
fn a_baseline_that_is_newer_than_the_backup_does_not_tell_where_sequences_must_stand() {
    let restored = Restored::shop("");
    let later = |manifest: &mut Manifest, captured_at: &str| {
        manifest.baseline.captured_at = captured_at.parse().unwrap();
        for sequence in manifest.baseline.databases.get_mut("shop").unwrap().sequences.values_mut() {
            sequence.next += 50;
        }
    };
    let newer = restored.baseline_changed(as_they_are(), |manifest| later(manifest, "2030-01-01T00:00:00Z"));
    let examined = restored.examine(&newer);
    assert_silent(&examined);
    assert!(told(&examined).contains("captured after the backup"));
    let older = restored.baseline_changed(as_they_are(), |manifest| later(manifest, "2020-01-01T00:00:00Z"));
    assert_failed(&restored.examine(&older), "schema-objects", &["was set back: it stands 50 before"]);
}
