//! Holds the rows of the register to its chain: what its events tell of runs, and whether the table says the same.

use std::collections::BTreeMap;

use backproof_model::register::RegisterEvent;
use jiff::Timestamp;

use crate::events::ADOPTED_BY;
use crate::register::RegisteredRun;
use crate::{RunState, Store, StoreError};

/// A run as the register's events tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ToldRun {
    pub(crate) run: RegisteredRun,
    /// Whether it is from before the register was a chain, so that the events' times are not the run's.
    pub(crate) adopted: bool,
    /// The digest of the last line of its own chain, once it is closed.
    pub(crate) head: Option<String>,
}

/// The runs that events tell of, and what is wrong with the events themselves.
pub(crate) fn runs_of(events: &[(Timestamp, RegisterEvent)]) -> (BTreeMap<u64, ToldRun>, Vec<String>) {
    let mut runs = BTreeMap::<u64, ToldRun>::new();
    let mut problems = Vec::new();
    for (at, event) in events {
        match event {
            RegisterEvent::RunOpened { run, plan_name, purpose, pipeline, by } => {
                let expected = runs.len() as u64 + 1;
                if *run != expected {
                    problems.push(format!("run {run} was opened where run {expected} was next"));
                }
                let opened = RegisteredRun {
                    run: *run,
                    plan_name: plan_name.clone(),
                    purpose: purpose.clone(),
                    pipeline: *pipeline,
                    opened_at: *at,
                    closed_at: None,
                    state: RunState::Open,
                };
                runs.insert(*run, ToldRun { run: opened, adopted: by == ADOPTED_BY, head: None });
            }
            RegisterEvent::RunClosed { run, head } => {
                end(&mut runs, &mut problems, *run, RunState::Closed, *at, Some(head.clone()));
            }
            RegisterEvent::RunAborted { run, .. } => end(&mut runs, &mut problems, *run, RunState::Aborted, *at, None),
            RegisterEvent::RunResumed { run, .. } => match runs.get(run) {
                Some(told) if told.run.is_open() => {}
                Some(_) => problems.push(format!("run {run} was gone on with after its end")),
                None => problems.push(format!("run {run} was gone on with and never opened")),
            },
            RegisterEvent::Scheduled { .. }
            | RegisterEvent::Begun { .. }
            | RegisterEvent::Performed { .. }
            | RegisterEvent::Missed { .. }
            | RegisterEvent::PlanApproved { .. }
            | RegisterEvent::Exception(_)
            | RegisterEvent::BundleSealed { .. }
            | RegisterEvent::Migrated { .. } => {}
        }
    }
    (runs, problems)
}

fn end(
    runs: &mut BTreeMap<u64, ToldRun>,
    problems: &mut Vec<String>,
    run: u64,
    state: RunState,
    at: Timestamp,
    head: Option<String>,
) {
    match runs.get_mut(&run) {
        Some(told) if told.run.is_open() => {
            told.run.state = state;
            told.run.closed_at = Some(at);
            told.head = head;
        }
        Some(_) => problems.push(format!("run {run} was ended twice")),
        None => problems.push(format!("run {run} was ended and never opened")),
    }
}

/// What the table says otherwise than the events.
fn differences(told: &BTreeMap<u64, ToldRun>, rows: &[RegisteredRun]) -> Vec<String> {
    let mut problems = Vec::new();
    for (row, number) in rows.iter().zip(1_u64..) {
        if row.run != number {
            problems.push(format!("the table has run {} where run {number} was next", row.run));
            break;
        }
    }
    for row in rows {
        let Some(told) = told.get(&row.run) else {
            problems.push(format!("run {} is in the table, and no event opened it", row.run));
            continue;
        };
        if !agrees(told, row) {
            problems.push(format!("run {} is another in the table than its events tell", row.run));
        }
    }
    for run in told.keys().filter(|run| !rows.iter().any(|row| row.run == **run)) {
        problems.push(format!("run {run} was opened, and the table has it no more"));
    }
    problems
}

fn agrees(told: &ToldRun, row: &RegisteredRun) -> bool {
    let facts = |run: &RegisteredRun| {
        (run.run, run.plan_name.clone(), run.purpose.clone(), run.pipeline, run.state, run.closed_at.is_some())
    };
    let times = |run: &RegisteredRun| (run.opened_at, run.closed_at);
    facts(&told.run) == facts(row) && (told.adopted || times(&told.run) == times(row))
}

impl Store {
    /// Everything in which the register is not what it should be, one sentence each; nothing where it is whole.
    ///
    /// Its chain must verify, runs must be numbered from 1 without gaps, the table must say what the events tell, and
    /// the chain of each closed run must end as it did when it was closed.
    ///
    /// # Errors
    /// Fails where the database cannot be read. What it holds is never an error.
    pub async fn audit_register(&self) -> Result<Vec<String>, StoreError> {
        let events = match self.events().await {
            Ok(events) => events,
            Err(problem @ (StoreError::Damaged { .. } | StoreError::UnknownEvent { .. })) => {
                return Ok(vec![problem.to_string()]);
            }
            Err(other) => return Err(other),
        };
        let (told, mut problems) = runs_of(&events);
        problems.extend(differences(&told, &self.register().await?));
        for (run, told) in &told {
            let Some(head) = &told.head else { continue };
            match self.entries(*run, backproof_model::chain::RUN_CHAIN).await {
                Ok((_, found)) if found == *head => {}
                Ok((_, found)) => {
                    problems.push(format!("run {run} was closed with head {head}, and its chain ends with {found}"));
                }
                Err(StoreError::Damaged { problem, .. }) => problems.push(format!("run {run}: {problem}")),
                Err(other) => return Err(other),
            }
        }
        Ok(problems)
    }
}
