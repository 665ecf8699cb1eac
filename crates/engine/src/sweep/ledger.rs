//! The register and the journals of runs, as far as a sweep needs them: what is still to be seen absent, and who works
//! on what.

use std::collections::{BTreeMap, BTreeSet};

use backproof_model::chain::{Entry, Event, RUN_CHAIN};
use backproof_model::names::{Installation, ResourceName};
use backproof_model::record::{Purpose, RunClosed, run_step};
use backproof_store::{RegisteredRun, RunState, Store};

use super::meant::{Meant, MeantByRun, meant_by, seen_absent};
use crate::error::{EngineError, Result};

/// The journals, read as they are needed.
pub(crate) struct Ledger<'a> {
    journal: &'a Store,
    runs: BTreeMap<u64, RegisteredRun>,
    read: BTreeMap<u64, MeantByRun>,
    absent: BTreeSet<String>,
}

/// How a run stands that something in the sandbox is named after.
pub(crate) enum Standing {
    /// The register has no such run.
    Unknown,
    /// Somebody works on it, or will: this command goes on with it.
    Open { command: String },
    /// It is over.
    Over,
}

impl<'a> Ledger<'a> {
    /// Reads the register of `journal`, and what sweeps have seen absent since, which `own` tells as well where the
    /// janitor keeps records of its own.
    pub(crate) async fn read(journal: &'a Store, own: &Store) -> Result<Self> {
        let runs = journal.register().await?.into_iter().map(|run| (run.run, run)).collect();
        let mut absent = seen_absent(journal).await?;
        absent.extend(seen_absent(own).await?);
        Ok(Self { journal, runs, read: BTreeMap::new(), absent })
    }

    /// The installation whose journals these are.
    pub(crate) fn installation(&self) -> &Installation {
        self.journal.installation()
    }

    /// Whether no run was ever closed here: a new state directory, or one that was lost.
    pub(crate) fn is_fresh(&self) -> bool {
        !self.runs.values().any(|run| run.state == RunState::Closed)
    }

    /// What closed runs left, as far as no sweep has seen it absent since.
    pub(crate) async fn unresolved(&mut self) -> Result<Vec<Meant>> {
        let closed: Vec<_> = self.runs.values().filter(|run| run.state == RunState::Closed).cloned().collect();
        let mut unresolved = Vec::new();
        for run in closed {
            if !self.may_have_left_something(&run).await? {
                continue;
            }
            let absent = self.absent.clone();
            for meant in self.of(run.run).await?.all.values() {
                let mut meant = meant.clone();
                meant.left.retain(|resource, _| !absent.contains(resource));
                if !meant.left.is_empty() {
                    unresolved.push(meant);
                }
            }
        }
        Ok(unresolved)
    }

    async fn may_have_left_something(&self, run: &RegisteredRun) -> Result<bool> {
        let Some(closed) = self.last_record(run.run).await? else { return Ok(true) };
        let stranded = closed.stranded.iter().any(|left| !self.absent.contains(&left.arn));
        // Only a one-off check holds what did not pass.
        let held = run.purpose == Purpose::Check && closed.outcomes.values().any(|outcome| outcome.word() != "passed");
        Ok(stranded || held)
    }

    /// The last record of a closed run. It is the last line, so runs of years are not read for it.
    async fn last_record(&self, run: u64) -> Result<Option<RunClosed>> {
        let Some(line) = self.journal.last_line(run, RUN_CHAIN).await? else { return Ok(None) };
        let entry: Entry = serde_json::from_str(&line).map_err(EngineError::internal)?;
        match entry.event {
            Event::Result { step, output } if step == run_step::CLOSE => {
                serde_json::from_value(output).map(Some).map_err(EngineError::internal)
            }
            Event::Result { .. } | Event::Intent { .. } | Event::Status { .. } | Event::Resumed { .. } => Ok(None),
        }
    }

    /// What the journal says of a name.
    pub(crate) async fn meant(&mut self, name: &ResourceName) -> Result<Option<Meant>> {
        if !self.runs.contains_key(&name.run) {
            return Ok(None);
        }
        let meant = self.of(name.run).await?.all.get(name).filter(|meant| meant.intended.is_some());
        Ok(meant.cloned())
    }

    /// How a run stands.
    pub(crate) async fn standing(&mut self, run: u64) -> Result<Standing> {
        let Some(registered) = self.runs.get(&run) else { return Ok(Standing::Unknown) };
        match (&registered.state, &registered.purpose) {
            (RunState::Closed | RunState::Aborted, _) => Ok(Standing::Over),
            (RunState::Open, Purpose::Plan) => Ok(Standing::Open { command: "backproof run".into() }),
            (RunState::Open, Purpose::Check) => {
                let point = self.of(run).await?.first_point.as_ref();
                let what = point.map_or("the same recovery point".into(), ToString::to_string);
                Ok(Standing::Open { command: format!("backproof check {what}") })
            }
        }
    }

    async fn of(&mut self, run: u64) -> Result<&MeantByRun> {
        if !self.read.contains_key(&run) {
            let meant = meant_by(self.journal, run).await?;
            self.read.insert(run, meant);
        }
        Ok(self.read.entry(run).or_default())
    }
}
