//! Helps with a run that another process leads: performs restore tests that nobody has begun, and waits for its end.

use backproof_model::chain::RUN_CHAIN;
use backproof_model::record::{ControlsTried, run_step};
use backproof_store::RegisteredRun;

use crate::error::{EngineError, Result};
use crate::journal::Known;
use crate::opening::PIPELINE;
use crate::performing::{PAUSE, Part, Stage};
use crate::progress::Progress;
use crate::raw_answers::Recorder;
use crate::sandbox;
use crate::world::{Request, Until, World};

/// What came of helping.
pub(crate) enum Joined {
    /// Nobody leads any more: the leader is done, or gone.
    Leaderless,
    /// We were told to stop; the run goes on without us.
    Left,
}

/// Helps until the run is closed, nobody leads it any more, or we are told to stop.
pub(crate) async fn join(world: &World, request: &Request, registered: &RegisteredRun, leader: &str) -> Result<Joined> {
    let run = registered.run;
    if request.until < Until::Closed {
        return Err(EngineError::Unfit(format!("{leader} works on run {run} now; wait until it is done")));
    }
    world.tell(Progress::Stage { what: format!("helping with run {run}, which {leader} leads") });
    // Another version's tests are not ours to perform.
    let mut may_help = registered.pipeline == PIPELINE;
    loop {
        if may_help && help(world, registered).await? {
            may_help = false;
        }
        if !world.store.holders(run).await?.contains_key(RUN_CHAIN) {
            return Ok(Joined::Leaderless);
        }
        if world.stop.is_cancelled() {
            return Ok(Joined::Left);
        }
        world.clock().sleep(PAUSE).await;
    }
}

/// Performs what nobody else does; `false` where the run has not come to its tests yet.
async fn help(world: &World, registered: &RegisteredRun) -> Result<bool> {
    let known = Known::read(&world.store, registered.run, RUN_CHAIN).await?;
    if known.recorded::<ControlsTried>(run_step::CONTROLS)?.is_none() {
        return Ok(false);
    }
    let _recorder = Recorder::begin(world, registered.run, &known)?;
    let regions = sandbox::regions(world).await?;
    let Some(stage) = Stage::of(world, registered, &regions, Part::Helper, &known)? else { return Ok(false) };
    stage.perform_all().await?;
    Ok(true)
}
