//! What a service asks of this program: plans from their files, worlds for them, verdicts, alarms.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use backproof_alarms::{Alarm, AlarmKind, Alarms};
use backproof_engine::doctor::State;
use backproof_engine::{Progress, World};
use backproof_evidence::RunVerdict;
use backproof_model::record::{ApprovalStanding, Purpose};
use backproof_plan::{AlarmsPlan, Plan};
use backproof_service::{Host, Obstacle, PlanSeen, RunFigures, performing};
use backproof_store::{RegisteredRun, Store};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::args::Common;
use crate::evidence::finishing;
use crate::wiring::Planned;
use crate::{alarms, commands, progress, wiring};

/// This program, as a service needs it.
pub(crate) struct Hosting {
    common: Common,
    files: Vec<PathBuf>,
    store: Store,
    /// Whether plans are run that nobody has approved.
    unapproved: bool,
    stop: CancellationToken,
    /// By file: its text as it was read last, and what was made of it.
    read: Mutex<BTreeMap<PathBuf, Read>>,
    /// By plan: to whom it tells.
    alarms: Mutex<BTreeMap<String, (AlarmsPlan, Alarms)>>,
}

/// The text of a plan file, and what was made of it.
type Read = (String, Result<Plan, String>);

impl Hosting {
    pub(crate) fn new(
        common: &Common,
        files: Vec<PathBuf>,
        store: Store,
        unapproved: bool,
        stop: CancellationToken,
    ) -> Self {
        Self {
            common: common.clone(),
            files,
            store,
            unapproved,
            stop,
            read: Mutex::default(),
            alarms: Mutex::default(),
        }
    }

    /// Waits for alarms to arrive, and says which have not.
    pub(crate) async fn finish(&self) {
        let all = std::mem::take(&mut *locked(&self.alarms));
        for (_, alarms) in all.into_values() {
            alarms::finish(alarms, &self.common).await;
        }
    }

    /// Reads a plan file; one that has not changed is not read into a plan again.
    fn read(&self, file: &Path) -> Result<Plan, String> {
        let name = file.display().to_string();
        let text =
            std::fs::read_to_string(file).map_err(|error| format!("cannot read the plan file `{name}`: {error}"))?;
        let mut read = locked(&self.read);
        if let Some((known, made)) = read.get(file)
            && *known == text
        {
            return made.clone();
        }
        let made =
            wiring::parse_plan(&name, text.clone()).map(|planned| planned.plan).map_err(|error| error.to_string());
        read.insert(file.to_owned(), (text, made.clone()));
        made
    }

    /// Tells by what the plan says now.
    fn tell_by(&self, plan: &Plan) {
        let mut all = locked(&self.alarms);
        if all.get(&plan.name).is_some_and(|(known, _)| *known == plan.alarms) {
            return;
        }
        match alarms::begin(&self.common, plan, Some(self.store.directory().to_owned())) {
            Ok(new) => {
                let former = all.insert(plan.name.clone(), (plan.alarms.clone(), new));
                let common = self.common.clone();
                former.map(|(_, former)| tokio::spawn(async move { alarms::finish(former, &common).await }));
            }
            Err(error) => tracing::error!(plan.name = plan.name, "alarms cannot be sent as the plan says: {error}"),
        }
    }

    /// The options of every command, for the plan of this name: its approval lies beside its file.
    fn common_of(&self, plan_name: &str) -> Common {
        let read = locked(&self.read);
        let of_name =
            |(_, made): &(String, Result<Plan, String>)| made.as_ref().is_ok_and(|plan| plan.name == plan_name);
        let file = read.iter().find(|(_, read)| of_name(read)).map(|(file, _)| file.clone());
        Common { plan: file.unwrap_or_else(|| self.common.plan.clone()), ..self.common.clone() }
    }

    /// The world of a plan. `text` is the plan file's text.
    async fn world(&self, plan: Plan, text: String, shown: UnboundedSender<Progress>) -> Result<World, Obstacle> {
        let common = self.common_of(&plan.name);
        let name = plan.name.clone();
        let planned = Planned { plan, text };
        let mut world = wiring::world_in(&common, planned, self.store.clone(), shown)
            .await
            .map_err(|error| Obstacle::trouble(format!("plan {name} cannot be worked on"), format!("{error:#}")))?;
        if self.unapproved {
            world.approval = world.approval.allowed_by(&world.operator);
        }
        world.stop = self.stop.clone();
        Ok(world)
    }

    async fn world_now(&self, plan: &Plan) -> Result<World, Obstacle> {
        self.world(plan.clone(), self.text_of(plan), progress::none()).await
    }

    /// The text that a plan was read from.
    fn text_of(&self, plan: &Plan) -> String {
        let read = locked(&self.read);
        let of_plan = read.values().find(|(_, made)| made.as_ref() == Ok(plan));
        of_plan.map(|(text, _)| text.clone()).unwrap_or_default()
    }

    /// Seals, signs and archives what an earlier process could not; tells of what still cannot be done.
    pub(crate) async fn make_good(&self) {
        let trouble = match finishing::make_good(&self.common, &self.store).await {
            Ok(trouble) => trouble,
            Err(error) => vec![format!("{error:#}")],
        };
        for trouble in trouble {
            tracing::error!("the evidence of earlier runs is not complete: {trouble}");
            let summary = format!("the evidence of earlier runs is not complete: {trouble}");
            self.raise(Alarm::new(AlarmKind::ServiceTrouble, "none", self.store.clock().now(), summary));
        }
    }

    /// A run that nobody known has approved is told of.
    fn tell_of_approval(&self, world: &World, run: &RegisteredRun) {
        let is_told = match world.approval.standing {
            ApprovalStanding::Approved => false,
            ApprovalStanding::SignerUnknown | ApprovalStanding::Unapproved => run.purpose == Purpose::Plan,
        };
        if is_told {
            let (name, now) = (&world.plan.name, self.store.clock().now());
            let summary = format!("run {} of plan {name} is performed as nobody known has approved the plan", run.run);
            self.raise(Alarm::new(AlarmKind::UnapprovedPlan, name, now, summary).of_run(run.run));
        }
    }

    /// The plan that a run was begun with, or is to begin with.
    fn plan_of(&self, run: &RegisteredRun, now: Option<&Plan>) -> Result<(Plan, String), Obstacle> {
        if let Some(text) = performing::kept_plan(&self.store, run.run)? {
            let unusable = |error: anyhow::Error| {
                Obstacle::trouble(format!("the plan that was kept with run {} cannot be used", run.run), error)
            };
            let planned = wiring::parse_plan(&format!("the plan of run {}", run.run), text).map_err(unusable)?;
            return Ok((planned.plan, planned.text));
        }
        let plan = now.ok_or_else(|| {
            let why = format!("there is no plan file for plan {}", run.plan_name);
            Obstacle::trouble(format!("run {} of plan {} cannot be gone on with", run.run, run.plan_name), why)
        })?;
        Ok((plan.clone(), self.text_of(plan)))
    }
}

#[async_trait]
impl Host for Hosting {
    async fn plans(&self) -> Vec<PlanSeen> {
        let seen = self.files.iter().map(|file| PlanSeen { file: file.display().to_string(), read: self.read(file) });
        let seen: Vec<PlanSeen> = seen.collect();
        seen.iter().filter_map(|seen| seen.read.as_ref().ok()).for_each(|plan| self.tell_by(plan));
        seen
    }

    async fn may_begin(&self, plan: &Plan) -> Result<(), Obstacle> {
        performing::may_begin(&self.world_now(plan).await?).await
    }

    async fn go_on(&self, run: &RegisteredRun, plan: Option<&Plan>) -> Result<(), Obstacle> {
        let (plan, text) = self.plan_of(run, plan)?;
        let (sender, shown) = progress::begin();
        let world = self.world(plan, text, sender).await?;
        self.tell_of_approval(&world, run);
        let end = performing::go_on(&world, run).await;
        drop(world);
        shown.await.ok();
        end?;
        let trouble = match finishing::finish(&self.common_of(&run.plan_name), &self.store, run.run).await {
            Ok(finished) => finished.trouble.into_iter().chain(finished.earlier).collect(),
            Err(error) => vec![format!("{error:#}")],
        };
        for trouble in trouble {
            tracing::error!(run = run.run, "the evidence of run {} is not complete: {trouble}", run.run);
            let summary = format!("the evidence of run {} is not complete: {trouble}", run.run);
            self.raise(
                Alarm::new(AlarmKind::ServiceTrouble, &run.plan_name, self.store.clock().now(), summary)
                    .of_run(run.run),
            );
        }
        Ok(())
    }

    async fn figures(&self, run: u64) -> Result<RunFigures, Obstacle> {
        let unreadable =
            |why: String| Obstacle::trouble(format!("the journal of run {run} does not say what it came to"), why);
        let lines = self.store.journal(run).await.map_err(|error| unreadable(error.to_string()))?;
        let evidence = backproof_evidence::RunEvidence::from_journal(&lines.join("\n"))
            .map_err(|error| unreadable(error.to_string()))?;
        let verdict = match backproof_evidence::conclude(&evidence).verdict {
            RunVerdict::Passed => "passed",
            RunVerdict::Failed => "failed",
            RunVerdict::Inconclusive => "inconclusive",
            RunVerdict::LeftBehind => "stranded",
        };
        performing::figures(&self.store, run, verdict.to_owned()).await
    }

    async fn examine(&self, plan: &Plan) -> Result<Vec<String>, Obstacle> {
        self.make_good().await;
        let world = self.world_now(plan).await?;
        let found = commands::doctor::examined(&world).await;
        let wrong = found.into_iter().filter(|examined| match examined.state {
            State::Bad => true,
            State::Good | State::Doubtful => false,
        });
        let wrong: Vec<_> = wrong.collect();
        for examined in &wrong {
            tracing::warn!(plan.name = plan.name, "{}: {} [{}]", examined.what, examined.detail, examined.how);
        }
        Ok(wrong.into_iter().map(|examined| examined.what).collect())
    }

    async fn sweep(&self, plan: &Plan) -> Result<Vec<(String, String)>, Obstacle> {
        performing::sweep(&self.world_now(plan).await?).await
    }

    fn raise(&self, alarm: Alarm) {
        let all = locked(&self.alarms);
        match all.get(&alarm.plan_name) {
            Some((_, alarms)) => alarms.raise(alarm),
            // No plan was ever read, so nobody is named to be told.
            None if all.is_empty() => tracing::error!("nobody can be told: {}", alarm.summary),
            None => all.values().for_each(|(_, alarms)| alarms.raise(alarm.clone())),
        }
    }

    fn beat(&self) {
        locked(&self.alarms).values().for_each(|(_, alarms)| alarms.beat());
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
