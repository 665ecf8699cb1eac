//! Section 8: every drawn recovery point with what it came to, by stratum, one by one, in detail, and what it cost.

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{duration, grouped, outcome};
use backproof_evidence::{Dossier, StratumOutcomes};
use backproof_model::Outcome;

use super::information::result_cards;
use super::restore_test::{detail, has_details, why_drawn};
use super::{anchor, called, cost, of_each_run, tone_of};
use crate::compose::{Words, cell, details, heading, link, mark, name, paragraph, strong, table, words};
use crate::document::{Block, Cell};

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    of_each_run(dossier, "results", of_run)
}

fn of_run(record: &RunRecord) -> Vec<Block> {
    let run = &record.evidence;
    let mut blocks = Vec::new();
    if !record.conclusion.assurance.strata.is_empty() {
        blocks.push(heading("By stratum"));
        blocks.push(strata(&record.conclusion.assurance.strata));
    }
    blocks.push(heading("Every restore test"));
    let titles =
        ["#No.", "Resource and recovery point", "Stratum", "Drawn", "Age at test", "Outcome", "Level", "Recovery time"];
    blocks.push(
        table("Every drawn recovery point, in the order of the draw", &titles)
            .rows(run.tests.iter().map(|test| row(record, test)))
            .note("Age at test is no recovery point objective; recovery time is that of passed restore tests, under test conditions.")
            .block_or("No recovery point was drawn, so none passed and none failed."),
    );
    let all = run.tests.len();
    let shown: Vec<_> = run.tests.iter().filter(|test| has_details(test, all)).collect();
    if all > 0 {
        blocks.push(heading("Each restore test in detail"));
    }
    let left_out = (all - shown.len()) as u64;
    if left_out > 0 {
        blocks.push(paragraph(format!(
            "Only restore tests that did not pass are shown in detail. The {} that passed stand in the table above, and \
             with every check in results.json.",
            grouped(left_out)
        )));
    }
    blocks.extend(shown.into_iter().map(|test| detail(record, test)));
    blocks.extend(cost::blocks(record));
    blocks.push(heading("Where these lists come from"));
    blocks.extend(result_cards(record).into_iter().map(|(list, card)| details(list, card.blocks())));
    blocks
}

fn strata(strata: &[StratumOutcomes]) -> Block {
    let rows = strata.iter().map(|it| {
        [
            cell(it.stratum.as_str()),
            cell(grouped(it.population)),
            cell(grouped(it.sample)),
            cell(grouped(it.passed)),
            cell(grouped(it.failed)),
            cell(grouped(it.inconclusive)),
            cell(it.bound.map_or_else(|| "no statement".to_owned(), grouped)),
        ]
    });
    table(
        "Outcomes by stratum",
        &["Stratum", "#Units", "#Drawn", "#Passed", "#Failed", "#Not told", "#At most failing"],
    )
    .rows(rows)
    .note("\u{201c}At most failing\u{201d} is the bound of the stratum by itself, at the confidence of section 10.")
    .block()
}

fn row(record: &RunRecord, test: &backproof_evidence::TestEvidence) -> [Cell; 8] {
    let point = &test.drawn.point;
    let number = test.drawn.test.to_string();
    let number = if has_details(test, record.evidence.tests.len()) {
        link(number, format!("#{}", anchor(record.evidence.run, test.drawn.test))).text()
    } else {
        number.text()
    };
    [
        cell(number),
        cell([
            strong(called(point)),
            words(format!(" {} ", point.resource_type)),
            name(point.recovery_point_arn.as_str()),
        ]),
        cell(test.drawn.stratum.as_str()),
        cell(why_drawn(&test.drawn)),
        cell(
            test.closed
                .as_ref()
                .map_or_else(|| "not recorded".to_owned(), |closed| duration(closed.age_at_test_seconds)),
        ),
        mark(tone_of(&test.outcome), outcome(&test.outcome)),
        cell(level(&test.outcome)),
        cell(backproof_evidence::figures::recovery_seconds(test).map_or_else(|| "not shown".to_owned(), duration)),
    ]
}

fn level(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed { level } => format!("{level} {}", level.describe()),
        Outcome::Failed { .. } | Outcome::Inconclusive { .. } => "none".to_owned(),
    }
}
