//! Thousands of rounds in which workers take chains, write, die, hang and come back, from seeds.
//!
//! A model on the side knows who may write to which chain, and is asked before each write what must come of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use backproof_model::chain::{CLOSE_STEP, Event};
use backproof_model::record::Purpose;
use backproof_model::register::RegisterEvent;
use backproof_store::{ChainWriter, Slot, Store, StoreError, Taken};
use jiff::SignedDuration;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tempfile::TempDir;

use crate::leases::{HandClock, open};

const CHAINS: u64 = 12;
const START: &str = "start-restore-job/1";
const LIMIT: u32 = 7;

/// A small generator: the same seed, the same rounds.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`. `SplitMix64`, by Sebastiano Vigna.
    pub(crate) fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

/// A writer with what its process knows of the chain.
struct Held {
    writer: ChainWriter,
    chain: String,
    /// Which taking of the chain this is.
    taking: u64,
    intended: bool,
    started: bool,
}

/// A process: its store, and the chains it holds.
struct Worker {
    store: Store,
    held: Vec<Held>,
}

struct Game {
    directory: TempDir,
    clock: Arc<HandClock>,
    dice: Dice,
    run: u64,
    workers: Vec<Worker>,
    /// Processes that others take for dead and that go on all the same.
    ghosts: Vec<Worker>,
    /// The newest taking of each chain: only that one may write.
    newest: BTreeMap<String, u64>,
    takings: u64,
    closed: BTreeSet<String>,
    /// What was started in the world outside, by chain.
    effects: BTreeMap<String, u32>,
    recorded: u64,
    refused: u64,
}

impl Game {
    async fn begin(seed: u64, workers: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(HandClock::default());
        let mut game = Self {
            directory,
            clock,
            dice: Dice::of(seed),
            run: 1,
            workers: Vec::new(),
            ghosts: Vec::new(),
            newest: BTreeMap::new(),
            takings: 0,
            closed: BTreeSet::new(),
            effects: BTreeMap::new(),
            recorded: 0,
            refused: 0,
        };
        for _ in 0..workers {
            let worker = game.new_worker().await;
            game.workers.push(worker);
        }
        game.open_run().await;
        game
    }

    async fn new_worker(&mut self) -> Worker {
        let store = open(self.directory.path(), &self.clock, "a worker").await;
        Worker { store, held: Vec::new() }
    }

    async fn open_run(&mut self) {
        let opened = self.workers[0].store.open_run("quarterly", &Purpose::Plan, 2).await.unwrap();
        self.recorded += 1;
        self.run = opened.run;
        self.closed.clear();
        self.newest.clear();
        self.effects.clear();
    }

    fn slot() -> Slot {
        Slot { name: "restores".into(), limit: LIMIT }
    }

    async fn round(&mut self) {
        let sides = self.workers.len() as u64;
        let who = usize::try_from(self.dice.below(sides)).unwrap();
        match self.dice.below(40) {
            0..12 => self.take(who).await,
            12..31 => self.write(who).await,
            31..33 => self.give_back(who),
            33 => self.kill(who).await,
            34 => self.be_taken_for_dead(who).await,
            35 => self.haunt().await,
            36 => self.clock.jump(SignedDuration::from_secs(i64::try_from(self.dice.below(900)).unwrap())),
            37 => self.workers[who].store.renew_leases().await.unwrap(),
            38 => self.record(who).await,
            _ => self.clock.jump(SignedDuration::from_secs(30)),
        }
    }

    async fn take(&mut self, who: usize) {
        let chain = format!("test-{}", self.dice.below(CHAINS) + 1);
        let worker = &mut self.workers[who];
        match worker.store.try_take_chain(self.run, &chain, &[Self::slot()]).await.unwrap() {
            Taken::Yes(writer, entries) => {
                assert!(!self.closed.contains(&chain), "{chain} was closed and taken again");
                self.takings += 1;
                self.newest.insert(chain.clone(), self.takings);
                let has = |wanted: &str| {
                    let is_it = |event: &Event| match event {
                        Event::Intent { step, .. } => wanted == "intent" && step == START,
                        Event::Result { step, .. } => wanted == "result" && step == START,
                        Event::Status { .. } | Event::Resumed { .. } => false,
                    };
                    entries.iter().any(|entry| is_it(&entry.event))
                };
                let (intended, started) = (has("intent"), has("result"));
                worker.held.push(Held { writer, chain, taking: self.takings, intended, started });
            }
            Taken::Closed(..) => assert!(self.closed.contains(&chain)),
            Taken::HeldBy(_) | Taken::NoSlot => {}
        }
    }

    async fn write(&mut self, who: usize) {
        let mut worker = std::mem::take(&mut self.workers[who].held);
        if worker.is_empty() {
            return;
        }
        let at = usize::try_from(self.dice.below(worker.len() as u64)).unwrap();
        if self.write_to(&mut worker[at]).await == Went::No {
            drop(worker.remove(at));
        }
        self.workers[who].held = worker;
    }

    /// Does the next thing in a restore test's way, and holds what comes of it to the model.
    async fn write_to(&mut self, held: &mut Held) -> Went {
        let is_owner = self.newest.get(&held.chain) == Some(&held.taking);
        let interrupted = held.intended && !held.started;
        if !held.intended {
            let intent = Event::Intent { step: START.into(), input: serde_json::json!({}) };
            return match self.judged(held.writer.append(intent).await.map(|_| ()), is_owner) {
                Went::Yes => {
                    held.intended = true;
                    *self.effects.entry(held.chain.clone()).or_default() += 1;
                    Went::Yes
                }
                Went::No => Went::No,
            };
        }
        if interrupted {
            let confirmed = held.writer.confirm().await;
            // What was confirmed lately is not asked for again, so only a refusal says something.
            if matches!(confirmed, Err(StoreError::StaleToken { .. })) {
                assert!(!is_owner);
                return Went::No;
            }
            if is_owner && !self.effects.contains_key(&held.chain) {
                *self.effects.entry(held.chain.clone()).or_default() += 1;
            }
            let result = Event::Result { step: START.into(), output: serde_json::json!({}) };
            let went = self.judged(held.writer.append(result).await.map(|_| ()), is_owner);
            held.started = went == Went::Yes;
            return went;
        }
        let closed = Event::Result { step: CLOSE_STEP.into(), output: serde_json::json!({}) };
        if self.judged(held.writer.append(closed).await.map(|_| ()), is_owner) == Went::Yes {
            self.closed.insert(held.chain.clone());
        }
        Went::No
    }

    fn judged(&mut self, written: Result<(), StoreError>, is_owner: bool) -> Went {
        match written {
            Ok(()) => {
                assert!(is_owner, "somebody wrote who is not the owner");
                Went::Yes
            }
            Err(StoreError::StaleToken { .. }) => {
                assert!(!is_owner, "the owner could not write");
                self.refused += 1;
                Went::No
            }
            Err(other) => panic!("{other}"),
        }
    }

    fn give_back(&mut self, who: usize) {
        self.workers[who].held.pop();
    }

    /// Killed: nothing is given back, nothing more is written.
    async fn kill(&mut self, who: usize) {
        let next = self.new_worker().await;
        let killed = std::mem::replace(&mut self.workers[who], next);
        killed.store.stop_after(0);
        killed.store.seem_dead();
    }

    /// Others take it for dead, but it hangs only, and will try to write again.
    async fn be_taken_for_dead(&mut self, who: usize) {
        let next = self.new_worker().await;
        let ghost = std::mem::replace(&mut self.workers[who], next);
        ghost.store.seem_dead();
        self.ghosts.push(ghost);
    }

    /// A ghost writes wherever it still thinks that it may.
    async fn haunt(&mut self) {
        let Some(mut ghost) = self.ghosts.pop() else { return };
        for held in &mut ghost.held {
            self.write_to(held).await;
        }
    }

    async fn record(&mut self, who: usize) {
        let due = self.workers[who].store.clock().now();
        let event = RegisterEvent::Missed { plan_name: "daily".into(), due, why: "a test".into() };
        self.workers[who].store.record(event).await.unwrap();
        self.recorded += 1;
    }

    /// Closes the run once all of its tests are closed, and begins the next.
    async fn go_on(&mut self) {
        if self.closed.len() < usize::try_from(CHAINS).unwrap() {
            return;
        }
        assert!(self.effects.values().all(|started| *started == 1), "{:?}", self.effects);
        self.check().await;
        self.workers[0].store.close_run(self.run, &backproof_model::chain::genesis(self.run, "run")).await.unwrap();
        self.recorded += 1;
        self.open_run().await;
    }

    /// Every chain verifies, holds one start, and was written under rising tokens.
    async fn check(&self) {
        let store = &self.workers[0].store;
        for test in 1..=CHAINS {
            let chain = format!("test-{test}");
            let (entries, _) = store.entries(self.run, &chain).await.unwrap();
            let starts =
                entries.iter().filter(|entry| matches!(&entry.event, Event::Result { step, .. } if step == START));
            let starts = starts.count();
            assert!(starts == 1 || (starts == 0 && !self.closed.contains(&chain)), "{chain}: {starts}");
        }
        let database: PathBuf = self.directory.path().join("journal.sqlite");
        let options = SqliteConnectOptions::new().filename(database).read_only(true);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        let rows = sqlx::query(
            "SELECT run, chain, seq, token FROM entries WHERE chain <> 'register' ORDER BY run, chain, seq",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        let mut before: Option<(i64, String, i64)> = None;
        for row in rows {
            let (run, chain, token): (i64, String, i64) = (row.get("run"), row.get("chain"), row.get("token"));
            let falls = before.as_ref().is_some_and(|(r, c, t)| *r == run && *c == chain && *t > token);
            assert!(!falls, "run {run}, {chain}: a line under an old token");
            before = Some((run, chain, token));
        }
        assert_eq!(store.events().await.unwrap().len() as u64, self.recorded);
        assert_eq!(store.audit_register().await.unwrap(), Vec::<String>::new());
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Went {
    Yes,
    No,
}

async fn play(seed: u64, workers: usize, rounds: u32) {
    let mut game = Game::begin(seed, workers).await;
    for _ in 0..rounds {
        game.round().await;
        game.go_on().await;
    }
    game.check().await;
    let (runs, refused) = (game.run, game.refused);
    assert!(runs > 3 && refused > 0, "seed {seed}: only {runs} runs and {refused} refusals, which proves little");
}

#[tokio::test]
async fn two_workers_never_own_a_chain_at_once() {
    for seed in 1..=3 {
        play(seed, 2, 1_500).await;
    }
}

#[tokio::test]
async fn four_workers_never_own_a_chain_at_once() {
    for seed in 11..=13 {
        play(seed, 4, 1_500).await;
    }
}
