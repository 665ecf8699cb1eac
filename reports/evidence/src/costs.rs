//! What a run cost: estimated before, computed afterwards, and what its budget did not let begin.
//!
//! The prices are those that the journal names. Nothing here is a bill, and what was not computed is never nothing.

use std::collections::BTreeMap;

use backproof_model::cost::{Certainty, Cost, in_cents};
use backproof_model::money::Money;
use backproof_model::record::{BudgetSet, CostEstimated, PricesUsed, TestEstimated};
use schemars::JsonSchema;
use serde::Serialize;

use crate::restore_test::{Attempt, TestEvidence};
use crate::run::RunEvidence;
use crate::words::counted;

/// What a run cost.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Costs {
    /// The prices that all sums were computed with.
    pub prices: PricesUsed,
    /// The plan's budget.
    pub budget: BudgetSet,
    /// One attempt at each restore test, as estimated before anything was started.
    pub estimated: Money,
    /// How sure that was.
    pub estimated_certainty: Certainty,
    /// What the attempts that were made came to.
    pub computed: Money,
    /// How sure that is.
    pub computed_certainty: Certainty,
    /// Each restore test, in the order of the draw. In `results.json` they stand with the tests.
    #[serde(skip)]
    pub tests: Vec<TestCosts>,
    /// Where each of them stands there, by its number.
    #[serde(skip)]
    places: BTreeMap<u32, usize>,
    /// How many the budget did not let begin.
    pub held_back: u64,
    /// All of it in one sentence or two.
    pub sentence: String,
}

/// What one restore test cost.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TestCosts {
    /// The restore test's number.
    pub test: u32,
    /// What one attempt was estimated at; `null` where it was not estimated.
    pub estimated: Option<Cost>,
    /// The times that the estimate assumed, in words.
    pub times: Option<String>,
    /// What its attempts came to, all parts of all of them.
    pub computed: Cost,
    /// Why the budget did not let it, or another attempt at it, begin.
    pub held_back: Option<String>,
}

impl Costs {
    /// What one restore test cost.
    pub fn of_test(&self, test: u32) -> Option<&TestCosts> {
        self.tests.get(*self.places.get(&test)?)
    }
}

/// Adds up the costs of a run. `None` where its journal holds no estimate: it was begun before there were any.
pub fn costs(run: &RunEvidence) -> Option<Costs> {
    let estimated = run.costs.as_ref()?;
    let by_test = estimated.by_test();
    let of_test = |test: &TestEvidence| of_test(test, by_test.get(&test.drawn.test).copied(), estimated);
    let tests: Vec<TestCosts> = run.tests.iter().map(of_test).collect();
    let places = tests.iter().enumerate().rev().map(|(place, costs)| (costs.test, place)).collect();
    let computed = tests.iter().map(|test| test.computed.total).sum();
    let computed_certainty = tests.iter().map(|test| test.computed.certainty).max().unwrap_or_default();
    let held_back = run.tests.iter().filter(|test| test.was_held_back()).count() as u64;
    let sentence = sentence(estimated, computed, computed_certainty, held_back);
    Some(Costs {
        prices: estimated.prices.clone(),
        budget: estimated.budget,
        estimated: estimated.total,
        estimated_certainty: estimated.certainty,
        computed,
        computed_certainty,
        tests,
        places,
        held_back,
        sentence,
    })
}

fn of_test(test: &TestEvidence, estimated: Option<&TestEstimated>, run: &CostEstimated) -> TestCosts {
    let mut computed = Cost::default();
    for attempt in &test.attempts {
        add(&mut computed, attempt, &run.prices.sha256);
    }
    TestCosts {
        test: test.drawn.test,
        estimated: estimated.map(|estimated| estimated.cost.clone()),
        times: estimated.map(|estimated| estimated.times.clone()),
        computed,
        held_back: test.held_back.clone(),
    }
}

fn add(sum: &mut Cost, attempt: &Attempt, prices_sha256: &str) {
    match &attempt.cost {
        Some(computed) => {
            sum.parts.extend(computed.cost.parts.iter().cloned());
            sum.total = sum.total + computed.cost.total;
            sum.unknowns.extend(computed.cost.unknowns.iter().cloned());
            sum.certainty = sum.certainty.max(computed.cost.certainty);
            if computed.prices_sha256 != prices_sha256 {
                let other = "was computed with another price table than the estimate";
                sum.unknowns.push(format!("attempt {} {other}", attempt.number));
                sum.certainty = Certainty::AtLeast;
            }
        }
        None if attempt.began() => {
            sum.unknowns.push(format!("what attempt {} came to is not in the journal", attempt.number));
            sum.certainty = Certainty::AtLeast;
        }
        None => {}
    }
}

fn sentence(estimated: &CostEstimated, computed: Money, certainty: Certainty, held_back: u64) -> String {
    let PricesUsed { currency, as_of, own, .. } = &estimated.prices;
    let with_own = own.as_ref().map(|own| format!(" and prices of {} noted {}", own.file, own.as_of));
    let budget = match estimated.budget.per_run {
        None => String::new(),
        Some(limit) => format!(" The budget was {currency} {}.", in_cents(limit)),
    };
    let held_back = match held_back {
        0 => String::new(),
        number => format!(" The budget did not let {} begin.", counted(number, "restore test")),
    };
    format!(
        "Estimated at {}, computed afterwards as {}, not billed: by list prices noted {as_of}{}.{budget}{held_back}",
        estimated.in_words(),
        certainty.of(currency, computed),
        with_own.unwrap_or_default()
    )
}
