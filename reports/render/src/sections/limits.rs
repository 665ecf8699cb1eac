//! Section 17: what the report does not prove, and what its words mean.

use std::collections::BTreeSet;

use backproof_evidence::Dossier;

use crate::compose::{fact, facts, heading, list, paragraph};
use crate::document::Block;

/// The words of the report, each with its one meaning.
const GLOSSARY: [(&str, &str); 22] = [
    ("Age at test", "How old a tested recovery point was when the run listed it. No recovery point objective."),
    ("Baseline", "What the data should look like: a signed manifest taken at backup time on the production side."),
    ("Bound", "The largest number of designated points that would fail, at the stated confidence."),
    ("Bundle", "The sealed evidence of a run: journal, population, draw, results, digests, signatures."),
    ("Certainty unit", "A unit that was tested for certain, outside the draw: overdue, or with an open exception."),
    (
        "Check",
        "One statement about restored data, with what was expected, what was observed, how many were examined, and a verdict.",
    ),
    (
        "Could not be told",
        "Inconclusive: the required level was not reached for a reason that lies outside the backup. Never counted as a pass.",
    ),
    ("Designated point", "The recovery point that the seed chooses to stand for a unit, tested or not."),
    ("Draw", "Choosing the sample from the frozen population by a committed seed."),
    ("Exception", "A failed or undecided restore test, or something left behind, followed until retested or accepted."),
    (
        "Gap",
        "The longest interval between consecutive recovery points of a resource, the time since the latest one included.",
    ),
    ("Journal", "The append-only, hash-chained record of a run. Everything else is derived from it."),
    ("Lag", "The recovery point's time minus that of the newest data in it."),
    (
        "Level",
        "How much was shown: L0 restored, L1 reachable, L2 structure complete, L3 content compared, L4 application answers.",
    ),
    ("Planted fault", "A fault put into scratch data on purpose, which a validator must notice."),
    (
        "Population",
        "Every recovery point that the plan's scope listed, frozen before the draw, with what could not be listed.",
    ),
    ("Recovery time", "From asking for the restore until the data was shown to be usable, under test conditions."),
    ("Register", "The gap-free list of runs: scheduled, performed, late, missed, aborted."),
    ("Sandbox", "The account, Region and network that restores go into."),
    ("Stratum", "A part of the population that is drawn from on its own."),
    ("Unit", "What the assurance statement counts: a protected resource, or a recovery point where the plan says so."),
    ("Validator", "A program that examines a restored resource and returns checks."),
];

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    let mut blocks = vec![heading("What this report does not prove")];
    blocks.push(list(dossier.latest().conclusion.limits.iter().map(String::as_str)));
    let told: BTreeSet<&str> = dossier.latest().conclusion.limits.iter().map(String::as_str).collect();
    for record in dossier.runs.iter().rev().skip(1) {
        let further: Vec<&str> =
            record.conclusion.limits.iter().map(String::as_str).filter(|limit| !told.contains(limit)).collect();
        if !further.is_empty() {
            blocks.push(paragraph(format!("Of run {}, also:", record.evidence.run)));
            blocks.push(list(further));
        }
    }
    blocks.push(paragraph(
        "This report says which evidence supports a control and what is left open. It is no audit opinion and certifies \
         nothing: whether a control is met is for the auditor to determine.",
    ));
    blocks.push(heading("Glossary"));
    blocks.push(facts(GLOSSARY.iter().map(|(term, meaning)| fact(*term, *meaning)).collect()));
    blocks
}
