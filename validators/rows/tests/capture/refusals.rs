//! What is not captured, and how that is said.

use backproof_simulator::servers::Engine;
use backproof_validators_rows::{Begin, CaptureError, Class, ClassEntry, WritableLogin};

use crate::support::{LOGIN, Production, table, take};

#[test]
fn a_login_that_could_write_is_refused_with_what_it_could() {
    let production = Production::shop(Engine::Postgres, "");
    production.sql(&format!("GRANT DELETE ON orders TO {LOGIN}"));
    let refused = take(production.order()).0.unwrap_err();
    assert_eq!(refused, CaptureError::Writable("may write into public.orders".into()));
    // Through a role that it does not use, but may.
    production.sql(&format!(
        "REVOKE DELETE ON orders FROM {LOGIN}; CREATE ROLE clerk NOLOGIN; GRANT INSERT ON products TO clerk; \
         ALTER ROLE {LOGIN} NOINHERIT; GRANT clerk TO {LOGIN}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {LOGIN}"
    ));
    let refused = take(production.order()).0.unwrap_err();
    assert_eq!(refused, CaptureError::Writable("may write into public.products".into()));
    production.sql(&format!("ALTER ROLE {LOGIN} INHERIT; ALTER ROLE {LOGIN} SUPERUSER"));
    let mut order = production.order();
    let refused = take(order.clone()).0.unwrap_err().to_string();
    assert!(
        refused.contains(&format!("may become `{LOGIN}`")) && refused.contains("--allow-writable-login"),
        "{refused}"
    );
    order.writable_login = WritableLogin::Accepted;
    assert_eq!(take(order).0.map(|_| ()), Ok(()));
}

#[test]
fn mariadb_logins_that_could_write_are_refused_through_roles_too() {
    let production = Production::shop(Engine::MariaDb, "");
    production.sql(&format!("GRANT UPDATE ON shop.orders TO {LOGIN}@'%'"));
    let refused = take(production.order()).0.unwrap_err();
    assert_eq!(refused, CaptureError::Writable("has UPDATE on `shop`.`orders`".into()));
    production.sql(&format!(
        "REVOKE UPDATE ON shop.orders FROM {LOGIN}@'%'; CREATE ROLE clerk; GRANT INSERT ON shop.* TO clerk; \
         GRANT clerk TO {LOGIN}@'%'"
    ));
    let refused = take(production.order()).0.unwrap_err();
    assert_eq!(refused, CaptureError::Writable("has INSERT on `shop`.*".into()));
}

#[test]
fn a_table_that_cannot_be_read_stops_everything_before_anything_is_read() {
    let production = Production::shop(Engine::Postgres, "");
    production.sql(&format!(
        "REVOKE pg_read_all_data FROM {LOGIN}; GRANT USAGE ON SCHEMA public, audit, reporting TO {LOGIN}; \
         GRANT SELECT ON ALL TABLES IN SCHEMA public, audit, reporting TO {LOGIN}; REVOKE SELECT ON products FROM {LOGIN}"
    ));
    let (refused, tables) = take(production.order());
    let refused = refused.unwrap_err();
    assert!(matches!(&refused, CaptureError::Unreadable(which) if which.contains("public.products")), "{refused}");
    assert_eq!(tables, Vec::<String>::new());
}

#[test]
fn rows_that_are_hidden_from_the_login_are_not_passed_over() {
    let production = Production::shop(
        Engine::Postgres,
        "CREATE TABLE tenants (id int PRIMARY KEY, tenant text); INSERT INTO tenants VALUES (1, 'a'), (2, 'b');
         ALTER TABLE tenants ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON tenants USING (tenant = 'a');",
    );
    let manifest = production.captured(production.order());
    assert_eq!(table(&manifest, "public.tenants").rows, Some(2));
    production.sql(&format!("ALTER ROLE {LOGIN} NOBYPASSRLS; ALTER TABLE audit.changes DISABLE ROW LEVEL SECURITY"));
    let refused = take(production.order()).0.unwrap_err().to_string();
    assert!(refused.contains("reading table public.tenants") && refused.contains("may not"), "{refused}");
    // Unless they are left out in words.
    let mut order = production.order();
    order.begin = Begin::Anew;
    order.classes = [("public.tenants".into(), ClassEntry { structure_only: true, ..ClassEntry::default() })].into();
    let manifest = production.captured(order);
    assert_eq!(table(&manifest, "public.tenants").rows, None);
}

#[test]
fn misspelt_tables_columns_and_databases_are_named_before_anything_is_read() {
    let production = Production::shop(Engine::Postgres, "");
    let entry = |class, column: Option<&str>| ClassEntry {
        class,
        time_column: column.map(str::to_owned),
        structure_only: false,
    };
    for (table, entry, words) in [
        ("public.ordrs", entry(Class::Frozen, None), "tables that are not there: public.ordrs"),
        ("public.orders", entry(Class::Append, Some("creatd_at")), "no column `creatd_at`"),
        ("public.orders", entry(Class::Append, Some("id")), "tells no time"),
    ] {
        let mut order = production.order();
        order.classes = [(table.to_owned(), entry)].into();
        let (refused, tables) = take(order);
        let refused = refused.unwrap_err();
        assert!(matches!(&refused, CaptureError::Unfit(why) if why.contains(words)), "{refused}");
        assert_eq!(tables, Vec::<String>::new());
    }
    let mut order = production.order();
    order.databases = vec!["shopp".into()];
    let refused = take(order).0.unwrap_err().to_string();
    assert!(refused.contains("no database `shopp`"), "{refused}");
}

#[test]
fn a_wrong_password_and_a_wrong_authority_are_told_apart() {
    let production = Production::shop(Engine::Postgres, "");
    let order = production.order();
    std::fs::write(
        order.connection.ca_file.as_ref().unwrap(),
        backproof_simulator::servers::Authority::new().unwrap().pem(),
    )
    .unwrap();
    let refused = take(order.clone()).0.unwrap_err().to_string();
    assert!(refused.contains("--ca-file"), "{refused}");
    let production = Production::shop(Engine::Postgres, "");
    production.server.lock().unwrap().set_password(LOGIN, "another").unwrap();
    let refused = take(production.order()).0.unwrap_err().to_string();
    assert!(refused.contains("--password-file"), "{refused}");
}
