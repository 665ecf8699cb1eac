//! What a service does one after the other: goes on with runs, begins what is due, sweeps, examines.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backproof_alarms::alarms_of_run;
use backproof_model::register::RegisterEvent;
use backproof_plan::Plan;
use backproof_store::{RegisteredRun, Store};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::host::{Host, Obstacle};
use crate::ledger::Ledger;
use crate::looking::{self, Looked};
use crate::pace::Pace;
use crate::telling;

/// One thing to do.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// Go on with a run that is open.
    GoOn { run: RegisteredRun, plan: Option<Arc<Plan>> },
    /// Begin what is due.
    Begin { plan: Arc<Plan>, due: Timestamp },
    /// Delete what is left.
    Sweep { plan: Arc<Plan> },
    /// Examine what would fail.
    Examine { plan: Arc<Plan> },
}

impl Work {
    /// What it is about: work that failed is known again by it.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::GoOn { run, .. } => format!("run {}", run.run),
            Self::Begin { plan, due } => format!("what is due {due} of plan {}", plan.name),
            Self::Sweep { plan } => format!("sweep of plan {}", plan.name),
            Self::Examine { plan } => format!("examination of plan {}", plan.name),
        }
    }

    pub(crate) fn plan_name(&self) -> &str {
        match self {
            Self::GoOn { run, .. } => &run.plan_name,
            Self::Begin { plan, .. } | Self::Sweep { plan } | Self::Examine { plan } => &plan.name,
        }
    }
}

/// What came of one thing.
#[derive(Clone, Debug)]
pub(crate) enum Done {
    /// A run went as far as it goes, or somebody else was faster.
    Ran,
    /// What is still there.
    Swept(Vec<(String, String)>),
    /// What is wrong.
    Examined(Vec<String>),
}

/// Does one thing.
pub(crate) async fn perform(
    work: &Work,
    host: &dyn Host,
    store: &Store,
    ledger: &Mutex<Ledger>,
) -> Result<Done, Obstacle> {
    match work {
        Work::GoOn { run, plan } => go_on(run, plan.as_deref(), host, store, ledger).await.map(|()| Done::Ran),
        Work::Begin { plan, due } => {
            host.may_begin(plan).await?;
            let opened = looking::begin(store, &mut *ledger.lock().await, plan, *due).await.map_err(|error| {
                Obstacle::trouble(
                    format!("the run of plan {} that was due {due} could not be opened", plan.name),
                    error,
                )
            })?;
            match opened {
                Some(run) => go_on(&run, Some(plan), host, store, ledger).await.map(|()| Done::Ran),
                None => Ok(Done::Ran),
            }
        }
        Work::Sweep { plan } => host.sweep(plan).await.map(Done::Swept),
        Work::Examine { plan } => host.examine(plan).await.map(Done::Examined),
    }
}

async fn go_on(
    run: &RegisteredRun,
    plan: Option<&Plan>,
    host: &dyn Host,
    store: &Store,
    ledger: &Mutex<Ledger>,
) -> Result<(), Obstacle> {
    host.go_on(run, plan).await?;
    // Who was begun by a schedule is told of when its occurrence gets its end; others are told of here.
    let mut ledger = ledger.lock().await;
    let unreadable = |error| Obstacle::trouble("the register cannot be read", error);
    ledger.read_on(store).await.map_err(unreadable)?;
    let events = ledger.events().iter().rev().map(|(_, event)| event);
    let (mut is_closed, mut is_aborted, mut is_scheduled) = (false, false, false);
    for event in events {
        match event {
            RegisterEvent::RunClosed { run: closed, .. } if *closed == run.run => is_closed = true,
            RegisterEvent::RunAborted { run: aborted, .. } if *aborted == run.run => is_aborted = true,
            RegisterEvent::Begun { run: begun, .. } if *begun == run.run => is_scheduled = true,
            RegisterEvent::RunOpened { run: opened, .. } if *opened == run.run => break,
            _ => {}
        }
    }
    drop(ledger);
    if !(is_closed || is_aborted) {
        let summary = format!("run {} of plan {} is not closed yet", run.run, run.plan_name);
        return Err(Obstacle::trouble(summary, "it stopped before its end, and is gone on with later"));
    }
    if is_closed && !is_scheduled {
        let figures = host.figures(run.run).await?;
        let now = store.clock().now();
        for alarm in alarms_of_run(&run.plan_name, run.run, &figures.closed, now) {
            host.raise(alarm);
        }
    }
    Ok(())
}

/// What was done when, what failed, and hence what is to be done next.
#[derive(Debug, Default)]
pub(crate) struct Rota {
    /// By key: when it was done last, and what is to be done again sooner.
    done: BTreeMap<String, (Timestamp, bool)>,
    /// By key: how often it failed in a row, when it may be tried again, and why it failed.
    failed: BTreeMap<String, (u32, Timestamp, String)>,
}

impl Rota {
    /// The most urgent thing that may be done now.
    pub(crate) fn next(&self, looked: &[Looked], open: &[RegisteredRun], pace: &Pace, now: Timestamp) -> Option<Work> {
        let open_work = open.last().map(|run| Work::GoOn {
            run: run.clone(),
            plan: looked.iter().map(|looked| &looked.plan).find(|plan| plan.name == run.plan_name).cloned(),
        });
        // While a run is open no other begins.
        let begin = looked.iter().filter(|looked| open.is_empty() && looked.is_current).filter_map(|looked| {
            let due = looked.agenda.begin.as_ref()?.due;
            Some(Work::Begin { plan: looked.plan.clone(), due })
        });
        let daily = looked.iter().filter(|looked| looked.is_current).flat_map(|looked| {
            let plan = &looked.plan;
            [Work::Sweep { plan: plan.clone() }, Work::Examine { plan: plan.clone() }]
        });
        let daily = daily.filter(|work| self.is_due(work, pace, now));
        open_work.into_iter().chain(begin).chain(daily).find(|work| self.may_try(work, now))
    }

    /// When something that failed may be tried again, or something daily comes.
    pub(crate) fn next_try(&self, now: Timestamp) -> Option<Timestamp> {
        self.failed.values().map(|(_, again, _)| *again).filter(|again| *again > now).min()
    }

    pub(crate) fn succeeded(&mut self, work: &Work, done: &Done, now: Timestamp) {
        self.failed.remove(&work.key());
        let soon = matches!(done, Done::Swept(left) if !left.is_empty());
        match work {
            Work::Sweep { .. } | Work::Examine { .. } => {
                self.done.insert(work.key(), (now, soon));
            }
            Work::GoOn { .. } | Work::Begin { .. } => {}
        }
    }

    pub(crate) fn failed(&mut self, work: &Work, why: &str, pace: &Pace, now: Timestamp) {
        let times = self.failed.get(&work.key()).map_or(0, |(times, _, _)| *times);
        let pause = pace.first_pause.saturating_mul(1 << times.min(16)).min(pace.longest_pause);
        self.failed.insert(work.key(), (times.saturating_add(1), later(now, pause), why.to_owned()));
    }

    /// Forgets failures of what is no longer to be done.
    pub(crate) fn forget_all_but(&mut self, looked: &[Looked], open: &[RegisteredRun]) {
        let runs = open.iter().map(|run| format!("run {}", run.run));
        let begins = looked.iter().filter_map(|looked| {
            let due = looked.agenda.begin.as_ref()?.due;
            Some(Work::Begin { plan: looked.plan.clone(), due }.key())
        });
        let daily = looked.iter().flat_map(|looked| {
            let plan = &looked.plan;
            [Work::Sweep { plan: plan.clone() }.key(), Work::Examine { plan: plan.clone() }.key()]
        });
        let known: Vec<String> = runs.chain(begins).chain(daily).collect();
        self.failed.retain(|key, _| known.contains(key));
        self.done.retain(|key, _| known.contains(key));
    }

    /// What failed and is tried again, in words.
    pub(crate) fn obstacles(&self) -> Vec<String> {
        self.failed
            .iter()
            .map(|(key, (times, again, _))| format!("{key}: failed {times} times, tried again {again}"))
            .collect()
    }

    fn may_try(&self, work: &Work, now: Timestamp) -> bool {
        self.failed.get(&work.key()).is_none_or(|(_, again, _)| *again <= now)
    }

    fn is_due(&self, work: &Work, pace: &Pace, now: Timestamp) -> bool {
        let every = |soon: bool| match work {
            Work::Sweep { .. } if soon => pace.sweep_again,
            Work::Sweep { .. } => pace.sweep,
            Work::Examine { .. } => pace.examine,
            Work::GoOn { .. } | Work::Begin { .. } => Duration::ZERO,
        };
        self.done.get(&work.key()).is_none_or(|(at, soon)| later(*at, every(*soon)) <= now)
    }
}

/// Tells of what could not be done, once for each reason.
pub(crate) fn tell_of(work: &Work, obstacle: &Obstacle, host: &dyn Host, told: &mut telling::Told, now: Timestamp) {
    let key = work.key();
    tracing::error!(plan.name = work.plan_name(), "{key}: {obstacle}");
    if told.is_news(&key, &obstacle.summary) {
        host.raise(telling::obstacle(work.plan_name(), &key, obstacle, now));
    }
}

pub(crate) fn later(moment: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    moment.saturating_add(by).unwrap_or(Timestamp::MAX)
}
