//! What restore tests would cost, before anything is started, and what each attempt came to, once it is deleted.
//!
//! Sums are computed from a price table and never billed. Nothing here decides what may begin: that is the budget's.

use std::collections::BTreeSet;

use backproof_cloud::{Driver, VaultRef};
use backproof_costs::{Circumstances, Copied, PhaseLimits, PriceTable, Size, Usage};
use backproof_model::cost::CostFacts;
use backproof_model::population::{Reach, reach};
use backproof_model::record::{
    Admission, CostComputed, Deleted, DeletionEnd, DrawnPoint, Located, ResourceReady, RestorePrepared, RestoreStarted,
    TestEstimated, test_step,
};
use backproof_model::{RecoveryPoint, RestoreMetadata, Target};
use backproof_plan::Plan;
use jiff::{SignedDuration, Timestamp};

use crate::error::{EngineError, Result};
use crate::journal::Journal;
use crate::population::Judge;
use crate::restore_test::{Attempt, TestContext, step};
use crate::world::World;

/// The price table of the plan: the built-in one, with the file's prices laid over it where the plan names one.
pub(crate) fn prices(plan: &Plan) -> Result<PriceTable> {
    let built_in = PriceTable::built_in();
    let table = match &plan.budget.prices {
        None => built_in,
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|error| {
                EngineError::Refused(format!(
                    "budget.prices `{file}` cannot be read: {error}; put the file there, or leave the key out to take \
                     the built-in prices"
                ))
            })?;
            built_in.with_own(file, &text).map_err(|problem| EngineError::Refused(problem.to_string()))?
        }
    };
    let limited = plan.budget.per_run.is_some() || plan.budget.per_restore_test.is_some();
    if limited && plan.budget.currency != table.currency() {
        return Err(EngineError::Refused(format!(
            "the plan's budget is in {}, and the prices are in {}: give the budget in {1}, or name prices in {0} with \
             budget.prices",
            plan.budget.currency,
            table.currency()
        )));
    }
    Ok(table)
}

/// What an attempt at each drawn point would cost, before the budget has been asked.
///
/// `keep` says for how long what does not pass is held, and so costs.
pub(crate) async fn estimates(
    world: &World,
    table: &PriceTable,
    drawn: &[DrawnPoint],
    keep: Option<SignedDuration>,
) -> Vec<TestEstimated> {
    let judge = Judge::new(world);
    let mut estimates = Vec::new();
    for drawn in drawn {
        let point = &drawn.point;
        let facts = facts(world, point).await;
        let copied = match reach(point, judge.eligibility()) {
            // A copy is made in the point's own Region: only there it is restored.
            Ok(Reach::Copy) => Some(false),
            Ok(Reach::InPlace | Reach::SharedVault) | Err(_) => None,
        };
        let circumstances = Circumstances {
            cold: is_cold(point, world.clock().now()),
            copied_to_other_region: copied,
            readings: readers(&world.plan, point),
            largest: largest(&world.plan),
            limits: phase_limits(&world.plan),
            held: keep.map_or(0, |keep| u64::try_from(keep.as_secs()).unwrap_or(0)),
        };
        let (cost, times) = backproof_costs::estimate(point, &facts, &circumstances, table);
        let (test, times, admission) = (drawn.test, times.in_words(), Admission::Within);
        estimates.push(TestEstimated { test, cost, facts, times, admission });
    }
    estimates
}

/// What is known of the resource that a restore would make. What cannot be read is not known: it is priced dearly.
async fn facts(world: &World, point: &RecoveryPoint) -> CostFacts {
    let Some(driver) = world.driver(&point.resource_type) else { return CostFacts::default() };
    if driver.cost_facts(&RestoreMetadata::default()).is_none() {
        return CostFacts::default();
    }
    let said = source_metadata(world, driver.as_ref(), point).await.unwrap_or_default();
    let planned = world.plan.sandbox.databases.instance_class.clone();
    CostFacts { instance_class: planned.or(said.instance_class), ..said }
}

async fn source_metadata(world: &World, driver: &dyn Driver, point: &RecoveryPoint) -> Option<CostFacts> {
    let source = world.cloud.source(&point.account, &point.region).await.ok()?;
    let vault = VaultRef { name: point.backup_vault_name.clone(), owner: None };
    let original = source.backups.restore_metadata(&vault, &point.recovery_point_arn).await.ok()?;
    driver.cost_facts(&original)
}

fn is_cold(point: &RecoveryPoint, now: Timestamp) -> bool {
    point.move_to_cold_storage_at.is_some_and(|at| at <= now)
}

/// How many validators may read all of the data. Those that go by tags are counted as if the tags were there.
fn readers(plan: &Plan, point: &RecoveryPoint) -> u32 {
    let reading = plan.validators.iter().filter(|assignment| {
        assignment.resource_types.is_empty() || assignment.resource_types.contains(&point.resource_type)
    });
    u32::try_from(reading.count()).unwrap_or(u32::MAX)
}

/// The largest backup that the plan lets into a draw, in bytes.
fn largest(plan: &Plan) -> Option<u64> {
    plan.limits.max_backup_size_gib.map(|gib| gib.saturating_mul(1 << 30))
}

fn phase_limits(plan: &Plan) -> PhaseLimits {
    let deadlines = &plan.deadlines;
    PhaseLimits {
        copy: deadlines.copy.as_secs(),
        restore: deadlines.restore.as_secs(),
        ready: deadlines.ready.as_secs(),
        validate: deadlines.validate.as_secs(),
        delete: deadlines.delete.as_secs(),
    }
}

/// Journals what an attempt came to. Everything of it has been deleted, or given up.
pub(crate) async fn account_for(test: &TestContext<'_>, journal: &mut Journal, attempt: &Attempt) -> Result<()> {
    let name = step(test_step::COST, attempt.number);
    let staged = journal.intended(&step(test_step::STAGE, attempt.number));
    let prepared: Option<RestorePrepared> = journal.recorded(&step(test_step::PREPARE, attempt.number))?;
    let cost = backproof_costs::price(&usage(test, attempt, staged, prepared.as_ref()), &test.budget.prices);
    let computed = CostComputed { cost, prices_sha256: test.budget.prices_sha256.clone() };
    journal.observe(&name, async { Ok(computed) }).await?;
    Ok(())
}

/// What an attempt used, by what the journal says of it.
fn usage(
    test: &TestContext<'_>,
    attempt: &Attempt,
    staged: Option<Timestamp>,
    prepared: Option<&RestorePrepared>,
) -> Usage {
    let point = &test.drawn.point;
    let asked = match &attempt.started {
        Some(RestoreStarted::Job { asked, .. }) => Some(*asked),
        Some(RestoreStarted::Refused { .. }) | None => None,
    };
    let copied = match &attempt.located {
        Some(Located::Copied { started, .. }) => Some(*started),
        // It was asked for, and nobody saw it arrive: it may have been there all the same.
        Some(Located::NotReached { .. }) => staged,
        Some(Located::AsItIs { .. }) | None => None,
    };
    let over = over(attempt);
    let until = |from: Timestamp| over.map_or(0, |over| seconds(from, over));
    let said = attempt.ended.as_ref().and_then(|ended| ended.backup_size_in_bytes).or(point.backup_size_in_bytes);
    let size = match (said, largest(&test.world.plan)) {
        (Some(bytes), _) => Size::Known(bytes),
        (None, Some(bytes)) => {
            Size::AtMost(bytes, "AWS does not say how large the backup is; the plan allows no larger one".into())
        }
        (None, None) => Size::Unknown,
    };
    let validators: Option<BTreeSet<&str>> = attempt.validated.as_ref().map(|validated| {
        let own = validated.checks.iter().map(|check| check.validator.as_str());
        own.filter(|name| *name != "backproof").collect()
    });
    Usage {
        resource_type: point.resource_type.clone(),
        region: point.region.to_string(),
        size,
        cold: is_cold(point, test.as_of),
        copied: copied.map(|from| Copied { seconds: until(from), other_region: false }),
        restored: asked.is_some(),
        seconds: asked.map_or(0, until),
        readings: validators.map_or(0, |names| u32::try_from(names.len()).unwrap_or(u32::MAX)),
        facts: restored_facts(test, attempt, prepared),
        still_there: attempt.deleted.iter().flat_map(Deleted::stranded).map(|deletion| deletion.arn.clone()).collect(),
    }
}

/// When the last of an attempt was gone, given up, or is due to go.
fn over(attempt: &Attempt) -> Option<Timestamp> {
    let deleted = attempt.deleted.as_ref()?;
    let kept = deleted.resources.iter().filter_map(|deletion| match deletion.end {
        DeletionEnd::Kept { until } => Some(until),
        DeletionEnd::SeenAbsent { .. } | DeletionEnd::WasAbsent { .. } | DeletionEnd::Stranded { .. } => None,
    });
    kept.chain([deleted.at]).max()
}

/// What is known of the restored resource: what it said itself, else what was asked for, else what was estimated.
fn restored_facts(test: &TestContext<'_>, attempt: &Attempt, prepared: Option<&RestorePrepared>) -> CostFacts {
    let estimated = test.budget.costs.of_test(test.drawn.test).map(|estimated| estimated.facts.clone());
    let sent = match prepared {
        Some(RestorePrepared::Ready { metadata, .. }) => {
            let metadata: RestoreMetadata = metadata.clone().into_iter().collect();
            test.driver.cost_facts(&metadata)
        }
        Some(RestorePrepared::Refused { .. }) | None => None,
    };
    let known = or(sent.unwrap_or_default(), estimated.unwrap_or_default());
    match &attempt.ready {
        Some(ResourceReady::Ready { target: Target::Database(database), .. }) => {
            let own = CostFacts {
                engine: Some(database.engine.as_str().to_owned()),
                instance_class: Some(database.instance_class.clone()).filter(|class| !class.is_empty()),
                storage_gib: database.storage_gib,
                ..CostFacts::default()
            };
            or(own, known)
        }
        Some(ResourceReady::Ready { target: Target::Table { .. }, .. } | ResourceReady::NotReady { .. }) | None => {
            known
        }
    }
}

fn or(first: CostFacts, second: CostFacts) -> CostFacts {
    CostFacts {
        engine: first.engine.or(second.engine),
        instance_class: first.instance_class.or(second.instance_class),
        storage_type: first.storage_type.or(second.storage_type),
        storage_gib: first.storage_gib.or(second.storage_gib),
        iops: first.iops.or(second.iops),
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}
