//! Who is let in, and who is not.

use super::super::postgres;
use super::*;

#[test]
fn whoever_has_the_password_is_served_over_tls() {
    for engine in ENGINES {
        let (server, authority) = start(&shop(engine), Behaviour::Sound);
        let client = Client::of(&server, &authority);
        assert_eq!(client.asks("SELECT count(*) FROM orders").unwrap(), "1000", "{engine:?}");
        let said = openssl(&server, &client.ca_file).unwrap();
        assert!(said.contains("Verify return code: 0 (ok)"), "{said}");
    }
}

#[test]
fn nobody_is_let_in_without_the_password_or_without_tls() {
    for engine in ENGINES {
        let (server, authority) = start(&shop(engine), Behaviour::Sound);
        let wrong = Client { password: "guessed", ..Client::of(&server, &authority) };
        let refused = wrong.asks("SELECT 1").unwrap_err().to_string();
        assert!(refused.contains("authentication failed") || refused.contains("Access denied"), "{refused}");
        let plain = Client { tls: false, ..Client::of(&server, &authority) };
        let refused = plain.asks("SELECT 1").unwrap_err().to_string();
        assert!(refused.contains("no encryption") || refused.contains("Access denied"), "{refused}");
        let superuser = Client { user: Engine::SUPERUSER, password: "", ..Client::of(&server, &authority) };
        superuser.asks("SELECT 1").unwrap_err();
    }
}

#[test]
fn the_master_user_is_no_superuser_and_the_database_of_rds_is_closed() {
    let (server, authority) = start(&shop(Engine::Postgres), Behaviour::Sound);
    let client = Client::of(&server, &authority);
    let attributes = "SELECT rolsuper, rolcreatedb, rolcreaterole, pg_has_role('rds_superuser', 'usage'),
                             pg_has_role('pg_monitor', 'usage') FROM pg_roles WHERE rolname = current_user";
    assert_eq!(client.asks(attributes).unwrap(), "f|t|t|t|t");
    assert_eq!(client.asks("SELECT bt_index_check('orders_pkey')").unwrap(), "");
    client.asks("CREATE DATABASE scratch").unwrap();
    client.asks("SELECT pg_read_file('PG_VERSION')").unwrap_err();
    let closed = Client { database: "rdsadmin", ..client };
    let refused = closed.asks("SELECT 1").unwrap_err().to_string();
    assert!(refused.contains("pg_hba.conf rejects connection"), "{refused}");
}

#[test]
fn a_new_password_takes_the_place_of_the_old_one() {
    for engine in ENGINES {
        let (mut server, authority) = start(&shop(engine), Behaviour::Sound);
        server.set_password("owner", "new ' \\ \" ; :x").unwrap();
        let port = server.port();
        server.restart().unwrap();
        assert_eq!(server.port(), port);
        let client = Client::of(&server, &authority);
        client.asks("SELECT 1").unwrap_err();
        assert_eq!(Client { password: "new ' \\ \" ; :x", ..client }.asks("SELECT 1").unwrap(), "1");
    }
}

#[test]
fn names_and_texts_stay_one_word_of_sql() {
    assert_eq!(postgres::name("a\"; DROP"), "\"a\"\"; DROP\"");
    assert_eq!(postgres::literal("it's"), "'it''s'");
    assert_eq!(super::super::mariadb::literal("it's \\"), "'it\\'s \\\\'");
}
