//! The register: a hash chain that several processes append to, and what is noticed when somebody changes it.

use std::path::Path;
use std::sync::Arc;

use backproof_clock::RealClock;
use backproof_model::chain::{CLOSE_STEP, Event, RUN_CHAIN};
use backproof_model::record::Purpose;
use backproof_model::register::{REGISTER_CHAIN, REGISTER_RUN, RegisterEvent};
use backproof_store::{Opened, RunState, Store, StoreError};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

async fn open(directory: &Path) -> Store {
    Store::open(directory, Arc::new(RealClock), "process 1", "k3v9x2aa".parse().unwrap()).await.unwrap()
}

/// Opens a run, closes its own chain and enters that into the register.
async fn whole_run(store: &Store, plan: &str) -> u64 {
    let run = store.open_run(plan, &Purpose::Plan, 1).await.unwrap().run;
    let (mut writer, _) = store.take_chain(run, RUN_CHAIN).await.unwrap();
    let closed = Event::Result { step: CLOSE_STEP.into(), output: serde_json::json!({}) };
    writer.append(closed).await.unwrap();
    store.close_run(run, writer.head()).await.unwrap();
    run
}

/// What somebody does who has an editor for databases and no respect for triggers.
async fn tampered(directory: &Path, statements: &[&'static str]) -> Vec<String> {
    let options = SqliteConnectOptions::new().filename(directory.join("journal.sqlite")).foreign_keys(false);
    let pool: SqlitePool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let guards = ["journal_lines_are_never_changed", "journal_lines_are_never_deleted", "runs_are_never_deleted"];
    for guard in guards {
        let drop = sqlx::AssertSqlSafe(format!("DROP TRIGGER IF EXISTS {guard}"));
        sqlx::query(drop).execute(&pool).await.unwrap();
    }
    for statement in statements {
        sqlx::query(*statement).execute(&pool).await.unwrap();
    }
    pool.close().await;
    let store = open(directory).await;
    let problems = store.audit_register().await.unwrap();
    store.close().await;
    problems
}

async fn three_runs(directory: &Path) {
    let store = open(directory).await;
    whole_run(&store, "quarterly").await;
    whole_run(&store, "daily").await;
    let third = store.open_run("daily", &Purpose::Check, 1).await.unwrap().run;
    store.abort_run(third, "nobody wanted it").await.unwrap();
    assert_eq!(store.audit_register().await.unwrap(), Vec::<String>::new());
    store.close().await;
}

#[tokio::test]
async fn events_are_read_back_in_order_and_verified() {
    let directory = tempfile::tempdir().unwrap();
    three_runs(directory.path()).await;
    let store = open(directory.path()).await;
    let steps: Vec<_> = store.events().await.unwrap().into_iter().map(|(_, event)| event.step()).collect();
    assert_eq!(steps, ["run-opened", "run-closed", "run-opened", "run-closed", "run-opened", "run-aborted"]);
    let states: Vec<_> = store.register().await.unwrap().into_iter().map(|run| run.state).collect();
    assert_eq!(states, [RunState::Closed, RunState::Closed, RunState::Aborted]);
}

#[tokio::test]
async fn every_change_of_the_register_is_noticed() {
    for (statement, word) in [
        ("DELETE FROM runs WHERE run = 2", "no more"),
        ("DELETE FROM runs WHERE run = 3", "no more"),
        (
            "INSERT INTO runs SELECT 4, plan_name, purpose, pipeline, opened_at, closed_at, state FROM runs WHERE run = 1",
            "no event",
        ),
        ("UPDATE runs SET plan_name = 'monthly' WHERE run = 1", "another"),
        ("UPDATE runs SET state = 'aborted' WHERE run = 1", "another"),
        ("UPDATE runs SET opened_at = '2020-01-01T00:00:00Z' WHERE run = 2", "another"),
        ("DELETE FROM entries WHERE run = 0 AND seq = 2", "damaged"),
        ("DELETE FROM entries WHERE run = 0 AND seq = 5", "another"),
        ("UPDATE entries SET line = replace(line, 'daily', 'yearly') WHERE run = 0", "damaged"),
        ("DELETE FROM entries WHERE run = 2", "ends with"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        three_runs(directory.path()).await;
        let problems = tampered(directory.path(), &[statement]).await;
        assert!(problems.iter().any(|problem| problem.contains(word)), "after {statement}: {problems:?}");
    }
}

#[tokio::test]
async fn of_two_processes_that_open_a_run_one_finds_the_other_s() {
    let directory = tempfile::tempdir().unwrap();
    let (a, b) = (open(directory.path()).await, open(directory.path()).await);
    let (first, second) = tokio::join!(
        a.find_or_open_run("quarterly", &Purpose::Plan, 1),
        b.find_or_open_run("quarterly", &Purpose::Plan, 1)
    );
    let runs = [first.unwrap(), second.unwrap()];
    assert_eq!(runs.iter().filter(|run| matches!(run, Opened::New(_))).count(), 1);
    assert_eq!(a.register().await.unwrap().len(), 1);
}

#[tokio::test]
async fn processes_that_write_at_once_leave_no_gap_and_no_fork() {
    let directory = tempfile::tempdir().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for process in 0..4 {
        let store = open(directory.path()).await;
        tasks.spawn(async move {
            for number in 0..25 {
                let (plan_name, why) = (format!("plan {process}"), format!("event {number}"));
                let event = RegisterEvent::Missed { plan_name, due: store.clock().now(), why };
                store.record(event).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    let store = open(directory.path()).await;
    assert_eq!(store.events().await.unwrap().len(), 100);
    let (entries, _) = store.entries(REGISTER_RUN, REGISTER_CHAIN).await.unwrap();
    assert!(entries.iter().zip(0..).all(|(entry, seq)| entry.seq == seq));
}

#[tokio::test]
async fn numbers_that_follow_from_the_events_are_allotted_once_whoever_asks() {
    let directory = tempfile::tempdir().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let store = open(directory.path()).await;
        tasks.spawn(async move {
            for _ in 0..10 {
                let due = store.clock().now();
                let next = |events: &[(jiff::Timestamp, RegisterEvent)]| {
                    let why = events.len().to_string();
                    vec![RegisterEvent::Missed { plan_name: "quarterly".into(), due, why }]
                };
                assert_eq!(store.record_with(next).await.unwrap().len(), 1);
            }
        });
    }
    tasks.join_all().await;
    let store = open(directory.path()).await;
    assert_eq!(store.record_with(|_| Vec::new()).await.unwrap(), [], "nothing was decided on");
    let events = store.events().await.unwrap();
    let number = |event: &RegisterEvent| match event {
        RegisterEvent::Missed { why, .. } => why.parse::<usize>().unwrap(),
        other => panic!("{other:?}"),
    };
    let numbers: Vec<usize> = events.iter().map(|(_, event)| number(event)).collect();
    assert_eq!(numbers, (0..40).collect::<Vec<_>>());
}

#[tokio::test]
async fn closing_a_run_twice_is_told_once() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await;
    let run = store.open_run("quarterly", &Purpose::Plan, 1).await.unwrap().run;
    store.close_run(run, "0").await.unwrap();
    store.close_run(run, "0").await.unwrap();
    store.abort_run(run, "too late").await.unwrap();
    assert_eq!(store.events().await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_event_of_a_newer_version_says_so_and_sweeps_of_older_ones_are_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await;
    let (mut writer, _) = store.take_chain(REGISTER_RUN, REGISTER_CHAIN).await.unwrap();
    let step = "sweep/2026-01-01T00:00:00Z/arn".to_owned();
    writer.append(Event::Intent { step: step.clone(), input: serde_json::json!({}) }).await.unwrap();
    writer.append(Event::Result { step, output: serde_json::json!({}) }).await.unwrap();
    assert_eq!(store.events().await.unwrap(), []);
    let output = serde_json::json!({ "kind": "teleported", "run": 1 });
    writer.append(Event::Result { step: "teleported".into(), output }).await.unwrap();
    let refused = store.events().await.unwrap_err();
    assert!(matches!(refused, StoreError::UnknownEvent { line: 2, .. }), "{refused}");
    assert!(refused.to_string().contains("newer backproof"), "{refused}");
}
