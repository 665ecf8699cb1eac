//! The loop: looks, works, waits. Nothing that goes wrong in a round ends it.

use std::sync::Arc;
use std::time::Duration;

use backproof_plan::Plan;
use backproof_store::{RegisteredRun, Store};
use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::health::Health;
use crate::host::{Host, Obstacle};
use crate::ledger::Ledger;
use crate::looking::{Look, Looked, Looker};
use crate::pace::Pace;
use crate::telling::{self, Told};
use crate::work::{self, Done, Rota, Work};

/// Runs plans when they are due, until it is told to stop.
pub struct Service {
    host: Arc<dyn Host>,
    store: Store,
    pace: Pace,
    /// Cancelled when nothing new shall begin. The host's runs listen to the same.
    stop: CancellationToken,
    pub(crate) health: Arc<Health>,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) plans: Arc<std::sync::Mutex<Vec<Arc<Plan>>>>,
}

/// Something that is being done, beside the looks.
struct UnderWay {
    work: Work,
    end: JoinHandle<Result<Done, Obstacle>>,
}

/// With the service ends what it does.
impl Drop for UnderWay {
    fn drop(&mut self) {
        self.end.abort();
    }
}

/// All that a loop remembers from round to round. A restart loses it, and loses nothing by it.
struct Memory {
    looker: Looker,
    rota: Rota,
    told: Told,
    looked: Vec<Looked>,
    open: Vec<RegisteredRun>,
}

impl Service {
    /// A service for the plans of `host` on a state directory. It stops when `stop` is cancelled.
    pub fn new(host: Arc<dyn Host>, store: Store, pace: Pace, stop: CancellationToken) -> Self {
        let health = Arc::new(Health::new(store.clock().now(), pace.hangs_after));
        Self { host, store, pace, stop, health, ledger: Arc::default(), plans: Arc::default() }
    }

    /// What it says of itself while it runs.
    pub fn health(&self) -> Arc<Health> {
        self.health.clone()
    }

    /// Its answers to machines that ask: `/healthz` and `/metrics`.
    pub fn router(&self, version: &str) -> axum::Router {
        let answers = crate::http::Answers {
            host: self.host.clone(),
            store: self.store.clone(),
            health: self.health.clone(),
            ledger: Arc::default(),
            plans: self.plans.clone(),
            version: version.to_owned(),
            figures: Arc::default(),
        };
        crate::http::router(answers)
    }

    /// Works until it is told to stop, and what is under way then has come to its end.
    pub async fn run(&self) {
        let mut memory = Memory {
            looker: Looker::new(self.host.clone(), self.store.clone()),
            rota: Rota::default(),
            told: Told::default(),
            looked: Vec::new(),
            open: Vec::new(),
        };
        let mut under_way: Option<UnderWay> = None;
        loop {
            self.look(&mut memory).await;
            if under_way.is_none() {
                if self.stop.is_cancelled() {
                    return;
                }
                under_way = self.begin_work(&memory);
            }
            let pause = self.pause(&memory);
            let waited = self.store.clock().sleep(pause);
            let Some(UnderWay { work, end }) = &mut under_way else {
                tokio::select! {
                    biased;
                    () = self.stop.cancelled() => {}
                    () = waited => {}
                }
                continue;
            };
            tokio::select! {
                biased;
                end = end => {
                    let work = work.clone();
                    under_way = None;
                    self.ended(&work, flat(end), &mut memory);
                }
                () = waited => {}
            }
        }
    }

    /// One look. Where it fails, the service goes on, and tells.
    async fn look(&self, memory: &mut Memory) {
        let looked = memory.looker.look(&mut *self.ledger.lock().await).await;
        let open = self.store.open_runs().await;
        let now = self.store.clock().now();
        match (looked, open) {
            (Ok(Look { plans, unreadable }), Ok(open)) => {
                *self.plans.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
                    plans.iter().map(|looked| looked.plan.clone()).collect();
                (memory.looked, memory.open) = (plans, open);
                memory.told.has_passed(STATE);
                memory.rota.forget_all_but(&memory.looked, &memory.open);
                self.health.looked(now, unreadable, memory.rota.obstacles());
                self.host.beat();
            }
            (Err(error), _) | (_, Err(error)) => {
                let obstacle = Obstacle::trouble("the state directory cannot be used", error);
                tracing::error!("{STATE}: {obstacle}");
                if memory.told.is_news(STATE, &obstacle.why) {
                    self.host.raise(telling::obstacle(telling::NO_PLAN, STATE, &obstacle, now));
                }
                self.health.failed_to_look(now, obstacle.why);
            }
        }
    }

    fn begin_work(&self, memory: &Memory) -> Option<UnderWay> {
        let now = self.store.clock().now();
        let work = memory.rota.next(&memory.looked, &memory.open, &self.pace, now)?;
        tracing::info!(plan.name = work.plan_name(), "begins: {}", work.key());
        self.health.works_on(Some((work.key(), now)));
        let (doing, host, store, ledger) = (work.clone(), self.host.clone(), self.store.clone(), self.ledger.clone());
        // A task of its own, so that a defect in a run is no end of the service.
        let end = tokio::spawn(async move { work::perform(&doing, &*host, &store, &ledger).await });
        Some(UnderWay { work, end })
    }

    fn ended(&self, work: &Work, end: Result<Done, Obstacle>, memory: &mut Memory) {
        let now = self.store.clock().now();
        self.health.works_on(None);
        let done = match end {
            Ok(done) => done,
            Err(obstacle) => {
                memory.rota.failed(work, &obstacle.why, &self.pace, now);
                work::tell_of(work, &obstacle, &*self.host, &mut memory.told, now);
                if let Work::Begin { plan, due } = work {
                    memory.looker.obstacles.insert((plan.name.clone(), *due), obstacle.summary);
                }
                return;
            }
        };
        memory.told.has_passed(&work.key());
        memory.rota.succeeded(work, &done, now);
        match &done {
            Done::Swept(left) => self.tell_of_leftovers(work.plan_name(), left, memory, now),
            Done::Examined(wrong) if !wrong.is_empty() => {
                self.host.raise(telling::examined(work.plan_name(), wrong, now));
            }
            Done::Ran | Done::Examined(_) => {}
        }
    }

    /// Once, again when they are others, and every day.
    fn tell_of_leftovers(&self, plan_name: &str, left: &[(String, String)], memory: &mut Memory, now: Timestamp) {
        let subject = format!("leftovers of {plan_name}");
        if left.is_empty() {
            return memory.told.has_passed(&subject);
        }
        for (what, why) in left {
            tracing::warn!(plan.name = plan_name, "left: {what}: {why}");
        }
        let state: Vec<&str> = left.iter().map(|(what, _)| what.as_str()).collect();
        if memory.told.is_news_again(&subject, &state.join("\n"), now, self.pace.sweep) {
            self.host.raise(telling::left(plan_name, left, now));
        }
    }

    /// How long nothing can happen by itself.
    fn pause(&self, memory: &Memory) -> Duration {
        let now = self.store.clock().now();
        let looks = memory.looked.iter().filter_map(|looked| looked.agenda.look_again);
        let latest = work::later(now, self.pace.look);
        // After a look that failed, what the last good one said may be past.
        let next = looks
            .chain(memory.rota.next_try(now))
            .filter(|next| *next > now)
            .min()
            .map_or(latest, |next: Timestamp| next.min(latest));
        let pause = Duration::try_from(next.duration_since(now)).unwrap_or_default();
        // Never without a pause: a look that finds nothing to do must not follow on the other.
        pause.max(Duration::from_secs(1))
    }
}

/// What the state directory is called among the troubles.
const STATE: &str = "state directory";

/// A defect in the task counts as an obstacle.
fn flat(end: Result<Result<Done, Obstacle>, tokio::task::JoinError>) -> Result<Done, Obstacle> {
    end.unwrap_or_else(|broken| Err(Obstacle::trouble("an internal error stopped what was under way", broken)))
}
