//! What a run cost: estimated before, computed afterwards, never billed. Part of the results.

use std::collections::BTreeSet;

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::grouped;
use backproof_evidence::{Costs, TestCosts, TestEvidence};
use backproof_model::cost::{Certainty, Cost, in_cents};
use backproof_model::money::Money;
use backproof_model::record::BudgetSet;

use super::called;
use crate::compose::{LONGEST_LIST, cell, details, fact, facts, heading, name, paragraph, rest, table};
use crate::document::{Block, Cell};

/// The blocks.
pub(super) fn blocks(record: &RunRecord) -> Vec<Block> {
    let mut blocks = vec![heading("Costs")];
    match &record.conclusion.costs {
        None => blocks
            .push(paragraph("The journal holds no estimate of what this run would cost, and nothing was computed.")),
        Some(costs) => {
            blocks.push(paragraph(format!(
                "{} Every sum is computed from sizes, times and list prices. None is a bill.",
                costs.sentence
            )));
            blocks.push(by_test(record, costs));
            blocks.push(details("Budget and prices", vec![prices(costs)]));
        }
    }
    if let Some(concurrency) = &record.evidence.concurrency {
        let told: Vec<String> = concurrency
            .allowed
            .iter()
            .map(|it| {
                format!("{} of {} in {} ({})", grouped(u64::from(it.restores)), it.resource_type, it.region, it.because)
            })
            .collect();
        blocks.push(paragraph(format!("Restores beside each other: {}.", told.join("; "))));
    }
    blocks
}

fn by_test(record: &RunRecord, costs: &Costs) -> Block {
    let tests = record.evidence.tests.iter().zip(&costs.tests).take(LONGEST_LIST);
    let titles =
        ["Restore test", "#Estimated", "#Computed", "Parts of what was computed", "Assumed, or not in the sum"];
    let caption = format!(
        "One attempt as estimated before anything was started, and all attempts as computed afterwards, in {}",
        costs.prices.currency
    );
    let together = [
        cell("Together"),
        cell(shown(costs.estimated_certainty, costs.estimated)),
        cell(shown(costs.computed_certainty, costs.computed)),
        cell(""),
        cell(""),
    ];
    table(caption, &titles)
        .rows(tests.map(|(test, costs)| row(test, costs)).chain([together]))
        .note_if(rest(costs.tests.len(), LONGEST_LIST, "stand in", "results.json"))
        .block()
}

fn row(test: &TestEvidence, costs: &TestCosts) -> [Cell; 5] {
    let estimated = costs.estimated.as_ref();
    let sum = |cost: &Cost| shown(cost.certainty, cost.total);
    // What was assumed counts for what was computed; where nothing began, for the estimate.
    let assumed_in = if costs.computed.parts.is_empty() { estimated } else { Some(&costs.computed) };
    let assumed = assumed_in.into_iter().flat_map(|cost| &cost.parts).flat_map(|part| &part.assumed);
    let unknown = assumed_in.into_iter().chain([&costs.computed]).flat_map(|cost| &cost.unknowns);
    let remarks: BTreeSet<&str> = assumed.chain(unknown).map(String::as_str).collect();
    let mut remarks: Vec<String> = remarks.into_iter().map(str::to_owned).collect();
    if let Some(why) = &costs.held_back {
        remarks.insert(0, format!("held back: {why}"));
    }
    let parts: Vec<String> =
        costs.computed.parts.iter().map(|part| format!("{} {}", part.what, in_cents(part.amount))).collect();
    [
        cell(format!("{} {}", costs.test, called(&test.drawn.point))),
        cell(estimated.map_or_else(|| "not estimated".to_owned(), sum)),
        cell(sum(&costs.computed)),
        cell(parts.join("; ")),
        cell(remarks.join("; ")),
    ]
}

fn prices(costs: &Costs) -> Block {
    let prices = &costs.prices;
    let all = costs.tests.iter().flat_map(|test| test.estimated.iter().chain([&test.computed]));
    let sources: BTreeSet<&str> = all.flat_map(|cost| &cost.parts).map(|part| part.source.as_str()).collect();
    let sources = sources.into_iter().collect::<Vec<_>>().join(", ");
    let own = prices
        .own
        .as_ref()
        .map(|own| format!(". Prices of {}, noted {}, replace those of the same name", own.file, own.as_of));
    let mut rows = vec![
        fact("Budget", budget(&costs.budget, &prices.currency)),
        fact("Prices", format!("noted {}: {}{}", prices.as_of, prices.note, own.unwrap_or_default())),
        fact("From", if sources.is_empty() { "no price was used".to_owned() } else { sources }),
        fact("Digest of the prices", name(&prices.sha256)),
    ];
    rows.extend(prices.not_priced.iter().map(|(what, why)| fact("Not counted", format!("{what}: {why}"))));
    facts(rows)
}

/// A sum without its currency, which stands above the column.
fn shown(certainty: Certainty, sum: Money) -> String {
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
