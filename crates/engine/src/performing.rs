//! Performs all restore tests of a run, as many beside each other as the plan allows, and beside other processes.
//!
//! A test belongs to whoever holds its chain. One that another process holds is waited for; should that process die or
//! hang, its test is gone on with here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use backproof_model::Region;
use backproof_model::record::{
    ConcurrencyAllowed, ControlsTried, Drawn, DrawnPoint, EntropyRevealed, PopulationFrozen, ReachSeen, RunOpened,
    SandboxEntered, TestClosed, run_step, test_step,
};
use backproof_store::{RegisteredRun, StoreError};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::SignedDuration;
use tokio::sync::SemaphorePermit;
use tracing::Instrument;

use crate::budget::Budget;
use crate::error::{EngineError, Result};
use crate::journal::{Journal, Known, Taken};
use crate::poller::Poller;
use crate::progress::Progress;
use crate::restore_test::{TestContext, restore_test};
use crate::slots::Slots;
use crate::world::{SandboxRegions, World};
use crate::{controls, population, raw_answers, sandbox, spans};

/// How often one looks whether another process is done.
pub(crate) const PAUSE: Duration = Duration::from_secs(5);

/// A closed test with the head of its chain, by the chain's name.
pub(crate) type Tests = BTreeMap<String, (TestClosed, String)>;

/// In which part this process performs restore tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// It leads the run: it closes every test, also those that a stop leaves undone.
    Leader,
    /// It helps: what it does not perform is for others.
    Helper,
}

/// What all restore tests of a run share, as the run's chain tells.
pub(crate) struct Stage<'a> {
    world: &'a World,
    registered: &'a RegisteredRun,
    regions: &'a SandboxRegions,
    part: Part,
    drawn: Vec<DrawnPoint>,
    /// When the population was frozen: ages count from here.
    as_of: jiff::Timestamp,
    entered: SandboxEntered,
    voided: BTreeSet<String>,
    /// For how long what did not pass is held for inspection.
    keep: Option<SignedDuration>,
    /// The seed of the draw; where one point was asked for there was none, and the run's number stands for it.
    draw_seed: String,
    /// The run's estimate and budget.
    budget: Budget,
    /// How many restores of each type may be under way.
    allowed: ConcurrencyAllowed,
}

/// Whose turn it is with a restore test.
enum Turn<'a> {
    /// Ours; the places are given back after the journal.
    Ours(Box<Journal>, [SemaphorePermit<'a>; 2]),
    /// Nobody's: it is closed.
    Closed(Box<TestClosed>, String),
    /// Another process's.
    Others,
}

impl<'a> Stage<'a> {
    /// Reads the stage from the run's chain; `None` where the run has not come to it yet.
    pub(crate) fn of(
        world: &'a World,
        registered: &'a RegisteredRun,
        regions: &'a SandboxRegions,
        part: Part,
        known: &Known,
    ) -> Result<Option<Self>> {
        let (Some(drawn), Some(entered), Some(tried)) = (
            known.recorded::<Drawn>(run_step::DRAW)?,
            known.recorded::<SandboxEntered>(run_step::SANDBOX)?,
            known.recorded::<ControlsTried>(run_step::CONTROLS)?,
        ) else {
            return Ok(None);
        };
        let opened: Option<RunOpened> = known.recorded(run_step::OPEN)?;
        let frozen: Option<PopulationFrozen> = known.recorded(run_step::POPULATION)?;
        let revealed: Option<EntropyRevealed> = known.recorded(run_step::REVEAL)?;
        Ok(Some(Self {
            world,
            registered,
            regions,
            part,
            drawn: drawn.points,
            as_of: frozen.map_or(registered.opened_at, |frozen| frozen.as_of),
            entered,
            voided: controls::voided(&tried),
            keep: opened.and_then(|opened| opened.keep_seconds).map(SignedDuration::from_secs),
            draw_seed: revealed.map_or_else(|| format!("run {}", registered.run), |revealed| revealed.seed),
            budget: Budget::of(world, known)?,
            allowed: known.recorded(run_step::CONCURRENCY)?.unwrap_or_default(),
        }))
    }

    /// Performs every restore test, or sees it closed by others. A helper that was told to stop leaves the rest to them.
    pub(crate) async fn perform_all(&self) -> Result<Tests> {
        let slots = Slots::new(self.world, &self.allowed);
        let of = u32::try_from(self.drawn.len()).unwrap_or(u32::MAX);
        let mut running = FuturesUnordered::new();
        for test in self.contexts()? {
            running.push(self.perform(test, &slots, of));
        }
        let mut tests = Tests::new();
        while let Some(done) = running.next().await {
            tests.extend(done?);
        }
        Ok(tests)
    }

    /// The restore tests, in the order of the draw.
    pub(crate) fn contexts(&self) -> Result<Vec<TestContext<'_>>> {
        let resources = self.drawn.iter().map(|drawn| drawn.point.resource_arn.as_str()).collect();
        let gaps = population::gaps_of(&self.world.store.files(self.registered.run)?, &resources)?;
        let pollers: BTreeMap<Region, Arc<Poller>> = self
            .regions
            .iter()
            .map(|access| (access.region.clone(), Poller::begin(access.restores.clone(), self.world.clock().clone())))
            .collect();
        self.drawn
            .iter()
            .map(|drawn| self.context(drawn, &pollers, gaps.get(drawn.point.resource_arn.as_str()).copied()))
            .collect()
    }

    fn context<'b>(
        &'b self,
        drawn: &'b DrawnPoint,
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
            as_of: self.as_of,
            drawn,
            driver: driver.clone(),
            access: self.regions.in_region(&point.region).ok_or_else(unfit)?.clone(),
            poller: pollers.get(&point.region).ok_or_else(unfit)?.clone(),
            voided: &self.voided,
            isolated: sandbox::isolates(&self.entered.isolation),
            reach: self.entered.reach.iter().find(|seen| seen.region == point.region).map(ReachSeen::tried),
            draw_seed: &self.draw_seed,
            gap_seconds,
            budget: &self.budget,
            keep: self.keep,
        })
    }

    async fn perform(
        &self,
        test: TestContext<'_>,
        slots: &Slots,
        of: u32,
    ) -> Result<Option<(String, (TestClosed, String))>> {
        let chain = chain_of(&test);
        while !self.leaves_it() {
            match self.turn(&test, slots, &chain).await? {
                Turn::Closed(closed, head) => return Ok(Some((chain, (*closed, head)))),
                Turn::Ours(mut journal, _places) => {
                    self.tell(&test, of);
                    let performed = restore_test(&test, &mut journal).instrument(spans::of_restore_test(&test));
                    match raw_answers::of_test(test.drawn.test, performed).await {
                        Ok(closed) => return Ok(Some((chain, (closed, journal.head().to_owned())))),
                        // We were taken for dead: whoever has the test now goes on with it.
                        Err(EngineError::Store(StoreError::StaleToken { .. })) => {}
                        Err(error) => return Err(error),
                    }
                }
                Turn::Others => {}
            }
            self.world.clock().sleep(PAUSE).await;
        }
        Ok(None)
    }

    /// Waits for a place, and takes the test where nobody else has it.
    async fn turn<'s>(&self, test: &TestContext<'_>, slots: &'s Slots, chain: &str) -> Result<Turn<'s>> {
        let (resource_type, region) = (&test.drawn.point.resource_type, &test.drawn.point.region);
        let of_type = slots.of_type(resource_type, region).await?;
        loop {
            let of_all = slots.of_all().await?;
            if self.leaves_it() {
                return Ok(Turn::Others);
            }
            let shared = slots.shared(resource_type, region);
            match Journal::try_take(&self.world.store, test.run, chain, &shared).await? {
                Taken::Ours(journal) => return Ok(Turn::Ours(Box::new(journal), [of_type, of_all])),
                Taken::Closed(known, head) => {
                    let closed = known.recorded(test_step::CLOSE)?;
                    let closed =
                        closed.ok_or_else(|| EngineError::internal("a closed test without its last record"))?;
                    return Ok(Turn::Closed(Box::new(closed), head));
                }
                Taken::HeldBy(_) => return Ok(Turn::Others),
                Taken::NoSlot => {}
            }
            drop(of_all);
            self.world.clock().sleep(PAUSE).await;
        }
    }

    /// Whether what this process has not begun is for others.
    fn leaves_it(&self) -> bool {
        match self.part {
            Part::Leader => false,
            Part::Helper => self.world.stop.is_cancelled(),
        }
    }

    fn tell(&self, test: &TestContext<'_>, of: u32) {
        let point = &test.drawn.point;
        self.world.tell(Progress::TestOpened {
            test: test.drawn.test,
            of,
            resource: point.resource_arn.clone(),
            point: point.recovery_point_arn.clone(),
        });
    }
}

/// The name of a restore test's chain.
pub(crate) fn chain_of(test: &TestContext<'_>) -> String {
    format!("test-{}", test.drawn.test)
}
