//! One run from its number in the register to its closed journal: the table of contents of this crate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use backproof_model::chain::RUN_CHAIN;
use backproof_model::record::{
    Census, ControlsTried, Deleted, Drawn, DrawnPoint, EntropyRevealed, Leftover, PopulationFrozen, ReachSeen,
    RunClosed, SandboxEntered, TestClosed, run_step,
};
use backproof_model::{Region, ResourceType};
use backproof_store::{RegisteredRun, RunState};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Semaphore;

use crate::error::{EngineError, Result};
use crate::journal::Journal;
use crate::opening;
use crate::poller::Poller;
use crate::progress::Progress;
use crate::restore_test::{TestContext, restore_test};
use crate::world::{Request, SandboxRegions, Until, What, World};
use crate::{census, controls, drawing, population, sandbox};

/// What came of a run, as far as it was asked to go.
#[derive(Clone, Debug, PartialEq)]
pub struct RunEnd {
    /// Its number.
    pub run: u64,
    /// The last record, once it is closed.
    pub closed: Option<RunClosed>,
}

/// Performs a run, or goes on with the one that was begun and stopped.
///
/// # Errors
/// See [`EngineError`]. Whatever was journalled stays, and the same call goes on from there.
pub async fn run(world: &World, request: &Request) -> Result<RunEnd> {
    let registered = opening::open_or_resume(world, request).await?;
    let run = registered.run;
    let mut journal = Journal::take(&world.store, run, RUN_CHAIN).await?;
    opening::open(world, &registered, request, &mut journal).await?;
    if let Some(closed) = journal.recorded(run_step::CLOSE)? {
        // Stopped after the last record, before the register knew: the chains are vouched for and must not grow.
        return end(world, run, closed).await;
    }
    let Some(drawn) = choose(world, request, run, &mut journal).await? else {
        return Ok(RunEnd { run, closed: None });
    };
    if request.until < Until::Closed {
        return Ok(RunEnd { run, closed: None });
    }
    let (regions, entered) = sandbox::enter(world, &mut journal).await?;
    let tried = controls::try_all(world, run, &regions, &drawn.points, &mut journal).await?;
    let stage = Stage {
        world,
        registered: &registered,
        regions: &regions,
        entered: &entered,
        voided: controls::voided(&tried),
        draw_seed: journal
            .recorded(run_step::REVEAL)?
            .map_or_else(|| format!("run {run}"), |revealed: EntropyRevealed| revealed.seed),
    };
    let tests = stage.perform_all(&drawn.points, &journal).await?;
    sandbox::look_again(world, &regions, &mut journal).await?;
    let census = census::take(world, &regions, &mut journal).await?;
    let closed = close(world, &tests, leftovers(&tried, &census, &tests), &mut journal).await?;
    end(world, run, closed).await
}

/// Enters the end of a run into the register.
async fn end(world: &World, run: u64, closed: RunClosed) -> Result<RunEnd> {
    world.store.close_run(run, RunState::Closed).await?;
    world.tell(Progress::Closed { run });
    Ok(RunEnd { run, closed: Some(closed) })
}

/// The sample: by the protocol, or the one point that was asked for. `None` where the run is to stop before it.
async fn choose(world: &World, request: &Request, run: u64, journal: &mut Journal) -> Result<Option<Drawn>> {
    let files = world.store.files(run)?;
    if let What::One(point) = &request.what {
        let drawn = DrawnPoint {
            test: 1,
            stratum: point.resource_type.to_string(),
            unit: point.resource_arn.to_string(),
            rank: None,
            certainty: Some("checked by itself, outside any sample".into()),
            point: (**point).clone(),
        };
        return journal
            .observe(run_step::DRAW, async { Ok(Drawn { points: vec![drawn], ranking_sha256: String::new() }) })
            .await
            .map(Some);
    }
    let population: PopulationFrozen = population::freeze(world, run, journal).await?;
    let certainty = drawing::certainty_units(&files, &opening::open_findings(world, run).await?)?;
    let commitment = drawing::commit(world, request, run, &population, certainty, journal).await?;
    if request.until == Until::Committed {
        return Ok(None);
    }
    let revealed = drawing::reveal(world, &commitment, request.reveal.as_deref(), journal).await?;
    drawing::draw(&files, &commitment, &revealed, journal).await.map(Some)
}

/// A closed test with the head of its chain, by the chain's name.
type Tests = BTreeMap<String, (TestClosed, String)>;

/// What all restore tests of a run share.
struct Stage<'a> {
    world: &'a World,
    registered: &'a RegisteredRun,
    regions: &'a SandboxRegions,
    entered: &'a SandboxEntered,
    voided: BTreeSet<String>,
    /// The seed of the draw; where one point was asked for there was none, and the run's number stands for it.
    draw_seed: String,
}

impl Stage<'_> {
    /// Performs every restore test, as many beside each other as the plan allows.
    async fn perform_all(&self, drawn: &[DrawnPoint], journal: &Journal) -> Result<Tests> {
        let frozen: Option<PopulationFrozen> = journal.recorded(run_step::POPULATION)?;
        let as_of = frozen.map_or(self.registered.opened_at, |frozen| frozen.as_of);
        let resources = drawn.iter().map(|drawn| drawn.point.resource_arn.as_str()).collect();
        let gaps = population::gaps_of(&self.world.store.files(self.registered.run)?, &resources)?;
        let slots = Slots::new(self.world);
        let pollers: BTreeMap<Region, Arc<Poller>> = self
            .regions
            .iter()
            .map(|access| (access.region.clone(), Poller::begin(access.restores.clone(), self.world.clock().clone())))
            .collect();
        let mut running = FuturesUnordered::new();
        for point in drawn {
            let test = self.context(point, as_of, &pollers, gaps.get(point.point.resource_arn.as_str()).copied())?;
            running.push(self.perform(test, &slots, drawn.len()));
        }
        let mut tests = Tests::new();
        while let Some(done) = running.next().await {
            let (chain, closed, head) = done?;
            tests.insert(chain, (closed, head));
        }
        Ok(tests)
    }

    fn context<'b>(
        &'b self,
        drawn: &'b DrawnPoint,
        as_of: jiff::Timestamp,
        pollers: &BTreeMap<Region, Arc<Poller>>,
        gap_seconds: Option<i64>,
    ) -> Result<TestContext<'b>> {
        let point = &drawn.point;
        let driver = self
            .world
            .driver(&point.resource_type)
            .ok_or_else(|| EngineError::Internal(format!("{} was drawn, but has no driver", point.resource_type)))?;
        let unfit = || {
            EngineError::Unfit(format!(
                "the sandbox has no Region {} any more, where {} was drawn",
                point.region, point.recovery_point_arn
            ))
        };
        Ok(TestContext {
            world: self.world,
            run: self.registered.run,
            as_of,
            drawn,
            driver: driver.clone(),
            access: self.regions.in_region(&point.region).ok_or_else(unfit)?.clone(),
            poller: pollers.get(&point.region).ok_or_else(unfit)?.clone(),
            voided: &self.voided,
            isolated: sandbox::isolates(&self.entered.isolation),
            reach: self.entered.reach.iter().find(|seen| seen.region == point.region).map(ReachSeen::tried),
            draw_seed: &self.draw_seed,
            gap_seconds,
        })
    }

    async fn perform(&self, test: TestContext<'_>, slots: &Slots, of: usize) -> Result<(String, TestClosed, String)> {
        let _slot = slots.take(&test.drawn.point.resource_type, &test.drawn.point.region).await?;
        let point = &test.drawn.point;
        self.world.tell(Progress::TestOpened {
            test: test.drawn.test,
            of: u32::try_from(of).unwrap_or(u32::MAX),
            resource: point.resource_arn.clone(),
            point: point.recovery_point_arn.clone(),
        });
        let mut journal = Journal::take(&self.world.store, test.run, &format!("test-{}", test.drawn.test)).await?;
        let closed = restore_test(&test, &mut journal).await?;
        Ok((journal.chain().to_owned(), closed, journal.head().to_owned()))
    }
}

/// How many restores may be under way: in all, and per type in a Region of the sandbox.
struct Slots {
    all: Semaphore,
    per_type: BTreeMap<(ResourceType, Region), Semaphore>,
}

impl Slots {
    fn new(world: &World) -> Self {
        let concurrency = &world.plan.concurrency;
        let of_type = |driver: &Arc<dyn backproof_cloud::Driver>| {
            let resource_type = driver.resource_type();
            world.plan.sandbox.regions.iter().map(move |region| {
                ((resource_type.clone(), region.clone()), Semaphore::new(concurrency.per_resource_type as usize))
            })
        };
        Self {
            all: Semaphore::new(concurrency.restores as usize),
            per_type: world.drivers.iter().flat_map(of_type).collect(),
        }
    }

    async fn take(&self, resource_type: &ResourceType, region: &Region) -> Result<impl Sized + '_> {
        let of_type = self.per_type.get(&(resource_type.clone(), region.clone()));
        let of_type = of_type.ok_or_else(|| EngineError::internal("a restore test without a slot"))?;
        // The narrower one first, so that no test holds a general slot while it waits for its type.
        let of_type = of_type.acquire().await.map_err(EngineError::internal)?;
        let of_all = self.all.acquire().await.map_err(EngineError::internal)?;
        Ok((of_type, of_all))
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

async fn close(world: &World, tests: &Tests, stranded: Vec<Leftover>, journal: &mut Journal) -> Result<RunClosed> {
    journal
        .observe(run_step::CLOSE, async {
            let stopped = world.stop.is_cancelled();
            Ok(RunClosed {
                completed: !stopped,
                stopped_because: stopped.then(|| "the operator stopped it; restores under way were cleaned up".into()),
                heads: tests.iter().map(|(chain, (_, head))| (chain.clone(), head.clone())).collect(),
                outcomes: tests.iter().map(|(chain, (closed, _))| (chain.clone(), closed.outcome.clone())).collect(),
                stranded,
                calls: world.cloud.calls(),
                next_nonce_sha256: Some(drawing::leave_nonce(world)?),
            })
        })
        .await
}
