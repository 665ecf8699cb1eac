//! What a run came to, as exceptions need it: every drawn point with its outcome, also those that were never tested.

use std::collections::BTreeMap;

use backproof_model::chain::{Entry, Event};
use backproof_model::exception::{Impact, RunCame, TestCame, shared_cause};
use backproof_model::population::{stratum_of, unit_of};
use backproof_model::record::{
    Drawn, DrawnPoint, Leftover, Purpose, RestoreEnded, RestoreVerdict, RunOpened, test_step,
};
use backproof_model::{FaultOwner, Outcome};

use super::impact::{Seeker, impacts};
use crate::error::{EngineError, Result};
use crate::world::World;

/// The records of a run that exceptions follow from.
pub(super) struct Came<'a> {
    pub(super) opened: &'a RunOpened,
    /// `None` where the run ended before its draw.
    pub(super) drawn: Option<&'a Drawn>,
    /// By the chain's name.
    pub(super) outcomes: &'a BTreeMap<String, Outcome>,
    pub(super) left: &'a [Leftover],
}

impl Came<'_> {
    /// The run as exceptions see it, with the impact of everything that was not passed.
    pub(super) async fn of(&self, world: &World) -> Result<RunCame> {
        let RunOpened { run, plan_name, purpose, .. } = self.opened;
        let drawn = self.drawn.map_or(&[][..], |drawn| &drawn.points);
        let mut tests: Vec<TestCame> = drawn.iter().map(|drawn| self.test(world, drawn)).collect();
        let mut seekers = BTreeMap::new();
        for (test, drawn) in tests.iter().zip(drawn).filter(|(test, _)| test.outcome.reason().is_some()) {
            let reason = test.outcome.reason().unwrap_or_default();
            let entry = catalogue_entry(world, *run, test.test).await?;
            seekers.insert(test.test, Seeker { point: &drawn.point, shares: shared_cause(reason, entry) });
        }
        let mut found = impacts(&world.store.files(*run)?, &seekers)?;
        for test in &mut tests {
            test.impact = found.remove(&test.test).unwrap_or_default();
        }
        let (plan_name, left) = (plan_name.clone(), self.left.to_vec());
        Ok(RunCame { run: *run, plan_name, purpose: purpose.clone(), tests, left })
    }

    fn test(&self, world: &World, drawn: &DrawnPoint) -> TestCame {
        let point = &drawn.point;
        // A check stands outside any draw: its unit and stratum are those that the plan would give the point.
        let (stratum, unit) = match self.opened.purpose {
            Purpose::Plan => (drawn.stratum.clone(), drawn.unit.clone()),
            Purpose::Check => {
                let selection = &world.plan.selection;
                let stratum = stratum_of(point, &selection.strata, world.clock().now());
                (stratum, unit_of(point, selection.unit).to_owned())
            }
        };
        let never = || Outcome::inconclusive(FaultOwner::Harness, "the run ended without its restore test");
        TestCame {
            test: drawn.test,
            stratum,
            unit,
            certain: drawn.rank.is_none(),
            resource_arn: point.resource_arn.clone(),
            recovery_point_arn: point.recovery_point_arn.to_string(),
            creation_date: point.creation_date,
            outcome: self.outcomes.get(&format!("test-{}", drawn.test)).cloned().unwrap_or_else(never),
            impact: Impact::default(),
        }
    }
}

/// The entry of the failure catalogue that decided the last restore job of a test, where one did.
async fn catalogue_entry(world: &World, run: u64, test: u32) -> Result<Option<u32>> {
    let mut last = None;
    for line in world.store.lines(run, &format!("test-{test}")).await? {
        let entry: Entry = serde_json::from_str(&line).map_err(EngineError::internal)?;
        let Event::Result { step, output } = entry.event else { continue };
        if step.split('/').next() != Some(test_step::AWAIT) {
            continue;
        }
        let ended: RestoreEnded = serde_json::from_value(output).map_err(EngineError::internal)?;
        last = match ended.verdict {
            RestoreVerdict::NotRestored { catalogue_entry, .. } => catalogue_entry,
            RestoreVerdict::Restored => None,
        };
    }
    Ok(last)
}
