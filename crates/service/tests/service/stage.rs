//! A host that plays runs, and a state directory for it.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use backproof_alarms::{Alarm, AlarmKind};
use backproof_clock::{Clock, SharedClock, VirtualRuntime};
use backproof_model::record::RunClosed;
use backproof_model::register::RegisterEvent;
use backproof_model::{Outcome, ProofLevel};
use backproof_plan::Plan;
use backproof_service::{Host, Obstacle, Pace, PlanSeen, RunFigures, Service};
use backproof_store::{RegisteredRun, Store};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// When all plays begin.
pub(crate) const BEGIN: &str = "2026-03-01T12:00:00Z";

/// A state directory and the time.
pub(crate) struct Stage {
    pub(crate) runtime: VirtualRuntime,
    directory: TempDir,
}

/// How the host behaves.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) plans: Vec<PlanSeen>,
    pub(crate) run_takes: Duration,
    pub(crate) refuses: Option<Obstacle>,
    pub(crate) fails: u32,
    pub(crate) panics: u32,
    pub(crate) hangs: bool,
    pub(crate) left: Vec<(String, String)>,
    pub(crate) wrong: Vec<String>,
}

/// A host by a script.
pub(crate) struct Player {
    pub(crate) store: Store,
    pub(crate) script: Mutex<Script>,
    pub(crate) alarms: Mutex<Vec<Alarm>>,
    pub(crate) did: Mutex<Vec<String>>,
    pub(crate) beats: AtomicU64,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self { runtime: VirtualRuntime::starting_at(at(BEGIN)).unwrap(), directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) async fn store(&self) -> Store {
        let clock: SharedClock = Arc::new(self.runtime.clock());
        Store::open(self.directory.path(), clock, "a test", "k3v9x2aa".parse().unwrap()).await.unwrap()
    }

    pub(crate) async fn player(&self, script: Script) -> Arc<Player> {
        Arc::new(Player {
            store: self.store().await,
            script: Mutex::new(script),
            alarms: Mutex::default(),
            did: Mutex::default(),
            beats: AtomicU64::new(0),
        })
    }

    pub(crate) fn play<F: Future>(&self, play: F) -> F::Output {
        self.runtime.block_on(play)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.runtime.clock().now()
    }

    /// Lets time pass.
    pub(crate) async fn runtime_sleep(&self, time: Duration) {
        self.runtime.clock().sleep(time).await;
    }

    /// Sleeps until `moment`.
    pub(crate) async fn until(&self, moment: &str) {
        let clock = self.runtime.clock();
        let rest = at(moment).duration_since(clock.now());
        clock.sleep(Duration::try_from(rest).unwrap_or_default()).await;
    }
}

impl Player {
    pub(crate) fn service(self: &Arc<Self>, stop: &CancellationToken) -> Arc<Service> {
        let pace = Pace { look: Duration::from_mins(5), ..Pace::default() };
        Arc::new(Service::new(self.clone(), self.store.clone(), pace, stop.clone()))
    }

    /// Serves from now on, until the token is cancelled.
    pub(crate) fn serve(self: &Arc<Self>) -> (Arc<Service>, CancellationToken, tokio::task::JoinHandle<()>) {
        let stop = CancellationToken::new();
        let service = self.service(&stop);
        let running = service.clone();
        let task = tokio::spawn(async move { running.run().await });
        (service, stop, task)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap());
    }

    pub(crate) fn alarms_of(&self, kind: AlarmKind) -> Vec<String> {
        let alarms = self.alarms.lock().unwrap();
        alarms
            .iter()
            .filter(|alarm| alarm.kind == kind)
            .map(|alarm| format!("{} {}", alarm.subject, alarm.summary))
            .collect()
    }

    pub(crate) fn did(&self) -> Vec<String> {
        self.did.lock().unwrap().clone()
    }

    fn note(&self, what: String) {
        self.did.lock().unwrap().push(what);
    }

    /// What the register says of occurrences: `due end`.
    pub(crate) async fn ends(&self) -> Vec<String> {
        let events = self.store.events().await.unwrap();
        let said = events.into_iter().filter_map(|(_, event)| match event {
            RegisterEvent::Performed { due, run, verdict, .. } => Some(format!("{due} performed by {run}: {verdict}")),
            RegisterEvent::Missed { due, why, .. } => Some(format!("{due} missed: {why}")),
            _ => None,
        });
        said.collect()
    }

    /// What the register says was begun.
    pub(crate) async fn begun(&self) -> Vec<(String, u64, Option<String>)> {
        let events = self.store.events().await.unwrap();
        let said = events.into_iter().filter_map(|(_, event)| match event {
            RegisterEvent::Begun { due, run, late, .. } => Some((due.to_string(), run, late)),
            _ => None,
        });
        said.collect()
    }
}

#[async_trait]
impl Host for Player {
    async fn plans(&self) -> Vec<PlanSeen> {
        let (plans, hangs) = {
            let script = self.script.lock().unwrap();
            (script.plans.clone(), script.hangs)
        };
        if hangs {
            std::future::pending::<()>().await;
        }
        plans
    }

    async fn may_begin(&self, plan: &Plan) -> Result<(), Obstacle> {
        self.note(format!("may {} begin", plan.name));
        self.script.lock().unwrap().refuses.clone().map_or(Ok(()), Err)
    }

    async fn go_on(&self, run: &RegisteredRun, _plan: Option<&Plan>) -> Result<(), Obstacle> {
        self.note(format!("run {}", run.run));
        let panics = {
            let mut script = self.script.lock().unwrap();
            script.panics = script.panics.saturating_sub(1);
            script.panics > 0
        };
        assert!(!panics, "a defect");
        let takes = {
            let mut script = self.script.lock().unwrap();
            if script.fails > 0 {
                script.fails -= 1;
                return Err(Obstacle::trouble(format!("run {} has stopped", run.run), "AWS said no"));
            }
            script.run_takes
        };
        self.store.clock().sleep(takes).await;
        self.store.close_run(run.run, "head").await.map_err(|error| Obstacle::trouble("no state", error))
    }

    async fn figures(&self, _run: u64) -> Result<RunFigures, Obstacle> {
        let closed = RunClosed {
            completed: true,
            stopped_because: None,
            heads: BTreeMap::new(),
            outcomes: BTreeMap::from([("test-1".into(), Outcome::Passed { level: ProofLevel::L3 })]),
            stranded: Vec::new(),
            calls: BTreeMap::new(),
            next_nonce_sha256: None,
        };
        Ok(RunFigures { verdict: "passed".into(), closed, estimate: Some(("1.25".parse().unwrap(), "USD".into())) })
    }

    async fn examine(&self, plan: &Plan) -> Result<Vec<String>, Obstacle> {
        self.note(format!("examine {} at {}", plan.name, self.store.clock().now()));
        Ok(self.script.lock().unwrap().wrong.clone())
    }

    async fn sweep(&self, plan: &Plan) -> Result<Vec<(String, String)>, Obstacle> {
        self.note(format!("sweep {} at {}", plan.name, self.store.clock().now()));
        Ok(self.script.lock().unwrap().left.clone())
    }

    fn raise(&self, alarm: Alarm) {
        self.alarms.lock().unwrap().push(alarm);
    }

    fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

/// A plan file with this name and schedule, as it is read.
pub(crate) fn plan(name: &str, schedule: &str) -> PlanSeen {
    let schedule = format!("[schedule]\ntime_zone = \"UTC\"\n{schedule}\n");
    let text = backproof_plan::TEMPLATE
        .replace("name = \"quarterly\"", &format!("name = \"{name}\""))
        .replace("#[schedule]\n", &schedule);
    let parsed = backproof_plan::parse(&text, &["items"], &["DynamoDB"]);
    let parsed = parsed.unwrap_or_else(|problems| panic!("{}", problems.render("plan")));
    PlanSeen { file: format!("{name}.toml"), read: Ok(parsed.plan) }
}

/// A plan that is due every day at 02:00.
pub(crate) fn daily() -> Script {
    let plans = vec![plan("daily", "at = \"every day at 02:00\"\njitter = \"1h\"")];
    Script { plans, run_takes: Duration::from_hours(2), ..Script::default() }
}
