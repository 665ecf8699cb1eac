//! One look: what the plans say, what the register says, and what follows from both.
//!
//! A look enters what the schedules ask for and tells of it; it begins nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use backproof_alarms::alarms_of_run;
use backproof_model::register::RegisterEvent;
use backproof_plan::Plan;
use backproof_schedule::{Agenda, Missed, PlanRecord, Schedule, agenda};
use backproof_store::{RegisteredRun, Store, StoreError};
use jiff::Timestamp;

use crate::host::{Host, PlanSeen, RunFigures};
use crate::ledger::Ledger;
use crate::telling::{self, Told};

/// A plan, and what is to be done about its schedule.
#[derive(Clone, Debug)]
pub(crate) struct Looked {
    pub(crate) plan: Arc<Plan>,
    pub(crate) agenda: Agenda,
    /// Whether the plan's file can be used now. If not, this is what it was before, and nothing is begun for it.
    pub(crate) is_current: bool,
}

/// Reads plans, remembers those that could be read, and enters what their schedules ask for.
pub(crate) struct Looker {
    host: Arc<dyn Host>,
    store: Store,
    told: Told,
    /// By file: the plan as it could be read last. Its schedule holds while the file cannot be read.
    last_read: Vec<LastRead>,
    /// By plan and occurrence: why it could not begin, for the register should it be missed.
    pub(crate) obstacles: BTreeMap<(String, Timestamp), String>,
}

/// A plan as it could be read last.
struct LastRead {
    file: String,
    plan: Arc<Plan>,
    is_current: bool,
}

/// What a look came to.
pub(crate) struct Look {
    /// Every plan whose schedule is kept.
    pub(crate) plans: Vec<Looked>,
    /// Files that cannot be used now. Nothing is begun for their plans.
    pub(crate) unreadable: Vec<String>,
}

impl Looker {
    pub(crate) fn new(host: Arc<dyn Host>, store: Store) -> Self {
        Self { host, store, told: Told::default(), last_read: Vec::new(), obstacles: BTreeMap::new() }
    }

    /// Looks.
    pub(crate) async fn look(&mut self, ledger: &mut Ledger) -> Result<Look, StoreError> {
        let unreadable = self.read_plans().await;
        ledger.read_on(&self.store).await?;
        let mut plans = Vec::new();
        let kept: Vec<_> = self.last_read.iter().map(|last| (last.plan.clone(), last.is_current)).collect();
        for (plan, is_current) in kept {
            let agenda = self.follow(ledger, &plan).await?;
            plans.push(Looked { plan, agenda, is_current });
        }
        let now = self.store.clock().now();
        for exception in ledger.exceptions().into_iter().filter(|exception| exception.is_overdue(now)) {
            if self.told.is_news(&format!("exception {}", exception.id), &exception.due.to_string()) {
                let plan_name = &exception.opened.plan_name;
                self.host.raise(telling::exception_overdue(plan_name, exception.id, exception.due, now));
            }
        }
        Ok(Look { plans, unreadable })
    }

    async fn read_plans(&mut self) -> Vec<String> {
        let now = self.store.clock().now();
        let mut unreadable = Vec::new();
        let mut read: Vec<LastRead> = Vec::new();
        // A task of its own, so that a defect there is no end of the service.
        let host = self.host.clone();
        let Ok(files) = tokio::spawn(async move { host.plans().await }).await else {
            tracing::error!("an internal error kept the plans from being read; those that were read last hold");
            self.last_read.iter_mut().for_each(|last| last.is_current = false);
            return self.last_read.iter().map(|last| last.file.clone()).collect();
        };
        for PlanSeen { file, read: seen } in files {
            let subject = format!("plan file {file}");
            let known = self.last_read.iter().find(|known| known.file == file).map(|known| known.plan.clone());
            let taken = |plan: &Plan| read.iter().any(|other| other.plan.name == plan.name);
            let problem = match seen {
                Ok(plan) if taken(&plan) => format!("another plan file is called `{}` too", plan.name),
                Ok(plan) => {
                    self.told.has_passed(&subject);
                    let plan = known.filter(|known| **known == plan).unwrap_or_else(|| Arc::new(plan));
                    read.push(LastRead { file, plan, is_current: true });
                    continue;
                }
                Err(problem) => problem,
            };
            if self.told.is_news(&subject, &problem) {
                tracing::error!("{subject}: {problem}");
                self.host.raise(telling::unreadable(&file, now));
            }
            let known = known.filter(|known| !taken(known));
            read.extend(known.map(|plan| LastRead { file: file.clone(), plan, is_current: false }));
            unreadable.push(file);
        }
        self.last_read = read;
        unreadable
    }

    /// Enters what the schedule of a plan asks for, and tells of what was missed and of what is overdue.
    async fn follow(&mut self, ledger: &mut Ledger, plan: &Plan) -> Result<Agenda, StoreError> {
        let now = self.store.clock().now();
        let installation = self.store.installation().to_string();
        let schedule = plan.schedule.as_ref();
        let name = plan.name.clone();
        let found = agenda(schedule, ledger.record(&name), &installation, now);
        if !(found.schedule.is_empty() && found.miss.is_empty() && found.settle.is_empty()) {
            self.enter(ledger, plan, &found.settle, now).await?;
        }
        let agenda = agenda(schedule, ledger.record(&name), &installation, now);
        match &agenda.overdue {
            Some(overdue) => {
                if self.told.is_news(&format!("overdue {name}"), &overdue.due.to_string()) {
                    self.host.raise(telling::overdue(&name, overdue, now));
                }
            }
            None => self.told.has_passed(&format!("overdue {name}")),
        }
        Ok(agenda)
    }

    /// Enters what the register lacks, and tells of what was missed and of what runs came to.
    async fn enter(
        &mut self,
        ledger: &mut Ledger,
        plan: &Plan,
        settle: &[(Timestamp, u64)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (name, schedule) = (&plan.name, plan.schedule.as_ref());
        let installation = self.store.installation().to_string();
        let mut came_to: BTreeMap<u64, RunFigures> = BTreeMap::new();
        for (_, run) in settle {
            match self.host.figures(*run).await {
                Ok(figures) => {
                    came_to.insert(*run, figures);
                }
                Err(obstacle) => tracing::error!(plan.name = name, run, "what run {run} came to: {obstacle}"),
            }
        }
        let obstacles = &self.obstacles;
        let decide = |record: &PlanRecord| {
            let mut agenda = agenda(schedule, record, &installation, now);
            for missed in &mut agenda.miss {
                if let Some(why) = obstacles.get(&(name.clone(), missed.due)) {
                    missed.why = format!("{}; {why}", missed.why);
                }
            }
            events(name, schedule, &agenda, |run| came_to.get(&run).map(|figures| figures.verdict.clone()))
        };
        for event in ledger.enter(&self.store, name, decide).await? {
            match event {
                RegisterEvent::Missed { due, why, .. } => {
                    tracing::warn!(plan.name = name, due = %due, "missed: {why}");
                    self.obstacles.remove(&(name.clone(), due));
                    self.host.raise(telling::missed(name, &Missed { due, why }, now));
                }
                RegisterEvent::Performed { due, run, .. } => {
                    self.obstacles.remove(&(name.clone(), due));
                    let alarms = came_to.get(&run).map(|figures| alarms_of_run(name, run, &figures.closed, now));
                    alarms.into_iter().flatten().for_each(|alarm| self.host.raise(alarm));
                }
                _ => {}
            }
        }
        ledger.read_on(&self.store).await
    }
}

/// The events that an agenda asks for; those of runs without a known verdict wait.
pub(crate) fn events(
    plan_name: &str,
    schedule: Option<&Schedule>,
    agenda: &Agenda,
    verdict_of: impl Fn(u64) -> Option<String>,
) -> Vec<RegisterEvent> {
    let name = || plan_name.to_owned();
    let worded = schedule.map(Schedule::worded).unwrap_or_default();
    let scheduled = agenda.schedule.iter().map(|occurrence| RegisterEvent::Scheduled {
        plan_name: name(),
        due: occurrence.due,
        window_ends: occurrence.window_ends,
        schedule: worded.clone(),
    });
    let missed = agenda.miss.iter().map(|missed| RegisterEvent::Missed {
        plan_name: name(),
        due: missed.due,
        why: missed.why.clone(),
    });
    let performed = agenda.settle.iter().filter_map(|(due, run)| {
        let verdict = verdict_of(*run)?;
        Some(RegisterEvent::Performed { plan_name: name(), due: *due, run: *run, verdict })
    });
    scheduled.chain(missed).chain(performed).collect()
}

/// Begins the occurrence that is due, if it still is: exactly one process does, for each occurrence.
pub(crate) async fn begin(
    store: &Store,
    ledger: &mut Ledger,
    plan: &Plan,
    due: Timestamp,
) -> Result<Option<RegisteredRun>, StoreError> {
    let now = store.clock().now();
    let installation = store.installation().to_string();
    let schedule = plan.schedule.as_ref();
    ledger
        .open_run(store, &plan.name, |record: &PlanRecord, run| {
            let found = agenda(schedule, record, &installation, now);
            let begin = found.begin.clone().filter(|begin| begin.due == due)?;
            let mut events = events(&plan.name, schedule, &found, |_| None);
            events.push(RegisterEvent::Begun { plan_name: plan.name.clone(), due, run, late: begin.late });
            Some(events)
        })
        .await
}
