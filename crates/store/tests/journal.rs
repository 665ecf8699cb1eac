//! What the state directory promises: one owner, unbroken chains, nothing lost, clear refusals.

use std::sync::Arc;

use backproof_clock::RealClock;
use backproof_model::chain::{Event, verify};
use backproof_model::record::Purpose;
use backproof_store::{RunState, Store, StoreError};

async fn open(directory: &std::path::Path) -> Result<Store, StoreError> {
    Store::open(directory, Arc::new(RealClock), "process 1 on host a", "k3v9x2aa".parse().unwrap()).await
}

fn status(text: &str) -> Event {
    Event::Status { of: "restore-job/1".into(), status: text.into() }
}

#[tokio::test]
async fn the_linked_sqlite_is_free_of_the_wal_reset_defect() {
    let directory = tempfile::tempdir().unwrap();
    // Opening asserts the version; an older SQLite would be `UnsafeSqlite`.
    assert!(open(directory.path()).await.is_ok());
}

#[tokio::test]
async fn a_second_process_on_the_same_state_is_seen_by_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let first = open(directory.path()).await.unwrap();
    assert_eq!(first.in_use_by(), None);
    let second = open(directory.path()).await.unwrap();
    assert_eq!(first.in_use_by().as_deref(), Some("process 1 on host a"));
    assert_eq!(second.workers().unwrap().len(), 2);
    second.close().await;
    assert_eq!(first.in_use_by(), None);
}

#[tokio::test]
async fn a_chain_survives_a_restart_and_verifies() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    let run = store.open_run("quarterly", &Purpose::Plan, 1).await.unwrap().run;
    let (mut writer, entries) = store.take_chain(run, "test-1").await.unwrap();
    assert!(entries.is_empty());
    writer.append(status("PENDING")).await.unwrap();
    writer.append(status("RUNNING")).await.unwrap();
    drop(writer);
    store.close().await;

    let store = open(directory.path()).await.unwrap();
    assert_eq!(store.installation().as_str(), "k3v9x2aa");
    let (writer, entries) = store.take_chain(run, "test-1").await.unwrap();
    assert!(matches!(entries.last().unwrap().event, Event::Resumed { token: 2 }));
    let lines = store.journal(run).await.unwrap();
    let (_, head) = verify(run, "test-1", lines.iter().map(String::as_str)).unwrap();
    assert_eq!(head, writer.head());
}

#[tokio::test]
async fn whoever_lost_a_chain_cannot_write_to_it() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = (open(directory.path()).await.unwrap(), open(directory.path()).await.unwrap());
    let run = old.open_run("quarterly", &Purpose::Plan, 1).await.unwrap().run;
    let (mut stale, _) = old.take_chain(run, "test-1").await.unwrap();
    stale.append(status("PENDING")).await.unwrap();
    assert!(matches!(new.take_chain(run, "test-1").await, Err(StoreError::Held { .. })));
    old.seem_dead();
    let (mut writer, _) = new.take_chain(run, "test-1").await.unwrap();
    assert!(matches!(stale.append(status("RUNNING")).await, Err(StoreError::StaleToken { .. })));
    assert!(matches!(stale.renew().await, Err(StoreError::StaleToken { .. })));
    writer.append(status("RUNNING")).await.unwrap();
    assert_eq!(new.lines(run, "test-1").await.unwrap().len(), 3);
}

#[tokio::test]
async fn runs_are_numbered_without_gaps() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    for expected in 1..=3 {
        let opened = store.open_run("quarterly", &Purpose::Plan, 1).await.unwrap();
        assert_eq!(opened.run, expected);
        store.close_run(opened.run, "0").await.unwrap();
    }
    let states: Vec<_> = store.register().await.unwrap().into_iter().map(|run| (run.run, run.state)).collect();
    assert_eq!(states, [(1, RunState::Closed), (2, RunState::Closed), (3, RunState::Closed)]);
    assert!(store.open_runs().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let refused = open(&file.join("state")).await.unwrap_err();
    assert!(refused.to_string().contains("a-file"), "{refused}");
    assert!(refused.to_string().contains("--state"), "{refused}");
}

#[tokio::test]
async fn a_line_too_large_is_refused_and_the_chain_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    let run = store.open_run("quarterly", &Purpose::Plan, 1).await.unwrap().run;
    let (mut writer, _) = store.take_chain(run, "test-1").await.unwrap();
    assert!(matches!(writer.append(status(&"x".repeat(70_000))).await, Err(StoreError::TooLarge { .. })));
    assert_eq!(writer.append(status("RUNNING")).await.unwrap().seq, 0);
}

#[tokio::test]
async fn a_store_that_was_told_to_stop_writes_nothing_more() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    let run = store.open_run("quarterly", &Purpose::Plan, 1).await.unwrap().run;
    let (mut writer, _) = store.take_chain(run, "run").await.unwrap();
    store.stop_after(1);
    writer.append(status("PENDING")).await.unwrap();
    assert!(matches!(writer.append(status("RUNNING")).await, Err(StoreError::ToldToStop)));
    assert_eq!(store.lines(run, "run").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_full_disk_is_said_and_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    let run = store.open_run("quarterly", &Purpose::Plan, 1).await.unwrap().run;
    let (mut writer, _) = store.take_chain(run, "run").await.unwrap();
    writer.append(status("PENDING")).await.unwrap();
    // SQLite itself answers SQLITE_FULL once the file may not grow.
    store.forbid_growth().await.unwrap();
    let refused = loop {
        if let Err(refused) = writer.append(status(&"x".repeat(4_000))).await {
            break refused;
        }
    };
    assert!(refused.to_string().contains("the disk is full"), "{refused}");
    let lines = store.lines(run, "run").await.unwrap();
    assert!(!lines.is_empty() && verify(run, "run", lines.iter().map(String::as_str)).is_ok());
}
