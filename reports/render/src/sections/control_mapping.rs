//! Section 13: every criterion of every catalogue in scope, how it stands, why, and what that does not prove.

use backproof_evidence::words::{counted, grouped};
use backproof_frameworks::assess::{AspectReading, Assessment, CriterionReading, CriterionStanding, Reason};
use backproof_frameworks::{ClaimStanding, EvidenceReference};

use super::nothing;
use crate::compose::{
    Words, callout, cell, details, fact, facts, heading, link, list, mark, name, paragraph, strong, table, words,
};
use crate::document::{Block, Cell, Text, Tone};

/// The anchors of the sections, by number from 1.
const ANCHORS: [&str; 17] = [
    "cover",
    "result",
    "scope",
    "register",
    "population",
    "sampling",
    "procedure",
    "results",
    "objectives",
    "statistics",
    "exceptions",
    "disposal",
    "controls",
    "identity",
    "evidence",
    "sign-off",
    "limits",
];

/// A catalogue as people call it: `SOC 2 (2017, revised 2022)`.
pub(super) fn named(assessment: &Assessment) -> String {
    format!("{} ({})", assessment.catalogue.title, assessment.catalogue.version)
}

/// How its criteria stand, in one sentence.
pub(super) fn in_short(assessment: &Assessment) -> Text {
    let counts = assessment.counts;
    [
        words(format!(
            "Of {}: {} supported, {} contradicted, {} insufficient, {} not addressed. ",
            counted(assessment.criteria.len() as u64, "criterion").replace("criterions", "criteria"),
            grouped(counts.supported),
            grouped(counts.contradicted),
            grouped(counts.insufficient),
            grouped(counts.not_addressed)
        )),
        link("See section 13", "#controls"),
        words("."),
    ]
    .text()
}

/// The section.
pub(super) fn blocks(assessments: &[Assessment]) -> Vec<Block> {
    if assessments.is_empty() {
        return nothing(
            "No catalogue of controls was asked for, so none is mapped. `backproof report --framework soc2` maps one; what \
             the evidence does not prove stands in section 17 all the same.",
        );
    }
    let mut blocks = vec![paragraph(
        "Which evidence supports a criterion, what contradicts it, and what is left open. Titles are our own; the standards' \
         texts are not quoted. Every criterion of the catalogue appears, also those that restore tests say nothing of. \
         Whether a criterion is met is for the auditor to determine.",
    )];
    blocks.extend(assessments.iter().flat_map(of_catalogue));
    blocks
}

fn of_catalogue(assessment: &Assessment) -> Vec<Block> {
    let catalogue = &assessment.catalogue;
    let mut blocks = vec![heading(named(assessment)), paragraph(assessment.disclaimer)];
    if assessment.simulated {
        blocks.push(callout(Tone::Bad, "Simulation", backproof_frameworks::assess::SIMULATED));
    }
    let aspects = [&assessment.control_operation, &assessment.restore_outcomes, &assessment.harness_integrity];
    blocks.push(table("Three things are judged apart", &["What", "Standing", "Why"]).rows(aspects.map(aspect)).block());
    blocks.push(matrix(assessment));
    blocks.extend(assessment.criteria.iter().map(of_criterion));
    let mut rows = vec![
        fact("Publication", format!("{}, {}", catalogue.source, catalogue.source_url)),
        fact("Compared with it on", format!("{} by {}", catalogue.reviewed_on, catalogue.reviewer)),
        fact("Licence of its text", catalogue.licence.as_str()),
        fact("Digest of the catalogue", name(&catalogue.sha256)),
    ];
    rows.extend(catalogue.unverified.iter().map(|what| fact("Not checked against it", what.as_str())));
    blocks.push(details(format!("Catalogue {}", catalogue.id), vec![facts(rows)]));
    blocks
}

fn aspect(reading: &AspectReading) -> [Cell; 3] {
    let mut what = reading.aspect.in_words().to_owned();
    if let Some(first) = what.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    [cell(what), mark(tone_of_claim(reading.standing), reading.standing.word()), cell(reading.sentence.as_str())]
}

fn matrix(assessment: &Assessment) -> Block {
    let rows = assessment.criteria.iter().map(|it| {
        let former =
            if it.former_ids.is_empty() { String::new() } else { format!(" (formerly {})", it.former_ids.join(", ")) };
        [
            cell([strong(&it.id), words(former)]),
            cell(it.title.as_str()),
            cell(it.relation.as_str()),
            standing(it),
            cell(it.frequency.sentence.as_str()),
            cell(it.leaves_open.join(" ")),
        ]
    });
    let titles = ["Criterion", "Our title", "Bears on it", "Standing", "How often", "What this does not prove"];
    table(format!("Control mapping: {}", named(assessment)), &titles)
        .rows(rows)
        .note("Primary: testing restores is what it asks for. Partial: it asks for more. Context: it asks for something else, to which this adds a fact.")
        .block()
}

fn standing(it: &CriterionReading) -> Cell {
    let would_be = it.would_be.map_or_else(String::new, |would_be| format!("; on AWS it would be {}", would_be.word()));
    mark(tone_of(it.standing), format!("{}{would_be}", it.standing.word()))
}

fn of_criterion(it: &CriterionReading) -> Block {
    let mut blocks = vec![paragraph(it.sentence.as_str())];
    if !it.reasons.is_empty() {
        blocks.push(
            table(format!("Why {} stands so, claim by claim", it.id), &["Claim", "Standing", "Why", "Evidence"])
                .rows(it.reasons.iter().map(reason))
                .block(),
        );
    }
    if !it.objectives.is_empty() {
        let told: Vec<String> =
            it.objectives.iter().map(|objective| format!("{} {}", objective.id, objective.standing.word())).collect();
        blocks.push(paragraph(format!("Assessment objectives: {}.", told.join("; "))));
    }
    blocks.push(heading(format!("What this does not prove of {}", it.id)));
    blocks.push(list(it.leaves_open.iter().map(String::as_str)));
    blocks.push(paragraph(format!("Source: {}", it.source)));
    details(format!("{} {}: {}", it.id, it.title, it.standing.word()), blocks)
}

fn reason(it: &Reason) -> [Cell; 4] {
    let more = match it.further_sentences {
        0 => String::new(),
        count => format!(" ({} more in the evidence)", grouped(count as u64)),
    };
    [
        cell(it.claim.in_words()),
        mark(tone_of_claim(it.standing), it.standing.word()),
        cell(format!("{}{more}", it.sentence)),
        cell(evidence(&it.evidence)),
    ]
}

fn evidence(it: &EvidenceReference) -> Text {
    let anchor = ANCHORS.get(usize::from(it.section).saturating_sub(1)).copied().unwrap_or("evidence");
    let run = it.run.map_or_else(String::new, |run| format!(", run {run}"));
    [link(format!("section {}", it.section), format!("#{anchor}")), words(format!("{run}, ")), name(it.file)].text()
}

fn tone_of(standing: CriterionStanding) -> Tone {
    match standing {
        CriterionStanding::Supported => Tone::Good,
        CriterionStanding::Contradicted => Tone::Bad,
        CriterionStanding::Insufficient => Tone::Doubt,
        CriterionStanding::NotAddressed => Tone::Plain,
    }
}

fn tone_of_claim(standing: ClaimStanding) -> Tone {
    match standing {
        ClaimStanding::Shown => Tone::Good,
        ClaimStanding::NotShown => Tone::Doubt,
        ClaimStanding::Contradicted => Tone::Bad,
    }
}
