//! Captures while others write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backproof_simulator::servers::Engine;

use crate::support::{Production, table};

const TWINS: &str = "
CREATE TABLE aaa_twin (id bigint PRIMARY KEY, note varchar(40));
CREATE TABLE zzz_twin (id bigint PRIMARY KEY, note varchar(40));
INSERT INTO aaa_twin VALUES (0, 'first'); INSERT INTO zzz_twin VALUES (0, 'first');
";

/// Each transaction writes into both tables, so at any one moment they are equally long.
fn is_of_one_moment(engine: Engine) {
    let production = Production::shop(engine, TWINS);
    let done = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let (server, done) = (Arc::clone(&production.server), Arc::clone(&done));
        move || {
            let mut id = 0;
            while !done.load(Ordering::Relaxed) {
                id += 1;
                let sql = format!(
                    "BEGIN; INSERT INTO aaa_twin VALUES ({id}, 'x'); INSERT INTO zzz_twin VALUES ({id}, 'x'); COMMIT"
                );
                server.lock().unwrap().superuser_sql("shop", &sql).unwrap();
            }
            id + 1
        }
    });
    let mut order = production.order();
    // Long enough for some transactions between the first table and the last.
    order.gentleness.pause = Duration::from_millis(50);
    let manifest = production.captured(order);
    done.store(true, Ordering::Relaxed);
    let written = writer.join().unwrap();
    let rows = |name: &str| table(&manifest, &production.table(name)).rows.unwrap();
    assert_eq!(rows("aaa_twin"), rows("zzz_twin"));
    assert!(rows("zzz_twin") < written, "nothing was written meanwhile: {written}");
}

#[test]
fn postgresql_is_captured_as_of_one_moment() {
    is_of_one_moment(Engine::Postgres);
}

#[test]
fn mariadb_is_captured_as_of_one_moment() {
    is_of_one_moment(Engine::MariaDb);
}
