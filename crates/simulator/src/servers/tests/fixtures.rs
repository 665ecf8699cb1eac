//! What the fixtures hold.

use super::*;

#[test]
fn the_newest_row_is_as_old_as_it_was_asked_to_be() {
    for engine in ENGINES {
        let (server, _) = start(&shop(engine), Behaviour::Sound);
        for table in ["orders", "order_lines", "events"] {
            let newest = server.superuser_sql("shop", &format!("SELECT MAX(created_at) FROM {table}")).unwrap();
            assert!(newest.starts_with("2026-03-01 00:00:00"), "{engine:?} {table}: {newest}");
        }
        for (table, rows) in [("customers", "300"), ("products", "120"), ("orders", "1000"), ("empty_notes", "0")] {
            assert_eq!(
                server.superuser_sql("shop", &format!("SELECT COUNT(*) FROM {table}")).unwrap(),
                rows,
                "{table}"
            );
        }
    }
}

#[test]
fn a_later_moment_holds_the_same_rows_and_more() {
    for engine in ENGINES {
        let early_moment = "2026-02-01T00:00:00Z".parse().unwrap();
        let early = Fixture::shop(engine, growth(), early_moment);
        let (early, late) = (start(&early, Behaviour::Sound).0, start(&shop(engine), Behaviour::Sound).0);
        for table in ["orders", "order_lines", "events", "customers", "products"] {
            let rows = format!("SELECT * FROM {table} WHERE created_at <= '2026-02-01 00:00:00' ORDER BY 1, 2");
            let (before, after) =
                (early.superuser_sql("shop", &rows).unwrap(), late.superuser_sql("shop", &rows).unwrap());
            assert!(before == after && before.lines().count() >= 120, "{engine:?} {table} differs");
        }
        let all = "SELECT COUNT(*) FROM orders";
        assert_eq!(early.superuser_sql("shop", all).unwrap(), "525");
    }
}

#[test]
fn the_shop_of_postgres_has_every_kind_of_object() {
    let (server, _) = start(&shop(Engine::Postgres), Behaviour::Sound);
    let kinds = "SELECT string_agg(DISTINCT relkind, '' ORDER BY relkind) FROM pg_class WHERE relkind <> 't'
                 AND relnamespace IN ('public'::regnamespace, 'audit'::regnamespace, 'reporting'::regnamespace)";
    // Composite type, index, materialized view, partitioned index and table, ordinary table, sequence, view.
    let mut found: Vec<char> = server.superuser_sql("shop", kinds).unwrap().chars().collect();
    found.sort_unstable();
    assert_eq!(found, ['I', 'S', 'c', 'i', 'm', 'p', 'r', 'v']);
    let constraints =
        "SELECT string_agg(DISTINCT contype, '') FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                       AND contype IN ('c', 'f', 'p', 'u', 'x')";
    assert_eq!(server.superuser_sql("shop", constraints).unwrap().len(), 5);
    let others = "SELECT (SELECT count(*) FROM pg_policy), (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal),
                  (SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass),
                  (SELECT count(*) FROM pg_statistic_ext), (SELECT last_value FROM invoice_numbers),
                  (SELECT min(n) > 0 FROM (SELECT count(*) AS n FROM events GROUP BY tableoid) AS parts)";
    assert_eq!(server.superuser_sql("shop", others).unwrap(), "1|1|3|1|6000|t");
    let owner = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(server.superuser_sql("shop", owner).unwrap(), "shop_owner");
}

#[test]
fn the_shop_of_mariadb_has_every_kind_of_object() {
    let (server, _) = start(&shop(Engine::MariaDb), Behaviour::Sound);
    let kinds = "SELECT GROUP_CONCAT(DISTINCT table_type ORDER BY 1) FROM information_schema.tables
                 WHERE table_schema = 'shop'";
    assert_eq!(server.superuser_sql("shop", kinds).unwrap(), "BASE TABLE,SEQUENCE,VIEW");
    let others = "SELECT (SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'shop'),
                  (SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema = 'shop'),
                  (SELECT COUNT(*) FROM information_schema.events WHERE event_schema = 'shop'),
                  (SELECT COUNT(*) FROM information_schema.partitions WHERE table_name = 'events' AND table_rows > 0),
                  (SELECT next_not_cached_value > 6000 FROM shop.invoice_numbers),
                  (SELECT COUNT(DISTINCT collation_name) > 4 FROM information_schema.columns WHERE table_schema = 'shop'),
                  (SELECT COUNT(DISTINCT definer) FROM information_schema.views WHERE table_schema = 'shop'
                   AND definer = 'owner@%')";
    assert_eq!(server.superuser_sql("shop", others).unwrap(), "1\t2\t1\t3\t1\t1\t1");
}

#[test]
fn planted_statements_and_names_are_part_of_the_data() {
    for engine in ENGINES {
        let planted =
            Fixture::pgbench(engine, 1_000).called("till").planted("DELETE FROM pgbench_accounts WHERE aid > 990");
        let (server, _) = start(&planted, Behaviour::Sound);
        assert_eq!(server.superuser_sql("till", "SELECT COUNT(*) FROM pgbench_accounts").unwrap(), "990");
        assert_ne!(planted.key(&[]), Fixture::pgbench(engine, 1_000).called("till").key(&[]));
    }
}
