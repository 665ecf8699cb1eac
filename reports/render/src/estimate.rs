//! What restore tests would cost, as a person reads it in the terminal before anything is started.

use std::collections::BTreeMap;
use std::fmt::Write;

use backproof_model::cost::in_cents;
use backproof_model::record::{Admission, BudgetSet, CostEstimated, DrawnPoint};

use crate::text::paragraph;

/// The sum in one line: how many restore tests, what together, by which prices, and what the budget holds back.
pub fn line(costs: &CostEstimated) -> String {
    let tests = costs.tests.len();
    let noun = if tests == 1 { "restore test" } else { "restore tests" };
    let mut line = format!("{tests} {noun}, estimated at {}", costs.in_words());
    let held_back = costs.tests.iter().filter(|test| test.admission != Admission::Within).count();
    if held_back > 0 {
        let _infallible = write!(line, "; the budget holds {held_back} of them back");
    }
    let _infallible = write!(line, " (list prices noted {}, not a bill)", costs.prices.as_of);
    line
}

/// The whole estimate: each restore test with what is assumed and not known of it, the sum, the budget, the prices.
pub fn whole(costs: &CostEstimated, drawn: &[DrawnPoint]) -> String {
    let mut text = String::new();
    let currency = &costs.prices.currency;
    let points: BTreeMap<u32, &DrawnPoint> = drawn.iter().rev().map(|drawn| (drawn.test, drawn)).collect();
    for estimated in &costs.tests {
        let name =
            points.get(&estimated.test).map(|drawn| drawn.point.resource_arn.arn().resource()).unwrap_or_default();
        let cost = &estimated.cost;
        paragraph(
            &mut text,
            "  ",
            &format!("{} {name}: {}; {}", estimated.test, cost.in_words(currency), estimated.times),
        );
        for part in &cost.parts {
            let sum = format!(
                "{} {} of {}: {} {} at {currency} {}",
                currency,
                in_cents(part.amount),
                part.what,
                part.quantity,
                part.unit,
                part.price
            );
            paragraph(&mut text, "      ", &sum);
            for assumed in &part.assumed {
                paragraph(&mut text, "        assumed: ", assumed);
            }
        }
        for unknown in &cost.unknowns {
            paragraph(&mut text, "      not in the sum: ", unknown);
        }
        if let Some(refusal) = estimated.admission.refusal() {
            paragraph(&mut text, "      will not begin: ", refusal);
        }
    }
    paragraph(
        &mut text,
        "Cost            ",
        &format!("{}, one attempt each; a second one costs the same again", costs.in_words()),
    );
    paragraph(&mut text, "Budget          ", &budget(&costs.budget, currency));
    paragraph(&mut text, "Prices          ", &prices(costs));
    text
}

fn budget(budget: &BudgetSet, currency: &str) -> String {
    let limit = |limit: Option<_>, of: &str| limit.map(|limit| format!("{currency} {} {of}", in_cents(limit)));
    let limits = [limit(budget.per_run, "for the run"), limit(budget.per_restore_test, "for one restore test")];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    if limits.is_empty() { "none is set in the plan ([budget])".to_owned() } else { limits.join(", ") }
}

fn prices(costs: &CostEstimated) -> String {
    let prices = &costs.prices;
    let own = prices.own.as_ref().map(|own| format!("; {} of {} replaces some", own.file, own.as_of));
    format!("noted {}: {}{}", prices.as_of, prices.note, own.unwrap_or_default())
}
