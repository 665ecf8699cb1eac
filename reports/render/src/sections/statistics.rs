//! Section 10: what the draw lets one say of the points that were not tested, and what that takes for granted.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::grouped;

use super::of_each_run;
use crate::charts;
use crate::compose::{callout, cell, heading, list, mark, name, paragraph, table};
use crate::document::{Block, Tone};

/// Resources listed at most.
const MOST: usize = 500;

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    let mut blocks = of_each_run(dossier, "statistical conclusion", of_run);
    if dossier.runs.len() > 1 {
        blocks.push(paragraph(
            "Each run's confidence is its own. Samples of several runs are not one sample: they come from different \
             populations, and are not added up here.",
        ));
    }
    blocks.push(heading("Coverage: when each protected resource was last proved"));
    blocks.extend(coverage(dossier));
    blocks
}

fn of_run(record: &RunRecord) -> Vec<Block> {
    let assurance = &record.conclusion.assurance;
    let Some(statement) = &assurance.statement else {
        let why = assurance.why_none.as_deref().unwrap_or("No reason was recorded.");
        return vec![callout(Tone::Doubt, "No assurance statement", why)];
    };
    let level =
        assurance.level.map_or_else(String::new, |level| format!(" The level is {level}, {}.", level.describe()));
    let mut blocks = vec![callout(Tone::Plain, "Assurance", format!("{}{level}", statement.reading.sentence))];
    if let Some(second) = &statement.without_undecided {
        blocks.push(paragraph(format!(
            "Read a second way, with the restore tests that could not be told left out of the sample instead of counted as failures: {}",
            second.sentence
        )));
    }
    blocks.push(paragraph(statement.discovery.sentence.as_str()));
    blocks.push(paragraph(statement.needed.sentence.as_str()));
    let rows = statement.reading.strata.iter().map(|it| {
        [
            cell(it.stratum.as_str()),
            cell(grouped(it.population)),
            cell(grouped(it.sample)),
            cell(grouped(it.failures)),
            cell(grouped(it.bound)),
        ]
    });
    blocks.push(
        table(
            "The bound of each stratum by itself",
            &["Stratum", "#Designated points", "#Tested", "#Counted as failures", "#At most failing"],
        )
        .rows(rows)
        .block_or("No stratum was drawn from."),
    );
    blocks.push(heading("Assumptions"));
    blocks.push(list([
        "The sample was drawn at random from the frozen list, as section 6 shows; its grade says how far the operator could have influenced that.",
        "The unit is the protected resource, represented by the one recovery point that the seed designates. Nothing is said of its other recovery points.",
        "The verdict is that of the checks which are listed. A fault that they do not look for stays unfound.",
        "It holds for the moment at which the list was frozen.",
        "Restore tests that could not be told, were stopped or never performed count as failures; the second reading leaves them out.",
        "Resources that were tested for certain were not drawn. What failed of them is added to the bound, what passed says nothing of the rest.",
        "The bound is exact, by whole numbers, for a finite population without replacement (hypergeometric), and one-sided.",
        "Resources may share causes: keys, networks, configurations. A shared cause makes failures come together, which the bound allows for and does not explain.",
    ]));
    blocks
}

fn coverage(dossier: &Dossier) -> Vec<Block> {
    if dossier.coverage.is_empty() {
        return vec![paragraph(
            "No coverage was at hand: this report cannot tell when each protected resource was last proved.",
        )];
    }
    let mut blocks = Vec::new();
    let now = super::dated(dossier);
    blocks.extend(now.and_then(|now| charts::coverage::chart(&dossier.coverage, now)));
    let rows = dossier.coverage.iter().take(MOST).map(|it| {
        [
            cell(name(&it.resource_arn)),
            cell(it.resource_type.as_str()),
            cell(grouped(it.eligible_points)),
            match it.last_passed {
                Some(at) => cell(backproof_evidence::words::moment(at)),
                None => mark(Tone::Doubt, "never"),
            },
            cell(it.last_passed_run.map_or_else(|| "none".to_owned(), |run| run.to_string())),
            cell(match (&it.last_outcome, it.last_tested_run) {
                (Some(outcome), Some(run)) => format!("{outcome}, run {run}"),
                (Some(outcome), None) => outcome.clone(),
                (None, _) => "never tested".to_owned(),
            }),
            match it.last_passed.zip(now).map(|(passed, now)| charts::coverage::days(passed, now)) {
                Some(days) if days > charts::coverage::OLD_DAYS => mark(Tone::Bad, grouped(days.unsigned_abs())),
                Some(days) => cell(grouped(days.unsigned_abs())),
                None => cell(""),
            },
        ]
    });
    let titles = ["Resource", "Type", "#Eligible points", "Last proved", "In run", "Last came to", "#Days since"];
    blocks.push(
        table("Protected resources by when they were last proved, never proved ones first", &titles)
            .rows(rows)
            .note_if(crate::compose::rest(dossier.coverage.len(), MOST, "stand in", "coverage.csv"))
            .block(),
    );
    blocks
}
