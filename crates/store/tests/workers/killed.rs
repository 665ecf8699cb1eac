//! Real processes, killed by the operating system in the middle of whatever they do.
//!
//! The test starts itself again as its own workers: where it finds the file [`ORDERS`] in its working directory, it is
//! one of them.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use backproof_clock::RealClock;
use backproof_model::chain::{CLOSE_STEP, Event};
use backproof_model::record::Purpose;
use backproof_store::{Store, Taken};

use crate::rounds::Dice;

const ORDERS: &str = "orders-for-a-worker";
const CHAINS: u64 = 40;
const PROCESSES: u64 = 4;
const KILLS: u32 = 60;
const START: &str = "start-restore-job/1";

async fn open(directory: &Path) -> Store {
    let owner = format!("process {}", std::process::id());
    Store::open(&directory.join("state"), Arc::new(RealClock), &owner, "k3v9x2aa".parse().unwrap()).await.unwrap()
}

/// What was started in the world outside: a line for each time.
fn started(directory: &Path) -> Vec<String> {
    let lines = std::fs::read_to_string(directory.join("started")).unwrap_or_default();
    lines.lines().map(str::to_owned).collect()
}

fn start(directory: &Path, chain: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(directory.join("started")).unwrap();
    file.write_all(format!("{chain}\n").as_bytes()).unwrap();
}

/// Says where it is, so that whoever started it can kill it there.
fn tell(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what}").unwrap();
    out.flush().unwrap();
}

/// A worker: closes every chain that it can get hold of.
async fn work(directory: &Path, seed: u64) {
    let mut dice = Dice::of(seed);
    let store = open(directory).await;
    let mut open_chains: Vec<u64> = (1..=CHAINS).collect();
    while !open_chains.is_empty() {
        let at = usize::try_from(dice.below(open_chains.len() as u64)).unwrap();
        let chain = format!("test-{}", open_chains[at]);
        match store.try_take_chain(1, &chain, &[]).await.unwrap() {
            Taken::Yes(mut writer, entries) => {
                tell("taken");
                let steps: BTreeSet<_> = entries.iter().map(|entry| format!("{:?}", entry.event)).collect();
                let has = |what: &str| steps.iter().any(|step| step.starts_with(what) && step.contains(START));
                if !has("Intent") {
                    let intent = Event::Intent { step: START.into(), input: serde_json::json!({}) };
                    writer.append(intent).await.unwrap();
                    tell("intended");
                }
                if !has("Result") {
                    if !started(directory).contains(&chain) {
                        start(directory, &chain);
                        tell("started");
                    }
                    let result = Event::Result { step: START.into(), output: serde_json::json!({}) };
                    writer.append(result).await.unwrap();
                    tell("journalled");
                }
                let closed = Event::Result { step: CLOSE_STEP.into(), output: serde_json::json!({}) };
                writer.append(closed).await.unwrap();
                tell("closed");
            }
            Taken::Closed(..) => drop(open_chains.swap_remove(at)),
            Taken::HeldBy(_) | Taken::NoSlot => tokio::task::yield_now().await,
        }
    }
    store.close().await;
}

/// Starts a worker again and again, and kills it wherever the dice say, until it gets to its end.
fn restart_and_kill(directory: &Path, process: u64, kills: &AtomicU32) {
    let mut dice = Dice::of(process);
    loop {
        let orders = directory.join(format!("{process}"));
        std::fs::create_dir_all(&orders).unwrap();
        std::fs::write(orders.join(ORDERS), dice.below(1_000_000).to_string()).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "killed::processes_killed_at_random_start_everything_once"])
            .current_dir(&orders)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The harness says two lines of its own before.
        let allowed = if kills.load(Ordering::SeqCst) < KILLS { 3 + dice.below(12) } else { u64::MAX };
        let mut seen = 0;
        for _ in lines.map_while(Result::ok) {
            seen += 1;
            if seen == allowed {
                child.kill().unwrap();
                kills.fetch_add(1, Ordering::SeqCst);
            }
        }
        if child.wait().unwrap().success() {
            return;
        }
    }
}

#[test]
fn processes_killed_at_random_start_everything_once() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if let Ok(seed) = std::fs::read_to_string(ORDERS) {
        let directory = std::env::current_dir().unwrap().parent().unwrap().to_owned();
        runtime.block_on(work(&directory, seed.parse().unwrap()));
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let run = runtime.block_on(async {
        let store = open(directory.path()).await;
        let run = store.open_run("quarterly", &Purpose::Plan, 2).await.unwrap().run;
        store.close().await;
        run
    });
    let kills = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for process in 1..=PROCESSES {
            let (directory, kills) = (directory.path(), &kills);
            scope.spawn(move || restart_and_kill(directory, process, kills));
        }
    });
    let mut starts = started(directory.path());
    starts.sort();
    let all: BTreeSet<_> = starts.iter().cloned().collect();
    assert_eq!((starts.len(), all.len()), (40, 40), "{starts:?}");
    runtime.block_on(async {
        let store = open(directory.path()).await;
        for chain in all {
            let (entries, _) = store.entries(run, &chain).await.unwrap();
            let of = |wanted: &str| {
                let is_it = |event: &Event| matches!(event, Event::Result { step, .. } if step == wanted);
                entries.iter().filter(|entry| is_it(&entry.event)).count()
            };
            assert_eq!((of(START), of(CLOSE_STEP)), (1, 1), "{chain}");
        }
        assert_eq!(store.audit_register().await.unwrap(), Vec::<String>::new());
        assert_eq!(store.in_use_by(), None);
    });
    assert!(kills.load(Ordering::SeqCst) >= 20, "only {kills:?} were killed");
}
