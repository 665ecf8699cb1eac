//! Captures that are stopped, or whose server changes under them, and go on.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use backproof_simulator::servers::{Engine, Server};
use backproof_validators_rows::{Begin, CaptureError, CaptureOrder, Event};

use crate::support::{Production, table, take, timeless};

/// Does something when a table's turn comes.
fn when(order: &mut CaptureOrder, turn: usize, act: impl Fn() + Send + Sync + 'static) {
    order.listener = Arc::new(move |event| match event {
        Event::Table { place, .. } if place == turn => act(),
        Event::Table { .. } | Event::GoesOn { .. } => {}
    });
}

fn goes_on(engine: Engine) {
    let production = Production::shop(engine, "");
    let uninterrupted = production.captured(production.order());

    let mut order = production.order();
    let stop = Arc::clone(&order.stop);
    when(&mut order, 3, move || stop.store(true, Ordering::Relaxed));
    let (stopped, before) = take(order);
    assert_eq!(stopped, Err(CaptureError::Stopped));
    // A crash while a line was written.
    let mut torn = std::fs::read(production.progress_file()).unwrap();
    torn.extend_from_slice(b"{\"database\":\"shop\",\"table\":\"pub");
    std::fs::write(production.progress_file(), torn).unwrap();

    let (manifest, after) = take(production.order());
    let manifest = manifest.unwrap();
    let all = manifest.baseline.databases["shop"].tables.len();
    assert_eq!((before.len(), after.len()), (3, all - 3));
    assert!(before.iter().all(|table| !after.contains(table)), "{before:?} {after:?}");
    let kept = std::fs::read_to_string(production.progress_file()).unwrap();
    assert_eq!(kept.lines().count(), all + 1, "each table was finished once: {kept}");
    let tables: Vec<u64> = manifest.snapshots.iter().map(|snapshot| snapshot.tables).collect();
    assert_eq!(tables, [3, u64::try_from(all).unwrap() - 3]);
    assert!(manifest.snapshots[0].taken_at < manifest.snapshots[1].taken_at);
    assert_eq!(timeless(manifest), timeless(uninterrupted));
}

#[test]
fn a_stopped_capture_of_postgresql_goes_on_and_reads_nothing_twice() {
    goes_on(Engine::Postgres);
}

#[test]
fn a_stopped_capture_of_mariadb_goes_on_and_reads_nothing_twice() {
    goes_on(Engine::MariaDb);
}

#[test]
fn what_another_capture_finished_is_not_taken_for_ours() {
    let production = Production::shop(Engine::Postgres, "");
    let mut order = production.order();
    let stop = Arc::clone(&order.stop);
    when(&mut order, 2, move || stop.store(true, Ordering::Relaxed));
    assert_eq!(take(order).0, Err(CaptureError::Stopped));

    let mut other = production.order();
    other.gentleness.rows_at_once = 1000;
    let refused = take(other.clone()).0.unwrap_err();
    assert!(matches!(&refused, CaptureError::Progress(_)) && refused.to_string().contains("--fresh"), "{refused}");
    other.begin = Begin::Anew;
    let (manifest, tables) = take(other);
    assert_eq!(manifest.unwrap().snapshots.len(), 1);
    assert!(tables.len() > 5);
}

#[test]
fn a_finished_table_whose_columns_changed_is_read_again() {
    let production = Production::shop(Engine::Postgres, "");
    let mut order = production.order();
    let stop = Arc::clone(&order.stop);
    when(&mut order, 4, move || stop.store(true, Ordering::Relaxed));
    let (_, before) = take(order);
    production.sql(&format!("ALTER TABLE {} ADD COLUMN more int", before[1]));
    let (manifest, after) = take(production.order());
    assert!(after.contains(&before[1]) && !after.contains(&before[0]), "{before:?} {after:?}");
    assert!(table(&manifest.unwrap(), &before[1]).columns.contains(&"more".to_owned()));
}

/// Runs SQL that must not wait for the capture.
fn at_once(server: &Server, engine: Engine, sql: &str) {
    let patience = match engine {
        Engine::Postgres => "SET lock_timeout = '2s'",
        Engine::MariaDb => "SET lock_wait_timeout = 2",
    };
    server.superuser_sql("shop", &format!("{patience}; {sql}")).unwrap();
}

/// While a later table's turn is on, an earlier one is altered, and one that is still to come is emptied.
fn others_need_not_wait(engine: Engine) {
    let production =
        Production::shop(engine, "CREATE TABLE zzz_last (id int PRIMARY KEY); INSERT INTO zzz_last VALUES (1)");
    let (_, tables) = take(production.order());
    let first = tables.iter().find(|name| name.ends_with("customers")).unwrap().clone();
    let last = tables.iter().find(|name| name.ends_with("zzz_last")).unwrap().clone();
    let turn = tables.iter().position(|name| *name == first).unwrap() + 2;
    let mut order = production.order();
    order.begin = Begin::Anew;
    let server = Arc::clone(&production.server);
    when(&mut order, turn, move || {
        at_once(
            &server.lock().unwrap(),
            engine,
            &format!("ALTER TABLE {first} ADD COLUMN more int; TRUNCATE TABLE zzz_last"),
        );
    });
    let refused = take(order).0.unwrap_err();
    assert_eq!(refused, CaptureError::Rewritten(last.clone()));
    let (manifest, _) = take(production.order());
    let manifest = manifest.unwrap();
    assert_eq!(table(&manifest, &last).rows, Some(0));
    assert_eq!(manifest.snapshots.len(), 2);
}

#[test]
fn schema_changes_of_postgresql_need_not_wait_and_an_emptied_table_is_noticed() {
    others_need_not_wait(Engine::Postgres);
}

#[test]
fn schema_changes_of_mariadb_need_not_wait_and_an_emptied_table_is_noticed() {
    others_need_not_wait(Engine::MariaDb);
}
