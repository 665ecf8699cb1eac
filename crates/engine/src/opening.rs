//! Opens a run, or finds the one that was begun and must be gone on with.

use backproof_model::chain::{Event, RUN_CHAIN};
use backproof_model::record::{Drawn, Purpose, RunOpened, run_step};
use backproof_model::register::RegisterEvent;
use backproof_plan::Plan;
use backproof_store::{Opened, RegisteredRun, Store};
use serde::de::DeserializeOwned;

use crate::error::{EngineError, Result};
use crate::journal::Journal;
use crate::progress::Progress;
use crate::sweep;
use crate::world::{Request, Until, What, World};
use crate::{approving, keeping};

/// The version of the pipeline. It changes whenever a journal of an older version could not be gone on with.
pub const PIPELINE: u32 = 2;
/// The plan's text, kept with the run.
pub const PLAN_FILE: &str = "plan.toml";

/// Whether a run may begin now: it is authorised and approved, its settings can be used, the sandbox is ours. Begins
/// nothing.
///
/// # Errors
/// [`EngineError::Refused`] where it may not; others where AWS or the state directory did not answer.
pub async fn may_begin(world: &World, request: &Request) -> Result<()> {
    may_restore(world).await?;
    approving::may_begin(world, request).await
}

/// The run that is open, once all that must hold before anything begins does; `None` where none is open.
pub(crate) async fn resume(world: &World, request: &Request) -> Result<Option<RegisteredRun>> {
    let Some(found) = world.store.open_runs().await?.pop() else { return Ok(None) };
    if request.until == Until::Closed && found.pipeline == PIPELINE {
        may_begin(world, request).await?;
    }
    fits(world, request, &found).await?;
    let is_new = world.store.lines(found.run, RUN_CHAIN).await?.is_empty();
    if is_new {
        world.store.files(found.run)?.write(PLAN_FILE, &world.plan_text)?;
    } else {
        world.store.record(RegisterEvent::RunResumed { run: found.run, by: world.store.owner().into() }).await?;
    }
    world.tell(Progress::Opened { run: found.run, resumed: !is_new });
    Ok(Some(found))
}

/// Checks all that must hold before anything begins, then gives the open run or a new one.
pub(crate) async fn open_or_resume(world: &World, request: &Request) -> Result<RegisteredRun> {
    if request.until == Until::Closed && !is_to_be_torn_down(world).await? {
        may_begin(world, request).await?;
    }
    let purpose = request.what.purpose();
    match world.store.find_or_open_run(&world.plan.name, &purpose, PIPELINE).await? {
        Opened::New(opened) => {
            world.store.files(opened.run)?.write(PLAN_FILE, &world.plan_text)?;
            world.tell(Progress::Opened { run: opened.run, resumed: false });
            Ok(opened)
        }
        Opened::Found(found) => {
            fits(world, request, &found).await?;
            world.store.record(RegisterEvent::RunResumed { run: found.run, by: world.store.owner().into() }).await?;
            world.tell(Progress::Opened { run: found.run, resumed: true });
            Ok(found)
        }
    }
}

/// Whether a run is open that another version of the pipeline began: deleting needs nobody's authorisation.
async fn is_to_be_torn_down(world: &World) -> Result<bool> {
    Ok(world.store.open_runs().await?.last().is_some_and(|run| run.pipeline != PIPELINE))
}

/// Nothing is restored without an authorisation, into anything but the sandbox, or for validators that cannot examine.
async fn may_restore(world: &World) -> Result<()> {
    world.plan.may_restore(world.clock().now()).map_err(|problem| EngineError::Refused(problem.to_string()))?;
    readable_authorities(&world.plan).map_err(EngineError::Refused)?;
    for region in &world.plan.sandbox.regions {
        let access = world.cloud.sandbox(region).await?;
        for validator in (world.validators)(&access) {
            for assignment in world.plan.validators.iter().filter(|assignment| assignment.validator == validator.name())
            {
                validator
                    .check_settings(&assignment.settings)
                    .map_err(|problem| EngineError::Refused(problem.to_string()))?;
            }
        }
    }
    sweep::refuse_blind_start(world).await
}

/// Whether the file of authorities that the plan names for database servers is there: without it every restored
/// database would be unreachable, and known to be so only after it was restored.
pub(crate) fn readable_authorities(plan: &Plan) -> std::result::Result<(), String> {
    let Some(file) = &plan.sandbox.databases.ca_file else { return Ok(()) };
    let read = std::fs::read_to_string(file).map_err(|error| error.to_string());
    match read {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => Ok(()),
        Ok(_) => Err(format!("sandbox.databases.ca_file `{file}` holds no PEM certificate")),
        Err(error) => Err(format!("sandbox.databases.ca_file `{file}` cannot be read: {error}")),
    }
}

/// Whether the open run is the one that is asked for.
async fn fits(world: &World, request: &Request, found: &RegisteredRun) -> Result<()> {
    let run = found.run;
    let asked = request.what.purpose();
    if found.purpose != asked {
        let how = match found.purpose {
            Purpose::Plan => "finish it with `backproof run`",
            Purpose::Check => "finish it with the same `backproof check`",
        };
        return Err(EngineError::Unfit(format!("run {run} was begun and is not closed: {how} first")));
    }
    if found.pipeline != PIPELINE {
        return fits_for_teardown(world, request, found);
    }
    let Some(opened) = run_record::<RunOpened>(&world.store, run, run_step::OPEN).await? else { return Ok(()) };
    if opened.plan_sha256 != world.plan.digest() {
        let kept = world.store.files(run)?.path(PLAN_FILE);
        return Err(EngineError::Unfit(format!(
            "run {run} was begun under another plan (digest {}); finish it with that plan, which is kept in `{}`",
            opened.plan_sha256,
            kept.display()
        )));
    }
    if let What::One(point) = &request.what
        && let Some(drawn) = run_record::<Drawn>(&world.store, run, run_step::DRAW).await?
        && drawn.points.first().is_some_and(|drawn| drawn.point.recovery_point_arn != point.recovery_point_arn)
    {
        let other = drawn.points.first().map(|drawn| drawn.point.recovery_point_arn.to_string()).unwrap_or_default();
        return Err(EngineError::Unfit(format!(
            "run {run} checks another recovery point and is not closed: finish it with `backproof check {other}`"
        )));
    }
    Ok(())
}

/// A run of another version of the pipeline is only torn down, which needs no more of the plan than its sandbox. Its
/// digest is no measure: another version may have words for the same plan that this one has not.
fn fits_for_teardown(world: &World, request: &Request, found: &RegisteredRun) -> Result<()> {
    let run = found.run;
    if request.until < Until::Closed {
        return Err(EngineError::Unfit(format!(
            "run {run} was begun by pipeline version {} and is not closed: `backproof run` deletes what it made and closes it",
            found.pipeline
        )));
    }
    if found.plan_name != world.plan.name {
        return Err(EngineError::Unfit(format!(
            "run {run} was begun under plan `{}` and is not closed: finish it with that plan",
            found.plan_name
        )));
    }
    Ok(())
}

/// Journals the first record of a run.
pub(crate) async fn open(
    world: &World,
    registered: &RegisteredRun,
    request: &Request,
    journal: &mut Journal,
) -> Result<RunOpened> {
    journal
        .observe(run_step::OPEN, async {
            Ok(RunOpened {
                run: registered.run,
                installation: world.store.installation().to_string(),
                plan_name: world.plan.name.clone(),
                plan_sha256: world.plan.digest(),
                plan: serde_json::from_str(&world.plan.canonical_json()).map_err(EngineError::internal)?,
                version: world.version.clone(),
                pipeline: PIPELINE,
                simulated: world.simulated,
                operator: world.operator.clone(),
                authorisation: world.plan.authorisation.clone(),
                purpose: request.what.purpose(),
                same_account: same_account(&world.plan),
                keep_seconds: request.keep.map(|keep| keep.min(keeping::LONGEST).as_secs()),
            })
        })
        .await
}

fn same_account(plan: &Plan) -> Option<String> {
    plan.sandbox.same_account.clone()
}

/// The result of a step of a run's own chain, by the names in [`backproof_model::record::run_step`].
///
/// # Errors
/// Fails where the journal cannot be read.
pub async fn run_record<T: DeserializeOwned>(store: &Store, run: u64, step: &str) -> Result<Option<T>> {
    for line in store.lines(run, RUN_CHAIN).await? {
        let entry: backproof_model::chain::Entry = serde_json::from_str(&line).map_err(EngineError::internal)?;
        match entry.event {
            Event::Result { step: name, output } if name == step => {
                return serde_json::from_value(output).map(Some).map_err(EngineError::internal);
            }
            Event::Result { .. } | Event::Intent { .. } | Event::Status { .. } | Event::Resumed { .. } => {}
        }
    }
    Ok(None)
}
