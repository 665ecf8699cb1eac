//! The mirror: what was appended is in it, a lost state is made from it again, and one that does not fit is refused.

use std::path::Path;
use std::sync::Arc;

use backproof_clock::RealClock;
use backproof_model::chain::{Event, RUN_CHAIN, verify};
use backproof_model::record::Purpose;
use backproof_model::register::RegisterEvent;
use backproof_store::{OpenOptions, Store, StoreError};
use tempfile::TempDir;

/// A state directory beside its mirror.
struct Both(TempDir);

impl Both {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn state(&self) -> std::path::PathBuf {
        self.0.path().join("state")
    }

    fn mirror(&self) -> std::path::PathBuf {
        self.0.path().join("mirror")
    }

    async fn open(&self) -> Result<Store, StoreError> {
        self.open_as("k3v9x2aa").await
    }

    async fn open_as(&self, installation: &str) -> Result<Store, StoreError> {
        let options = OpenOptions { mirror: Some(self.mirror()), ..OpenOptions::default() };
        let new = installation.parse().unwrap();
        Store::open_with(&self.state(), Arc::new(RealClock), "process 1", new, options).await
    }
}

fn status(text: &str) -> Event {
    Event::Status { of: "restore-job/1".into(), status: text.into() }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[tokio::test]
async fn every_line_is_in_the_mirror_when_it_was_appended() {
    let both = Both::new();
    let store = both.open().await.unwrap();
    let run = store.open_run("quarterly", &Purpose::Plan, 1).await.unwrap().run;
    let (mut writer, _) = store.take_chain(run, "test-1").await.unwrap();
    for text in ["PENDING", "RUNNING", "COMPLETED"] {
        writer.append(status(text)).await.unwrap();
        let mirrored = read(&both.mirror().join("1/test-1.jsonl"));
        let (_, head) = verify(run, "test-1", mirrored.lines()).unwrap();
        assert_eq!(head, writer.head());
    }
    assert!(read(&both.mirror().join("0/register.jsonl")).contains("run-opened"));
    store.files(run).unwrap().write("plan.toml", "version = 1").unwrap();
    assert_eq!(read(&both.mirror().join("1/files/plan.toml")), "version = 1");
}

#[tokio::test]
async fn a_lost_state_is_made_again_and_goes_on() {
    let both = Both::new();
    let store = both.open().await.unwrap();
    std::fs::write(both.state().join("fingerprint.key"), "secret").unwrap();
    let first = store.open_run("quarterly", &Purpose::Plan, 1).await.unwrap().run;
    store.close_run(first, &backproof_model::chain::genesis(first, RUN_CHAIN)).await.unwrap();
    let run = store.open_run("quarterly", &Purpose::Check, 2).await.unwrap().run;
    store.files(run).unwrap().write("plan.toml", "version = 1").unwrap();
    let (mut writer, _) = store.take_chain(run, "test-1").await.unwrap();
    writer.append(status("PENDING")).await.unwrap();
    drop(writer);
    let (mut writer, _) = store.take_chain(run, "test-1").await.unwrap();
    writer.append(status("RUNNING")).await.unwrap();
    store.mirror_state_files().unwrap();
    let (before, register) = (store.journal(run).await.unwrap(), store.register().await.unwrap());
    drop(writer);
    store.close().await;
    std::fs::remove_dir_all(both.state()).unwrap();

    let store = both.open_as("zzzzzzzz").await.unwrap();
    assert_eq!(store.installation().as_str(), "k3v9x2aa");
    assert_eq!(store.register().await.unwrap(), register);
    assert_eq!(store.journal(run).await.unwrap(), before);
    assert_eq!(store.audit_register().await.unwrap(), Vec::<String>::new());
    assert_eq!(read(&both.state().join("fingerprint.key")), "secret");
    assert_eq!(read(&both.state().join("runs/2/plan.toml")), "version = 1");
    // The token is above all that the lost state had given out.
    let (_, entries) = store.take_chain(run, "test-1").await.unwrap();
    assert!(matches!(entries.last().unwrap().event, Event::Resumed { token: 3 }));
    assert_eq!(store.open_run("quarterly", &Purpose::Plan, 2).await.unwrap().run, 3);
}

#[tokio::test]
async fn what_a_dead_process_could_not_mirror_is_mirrored_by_the_next() {
    let both = Both::new();
    let store = both.open().await.unwrap();
    let run = store.open_run("quarterly", &Purpose::Plan, 1).await.unwrap().run;
    let (mut writer, _) = store.take_chain(run, "test-1").await.unwrap();
    writer.append(status("PENDING")).await.unwrap();
    writer.append(status("RUNNING")).await.unwrap();
    drop(writer);
    store.close().await;
    let chain = both.mirror().join("1/test-1.jsonl");
    let whole = read(&chain);
    // Killed in the middle of the second line.
    std::fs::write(&chain, &whole[..whole.len() - 20]).unwrap();
    let store = both.open().await.unwrap();
    assert_eq!(read(&chain), whole);
    store.close().await;
    std::fs::remove_file(&chain).unwrap();
    both.open().await.unwrap();
    assert_eq!(read(&chain), whole);
}

#[tokio::test]
async fn a_mirror_of_another_installation_is_refused() {
    let both = Both::new();
    both.open().await.unwrap().close().await;
    std::fs::write(both.mirror().join("installation"), "zzzzzzzz\n").unwrap();
    let store = both.open().await;
    // An empty state takes the mirror's name; one that holds something does not.
    let store = store.unwrap();
    store.open_run("quarterly", &Purpose::Plan, 1).await.unwrap();
    store.close().await;
    std::fs::write(both.mirror().join("installation"), "k3v9x2aa\n").unwrap();
    let refused = both.open().await.unwrap_err();
    assert!(matches!(refused, StoreError::Mirror { .. }), "{refused}");
    assert!(refused.to_string().contains("k3v9x2aa") && refused.to_string().contains("zzzzzzzz"), "{refused}");
}

#[tokio::test]
async fn a_mirror_ahead_of_its_state_is_refused() {
    let both = Both::new();
    let store = both.open().await.unwrap();
    store.open_run("quarterly", &Purpose::Plan, 1).await.unwrap();
    store.close().await;
    let earlier = tempfile::tempdir().unwrap();
    std::fs::copy(both.state().join("journal.sqlite"), earlier.path().join("journal.sqlite")).unwrap();
    let store = both.open().await.unwrap();
    let due = store.clock().now();
    store.record(RegisterEvent::Missed { plan_name: "daily".into(), due, why: "a test".into() }).await.unwrap();
    store.close().await;
    std::fs::copy(earlier.path().join("journal.sqlite"), both.state().join("journal.sqlite")).unwrap();
    let refused = both.open().await.unwrap_err();
    assert!(refused.to_string().contains("ahead"), "{refused}");
}

#[tokio::test]
async fn two_processes_mirror_one_chain_in_its_order() {
    let both = Both::new();
    let (a, b) = (both.open().await.unwrap(), both.open().await.unwrap());
    for number in 0..20 {
        let store = if number % 3 == 0 { &a } else { &b };
        let due = store.clock().now();
        let event = RegisterEvent::Missed { plan_name: "daily".into(), due, why: number.to_string() };
        store.record(event).await.unwrap();
    }
    let mirrored = read(&both.mirror().join("0/register.jsonl"));
    let (entries, _) = verify(0, "register", mirrored.lines()).unwrap();
    assert_eq!(entries.len(), 20);
}

#[tokio::test]
async fn a_directory_of_others_is_no_mirror() {
    let both = Both::new();
    std::fs::create_dir_all(both.mirror()).unwrap();
    std::fs::write(both.mirror().join("holiday.jpg"), "").unwrap();
    assert!(matches!(both.open().await, Err(StoreError::Mirror { .. })));
}
