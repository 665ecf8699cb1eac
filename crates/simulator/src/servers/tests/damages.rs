//! Damage on disk, and who notices it.

use super::super::{Damage, DataDirectory, Notice};
use super::*;

fn damaged(engine: Engine, damage: &Damage) -> Server {
    let authority = Authority::new().unwrap();
    let directory: DataDirectory = Store::open().unwrap().copy(&shop(engine)).unwrap();
    directory.damage(damage).unwrap();
    directory.start(&Start::sound(&authority)).unwrap()
}

fn heap(relation: &str, notice: Notice) -> Damage {
    Damage::HeapPage { database: "shop".to_owned(), relation: relation.to_owned(), notice }
}

fn index(relation: &str, notice: Notice) -> Damage {
    Damage::IndexPage { database: "shop".to_owned(), relation: relation.to_owned(), notice }
}

#[test]
fn sound_data_pass_all_that_notices_damage() {
    let (server, _) = start(&shop(Engine::Postgres), Behaviour::Sound);
    assert_eq!(server.superuser_sql("shop", "SELECT * FROM verify_heapam('orders')").unwrap(), "");
    assert_eq!(server.superuser_sql("shop", "SELECT bt_index_check('orders_pkey', true)").unwrap(), "");
    let (server, _) = start(&shop(Engine::MariaDb), Behaviour::Sound);
    assert!(server.superuser_sql("shop", "CHECK TABLE orders").unwrap().ends_with("\tOK"));
}

#[test]
fn a_wrong_checksum_in_a_table_stops_who_reads_it() {
    let server = damaged(Engine::Postgres, &heap("orders", Notice::Checksum));
    let refused = server.superuser_sql("shop", "SELECT sum(total) FROM orders").unwrap_err().to_string();
    assert!(refused.contains("invalid page in block"), "{refused}");
    assert_eq!(server.superuser_sql("shop", "SELECT count(*) FROM customers").unwrap(), "300");
}

#[test]
fn a_wrong_row_under_a_right_checksum_is_seen_by_amcheck_alone() {
    let server = damaged(Engine::Postgres, &heap("order_lines", Notice::AmcheckOnly));
    assert_eq!(server.superuser_sql("shop", "SELECT count(*) FROM order_lines WHERE quantity > 0").unwrap(), "2000");
    let found = server.superuser_sql("shop", "SELECT msg FROM verify_heapam('order_lines')").unwrap();
    assert!(found.contains("number of attributes"), "{found}");
}

#[test]
fn a_wrong_checksum_in_an_index_stops_who_walks_it() {
    let server = damaged(Engine::Postgres, &index("order_lines_pkey", Notice::Checksum));
    let refused = server.superuser_sql("shop", "SELECT bt_index_check('order_lines_pkey')").unwrap_err().to_string();
    assert!(refused.contains("invalid page in block"), "{refused}");
}

#[test]
fn a_wrong_order_under_a_right_checksum_is_seen_by_amcheck_alone() {
    let server = damaged(Engine::Postgres, &index("order_lines_pkey", Notice::AmcheckOnly));
    assert_eq!(server.superuser_sql("shop", "SELECT count(*) FROM order_lines").unwrap(), "2000");
    let refused = server.superuser_sql("shop", "SELECT bt_index_check('order_lines_pkey')").unwrap_err().to_string();
    assert!(refused.contains("item order invariant violated"), "{refused}");
}

#[test]
fn a_wrong_page_of_innodb_stops_who_reads_it() {
    let damage = Damage::InnodbPage { database: "shop".to_owned(), table: "order_lines".to_owned() };
    let server = damaged(Engine::MariaDb, &damage);
    let said = server.superuser_sql("shop", "CHECK TABLE order_lines");
    let said = said.unwrap_or_else(|error| error.to_string());
    assert!(!said.ends_with("\tOK") && said.to_lowercase().contains("corrupt"), "{said}");
    let refused = server.superuser_sql("shop", "SELECT SUM(price) FROM order_lines").unwrap_err().to_string();
    // Its number for a page that cannot be read.
    assert!(refused.contains("1877"), "{refused}");
    assert_eq!(server.superuser_sql("shop", "SELECT count(*) FROM customers").unwrap(), "300");
}

#[test]
fn what_has_no_page_cannot_be_damaged() {
    let directory = Store::open().unwrap().copy(&shop(Engine::Postgres)).unwrap();
    for relation in ["no_such_table", "events", "empty_notes"] {
        let refused = directory.damage(&heap(relation, Notice::Checksum)).unwrap_err();
        assert!(matches!(refused, ServerError::NoPage { .. }), "{relation}: {refused}");
    }
}
