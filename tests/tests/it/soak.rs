//! A year of nobody watching: a daily and a quarterly plan, faults in calls, deaths and downtimes, all by one seed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use backproof_alarms::{Alarm, AlarmKind};
use backproof_clock::{Clock, SharedClock, VirtualClock, VirtualRuntime};
use backproof_evidence::{RunEvidence, RunVerdict, conclude};
use backproof_model::names::ResourceName;
use backproof_model::register::RegisterEvent;
use backproof_plan::Plan;
use backproof_schedule::{OccurrenceState, PlanRecord};
use backproof_service::{Host, Obstacle, Pace, PlanSeen, RunFigures, Service, performing};
use backproof_simulator::{FaultAt, FaultKind, Simulator, World};
use backproof_store::{RegisteredRun, RunState, Store};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::support::{ONE_TABLE, SANDBOX, Scenario, world_of};

/// How long the service is left alone.
const DAYS: i64 = 360;
/// How many calls a day of these plans makes, about: faults are strewn over so many.
const CALLS_OF_A_DAY: u64 = 160;
/// By how much the memory of this process, simulator included, may grow over the last three quarters.
const MAY_GROW: u64 = 64 << 20;

const DAILY: &str = "[schedule]\nat = \"every day at 02:00\"\ntime_zone = \"Europe/Berlin\"\njitter = \"30m\"\noverdue_after = \"3d\"\n\n[concurrency]";
const QUARTERLY: &str =
    "[schedule]\nat = \"first Monday of the quarter at 09:00\"\ntime_zone = \"Europe/Berlin\"\n\n[concurrency]";

#[test]
fn a_year_of_daily_and_quarterly_plans_leaves_no_gap_and_nothing_behind() {
    let began = Instant::now();
    let mut year = Year::new(7);
    year.pass();
    let figures = year.figures();
    eprintln!("{figures} in {:.1?}", began.elapsed());
    let wrong = year.what_does_not_hold();
    assert!(wrong.is_empty(), "{}\n{figures}", wrong.join("\n"));
}

/// Random numbers by a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

struct Year {
    runtime: VirtualRuntime,
    clock: VirtualClock,
    simulator: Simulator,
    plans: Vec<(Plan, String)>,
    directory: TempDir,
    dice: Dice,
    start: Timestamp,
    points_at_start: BTreeSet<String>,
    alarms: Arc<Mutex<Vec<Alarm>>>,
    /// What the last sweep could not delete.
    left: Arc<Mutex<Vec<(String, String)>>>,
    lives: u32,
    deaths: u32,
    faults: u32,
    longest_downtime: SignedDuration,
    /// Resident memory at the end of each quarter.
    memory: Vec<u64>,
}

impl Year {
    fn new(seed: u64) -> Self {
        let world = World::parse(ONE_TABLE).unwrap();
        let runtime = VirtualRuntime::starting_at(world.start).unwrap();
        let simulator = Simulator::new(world.clone(), Arc::new(runtime.clock()));
        let plan = |name: &str, schedule: &str| {
            Scenario::by_copy(world.clone())
                .replacing("name = \"scenario\"", &format!("name = \"{name}\""))
                .replacing("selection_window_days = 60", "selection_window_days = 365")
                .replacing("[concurrency]", schedule)
                .plan()
        };
        // Where there is one, a file system in memory: what is measured is not the disk's flushing.
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        Self {
            clock: runtime.clock(),
            plans: vec![plan("daily", DAILY), plan("quarterly", QUARTERLY)],
            directory,
            dice: Dice(seed),
            start: world.start,
            points_at_start: simulator.recovery_points(SANDBOX).into_iter().collect(),
            alarms: Arc::default(),
            left: Arc::default(),
            lives: 0,
            deaths: 0,
            faults: 0,
            longest_downtime: SignedDuration::ZERO,
            memory: Vec::new(),
            simulator,
            runtime,
        }
    }

    /// Lives and downtimes by the dice, then a few quiet days.
    fn pass(&mut self) {
        let end = self.start + SignedDuration::from_hours(24 * DAYS);
        while self.clock.now() < end {
            let length = 6 + self.dice.below(24 * 20);
            let dies_after = (self.dice.below(2) == 0).then(|| u32::try_from(self.dice.below(150)).unwrap());
            self.live(length, dies_after, true);
            let hours = match self.dice.below(10) {
                0 => self.dice.below(240),
                1..=3 => self.dice.below(36),
                _ => 0,
            };
            let downtime = Duration::from_secs(60 + hours * 3600);
            self.longest_downtime = self.longest_downtime.max(SignedDuration::try_from(downtime).unwrap());
            self.runtime.block_on(self.clock.sleep(downtime));
        }
        // To an hour at which nothing waits to begin.
        let rest = 24 * 4 - u64::try_from(self.clock.now().as_second() / 3600 % 24).unwrap() + 12;
        self.live(rest, None, false);
    }

    /// One process: begins, serves for so many hours, and is stopped or killed.
    fn live(&mut self, hours: u64, dies_after: Option<u32>, with_faults: bool) {
        self.lives += 1;
        let runtime = std::mem::replace(&mut self.runtime, VirtualRuntime::starting_at(self.start).unwrap());
        runtime.block_on(async {
            let store = self.open().await;
            let (stop, died) = (CancellationToken::new(), Arc::new(Notify::new()));
            let host = Arc::new(Soaked {
                simulator: self.simulator.clone(),
                plans: self.plans.clone(),
                store: store.clone(),
                stop: stop.clone(),
                alarms: self.alarms.clone(),
                left: self.left.clone(),
                died: died.clone(),
            });
            let pace = Pace { look: Duration::from_hours(1), ..Pace::default() };
            let service = Service::new(host, store.clone(), pace, stop.clone());
            if let Some(writes) = dies_after {
                store.stop_after(writes);
            }
            let mut task = tokio::spawn(async move { service.run().await });
            let mut left = hours;
            let mut is_dead = false;
            while left > 0 && !is_dead {
                if with_faults {
                    self.strew_faults();
                }
                let part = left.min(24);
                left -= part;
                tokio::select! {
                    biased;
                    () = died.notified() => is_dead = true,
                    () = self.clock.sleep(Duration::from_hours(part)) => {}
                }
                self.measure();
            }
            if is_dead {
                self.deaths += 1;
                task.abort();
                (&mut task).await.ok();
            } else {
                stop.cancel();
                task.await.unwrap();
                store.close().await;
            }
        });
        self.runtime = runtime;
    }

    /// A few of the calls to come meet a fault.
    fn strew_faults(&mut self) {
        let made = self.simulator.calls().len() as u64;
        for _ in 0..self.dice.below(4) {
            let kind = FaultKind::ALL[usize::try_from(self.dice.below(FaultKind::ALL.len() as u64)).unwrap()];
            self.simulator.inject(FaultAt { call: made + 1 + self.dice.below(CALLS_OF_A_DAY), kind });
            self.faults += 1;
        }
    }

    fn measure(&mut self) {
        let quarter = usize::try_from(self.clock.now().duration_since(self.start).as_hours() / (24 * 90)).unwrap();
        if quarter > self.memory.len() {
            self.memory.push(resident());
        }
    }

    async fn open(&self) -> Store {
        let clock: SharedClock = Arc::new(self.clock.clone());
        Store::open(self.directory.path(), clock, "a soak", "k3v9x2aa".parse().unwrap()).await.unwrap()
    }

    fn read<T>(&self, read: impl AsyncFnOnce(&Store) -> T) -> T {
        self.runtime.block_on(async {
            let store = self.open().await;
            let answer = read(&store).await;
            store.close().await;
            answer
        })
    }

    fn records(&self) -> Vec<PlanRecord> {
        let events = self.read(async |store| store.events().await.unwrap());
        self.plans.iter().map(|(plan, _)| PlanRecord::of(&plan.name, &events)).collect()
    }

    fn figures(&self) -> String {
        let mut words = vec![format!(
            "{DAYS} days, {} lives of which {} ended by death, longest downtime {:#}, {} faults, {} calls",
            self.lives,
            self.deaths,
            self.longest_downtime,
            self.faults,
            self.simulator.calls().len()
        )];
        for record in self.records() {
            let mut ends: BTreeMap<String, u32> = BTreeMap::new();
            for occurrence in record.occurrences() {
                let word = match &occurrence.state {
                    OccurrenceState::Performed { verdict, late, .. } => {
                        format!("{verdict}{}", if late.is_some() { " late" } else { "" })
                    }
                    OccurrenceState::Missed { .. } => "missed".into(),
                    OccurrenceState::Begun { .. } => "under way".into(),
                    OccurrenceState::Scheduled => "to come".into(),
                };
                *ends.entry(word).or_default() += 1;
            }
            words.push(format!("{}: {ends:?}", record.plan_name()));
        }
        let mut alarms: BTreeMap<&str, u32> = BTreeMap::new();
        for alarm in self.alarms.lock().unwrap().iter() {
            *alarms.entry(alarm.kind.as_str()).or_default() += 1;
        }
        let memory: Vec<String> = self.memory.iter().map(|bytes| format!("{} MiB", bytes >> 20)).collect();
        words.push(format!("alarms: {alarms:?}; memory by quarter: {memory:?}"));
        words.join("\n")
    }

    /// Everything that must hold and does not, one sentence each.
    fn what_does_not_hold(&self) -> Vec<String> {
        let (damage, runs) =
            self.read(async |store| (store.audit_register().await.unwrap(), store.register().await.unwrap()));
        let mut wrong = damage;
        let open = runs.iter().filter(|run| run.state == RunState::Open);
        wrong.extend(open.map(|run| format!("run {} is still open", run.run)));
        for ((plan, _), record) in self.plans.iter().zip(self.records()) {
            wrong.extend(self.gaps(plan, &record));
            wrong.extend(self.untold(plan, &record));
        }
        let is_ours =
            |arn: &String| arn.rsplit(['/', ':']).next().is_some_and(|name| ResourceName::parse(name).is_some());
        let resources = self.simulator.existing_resources(SANDBOX).into_iter().filter(is_ours);
        let points: BTreeSet<String> = self.simulator.recovery_points(SANDBOX).into_iter().collect();
        let copies: Vec<String> = points.difference(&self.points_at_start).cloned().collect();
        let left = self.left.lock().unwrap();
        wrong.extend(
            resources.chain(copies).map(|arn| format!("{arn} is still in the sandbox; the last sweep: {left:?}")),
        );
        if let (Some(first), Some(last)) = (self.memory.first(), self.memory.last())
            && last.saturating_sub(*first) > MAY_GROW
        {
            wrong.push(format!("memory grew from {first} to {last} bytes"));
        }
        if self.deaths < 5 || self.faults < 100 {
            wrong.push("that was no hard year".into());
        }
        wrong
    }

    /// Each occurrence of the schedule is in the register, has exactly one end, and at most one run.
    fn gaps(&self, plan: &Plan, record: &PlanRecord) -> Vec<String> {
        let schedule = plan.schedule.as_ref().unwrap();
        let name = &plan.name;
        let mut wrong = Vec::new();
        let known: Vec<Timestamp> = record.occurrences().map(|known| known.due).collect();
        let first = known.first().copied().unwrap_or(self.start) - SignedDuration::from_secs(1);
        let expected: Vec<Timestamp> =
            schedule.occurrences(first, self.clock.now(), "k3v9x2aa").iter().map(|occurrence| occurrence.due).collect();
        if known.get(..expected.len()) != Some(&expected[..]) || known.len() > expected.len() + 1 {
            wrong.push(format!("{name}: {} occurrences are known, {} were due", known.len(), expected.len()));
        }
        let (mut begun, mut ended) = (BTreeMap::new(), BTreeMap::new());
        for (_, event) in self.read(async |store| store.events().await.unwrap()) {
            match event {
                RegisterEvent::Begun { plan_name, due, .. } if plan_name == *name => {
                    *begun.entry(due).or_insert(0) += 1;
                }
                RegisterEvent::Performed { plan_name, due, .. } | RegisterEvent::Missed { plan_name, due, .. }
                    if plan_name == *name =>
                {
                    *ended.entry(due).or_insert(0) += 1;
                }
                _ => {}
            }
        }
        for due in expected {
            let (runs, ends) = (begun.get(&due).copied().unwrap_or(0), ended.get(&due).copied().unwrap_or(0));
            if runs > 1 || ends != 1 {
                wrong.push(format!("{name}: what was due {due} has {runs} runs and {ends} ends"));
            }
        }
        wrong
    }

    /// Each time that nothing was performed for too long somebody was told, and never else.
    fn untold(&self, plan: &Plan, record: &PlanRecord) -> Vec<String> {
        let overdue_after = plan.schedule.as_ref().unwrap().overdue_after;
        let performed: Vec<(Timestamp, Timestamp)> = record
            .occurrences()
            .filter_map(|known| match &known.state {
                OccurrenceState::Performed { at, .. } => Some((known.due, *at)),
                _ => None,
            })
            .collect();
        let mut deserved = BTreeSet::new();
        let mut after = Timestamp::MIN;
        for (due, at) in &performed {
            let first = record.occurrences().map(|known| known.due).find(|known| *known > after);
            if let Some(first) = first.filter(|first| *first + overdue_after < *at) {
                deserved.insert(first.to_string());
            }
            after = *due;
        }
        let told = self.alarms.lock().unwrap();
        let told: BTreeSet<String> = told
            .iter()
            .filter(|alarm| alarm.kind == AlarmKind::Overdue && alarm.plan_name == plan.name)
            .map(|alarm| alarm.subject.clone())
            .collect();
        let untold =
            deserved.difference(&told).map(|due| format!("{}: overdue since {due}, and nobody was told", plan.name));
        let too_much =
            told.difference(&deserved).map(|due| format!("{}: told of overdue {due} for nothing", plan.name));
        untold.chain(too_much).collect()
    }
}

/// The resident memory of this process in bytes.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

/// A host on the simulator, with the real engine.
struct Soaked {
    simulator: Simulator,
    plans: Vec<(Plan, String)>,
    store: Store,
    stop: CancellationToken,
    alarms: Arc<Mutex<Vec<Alarm>>>,
    left: Arc<Mutex<Vec<(String, String)>>>,
    /// Told when the store says that the process is dead.
    died: Arc<Notify>,
}

impl Soaked {
    fn world(&self, plan: &Plan) -> backproof_engine::World {
        let (plan, text) = self.plans.iter().find(|(known, _)| known.name == plan.name).cloned().unwrap();
        let world = world_of(&self.simulator, plan, text, self.store.clone());
        backproof_engine::World { stop: self.stop.clone(), ..world }
    }

    fn seen<T>(&self, end: Result<T, Obstacle>) -> Result<T, Obstacle> {
        if end.as_ref().is_err_and(|obstacle| obstacle.why.contains("told to stop")) {
            self.died.notify_one();
        }
        end
    }
}

#[async_trait]
impl Host for Soaked {
    async fn plans(&self) -> Vec<PlanSeen> {
        self.plans.iter().map(|(plan, _)| PlanSeen { file: plan.name.clone(), read: Ok(plan.clone()) }).collect()
    }

    async fn may_begin(&self, plan: &Plan) -> Result<(), Obstacle> {
        self.seen(performing::may_begin(&self.world(plan)).await)
    }

    async fn go_on(&self, run: &RegisteredRun, plan: Option<&Plan>) -> Result<(), Obstacle> {
        self.seen(performing::go_on(&self.world(plan.unwrap()), run).await)
    }

    async fn figures(&self, run: u64) -> Result<RunFigures, Obstacle> {
        let lines = self.store.journal(run).await.unwrap();
        let verdict = match conclude(&RunEvidence::from_journal(&lines.join("\n")).unwrap()).verdict {
            RunVerdict::Passed => "passed",
            RunVerdict::Failed => "failed",
            RunVerdict::Inconclusive => "inconclusive",
            RunVerdict::LeftBehind => "stranded",
        };
        self.seen(performing::figures(&self.store, run, verdict.into()).await)
    }

    async fn examine(&self, _plan: &Plan) -> Result<Vec<String>, Obstacle> {
        Ok(Vec::new())
    }

    async fn sweep(&self, plan: &Plan) -> Result<Vec<(String, String)>, Obstacle> {
        let left = self.seen(performing::sweep(&self.world(plan)).await)?;
        self.left.lock().unwrap().clone_from(&left);
        Ok(left)
    }

    fn raise(&self, alarm: Alarm) {
        if alarm.summary == "the state directory cannot be used" {
            self.died.notify_one();
        }
        self.alarms.lock().unwrap().push(alarm);
    }

    fn beat(&self) {}
}
