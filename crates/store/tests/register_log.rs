//! Reading the register on, and decisions that exactly one process comes to.

use std::path::Path;
use std::sync::Arc;

use backproof_clock::VirtualRuntime;
use backproof_model::register::RegisterEvent;
use backproof_store::{RegisterLog, Store};
use tempfile::TempDir;

fn runtime() -> VirtualRuntime {
    VirtualRuntime::starting_at("2026-01-01T00:00:00Z".parse().unwrap()).unwrap()
}

async fn open(runtime: &VirtualRuntime, directory: &Path) -> Store {
    Store::open(directory, Arc::new(runtime.clock()), "a test", "k3v9x2aa".parse().unwrap()).await.unwrap()
}

fn missed(number: usize) -> RegisterEvent {
    let due = "2026-01-01T02:00:00Z".parse().unwrap();
    RegisterEvent::Missed { plan_name: format!("plan-{number}"), due, why: "a test".into() }
}

#[test]
fn what_was_added_is_read_on_and_is_what_a_whole_reading_gives() {
    let (runtime, directory) = (runtime(), TempDir::new().unwrap());
    runtime.block_on(async {
        let store = open(&runtime, directory.path()).await;
        let mut log = RegisterLog::default();
        for number in 0..5 {
            store.record(missed(number)).await.unwrap();
            store.read_on(&mut log).await.unwrap();
            assert_eq!(log.events(), store.events().await.unwrap());
        }
        let decided = store.record_decided(&mut log, |events| vec![missed(events.len())]).await.unwrap();
        assert_eq!(decided, [missed(log.events().len())], "what is decided is read on by the next look");
        store.read_on(&mut log).await.unwrap();
        assert_eq!(log.events(), store.events().await.unwrap());
        assert_eq!(store.record_decided(&mut log, |_| Vec::new()).await.unwrap(), []);
        assert_eq!(store.audit_register().await.unwrap(), Vec::<String>::new());
    });
}

#[test]
fn of_many_that_decide_at_once_each_sees_what_the_others_entered() {
    let (runtime, directory) = (runtime(), TempDir::new().unwrap());
    runtime.block_on(async {
        let mut tasks = Vec::new();
        for _ in 0..4 {
            let store = open(&runtime, directory.path()).await;
            tasks.push(tokio::spawn(async move {
                let mut log = RegisterLog::default();
                for _ in 0..10 {
                    let number = |events: &[_]| vec![missed(events.len())];
                    store.record_decided(&mut log, |events| number(events)).await.unwrap();
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let store = open(&runtime, directory.path()).await;
        let events: Vec<RegisterEvent> = store.events().await.unwrap().into_iter().map(|(_, event)| event).collect();
        let first = events.len() - 40;
        assert_eq!(events[first..], (first..first + 40).map(missed).collect::<Vec<_>>());
    });
}

#[test]
fn a_run_is_opened_by_one_of_many_and_with_its_reason_or_not_at_all() {
    let (runtime, directory) = (runtime(), TempDir::new().unwrap());
    runtime.block_on(async {
        let (first, second) = (open(&runtime, directory.path()).await, open(&runtime, directory.path()).await);
        let reason = |run: u64| {
            let due = "2026-01-01T02:00:00Z".parse().unwrap();
            Some(vec![RegisterEvent::Begun { plan_name: "daily".into(), due, run, late: None }])
        };
        let (mut one, mut other) = (RegisterLog::default(), RegisterLog::default());
        let refused = first.open_run_decided(&mut one, "daily", 1, |_, _| None).await.unwrap();
        assert_eq!(refused, None);
        let opened = first.open_run_decided(&mut one, "daily", 1, |_, run| reason(run)).await.unwrap().unwrap();
        assert_eq!(opened.run, 1);
        assert_eq!(second.open_run_decided(&mut other, "daily", 1, |_, run| reason(run)).await.unwrap(), None);
        let events: Vec<&str> = second.events().await.unwrap().iter().map(|(_, event)| event.step()).collect();
        assert_eq!(events[events.len() - 2..], ["run-opened", "begun"]);
        first.close_run(1, "head").await.unwrap();
        let next = second.open_run_decided(&mut other, "daily", 1, |_, run| reason(run)).await.unwrap().unwrap();
        assert_eq!(next.run, 2);
    });
}
