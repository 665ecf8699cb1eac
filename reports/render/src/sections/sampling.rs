//! Section 6: how the sample was drawn, where its seed comes from, what was selected, and how to redo it.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::RunRecord;
use backproof_evidence::shell;
use backproof_evidence::words::{grouped, moment};
use backproof_model::record::{DrawCommitted, EntropyRevealed};

use super::information::sample_cards;
use super::{called, of_each_run};
use crate::compose::{
    LONGEST_LIST, Words, cell, details, fact, facts, heading, link, list, listing, name, paragraph, rest, steps,
    strong, table, words,
};
use crate::document::{Block, Text};

/// Drawn points listed at most; the others stand in the results.
const MOST_SELECTED: usize = 1_000;

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    of_each_run(dossier, "sampling", of_run)
}

fn of_run(record: &RunRecord) -> Vec<Block> {
    let run = &record.evidence;
    let conclusion = &record.conclusion;
    let mut blocks = vec![paragraph([
        words("Grade of the draw: "),
        strong(conclusion.draw_grade.grade.as_str()),
        words(format!(". {}", conclusion.draw_grade.reason)),
    ])];
    let Some(commitment) = &run.commitment else {
        let why = conclusion.assurance.why_none.as_deref().unwrap_or("Nothing was committed to.");
        blocks.push(paragraph(why));
        blocks.extend(selected(record));
        return blocks;
    };
    blocks.push(paragraph(
        "Before the entropy was known, the run committed itself to the plan, the population, its own number and the \
         sizes below. The seed that follows from these and the entropy ranks the units of each stratum; the first ones \
         are tested. For every unit the seed also designates the one recovery point that stands for it. A unit is never \
         replaced by choice.",
    ));
    blocks.push(heading("Where the seed comes from"));
    blocks.push(facts(provenance(record, commitment)));
    let rows = commitment
        .sizes
        .iter()
        .map(|(stratum, size)| [cell(stratum.as_str()), cell(grouped(size.population)), cell(grouped(size.sample))]);
    blocks.push(
        table("Committed sizes", &["Stratum", "#Units", "#To draw"]).rows(rows).block_or("No stratum had a unit."),
    );
    if !commitment.certainty_units.is_empty() {
        blocks.push(heading("Tested for certain, outside the draw"));
        let units = commitment.certainty_units.iter().take(LONGEST_LIST);
        blocks.push(list(units.map(|unit| [name(&unit.unit), words(format!(" ({}): {}", unit.stratum, unit.why))])));
        blocks.extend(
            rest(
                commitment.certainty_units.len(),
                LONGEST_LIST,
                "stand in the journal, in the record of step",
                "commit-draw",
            )
            .map(paragraph),
        );
    }
    blocks.extend(selected(record));
    if let Some(entropy) = &run.entropy {
        blocks.extend(redo(commitment, entropy));
    }
    blocks.push(heading("Where these lists come from"));
    blocks.extend(sample_cards(record).into_iter().map(|(list, card)| details(list, card.blocks())));
    blocks
}

fn provenance(record: &RunRecord, commitment: &DrawCommitted) -> Vec<crate::document::Fact> {
    let entropy = record.evidence.entropy.as_ref();
    let or_not = |text: Option<Text>| text.unwrap_or_else(|| "not revealed".text());
    let mut rows = vec![
        fact("Protocol", commitment.algorithm.as_str()),
        fact("Digest of the plan", name(&commitment.plan_sha256)),
        fact("Digest of population.tsv", name(&commitment.population_sha256)),
        fact("Run in the seed", commitment.run.as_str()),
        fact("Kind of entropy committed to", commitment.entropy_kind.as_str()),
        fact(
            "Entropy known before the commitment",
            if commitment.entropy_known { "yes, so it counts as the operator's own" } else { "no" },
        ),
        fact("Entropy", or_not(entropy.map(|entropy| name(format!("{}:{}", entropy.kind, entropy.value)).text()))),
        fact("Seed", or_not(entropy.map(|entropy| name(&entropy.seed).text()))),
        fact(
            "Digest of ranking.tsv",
            record
                .evidence
                .ranking_sha256
                .as_ref()
                .map_or_else(|| "nothing was ranked".text(), |sha256| name(sha256).text()),
        ),
    ];
    if let Some(round) = commitment.beacon_round {
        rows.push(fact("Round of the beacon committed to", round.to_string()));
    }
    if let Some(signature) = entropy.and_then(|entropy| entropy.beacon_signature.as_ref()) {
        rows.push(fact("Signature of the round", name(signature)));
    }
    if let Some(anchor) = entropy.and_then(|entropy| entropy.commitment_anchor.as_ref()) {
        rows.push(fact("Commitment time-stamped", format!("{} by {}", moment(anchor.at), anchor.authority)));
    }
    rows
}

fn selected(record: &RunRecord) -> Vec<Block> {
    let run = &record.evidence;
    let rows = run.tests.iter().take(MOST_SELECTED).map(|test| {
        let drawn = &test.drawn;
        [
            cell(link(drawn.test.to_string(), format!("#{}", super::restore_test::target(run, test)))),
            cell(drawn.stratum.as_str()),
            cell(super::restore_test::why_drawn(drawn)),
            cell([strong(called(&drawn.point)), words(" "), name(drawn.point.recovery_point_arn.as_str())]),
        ]
    });
    let table = table(
        "The selected recovery points, in the order of the draw",
        &["#Restore test", "Stratum", "Drawn", "Recovery point"],
    )
    .rows(rows)
    .note_if(rest(run.tests.len(), MOST_SELECTED, "stand in the table of results, and in", "draw.json"));
    vec![heading("Selected list"), table.block_or("Nothing was drawn.")]
}

fn redo(commitment: &DrawCommitted, entropy: &EntropyRevealed) -> Vec<Block> {
    vec![
        heading("How to redo the draw"),
        steps([
            "Take population.tsv from the bundle, and compare its digest with the one that was committed to.",
            "Run one of the two commands below in the folder that holds it.",
            "Of each stratum, leave out the units that were tested for certain; the first of the others are the drawn ones, as many as were committed to.",
            "Compare them with the selected list above. Any difference is a finding.",
        ]),
        listing(
            "With this program, which prints every unit with its rank and its designated point",
            shell::redraw(commitment, entropy),
        ),
        listing("Without it, with sha256sum, openssl and sort", shell::redraw_by_hand(commitment, entropy)),
    ]
}
