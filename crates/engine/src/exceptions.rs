//! Enters into the register what runs and deletions do to exceptions, and says which units are tested for certain.
//!
//! What is done is [`backproof_model::exception`]'s to decide, in the one transaction that writes it: however many
//! processes enter the same run, and however often, nothing is opened twice. Nobody's exceptions are worked on here.

mod came;
mod impact;

use std::collections::BTreeMap;

use backproof_model::exception::{self, Exception, RunCame, Subject};
use backproof_model::record::{Drawn, ExceptionsRecorded, Leftover, Purpose, RunClosed, RunOpened, run_step};
use backproof_model::register::RegisterEvent;
use backproof_store::{RunState, Store};
use jiff::Timestamp;

use crate::error::{EngineError, Result};
use crate::journal::Journal;
use crate::opening::run_record;
use crate::performing::Tests;
use crate::world::World;
use came::Came;

/// Every exception that the register knows, by number.
///
/// # Errors
/// Fails where the register cannot be read.
pub async fn all(store: &Store) -> Result<Vec<Exception>> {
    let events = store.events().await?;
    Ok(exception::of_register(events.iter().map(|(_, event)| event)))
}

/// Enters a closed run into the register's exceptions. Asked again of the same run, it changes nothing.
///
/// # Errors
/// Fails where the run is not closed, or the state directory cannot be used.
pub async fn record(world: &World, run: u64) -> Result<ExceptionsRecorded> {
    let opened: Option<RunOpened> = run_record(&world.store, run, run_step::OPEN).await?;
    let drawn: Option<Drawn> = run_record(&world.store, run, run_step::DRAW).await?;
    let closed: Option<RunClosed> = run_record(&world.store, run, run_step::CLOSE).await?;
    let (Some(opened), Some(closed)) = (opened, closed) else {
        return Err(EngineError::Unfit(format!("run {run} is not closed, so its exceptions are not known yet")));
    };
    let came = Came { opened: &opened, drawn: drawn.as_ref(), outcomes: &closed.outcomes, left: &closed.stranded };
    enter(&world.store, &came.of(world).await?).await
}

/// Enters a run that is about to be closed, and journals what that did: the report knows nothing but the journal.
pub(crate) async fn at_close(
    world: &World,
    tests: &Tests,
    left: &[Leftover],
    journal: &mut Journal,
) -> Result<ExceptionsRecorded> {
    let opened: Option<RunOpened> = journal.recorded(run_step::OPEN)?;
    let drawn: Option<Drawn> = journal.recorded(run_step::DRAW)?;
    let outcomes = tests.iter().map(|(chain, (closed, _))| (chain.clone(), closed.outcome.clone())).collect();
    journal
        .observe(run_step::EXCEPTIONS, async {
            let opened = opened.ok_or_else(|| EngineError::internal("a run at its end without its first record"))?;
            let came = Came { opened: &opened, drawn: drawn.as_ref(), outcomes: &outcomes, left };
            enter(&world.store, &came.of(world).await?).await
        })
        .await
}

async fn enter(store: &Store, came: &RunCame) -> Result<ExceptionsRecorded> {
    let now = store.clock().now();
    store
        .record_with(|events| {
            let events = exception::settle(&known(events), came, now);
            events.into_iter().map(RegisterEvent::Exception).collect()
        })
        .await?;
    Ok(exception::recorded(&all(store).await?, &came.plan_name, came.run, now))
}

/// Closes what was open because `arn` could not be deleted, now that it was seen absent. Gives the numbers.
///
/// # Errors
/// Fails where the register cannot be written.
pub async fn closed_by_deletion(store: &Store, arn: &str) -> Result<Vec<u64>> {
    let now = store.clock().now();
    let closed = store
        .record_with(|events| {
            let events = exception::deletions(&known(events), arn, now);
            events.into_iter().map(RegisterEvent::Exception).collect()
        })
        .await?;
    let number = |event: &RegisterEvent| match event {
        RegisterEvent::Exception(event) => Some(event.id),
        RegisterEvent::RunOpened { .. }
        | RegisterEvent::RunResumed { .. }
        | RegisterEvent::RunClosed { .. }
        | RegisterEvent::RunAborted { .. }
        | RegisterEvent::Scheduled { .. }
        | RegisterEvent::Begun { .. }
        | RegisterEvent::Performed { .. }
        | RegisterEvent::Missed { .. }
        | RegisterEvent::PlanApproved { .. }
        | RegisterEvent::BundleSealed { .. }
        | RegisterEvent::Migrated { .. } => None,
    };
    Ok(closed.iter().filter_map(number).collect())
}

fn known(events: &[(Timestamp, RegisterEvent)]) -> Vec<Exception> {
    exception::of_register(events.iter().map(|(_, event)| event))
}

/// Why a unit is tested for certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certain {
    /// The exception.
    pub(crate) exception: u64,
    /// In words.
    pub(crate) why: String,
}

/// The units of the plan with an exception that is open and not accepted, by unit.
///
/// Runs that were closed before there were exceptions are entered first: what they left open is tested for certain too.
pub(crate) async fn certain(world: &World, this_run: u64) -> Result<BTreeMap<String, Certain>> {
    if let Some(earlier) = not_entered(world, this_run).await? {
        record(world, earlier).await?;
    }
    let now = world.clock().now();
    let open = all(&world.store).await?;
    let open = open.into_iter().filter(|exception| exception.is_open(now));
    Ok(open.filter(|exception| exception.opened.plan_name == world.plan.name).filter_map(certain_unit).collect())
}

fn certain_unit(exception: Exception) -> Option<(String, Certain)> {
    let Exception { id, opened, .. } = exception;
    match opened.subject {
        Subject::RestoreTest { unit, outcome, .. } => {
            let why = format!("exception {id}: its restore test in run {} was {outcome}", opened.run);
            Some((unit, Certain { exception: id, why }))
        }
        Subject::Leftover { .. } => None,
    }
}

/// The last closed run of the plan, where its journal has no record of exceptions.
async fn not_entered(world: &World, this_run: u64) -> Result<Option<u64>> {
    let earlier = world.store.register().await?.into_iter().rfind(|run| {
        run.run < this_run
            && run.purpose == Purpose::Plan
            && run.plan_name == world.plan.name
            && run.state == RunState::Closed
    });
    let Some(earlier) = earlier else { return Ok(None) };
    let entered: Option<ExceptionsRecorded> = run_record(&world.store, earlier.run, run_step::EXCEPTIONS).await?;
    let closed: Option<RunClosed> = run_record(&world.store, earlier.run, run_step::CLOSE).await?;
    Ok((entered.is_none() && closed.is_some()).then_some(earlier.run))
}
