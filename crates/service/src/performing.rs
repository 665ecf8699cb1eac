//! What every host does with the engine: goes on with runs, sweeps, and says in words what stood in the way.

use std::time::Duration;

use backproof_alarms::AlarmKind;
use backproof_cloud::NotTheSandbox;
use backproof_engine::{EngineError, Request, Until, What, World, run_record};
use backproof_model::chain::RUN_CHAIN;
use backproof_model::record::{CostEstimated, Drawn, Purpose, RunClosed, run_step};
use backproof_store::{RegisteredRun, Store};

use crate::host::{Obstacle, RunFigures};

/// How long another process is waited for that has begun a check and not drawn its point yet.
const PAUSE: Duration = Duration::from_secs(5);

/// The text of the plan that a run was begun with; `None` where it has none yet.
///
/// # Errors
/// The file is there and cannot be read.
pub fn kept_plan(store: &Store, run: u64) -> Result<Option<String>, Obstacle> {
    let unreadable =
        |why: String| Obstacle::trouble(format!("the plan that was kept with run {run} cannot be read"), why);
    let files = store.files(run).map_err(|error| unreadable(error.to_string()))?;
    match std::fs::read_to_string(files.path(backproof_engine::PLAN_FILE)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

/// Whether a run may begin now.
///
/// # Errors
/// Says why not.
pub async fn may_begin(world: &World) -> Result<(), Obstacle> {
    let request = sample();
    backproof_engine::may_begin(world, &request).await.map_err(|error| in_words(world, None, false, &error))
}

/// Goes on with the open run, whatever it was begun for. One that may not even begin is given up: nothing was created.
///
/// # Errors
/// Says what stood in the way; the run stays open, and the same call goes on with it.
pub async fn go_on(world: &World, run: &RegisteredRun) -> Result<(), Obstacle> {
    let request = match run.purpose {
        Purpose::Plan => sample(),
        Purpose::Check => match checked(world, run).await? {
            Some(request) => request,
            None => return give_up(world, run, "it was to check one recovery point, and had not come to it").await,
        },
    };
    let Err(error) = backproof_engine::go_on(world, &request).await else { return Ok(()) };
    let costs: Option<CostEstimated> = run_record(&world.store, run.run, run_step::COSTS).await.unwrap_or_default();
    let obstacle = in_words(world, Some(run.run), costs.is_some(), &error);
    if matches!(error, EngineError::Refused(_)) && is_empty(world, run).await? {
        give_up(world, run, &obstacle.summary).await?;
    }
    Err(obstacle)
}

/// Deletes what earlier runs left in the sandbox; gives what is still there, and what cannot be read.
///
/// # Errors
/// The sandbox or the journal could not be looked at.
pub async fn sweep(world: &World) -> Result<Vec<(String, String)>, Obstacle> {
    match backproof_engine::sweep_stranded(world).await {
        Ok(swept) => Ok(swept.left()),
        // Somebody else sweeps at this moment, and tells of what is left.
        Err(EngineError::Unfit(why)) => {
            tracing::info!(plan.name = world.plan.name, "{why}");
            Ok(Vec::new())
        }
        Err(error) => Err(in_words(world, None, false, &error)),
    }
}

/// What a closed run came to, given the verdict that its evidence comes to.
///
/// # Errors
/// Its journal cannot be read, or has no last record.
pub async fn figures(store: &Store, run: u64, verdict: String) -> Result<RunFigures, Obstacle> {
    let unreadable =
        |why: String| Obstacle::trouble(format!("the journal of run {run} does not say what it came to"), why);
    let closed: Option<RunClosed> =
        run_record(store, run, run_step::CLOSE).await.map_err(|error| unreadable(error.to_string()))?;
    let costs: Option<CostEstimated> =
        run_record(store, run, run_step::COSTS).await.map_err(|error| unreadable(error.to_string()))?;
    Ok(RunFigures {
        verdict,
        closed: closed.ok_or_else(|| unreadable("it has no last record".to_owned()))?,
        estimate: costs.map(|costs| (costs.total, costs.prices.currency)),
    })
}

fn sample() -> Request {
    Request { what: What::Sample, until: Until::Closed, reveal: None, keep: None }
}

/// The request that a check was begun with, by its journal. `None` where it had not come to its point, and whoever
/// began it is gone.
async fn checked(world: &World, run: &RegisteredRun) -> Result<Option<Request>, Obstacle> {
    loop {
        let drawn: Option<Drawn> = run_record(&world.store, run.run, run_step::DRAW)
            .await
            .map_err(|error| in_words(world, Some(run.run), false, &error))?;
        if let Some(point) = drawn.and_then(|drawn| drawn.points.into_iter().next()) {
            return Ok(Some(Request { what: What::One(Box::new(point.point)), ..sample() }));
        }
        let holders = world.store.holders(run.run).await.map_err(|error| state(&error))?;
        if !holders.contains_key(RUN_CHAIN) || world.stop.is_cancelled() {
            return Ok(None);
        }
        world.store.clock().sleep(PAUSE).await;
    }
}

async fn is_empty(world: &World, run: &RegisteredRun) -> Result<bool, Obstacle> {
    world.store.lines(run.run, RUN_CHAIN).await.map(|lines| lines.is_empty()).map_err(|error| state(&error))
}

async fn give_up(world: &World, run: &RegisteredRun, why: &str) -> Result<(), Obstacle> {
    world.store.abort_run(run.run, why).await.map_err(|error| state(&error))
}

fn state(error: &backproof_store::StoreError) -> Obstacle {
    Obstacle::trouble("the state directory cannot be used", error)
}

/// What people are told of an error. Only the log has AWS's own words. What is refused once its costs are estimated is
/// refused for them.
fn in_words(world: &World, run: Option<u64>, is_estimated: bool, error: &EngineError) -> Obstacle {
    let plan = &world.plan;
    let what = run.map_or_else(|| format!("plan {}", plan.name), |run| format!("run {run} of plan {}", plan.name));
    let (kind, summary) = match error {
        EngineError::Refused(_) => refusal(world, is_estimated, &what),
        EngineError::NotTheSandbox(NotTheSandbox::Unknown(_)) | EngineError::Call(_) => {
            (AlarmKind::ServiceTrouble, format!("{what} gets no answer from AWS; it is tried again"))
        }
        EngineError::NotTheSandbox(_) => (
            AlarmKind::ServiceTrouble,
            format!("{what} cannot go on: the credentials are not those of its sandbox account"),
        ),
        EngineError::Unfit(_) => {
            (AlarmKind::ServiceTrouble, format!("{what} does not fit the state; the log says why"))
        }
        EngineError::Store(_) => (AlarmKind::ServiceTrouble, format!("{what} cannot write its journal")),
        EngineError::Internal(_) => (AlarmKind::ServiceTrouble, format!("{what} met an internal error")),
    };
    Obstacle { kind, why: error.to_string(), summary }
}

fn refusal(world: &World, is_estimated: bool, what: &str) -> (AlarmKind, String) {
    let plan = &world.plan;
    if let Err(problem) = plan.may_restore(world.store.clock().now()) {
        let why = match problem {
            backproof_plan::NotAuthorised::Missing => "nobody has authorised it",
            backproof_plan::NotAuthorised::Expired { .. } => "its authorisation has expired",
        };
        return (AlarmKind::UnapprovedPlan, format!("{what} is refused: {why}"));
    }
    if !world.approval.lets_run(&plan.digest()) {
        return (AlarmKind::UnapprovedPlan, format!("{what} is refused: the plan is not approved"));
    }
    let kind = if is_estimated { AlarmKind::BudgetRefused } else { AlarmKind::ServiceTrouble };
    (kind, format!("{what} is refused; the log says why"))
}
