//! When a chain is free, and for whom.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use backproof_clock::Clock;
use backproof_model::chain::{CLOSE_STEP, Event};
use backproof_model::record::Purpose;
use backproof_store::{ChainWriter, Slot, Store, StoreError, Taken};
use jiff::{SignedDuration, Timestamp};

/// A clock that goes on only when it is told to.
#[derive(Debug, Default)]
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn jump(&self, duration: SignedDuration) {
        self.0.fetch_add(duration.as_secs(), Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + self.0.load(Ordering::SeqCst)).unwrap()
    }

    async fn sleep(&self, _: Duration) {
        tokio::task::yield_now().await;
    }
}

pub(crate) async fn open(directory: &Path, clock: &Arc<HandClock>, owner: &str) -> Store {
    Store::open(directory, clock.clone(), owner, "k3v9x2aa".parse().unwrap()).await.unwrap()
}

pub(crate) fn ours(taken: Taken) -> ChainWriter {
    match taken {
        Taken::Yes(writer, _) => writer,
        other => panic!("not taken: {other:?}"),
    }
}

fn status(text: &str) -> Event {
    Event::Status { of: "restore-job/1".into(), status: text.into() }
}

struct Two {
    _directory: tempfile::TempDir,
    clock: Arc<HandClock>,
    a: Store,
    b: Store,
    run: u64,
}

async fn two() -> Two {
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(HandClock::default());
    let (a, b) = (open(directory.path(), &clock, "process a").await, open(directory.path(), &clock, "process b").await);
    let run = a.open_run("quarterly", &Purpose::Plan, 2).await.unwrap().run;
    Two { _directory: directory, clock, a, b, run }
}

#[tokio::test]
async fn a_chain_that_is_held_says_by_whom_and_is_free_once_given_back() {
    let Two { a, b, run, .. } = &two().await;
    let writer = ours(a.try_take_chain(*run, "test-1", &[]).await.unwrap());
    assert!(
        matches!(b.try_take_chain(*run, "test-1", &[]).await.unwrap(), Taken::HeldBy(owner) if owner == "process a")
    );
    assert!(matches!(a.try_take_chain(*run, "test-1", &[]).await.unwrap(), Taken::HeldBy(_)));
    assert_eq!(b.holders(*run).await.unwrap().into_iter().collect::<Vec<_>>(), [("test-1".into(), "process a".into())]);
    drop(writer);
    tokio::task::yield_now().await;
    a.holders(*run).await.unwrap();
    let _writer = ours(a.try_take_chain(*run, "test-1", &[]).await.unwrap());
}

#[tokio::test]
async fn a_lease_that_nobody_renews_runs_out() {
    let Two { clock, a, b, run, .. } = &two().await;
    let mut stale = ours(a.try_take_chain(*run, "test-1", &[]).await.unwrap());
    clock.jump(a.lease_lasts() - SignedDuration::from_secs(1));
    assert!(matches!(b.try_take_chain(*run, "test-1", &[]).await.unwrap(), Taken::HeldBy(_)));
    clock.jump(SignedDuration::from_secs(1));
    let _writer = ours(b.try_take_chain(*run, "test-1", &[]).await.unwrap());
    assert!(matches!(stale.append(status("RUNNING")).await, Err(StoreError::StaleToken { .. })));
    assert!(matches!(stale.confirm().await, Err(StoreError::StaleToken { .. })));
}

#[tokio::test]
async fn appending_and_renewing_keep_a_lease() {
    let Two { clock, a, b, run, .. } = &two().await;
    let most = a.lease_lasts() - SignedDuration::from_secs(1);
    let mut writer = ours(a.try_take_chain(*run, "test-1", &[]).await.unwrap());
    clock.jump(most);
    writer.append(status("PENDING")).await.unwrap();
    clock.jump(most);
    writer.confirm().await.unwrap();
    clock.jump(most);
    a.renew_leases().await.unwrap();
    clock.jump(most);
    assert!(matches!(b.try_take_chain(*run, "test-1", &[]).await.unwrap(), Taken::HeldBy(_)));
}

#[tokio::test]
async fn a_lease_that_ran_out_is_still_good_while_nobody_took_the_chain() {
    let Two { clock, a, b, run, .. } = &two().await;
    let mut writer = ours(a.try_take_chain(*run, "test-1", &[]).await.unwrap());
    clock.jump(a.lease_lasts() * 3);
    writer.append(status("RUNNING")).await.unwrap();
    assert!(matches!(b.try_take_chain(*run, "test-1", &[]).await.unwrap(), Taken::HeldBy(_)));
}

#[tokio::test]
async fn what_a_dead_process_held_is_free_at_once() {
    let Two { a, b, run, .. } = &two().await;
    let mut writer = ours(a.try_take_chain(*run, "test-1", &[]).await.unwrap());
    writer.append(status("RUNNING")).await.unwrap();
    a.seem_dead();
    assert_eq!(b.in_use_by(), None);
    assert!(b.holders(*run).await.unwrap().is_empty());
    let Taken::Yes(_, entries) = b.try_take_chain(*run, "test-1", &[]).await.unwrap() else { panic!("held") };
    assert!(matches!(entries.last().unwrap().event, Event::Resumed { token: 2 }));
}

#[tokio::test]
async fn a_closed_chain_grows_no_more() {
    let Two { a, b, run, .. } = &two().await;
    let mut writer = ours(a.try_take_chain(*run, "test-1", &[]).await.unwrap());
    writer.append(Event::Result { step: CLOSE_STEP.into(), output: serde_json::json!({}) }).await.unwrap();
    let head = writer.head().to_owned();
    drop(writer);
    a.clone().close().await;
    let Taken::Closed(entries, found) = b.try_take_chain(*run, "test-1", &[]).await.unwrap() else {
        panic!("not closed")
    };
    assert_eq!((entries.len(), found), (1, head));
}

#[tokio::test]
async fn slots_are_counted_over_all_processes_that_live() {
    let Two { a, b, run, .. } = &two().await;
    let slots = |limit| [Slot { name: "restores".into(), limit }, Slot { name: "eu-central-1/RDS".into(), limit: 9 }];
    let first = ours(a.try_take_chain(*run, "test-1", &slots(2)).await.unwrap());
    let _second = ours(b.try_take_chain(*run, "test-2", &slots(2)).await.unwrap());
    assert!(matches!(b.try_take_chain(*run, "test-3", &slots(2)).await.unwrap(), Taken::NoSlot));
    let _third = ours(b.try_take_chain(*run, "test-3", &slots(3)).await.unwrap());
    assert!(matches!(a.try_take_chain(*run, "test-4", &slots(3)).await.unwrap(), Taken::NoSlot));
    drop(first);
    let _fourth = ours(a.try_take_chain(*run, "test-4", &slots(3)).await.unwrap());
    a.seem_dead();
    let _fifth = ours(b.try_take_chain(*run, "test-5", &slots(3)).await.unwrap());
}

#[test]
fn processes_that_open_at_once_wait_for_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let runtime = backproof_clock::VirtualRuntime::starting_at("2026-01-01T00:00:00Z".parse().unwrap()).unwrap();
    let clock = runtime.clock();
    let open = || Store::open(directory.path(), Arc::new(clock.clone()), "a process", "k3v9x2aa".parse().unwrap());
    let (a, b, c, d) = runtime.block_on(async { tokio::join!(open(), open(), open(), open()) });
    let stores = [a, b, c, d].map(Result::unwrap);
    assert_eq!(stores[0].workers().unwrap().len(), 4);
}
