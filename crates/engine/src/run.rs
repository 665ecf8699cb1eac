//! One run from its number in the register to its closed journal: the table of contents of this crate.

use std::collections::BTreeMap;

use backproof_model::RecoveryPoint;
use backproof_model::chain::RUN_CHAIN;
use backproof_model::record::{
    Census, ControlsTried, Deleted, Drawn, DrawnPoint, Leftover, PopulationFrozen, RunClosed, run_step,
};
use backproof_store::{RegisteredRun, StoreError};
use futures_util::future;
use tracing::Instrument;

use crate::error::{EngineError, Result};
use crate::joining::{Joined, join};
use crate::journal::{Journal, Taken};
use crate::keeper::Keeper;
use crate::opening::{self, PIPELINE};
use crate::performing::{Part, Stage, Tests};
use crate::progress::Progress;
use crate::raw_answers::Recorder;
use crate::world::{Request, Until, What, World};
use crate::{
    allowance, approving, budget, census, controls, corroborating, drawing, entropy, exceptions, population, sandbox,
    spans, sweep, teardown,
};

/// What came of a run, as far as it was asked to go.
#[derive(Clone, Debug, PartialEq)]
pub struct RunEnd {
    /// Its number.
    pub run: u64,
    /// The last record, once it is closed.
    pub closed: Option<RunClosed>,
}

/// Performs a run, goes on with the one that was begun and stopped, or helps with the one that another process leads.
///
/// # Errors
/// See [`EngineError`]. Whatever was journalled stays, and the same call goes on from there.
pub async fn run(world: &World, request: &Request) -> Result<RunEnd> {
    let _keeper = Keeper::begin(&world.store);
    loop {
        let registered = opening::open_or_resume(world, request).await?;
        if let Some(end) = perform(world, request, &registered).instrument(spans::of_run(world, &registered)).await? {
            return Ok(end);
        }
        // It had created nothing and was given up: what was asked for is begun anew.
    }
}

/// Goes on with the run that is open, or helps with it, and begins none. `None` where none is open, or where it had
/// created nothing and was given up.
///
/// # Errors
/// As [`run`].
pub async fn go_on(world: &World, request: &Request) -> Result<Option<RunEnd>> {
    let _keeper = Keeper::begin(&world.store);
    let Some(registered) = opening::resume(world, request).await? else { return Ok(None) };
    perform(world, request, &registered).instrument(spans::of_run(world, &registered)).await
}

/// Leads the run, or helps whoever leads it; takes the lead over where that process dies. `None` where the run was
/// given up.
async fn perform(world: &World, request: &Request, registered: &RegisteredRun) -> Result<Option<RunEnd>> {
    let run = registered.run;
    loop {
        match Journal::try_take(&world.store, run, RUN_CHAIN, &[]).await? {
            Taken::Ours(mut journal) if registered.pipeline != PIPELINE => {
                return tear_down(world, registered, &mut journal).await;
            }
            Taken::Ours(mut journal) => match lead(world, request, registered, &mut journal).await {
                // We were taken for dead, and another leads: we help.
                Err(EngineError::Store(StoreError::StaleToken { .. })) => {}
                end => return end.map(Some),
            },
            // Stopped after the last record, before the register knew: the chains are vouched for and must not grow.
            Taken::Closed(known, head) => {
                let closed = known.recorded(run_step::CLOSE)?;
                let closed = closed.ok_or_else(|| EngineError::internal("a closed run without its last record"))?;
                return end(world, run, closed, &head).await.map(Some);
            }
            Taken::HeldBy(leader) => match join(world, request, registered, &leader).await? {
                Joined::Leaderless => {}
                Joined::Left => return Ok(Some(RunEnd { run, closed: None })),
            },
            Taken::NoSlot => return Err(EngineError::internal("a run's own chain without a slot")),
        }
    }
}

/// The way of a run.
async fn lead(world: &World, request: &Request, registered: &RegisteredRun, journal: &mut Journal) -> Result<RunEnd> {
    let run = registered.run;
    let recorder = Recorder::begin(world, run, journal.known())?;
    opening::open(world, registered, request, journal).await?;
    let Some(drawn) = choose(world, request, run, journal).await? else {
        return Ok(RunEnd { run, closed: None });
    };
    if request.until < Until::Closed {
        return Ok(RunEnd { run, closed: None });
    }
    approving::record(world, &registered.purpose, journal).await?;
    budget::estimate(world, run, &drawn.points, journal).await?;
    let (regions, _) = sandbox::enter(world, journal).await?;
    allowance::find_out(world, &regions, &drawn.points, journal).await?;
    let tried = controls::try_all(world, run, &regions, &drawn.points, journal).await?;
    let stage = Stage::of(world, registered, &regions, Part::Leader, journal.known())?;
    let stage = stage.ok_or_else(|| EngineError::internal("restore tests before the records that they need"))?;
    // What earlier runs left is tried again meanwhile: it may refuse for as long as it likes.
    let (tests, cleared) = future::join(stage.perform_all(), sweep::clear_earlier(world)).await;
    let tests = tests?;
    cleared?;
    sandbox::look_again(world, &regions, journal).await?;
    let census = census::take(world, run, &regions, journal).await?;
    let stopped = "the operator stopped it; restores under way were cleaned up";
    let stopped = world.stop.is_cancelled().then(|| stopped.to_owned());
    let stopped = stopped.or_else(|| budget::stopped(tests.values().map(|(closed, _)| closed)));
    corroborating::corroborate(world, registered, &regions, journal).await?;
    recorder.seal(world, journal).await?;
    let closed = close(world, &tests, leftovers(&tried, &census, &tests), stopped, journal).await?;
    end(world, run, closed, journal.head()).await
}

/// The way of a run that another version of the pipeline began. `None` where it had created nothing.
async fn tear_down(world: &World, registered: &RegisteredRun, journal: &mut Journal) -> Result<Option<RunEnd>> {
    let why = teardown::reason(registered);
    let recorder = Recorder::begin(world, registered.run, journal.known())?;
    let Some((tried, tests)) = teardown::tear_down(world, registered, journal).await? else {
        world.store.abort_run(registered.run, &why).await?;
        return Ok(None);
    };
    let regions = sandbox::regions(world).await?;
    sandbox::look_again(world, &regions, journal).await?;
    let census = census::take(world, registered.run, &regions, journal).await?;
    corroborating::corroborate(world, registered, &regions, journal).await?;
    recorder.seal(world, journal).await?;
    let closed = close(world, &tests, leftovers(&tried, &census, &tests), Some(why), journal).await?;
    end(world, registered.run, closed, journal.head()).await.map(Some)
}

/// Enters the end of a run, with the digest of its chain's last line, into the register.
async fn end(world: &World, run: u64, closed: RunClosed, head: &str) -> Result<RunEnd> {
    world.store.close_run(run, head).await?;
    world.tell(Progress::Closed { run });
    Ok(RunEnd { run, closed: Some(closed) })
}

/// The sample: by the protocol, or the one point that was asked for. `None` where the run is to stop before it.
async fn choose(world: &World, request: &Request, run: u64, journal: &mut Journal) -> Result<Option<Drawn>> {
    let files = world.store.files(run)?;
    if let What::One(point) = &request.what {
        let drawn = one_off(point);
        return journal
            .observe(run_step::DRAW, async { Ok(Drawn { points: vec![drawn], ranking_sha256: String::new() }) })
            .await
            .map(Some);
    }
    let population: PopulationFrozen = population::freeze(world, run, journal).await?;
    let certainty = drawing::certainty_units(&files, &exceptions::certain(world, run).await?)?;
    let commitment = drawing::commit(world, request, run, &population, certainty, journal).await?;
    if request.until == Until::Committed {
        return Ok(None);
    }
    let revealed = entropy::reveal(world, &commitment, request.reveal.as_ref(), journal).await?;
    drawing::draw(&files, &commitment, &revealed, journal).await.map(Some)
}

/// A point that somebody named, as the one restore test of a run.
pub fn one_off(point: &RecoveryPoint) -> DrawnPoint {
    DrawnPoint {
        test: 1,
        stratum: point.resource_type.to_string(),
        unit: point.resource_arn.to_string(),
        rank: None,
        certainty: Some("checked by itself, outside any sample".into()),
        point: point.clone(),
    }
}

/// Everything that is still there, each thing once: what scratch resources and tests left, and what the census found.
fn leftovers(tried: &ControlsTried, census: &Census, tests: &Tests) -> Vec<Leftover> {
    let scratch = tried.validators.iter().filter_map(|controls| controls.deletion.as_ref()).flat_map(Deleted::stranded);
    let scratch = scratch
        .map(|deletion| Leftover { arn: deletion.arn.clone(), why: "a scratch resource could not be deleted".into() });
    let of_tests = tests.values().flat_map(|(closed, _)| closed.stranded.clone());
    let mut unique = BTreeMap::new();
    for leftover in scratch.chain(of_tests).chain(census.ours.clone()) {
        unique.entry(leftover.arn.clone()).or_insert(leftover);
    }
    unique.into_values().collect()
}

/// Journals the last record of a run; `stopped` says why it is not completed.
async fn close(
    world: &World,
    tests: &Tests,
    stranded: Vec<Leftover>,
    stopped: Option<String>,
    journal: &mut Journal,
) -> Result<RunClosed> {
    exceptions::at_close(world, tests, &stranded, journal).await?;
    journal
        .observe(run_step::CLOSE, async {
            Ok(RunClosed {
                completed: stopped.is_none(),
                stopped_because: stopped,
                heads: tests.iter().map(|(chain, (_, head))| (chain.clone(), head.clone())).collect(),
                outcomes: tests.iter().map(|(chain, (closed, _))| (chain.clone(), closed.outcome.clone())).collect(),
                stranded,
                calls: world.cloud.calls(),
                next_nonce_sha256: Some(entropy::leave_nonce(world)?),
            })
        })
        .await
}
