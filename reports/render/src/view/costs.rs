//! What a run cost, in words and sums.

use std::collections::{BTreeMap, BTreeSet};

use backproof_evidence::{Costs, RunEvidence, TestCosts};
use backproof_model::cost::{Cost, in_cents};
use backproof_model::record::BudgetSet;
use serde::Serialize;

use super::LONGEST_LIST;

/// The section on costs.
#[derive(Serialize)]
pub(crate) struct CostsView<'a> {
    sentence: &'a str,
    currency: &'a str,
    tests: Vec<Row<'a>>,
    left_out: u64,
    estimated: String,
    computed: String,
    budget: String,
    as_of: &'a str,
    note: &'a str,
    own: Option<String>,
    sources: BTreeSet<&'a str>,
    sha256: &'a str,
    not_priced: &'a BTreeMap<String, String>,
}

/// One restore test.
#[derive(Serialize)]
struct Row<'a> {
    test: u32,
    name: &'a str,
    estimated: String,
    computed: String,
    parts: Vec<String>,
    held_back: Option<&'a str>,
    remarks: Vec<&'a str>,
}

/// What of the costs is shown.
pub(crate) fn costs<'a>(run: &'a RunEvidence, costs: &'a Costs) -> CostsView<'a> {
    let all = costs.tests.iter().flat_map(|test| test.estimated.iter().chain([&test.computed]));
    let own = costs.prices.own.as_ref();
    CostsView {
        sentence: &costs.sentence,
        currency: &costs.prices.currency,
        tests: run.tests.iter().zip(&costs.tests).take(LONGEST_LIST).map(|(test, costs)| row(test, costs)).collect(),
        left_out: costs.tests.len().saturating_sub(LONGEST_LIST) as u64,
        estimated: shown(costs.estimated_certainty, costs.estimated),
        computed: shown(costs.computed_certainty, costs.computed),
        budget: budget(&costs.budget, &costs.prices.currency),
        as_of: &costs.prices.as_of,
        note: &costs.prices.note,
        own: own.map(|own| format!("Prices of {}, noted {}, replace those of the same name.", own.file, own.as_of)),
        sources: all.flat_map(|cost| &cost.parts).map(|part| part.source.as_str()).collect(),
        sha256: &costs.prices.sha256,
        not_priced: &costs.prices.not_priced,
    }
}

fn row<'a>(test: &'a backproof_evidence::TestEvidence, costs: &'a TestCosts) -> Row<'a> {
    let point = &test.drawn.point;
    let estimated = costs.estimated.as_ref();
    let sum = |cost: &Cost| shown(cost.certainty, cost.total);
    // What was assumed counts for what was computed; where nothing began, for the estimate.
    let assumed_in = if costs.computed.parts.is_empty() { estimated } else { Some(&costs.computed) };
    let assumed = assumed_in.into_iter().flat_map(|cost| &cost.parts).flat_map(|part| &part.assumed);
    let unknown = assumed_in.into_iter().chain([&costs.computed]).flat_map(|cost| &cost.unknowns);
    let remarks: BTreeSet<&str> = assumed.chain(unknown).map(String::as_str).collect();
    Row {
        test: costs.test,
        name: point.resource_name.as_deref().unwrap_or_else(|| point.resource_arn.arn().resource_name()),
        estimated: estimated.map_or_else(|| "not estimated".to_owned(), sum),
        computed: sum(&costs.computed),
        parts: costs.computed.parts.iter().map(|part| format!("{} {}", part.what, in_cents(part.amount))).collect(),
        held_back: costs.held_back.as_deref(),
        remarks: remarks.into_iter().collect(),
    }
}

/// A sum without its currency, which stands above the column.
fn shown(certainty: backproof_model::cost::Certainty, sum: backproof_model::money::Money) -> String {
    certainty.of("", sum).replace("  ", " ").trim().to_owned()
}

fn budget(budget: &BudgetSet, currency: &str) -> String {
    let run = budget.per_run.map(|limit| format!("{currency} {} for the run", in_cents(limit)));
    let test = budget.per_restore_test.map(|limit| format!("{currency} {} for one restore test", in_cents(limit)));
    let limits: Vec<String> = run.into_iter().chain(test).collect();
    if limits.is_empty() {
        return "The plan sets none.".to_owned();
    }
    let unknown = if budget.unknown_allowed { "may begin" } else { "does not begin" };
    format!("{}. What is not wholly known of cost {unknown}.", limits.join(", "))
}
