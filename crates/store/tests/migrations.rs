//! An upgrade: the state is copied before its tables are changed, nothing is lost, and the copy can be put back.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use backproof_clock::{RealClock, SharedClock};
use backproof_model::canonical::sha256_hex;
use backproof_model::chain::{CLOSE_STEP, Entry, Event, genesis, line_of};
use backproof_model::register::RegisterEvent;
use backproof_store::{RunState, Store, StoreError};
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

async fn open(directory: &Path) -> Result<Store, StoreError> {
    Store::open(directory, Arc::new(RealClock), "process 1", "zzzzzzzz".parse().unwrap()).await
}

async fn database(directory: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(directory.join("journal.sqlite")).create_if_missing(true);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
}

/// A state as the first version of the tables held it: a closed run, an open one with a restore test under way, and a
/// sweep in the register's chain.
async fn first_version(directory: &Path) -> Vec<String> {
    let migrations = tempfile::tempdir().unwrap();
    let first = include_str!("../migrations/0001_journal.sql");
    std::fs::write(migrations.path().join("0001_journal.sql"), first).unwrap();
    let pool = database(directory).await;
    Migrator::new(migrations.path()).await.unwrap().run(&pool).await.unwrap();
    sqlx::query("INSERT INTO installation VALUES (1, 'k3v9x2aa')").execute(&pool).await.unwrap();
    for (run, state, closed) in [(1, "closed", Some("2026-01-01T02:00:00Z")), (2, "open", None)] {
        sqlx::query("INSERT INTO runs VALUES (?, 'quarterly', 'plan', 1, '2026-01-01T00:00:00Z', ?, ?)")
            .bind(run)
            .bind(closed)
            .bind(state)
            .execute(&pool)
            .await
            .unwrap();
    }
    let result = |step: &str| Event::Result { step: step.into(), output: serde_json::json!({ "ä": 1.5 }) };
    let intent = |step: &str| Event::Intent { step: step.into(), input: serde_json::json!({}) };
    for (run, chain, events) in [
        (0, "register", vec![intent("sweep/2026/arn"), result("sweep/2026/arn"), Event::Resumed { token: 2 }]),
        (1, "run", vec![result("open"), result(CLOSE_STEP)]),
        (2, "run", vec![result("open"), result("draw")]),
        (2, "test-1", vec![intent("start-restore-job/1")]),
    ] {
        let mut prev = genesis(run, chain);
        for (event, seq) in events.into_iter().zip(0..) {
            let at = "2026-01-01T00:00:00Z".parse().unwrap();
            let line = line_of(&Entry { v: 1, run, chain: chain.into(), seq, at, prev, event }).unwrap();
            prev = sha256_hex(&line);
            sqlx::query("INSERT INTO entries VALUES (?, ?, ?, ?, ?, 1)")
                .bind(i64::try_from(run).unwrap())
                .bind(chain)
                .bind(i64::try_from(seq).unwrap())
                .bind(&line)
                .bind(&prev)
                .execute(&pool)
                .await
                .unwrap();
        }
        sqlx::query("INSERT INTO leases VALUES (?, ?, 3, 'process 9')")
            .bind(i64::try_from(run).unwrap())
            .bind(chain)
            .execute(&pool)
            .await
            .unwrap();
    }
    let lines = lines(&pool).await;
    pool.close().await;
    lines
}

async fn lines(pool: &SqlitePool) -> Vec<String> {
    sqlx::query_scalar("SELECT line FROM entries ORDER BY run, chain, seq").fetch_all(pool).await.unwrap()
}

/// Every line but those that the migration itself wrote into the register.
async fn lines_of_before(directory: &Path) -> Vec<String> {
    let pool = database(directory).await;
    let lines = sqlx::query_scalar(
        "SELECT line FROM entries WHERE NOT (run = 0 AND chain = 'register' AND seq > 2) ORDER BY run, chain, seq",
    );
    let lines = lines.fetch_all(&pool).await.unwrap();
    pool.close().await;
    lines
}

fn backups(directory: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(directory.join("backups")).unwrap();
    files.map(|file| file.unwrap().path()).collect()
}

#[tokio::test]
async fn a_state_of_the_first_version_is_copied_and_keeps_every_line() {
    let directory = tempfile::tempdir().unwrap();
    let before = first_version(directory.path()).await;
    let store = open(directory.path()).await.unwrap();
    assert_eq!(store.installation().as_str(), "k3v9x2aa");
    let states: Vec<_> = store.register().await.unwrap().into_iter().map(|run| (run.run, run.state)).collect();
    assert_eq!(states, [(1, RunState::Closed), (2, RunState::Open)]);
    let events: Vec<_> = store.events().await.unwrap().into_iter().map(|(_, event)| event).collect();
    let steps: Vec<_> = events.iter().map(RegisterEvent::step).collect();
    assert_eq!(steps, ["run-opened", "run-closed", "run-opened", "migrated"]);
    let backup = backups(directory.path()).pop().unwrap();
    let Some(RegisterEvent::Migrated { from: 1, to: 2, backup: named }) = events.last() else { panic!("{events:?}") };
    assert!(backup.ends_with(named) && named.starts_with("journal-1-"), "{named}");
    assert_eq!(store.audit_register().await.unwrap(), Vec::<String>::new());
    // Nobody holds what a process of before held.
    let (writer, entries) = store.take_chain(2, "test-1").await.unwrap();
    assert!(matches!(entries.last().unwrap().event, Event::Resumed { token: 4 }), "{entries:?}");
    drop(writer);
    store.close().await;
    let after = lines_of_before(directory.path()).await;
    assert!(before.iter().all(|line| after.contains(line)) && after.len() == before.len() + 1);
    let copy = SqlitePoolOptions::new().connect(&format!("sqlite://{}", backup.display())).await.unwrap();
    assert_eq!(lines(&copy).await, before);
}

#[tokio::test]
async fn a_state_is_migrated_once() {
    let directory = tempfile::tempdir().unwrap();
    first_version(directory.path()).await;
    open(directory.path()).await.unwrap().close().await;
    let store = open(directory.path()).await.unwrap();
    assert_eq!(store.events().await.unwrap().len(), 4);
    assert_eq!(backups(directory.path()).len(), 1);
}

#[tokio::test]
async fn the_copy_can_be_put_back_and_migrated_again() {
    let directory = tempfile::tempdir().unwrap();
    let clock: SharedClock = Arc::new(RealClock);
    let before = first_version(directory.path()).await;
    let store = open(directory.path()).await.unwrap();
    store.open_run("quarterly", &backproof_model::record::Purpose::Plan, 2).await.unwrap();
    let backup = backups(directory.path()).pop().unwrap();
    let refused = Store::restore_from_backup(directory.path(), &backup, &clock).await.unwrap_err();
    assert!(matches!(refused, StoreError::InUse { .. }), "{refused}");
    store.close().await;
    let replaced = Store::restore_from_backup(directory.path(), &backup, &clock).await.unwrap();
    assert!(replaced.exists());
    let pool = database(directory.path()).await;
    assert_eq!(lines(&pool).await, before);
    pool.close().await;
    let store = open(directory.path()).await.unwrap();
    assert_eq!(store.register().await.unwrap().len(), 2);
    assert_eq!(store.audit_register().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_copy_that_is_damaged_is_not_put_back() {
    let directory = tempfile::tempdir().unwrap();
    first_version(directory.path()).await;
    open(directory.path()).await.unwrap().close().await;
    let backup = backups(directory.path()).pop().unwrap();
    let mut content = std::fs::read(&backup).unwrap();
    content.iter_mut().skip(4096).step_by(7).for_each(|byte| *byte ^= 0xff);
    std::fs::write(&backup, content).unwrap();
    let clock: SharedClock = Arc::new(RealClock);
    assert!(Store::restore_from_backup(directory.path(), &backup, &clock).await.is_err());
    assert_eq!(open(directory.path()).await.unwrap().register().await.unwrap().len(), 2);
}

#[tokio::test]
async fn tables_of_a_newer_version_are_refused_with_the_copy_from_before() {
    let directory = tempfile::tempdir().unwrap();
    open(directory.path()).await.unwrap().close().await;
    let folder = directory.path().join("backups");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("journal-2-20260101T000000Z.sqlite"), "").unwrap();
    let pool = database(directory.path()).await;
    sqlx::query("INSERT INTO _sqlx_migrations SELECT 3, 'later', installed_on, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 2")
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let refused = open(directory.path()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 3, known: 2, .. }), "{refused}");
    assert!(refused.to_string().contains("journal-2-20260101T000000Z.sqlite"), "{refused}");
    assert!(matches!(Store::open_to_read(directory.path(), Arc::new(RealClock)).await, Err(StoreError::Newer { .. })));
}

#[tokio::test]
async fn tables_are_not_changed_while_somebody_works_on_them() {
    let directory = tempfile::tempdir().unwrap();
    first_version(directory.path()).await;
    // A process of the first version held the lock alone.
    let lock = std::fs::File::create(directory.path().join("lock")).unwrap();
    std::fs::write(directory.path().join("lock"), "process 9\n").unwrap();
    lock.lock().unwrap();
    let runtime_clock = backproof_clock::ScaledClock::starting_at("2026-01-01T00:00:00Z".parse().unwrap(), 100);
    let refused =
        Store::open(directory.path(), Arc::new(runtime_clock), "process 1", "zzzzzzzz".parse().unwrap()).await;
    let refused = refused.unwrap_err();
    assert!(matches!(&refused, StoreError::InUse { owner, .. } if owner == "process 9"), "{refused}");
}
