//! The plan's budget: what is estimated is journalled before anything is started, and what is beyond it never begins.
//!
//! Restore tests are admitted in the order of the draw until the next one would exceed the run's budget; from there on
//! none begins, however small, so that the budget does not choose which data is tested. What is under way goes on: a
//! restore cannot be cancelled. Before each attempt, a second one included, the sums are looked at again, each attempt
//! counting as the larger of its estimate and what it came to.
//!
//! Several processes may perform one run. Each attempt first journals that it wants to begin, then reads what the
//! others have journalled: of two that want the last of a budget at the same moment, neither takes it twice.

use backproof_costs::PriceTable;
use backproof_model::chain::{Entry, Event};
use backproof_model::cost::{Certainty, Cost, in_cents};
use backproof_model::money::Money;
use backproof_model::record::{
    Admission, BudgetSet, CostComputed, CostEstimated, DrawnPoint, RunOpened, TestClosed, TestEstimated, run_step,
    test_step,
};
use backproof_model::{FaultOwner, Outcome};
use backproof_plan::{Plan, UnknownCost};
use backproof_store::Store;
use jiff::SignedDuration;
use serde_json::json;
use tokio::sync::Mutex;

use crate::costing;
use crate::error::{EngineError, Result};
use crate::journal::{Journal, Known};
use crate::progress::Progress;
use crate::restore_test::{TestContext, step};
use crate::world::World;

/// What all restore tests of a run share of its budget.
pub(crate) struct Budget {
    /// The estimate, as it is journalled.
    pub(crate) costs: CostEstimated,
    /// The prices that costs are computed with.
    pub(crate) prices: PriceTable,
    /// The digest of those prices.
    pub(crate) prices_sha256: String,
    /// One decision at a time.
    turn: Mutex<()>,
}

/// What the restore tests of `drawn` would cost, held for inspection for `keep` where they do not pass, and which of
/// them the plan's budget lets begin. Starts nothing; reads what AWS keeps of databases, where it may.
///
/// # Errors
/// [`EngineError::Refused`] where the plan's prices cannot be used.
pub async fn estimate_costs(
    world: &World,
    drawn: &[DrawnPoint],
    keep: Option<SignedDuration>,
) -> Result<CostEstimated> {
    Ok(estimated(world, &costing::prices(&world.plan)?, drawn, keep).await)
}

async fn estimated(
    world: &World,
    prices: &PriceTable,
    drawn: &[DrawnPoint],
    keep: Option<SignedDuration>,
) -> CostEstimated {
    let budget = budget_of(&world.plan);
    let currency = prices.currency();
    let mut tests = costing::estimates(world, prices, drawn, keep).await;
    admit_in_order(&mut tests, &budget, currency);
    CostEstimated {
        prices: prices.used(),
        budget,
        total: tests.iter().map(|test| test.cost.total).sum(),
        certainty: tests.iter().map(|test| test.cost.certainty).max().unwrap_or_default(),
        tests,
    }
}

fn budget_of(plan: &Plan) -> BudgetSet {
    BudgetSet {
        per_run: plan.budget.per_run,
        per_restore_test: plan.budget.per_restore_test,
        unknown_allowed: match plan.budget.unknown {
            UnknownCost::Allow => true,
            UnknownCost::Refuse => false,
        },
    }
}

/// Journals the estimate of a run. The run is given up, having created nothing, where the plan's prices cannot be used
/// or its budget lets nothing begin.
pub(crate) async fn estimate(world: &World, run: u64, drawn: &[DrawnPoint], journal: &mut Journal) -> Result<()> {
    let costs: CostEstimated = match journal.recorded(run_step::COSTS)? {
        Some(known) => known,
        None => match costing::prices(&world.plan) {
            Ok(prices) => {
                let keep: Option<RunOpened> = journal.recorded(run_step::OPEN)?;
                let keep = keep.and_then(|opened| opened.keep_seconds).map(SignedDuration::from_secs);
                journal.observe(run_step::COSTS, async { Ok(estimated(world, &prices, drawn, keep).await) }).await?
            }
            Err(refusal) => return give_up(world, run, refusal.to_string()).await,
        },
    };
    world.tell(Progress::Estimated { costs: Box::new(costs.clone()) });
    match nothing_may_begin(&costs) {
        None => Ok(()),
        Some(refusal) => give_up(world, run, refusal).await,
    }
}

async fn give_up(world: &World, run: u64, why: String) -> Result<()> {
    world.store.abort_run(run, &why).await?;
    Err(EngineError::Refused(why))
}

impl Budget {
    /// The budget of a run whose estimate is journalled; one of an older version that estimated nothing has no limits.
    pub(crate) fn of(world: &World, known: &Known) -> Result<Self> {
        let costs: CostEstimated = known.recorded(run_step::COSTS)?.unwrap_or_default();
        // What was begun must be ended, whatever became of the file since; the digest tells that the prices are others.
        let prices = costing::prices(&world.plan).unwrap_or_else(|_| PriceTable::built_in());
        Ok(Self { costs, prices_sha256: prices.sha256(), prices, turn: Mutex::new(()) })
    }
}

/// Why a run is pointless: not one of its restore tests may begin.
fn nothing_may_begin(costs: &CostEstimated) -> Option<String> {
    let refusals: Vec<&str> = costs.tests.iter().filter_map(|test| test.admission.refusal()).collect();
    let first = refusals.first().filter(|_| refusals.len() == costs.tests.len())?;
    let of = match refusals.len() {
        1 => "the budget lets the one restore test not begin".to_owned(),
        more => format!("the budget lets none of {more} restore tests begin"),
    };
    Some(format!(
        "{of}, estimated at {} together: {first}. Nothing was started; raise [budget] in the plan or draw less",
        costs.in_words()
    ))
}

/// Decides in the order of the draw. The first that no longer fits into the run's budget ends it for all that follow.
pub(crate) fn admit_in_order(tests: &mut [TestEstimated], budget: &BudgetSet, currency: &str) {
    let mut spent = Money::ZERO;
    let mut used_up: Option<String> = None;
    for estimated in tests {
        let alone = alone(&estimated.cost, Money::ZERO, budget, currency);
        let refusal = alone.or_else(|| {
            used_up.clone().or_else(|| {
                let refusal = together(&estimated.cost, spent, budget, currency)?;
                used_up =
                    Some(format!("{refusal}: that was at restore test {}, and none begins after it", estimated.test));
                Some(refusal)
            })
        });
        if refusal.is_none() {
            spent = spent + estimated.cost.total;
        }
        estimated.admission = refusal.map_or(Admission::Within, |reason| Admission::Beyond { reason });
    }
}

/// Why an attempt may not begin whatever others cost. `before` is what earlier attempts at the same test cost.
fn alone(cost: &Cost, before: Money, budget: &BudgetSet, currency: &str) -> Option<String> {
    if !budget.limits_anything() {
        return None;
    }
    if cost.certainty == Certainty::AtLeast && !budget.unknown_allowed {
        return Some(format!(
            "its cost is not wholly known ({}), so the budget cannot bound it: name prices in budget.prices, set \
             limits.max_backup_size_gib for sizes, or let it begin with budget.unknown = \"allow\"",
            cost.unknowns.join("; ")
        ));
    }
    let limit = budget.per_restore_test.filter(|limit| before + cost.total > *limit)?;
    let earlier = match before {
        Money::ZERO => String::new(),
        before => format!(" after {currency} {} for earlier attempts", in_cents(before)),
    };
    Some(format!(
        "it is estimated at {}{earlier}, and budget.per_restore_test is {currency} {limit}",
        cost.in_words(currency)
    ))
}

/// Why an attempt may not begin beside what others cost.
fn together(cost: &Cost, others: Money, budget: &BudgetSet, currency: &str) -> Option<String> {
    let limit = budget.per_run.filter(|limit| others + cost.total > *limit)?;
    Some(format!(
        "it is estimated at {}, the attempts before it count {currency} {}, and budget.per_run is {currency} {limit}",
        cost.in_words(currency),
        in_cents(others)
    ))
}

/// Whether the budget lets an attempt begin; journalled, and from then on so.
pub(crate) async fn admit(test: &TestContext<'_>, journal: &mut Journal, attempt: u32) -> Result<Admission> {
    let budget = &test.budget.costs.budget;
    if !budget.limits_anything() {
        return Ok(Admission::Within);
    }
    let name = step(test_step::BUDGET, attempt);
    if let Some(decided) = journal.recorded(&name)? {
        return Ok(decided);
    }
    let Some(estimated) = test.budget.costs.of_test(test.drawn.test) else {
        return Err(EngineError::internal("a restore test without an estimate was to begin"));
    };
    let _turn = test.budget.turn.lock().await;
    let own = counted_so_far(journal, estimated, attempt)?;
    let admission = if attempt == 1 && estimated.admission != Admission::Within {
        estimated.admission.clone()
    } else {
        journal.intend(&name, &json!({ "estimated": estimated.cost.total })).await?;
        let currency = &test.budget.costs.prices.currency;
        let refusal = match alone(&estimated.cost, own, budget, currency) {
            Some(refusal) => Some(refusal),
            None if budget.per_run.is_none() => None,
            None => {
                let others = counted_of_others(&test.world.store, test).await?;
                together(&estimated.cost, others + own, budget, currency)
            }
        };
        refusal.map_or(Admission::Within, |reason| Admission::Beyond { reason })
    };
    journal.finish(&name, &admission).await?;
    Ok(admission)
}

/// What the earlier attempts at a test count.
fn counted_so_far(journal: &Journal, estimated: &TestEstimated, attempt: u32) -> Result<Money> {
    let mut sum = Money::ZERO;
    for earlier in 1..attempt {
        let computed: Option<CostComputed> = journal.recorded(&step(test_step::COST, earlier))?;
        sum = sum + counted(estimated.cost.total, computed.map(|computed| computed.cost.total));
    }
    Ok(sum)
}

/// The larger of what an attempt was estimated at and what it came to.
fn counted(estimated: Money, computed: Option<Money>) -> Money {
    computed.map_or(estimated, |computed| computed.max(estimated))
}

/// What the attempts at all other restore tests of the run count, those that want to begin just now included.
async fn counted_of_others(store: &Store, test: &TestContext<'_>) -> Result<Money> {
    let mut sum = Money::ZERO;
    for other in test.budget.costs.tests.iter().filter(|other| other.test != test.drawn.test) {
        let lines = store.lines(test.run, &format!("test-{}", other.test)).await?;
        sum = sum + counted_in(&lines, other.cost.total)?;
    }
    Ok(sum)
}

/// What the attempts in a chain count: those that wanted to begin and were not refused.
fn counted_in(lines: &[String], estimated: Money) -> Result<Money> {
    let mut attempts = std::collections::BTreeMap::<String, Option<Money>>::new();
    let of = |step: &str, name: &str| step.strip_prefix(name)?.strip_prefix('/').map(str::to_owned);
    let told = |line: &&String| line.contains("\"budget/") || line.contains("\"cost/");
    for line in lines.iter().filter(told) {
        let entry: Entry = serde_json::from_str(line).map_err(EngineError::internal)?;
        match entry.event {
            Event::Intent { step, .. } => {
                if let Some(attempt) = of(&step, test_step::BUDGET) {
                    attempts.entry(attempt).or_default();
                }
            }
            Event::Result { step, output } => {
                if let Some(attempt) = of(&step, test_step::BUDGET) {
                    match serde_json::from_value(output).map_err(EngineError::internal)? {
                        Admission::Within => {}
                        Admission::Beyond { .. } => {
                            attempts.remove(&attempt);
                        }
                    }
                } else if let Some(attempt) = of(&step, test_step::COST) {
                    let computed: CostComputed = serde_json::from_value(output).map_err(EngineError::internal)?;
                    attempts.insert(attempt, Some(computed.cost.total));
                }
            }
            Event::Status { .. } | Event::Resumed { .. } => {}
        }
    }
    Ok(attempts.into_values().map(|computed| counted(estimated, computed)).sum())
}

/// What the reason of a restore test begins with that the budget did not let begin.
const WITHHELD: &str = "the budget did not let this restore test begin";

/// The outcome of a restore test that the budget did not let begin.
pub(crate) fn withheld(reason: &str) -> Outcome {
    Outcome::inconclusive(FaultOwner::Quota, format!("{WITHHELD}: {reason}"))
}

/// Why a run is not completed, where the budget let restore tests not begin.
pub(crate) fn stopped<'a>(tests: impl Iterator<Item = &'a TestClosed>) -> Option<String> {
    let is_withheld = |closed: &&TestClosed| {
        closed.attempts == 0 && closed.outcome.reason().is_some_and(|reason| reason.starts_with(WITHHELD))
    };
    match tests.filter(is_withheld).count() {
        0 => None,
        1 => Some("the budget did not let 1 restore test begin".into()),
        more => Some(format!("the budget did not let {more} restore tests begin")),
    }
}

/// An outcome that another attempt might have bettered, had the budget let it begin.
pub(crate) fn without_another_attempt(outcome: Outcome, reason: &str) -> Outcome {
    let and_no_more = |so_far: String| format!("{so_far}; the budget did not let another attempt begin: {reason}");
    match outcome {
        Outcome::Passed { level } => Outcome::Passed { level },
        Outcome::Failed { owner, reason } => Outcome::Failed { owner, reason: and_no_more(reason) },
        Outcome::Inconclusive { owner, reason } => Outcome::Inconclusive { owner, reason: and_no_more(reason) },
    }
}

#[cfg(test)]
mod tests;
