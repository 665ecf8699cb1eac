//! Section 5: the population, whether it is complete, what was left out, and what no draw can reach.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{counted, exclusion, grouped, moment};
use backproof_model::record::{AccountListed, PopulationFrozen, VaultListed};

use super::information::population_cards;
use super::{nothing, of_each_run, recorded};
use crate::charts;
use crate::compose::{LONGEST_LIST, cell, details, heading, list, mark, name, paragraph, rest, strong, table, words};
use crate::document::{Block, Cell, Tone};

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    of_each_run(dossier, "population", of_run)
}

fn of_run(record: &RunRecord) -> Vec<Block> {
    let Some(population) = &record.evidence.population else {
        return nothing("No population was frozen.");
    };
    let completeness = &record.conclusion.completeness;
    let mut blocks = vec![paragraph([
        words(format!("Listed {}. ", moment(population.as_of))),
        strong(format!(
            "{} listed = {} eligible + {} excluded.",
            grouped(population.listed),
            grouped(population.eligible),
            grouped(population.excluded)
        )),
        words(format!(" Completeness: {}. {}", completeness.grade, completeness.reason)),
    ])];
    if !completeness.exceptions.is_empty() {
        blocks.push(list(completeness.exceptions.iter().take(LONGEST_LIST).map(String::as_str)));
        blocks.extend(
            rest(
                completeness.exceptions.len(),
                LONGEST_LIST,
                "stand in the journal, in the record of step",
                "freeze-population",
            )
            .map(paragraph),
        );
    }
    blocks.extend(record.population.as_ref().and_then(|shape| charts::population::chart(record.evidence.run, shape)));
    blocks.push(heading("Excluded recovery points"));
    blocks.push(excluded(population));
    blocks.push(heading("Accounts and Regions"));
    blocks.push(accounts(population));
    blocks.push(heading("Vaults"));
    blocks.push(vaults(population));
    blocks.push(heading("Protected resources that no draw can reach"));
    blocks.push(uncovered(population));
    blocks.push(heading("Where these lists come from"));
    blocks.extend(population_cards(record).into_iter().map(|(list, card)| details(list, card.blocks())));
    blocks
}

fn excluded(population: &PopulationFrozen) -> Block {
    let rows = population
        .excluded_by_reason
        .iter()
        .map(|(code, count)| [cell(name(code)), cell(grouped(*count)), cell(exclusion(code))]);
    table("Every listed recovery point that could not be drawn, by reason", &["Reason", "#Points", "In words"])
        .rows(rows)
        .note("Each point with its reason stands in excluded.tsv.")
        .block_or("None: every listed recovery point could be drawn.")
}

fn accounts(population: &PopulationFrozen) -> Block {
    let row = |it: &AccountListed| {
        let read = match (&it.problem, &it.caller_arn) {
            (Some(problem), _) => mark(Tone::Bad, format!("not read: {problem}")),
            (None, caller) => cell(recorded(caller.as_ref().map(name))),
        };
        [cell(it.account.to_string()), cell(it.region.to_string()), read]
    };
    table("Accounts and Regions in scope, and as whom they were read", &["Account", "Region", "Read as"])
        .rows(population.accounts.iter().take(LONGEST_LIST).map(row))
        .note_if(rest(
            population.accounts.len(),
            LONGEST_LIST,
            "pairs of account and Region stand in the journal, in the record of step",
            "freeze-population",
        ))
        .block_or("None.")
}

fn vaults(population: &PopulationFrozen) -> Block {
    let row = |it: &VaultListed| {
        [
            cell(it.name.as_str()),
            cell(it.account.to_string()),
            cell(it.region.to_string()),
            cell(it.reported.map_or_else(|| "unknown".to_owned(), grouped)),
            cell(grouped(it.listed)),
            tie_out(it),
        ]
    };
    table(
        "Each vault's listing against AWS's own count",
        &["Vault", "Account", "Region", "#AWS counts", "#Listed", "Tie-out"],
    )
    .rows(population.vaults.iter().take(LONGEST_LIST).map(row))
    .note_if(rest(
        population.vaults.len(),
        LONGEST_LIST,
        "vaults stand in the journal, in the record of step",
        "freeze-population",
    ))
    .block_or("No vault was listed.")
}

fn tie_out(listed: &VaultListed) -> Cell {
    match (&listed.problem, listed.included, listed.reported) {
        (Some(problem), _, _) => mark(Tone::Bad, format!("not read to its end: {problem}")),
        (None, false, _) => cell("left out by the plan"),
        (None, true, None) => mark(Tone::Doubt, "AWS gave no count to compare with"),
        (None, true, Some(reported)) if reported == listed.listed => mark(Tone::Good, "ties out"),
        (None, true, Some(reported)) => {
            mark(Tone::Bad, format!("differs by {}", grouped(reported.abs_diff(listed.listed))))
        }
    }
}

fn uncovered(population: &PopulationFrozen) -> Block {
    let shown = population.uncovered.len().min(LONGEST_LIST);
    let rows = population.uncovered.iter().take(shown).map(|it| {
        [
            cell(name(it.resource_arn.as_str())),
            cell(it.resource_type.as_str()),
            cell(if it.in_scope { "yes" } else { "no" }),
            cell(it.why.as_str()),
        ]
    });
    let outside = population.uncovered_total.saturating_sub(population.uncovered_in_scope);
    let caption = format!(
        "Protected resources without a recovery point that can be drawn: {} in the plan's scope, {} outside it",
        grouped(population.uncovered_in_scope),
        grouped(outside)
    );
    let left = population.uncovered_total.saturating_sub(shown as u64);
    let nothing = if population.uncovered_total == 0 {
        "None: every protected resource has a recovery point that can be drawn.".to_owned()
    } else {
        format!("{}, named in uncovered.tsv.", counted(population.uncovered_total, "resource"))
    };
    table(caption, &["Resource", "Type", "In scope", "Why"])
        .rows(rows)
        .note_if((left > 0 && shown > 0).then(|| format!("{} more stand in uncovered.tsv.", grouped(left))))
        .block_or(&nothing)
}
