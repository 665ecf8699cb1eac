//! Ends a run that another version of the pipeline began: nothing more is restored, what exists is deleted, and every
//! restore test that is not closed becomes undecided.
//!
//! The journal of another version may name steps that this one does not know, and records that it cannot read. What it
//! needs are the intents, whose names do not change: from them follow the names of everything that may exist.

use backproof_model::record::{ControlsTried, Drawn, RestoreEnded, RestoreStarted, TestClosed, run_step, test_step};
use backproof_model::{FaultOwner, Outcome};
use backproof_store::RegisteredRun;

use crate::error::{EngineError, Result};
use crate::journal::{Journal, Taken};
use crate::opening::PIPELINE;
use crate::performing::{PAUSE, Part, Stage, Tests, chain_of};
use crate::progress::Progress;
use crate::restore_test::{Attempt, TestContext, step};
use crate::world::World;
use crate::{closing, controls, deleting, raw_answers, restoring, sandbox};

/// Why a run is only torn down, in words.
pub(crate) fn reason(registered: &RegisteredRun) -> String {
    format!(
        "pipeline version {} began this run and version {PIPELINE} went on with it, which only deletes what there was",
        registered.pipeline
    )
}

/// Deletes everything that the run made, and closes its tests. `None` where it had not come to its draw: until then
/// nothing is created.
pub(crate) async fn tear_down(
    world: &World,
    registered: &RegisteredRun,
    journal: &mut Journal,
) -> Result<Option<(ControlsTried, Tests)>> {
    world.tell(Progress::Stage { what: reason(registered) });
    let drawn: Option<Drawn> = journal.recorded(run_step::DRAW)?;
    let Some(drawn) = drawn else { return Ok(None) };
    let (regions, _) = sandbox::enter(world, journal).await?;
    let tried =
        controls::clean_up(world, registered.run, &regions, &drawn.points, &reason(registered), journal).await?;
    let Some(stage) = Stage::of(world, registered, &regions, Part::Leader, journal.known())? else {
        return Err(EngineError::internal("a run that was torn down before its tests"));
    };
    let mut tests = Tests::new();
    for test in stage.contexts()? {
        let (closed, head) = close(&test, &reason(registered)).await?;
        tests.insert(chain_of(&test), (closed, head));
    }
    Ok(Some((tried, tests)))
}

/// Closes one test, whoever has it now.
async fn close(test: &TestContext<'_>, why: &str) -> Result<(TestClosed, String)> {
    loop {
        match Journal::try_take(&test.world.store, test.run, &chain_of(test), &[]).await? {
            Taken::Ours(mut journal) => {
                let closed = raw_answers::of_test(test.drawn.test, close_ours(test, &mut journal, why)).await?;
                return Ok((closed, journal.head().to_owned()));
            }
            Taken::Closed(known, head) => {
                let closed = known.recorded(test_step::CLOSE)?;
                let closed = closed.ok_or_else(|| EngineError::internal("a closed test without its last record"))?;
                return Ok((closed, head));
            }
            Taken::HeldBy(_) | Taken::NoSlot => test.world.clock().sleep(PAUSE).await,
        }
    }
}

async fn close_ours(test: &TestContext<'_>, journal: &mut Journal, why: &str) -> Result<TestClosed> {
    let number = journal.known().last_attempt().unwrap_or(0);
    let mut attempt = Attempt::new(number);
    attempt.outcome = Outcome::inconclusive(FaultOwner::Harness, why);
    if journal.is_empty() {
        return closing::close_test(test, journal, &attempt).await;
    }
    // A record that cannot be read is as good as none: deletion then looks for itself.
    attempt.located = journal.recorded(&step(test_step::STAGE, number)).ok().flatten();
    attempt.started = journal.recorded(&step(test_step::START, number)).ok().flatten();
    attempt.ended = ended(test, journal, &attempt).await?;
    attempt.deleted = Some(deleting::delete_attempt(test, journal, &attempt).await?);
    closing::close_test(test, journal, &attempt).await
}

/// The end of the attempt's job, which cannot be cancelled: what it creates can only be deleted then.
async fn ended(test: &TestContext<'_>, journal: &mut Journal, attempt: &Attempt) -> Result<Option<RestoreEnded>> {
    match &attempt.started {
        Some(RestoreStarted::Job { restore_job_id, asked, .. }) => {
            restoring::await_end(test, journal, attempt.number, restore_job_id, *asked).await.map(Some)
        }
        Some(RestoreStarted::Refused { .. }) | None => Ok(None),
    }
}
