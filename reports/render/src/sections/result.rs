//! Section 2: the result on one page. The verdicts stand apart: what restores came to, how the control operated, and
//! whether the harness can be relied on.

use backproof_evidence::Dossier;
use backproof_evidence::conclusion::Conclusion;
use backproof_evidence::dossier::{AttestationKind, AttestationStanding, RunRecord};
use backproof_evidence::words::{counted, duration, grouped};
use backproof_frameworks::Assessment;

use super::control_mapping;
use super::verdicts::{capital, counts, verdicts};
use crate::charts;
use crate::compose::{
    Words, callout, cell, fact, facts, heading, link, list, name, paragraph, rest, strong, table, words,
};
use crate::document::{Block, Fact, Text, Tone};

/// Units left behind and problems told on the first page.
const MOST_TOLD: usize = 20;

/// The section.
pub(super) fn blocks(dossier: &Dossier, assessments: &[Assessment]) -> Vec<Block> {
    let latest = dossier.latest();
    let conclusion = &latest.conclusion;
    let mut blocks = vec![paragraph([strong(format!("{}. ", conclusion.verdict.word())), words(&conclusion.headline)])];
    if dossier.runs.len() > 1 {
        blocks.push(paragraph(format!(
            "This page speaks of run {}, the newest of {}; the register below tells all of them.",
            latest.evidence.run,
            counted(dossier.runs.len() as u64, "run")
        )));
    }
    if !conclusion.problems.is_empty() {
        blocks.push(callout(
            Tone::Bad,
            "The evidence does not hold together",
            format!(
                "{} named below. Nothing that depends on them may be relied on.",
                counted(conclusion.problems.len() as u64, "problem")
            ),
        ));
        blocks.push(list(conclusion.problems.iter().take(MOST_TOLD).map(String::as_str)));
        blocks.extend(
            rest(conclusion.problems.len(), MOST_TOLD, "are told by", "the command backproof verify").map(paragraph),
        );
    }
    blocks.push(verdicts(latest, dossier));
    blocks.push(counts(conclusion));
    if conclusion.counts.not_performed > 0 {
        let were = if conclusion.counts.not_performed == 1 { "was" } else { "were" };
        blocks.push(paragraph(format!(
            "Of those that could not be told, {} {were} drawn and never performed.",
            grouped(conclusion.counts.not_performed)
        )));
    }
    blocks.push(assurance(conclusion));
    blocks.push(facts(at_a_glance(dossier, assessments)));
    if !conclusion.remains.left.is_empty() {
        blocks.push(callout(Tone::Bad, "What may still be there", conclusion.remains_sentence.as_str()));
        let left = conclusion.remains.left.iter().take(MOST_TOLD);
        blocks.push(list(left.map(|left| [name(&left.arn), words(format!(": {}", left.why))])));
        blocks.extend(
            rest(conclusion.remains.left.len(), MOST_TOLD, "stand", "under Data handling and disposal").map(paragraph),
        );
    }
    blocks.extend(charts::outcomes::chart(&latest.evidence));
    blocks.extend(not_passed(latest));
    blocks
}

fn assurance(conclusion: &Conclusion) -> Block {
    let assurance = &conclusion.assurance;
    match (&assurance.statement, &assurance.why_none) {
        (Some(statement), _) => callout(Tone::Plain, "Assurance", statement.reading.sentence.as_str()),
        (None, Some(why)) => callout(Tone::Doubt, "No assurance statement", why.as_str()),
        (None, None) => callout(Tone::Doubt, "No assurance statement", "No reason was recorded."),
    }
}

fn at_a_glance(dossier: &Dossier, assessments: &[Assessment]) -> Vec<Fact> {
    let latest = dossier.latest();
    let conclusion = &latest.conclusion;
    let graded = |grade: &str, reason: &str| [strong(format!("{}. ", capital(grade))), words(reason)].text();
    let mut rows = vec![
        fact("Recovery time (RTO)", recovery(conclusion)),
        fact("Recovery point (RPO)", recovery_point(conclusion)),
        fact("Exceptions", exceptions(dossier)),
    ];
    if let Some(costs) = &conclusion.costs {
        rows.push(fact("Cost", costs.sentence.as_str()));
    } else {
        rows.push(fact("Cost", "not computed: the journal holds no estimate"));
    }
    rows.push(fact(
        "Completeness of the population",
        graded(&conclusion.completeness.grade, &conclusion.completeness.reason),
    ));
    rows.push(fact("Planted faults", conclusion.controls.sentence.as_str()));
    rows.push(fact("Left behind", conclusion.remains_sentence.as_str()));
    rows.push(fact("Who vouches", vouching(latest)));
    rows.extend(
        assessments
            .iter()
            .map(|assessment| fact(control_mapping::named(assessment), control_mapping::in_short(assessment))),
    );
    rows
}

fn recovery(conclusion: &Conclusion) -> Text {
    let figures = &conclusion.figures;
    let (Some(median), Some(longest)) = (figures.recovery_median_seconds, figures.recovery_longest_seconds) else {
        return "Not measured: nothing was shown to recover.".text();
    };
    let mut text = Vec::new();
    match figures.rto_objective_seconds {
        None => text.push(words("The plan sets no objective. ")),
        Some(objective) => {
            text.push(strong(format!("{} of {}", grouped(figures.recovery_met), grouped(conclusion.counts.drawn))));
            text.push(words(format!(" met the objective of {}", duration(objective))));
            if figures.recovery_missed > 0 {
                text.push(words(format!(", {} took longer", grouped(figures.recovery_missed))));
            }
            if figures.recovery_not_measured > 0 {
                let was = if figures.recovery_not_measured == 1 { "was" } else { "were" };
                text.push(words(format!(
                    ", {} {was} not shown to recover at all",
                    grouped(figures.recovery_not_measured)
                )));
            }
            text.push(words(". "));
        }
    }
    text.push(words(format!("Median {}, longest {}, under test conditions.", duration(median), duration(longest))));
    text
}

fn recovery_point(conclusion: &Conclusion) -> Text {
    let figures = &conclusion.figures;
    let gap = match (&figures.longest_gap, figures.gap_objective_seconds) {
        (None, _) => "No gap was computed.".to_owned(),
        (Some(gap), None) => format!("Longest gap {}; the plan sets no objective.", duration(gap.gap_seconds)),
        (Some(gap), Some(objective)) => format!(
            "Longest gap {}, objective {}: exceeded by {} of {} on record.",
            duration(gap.gap_seconds),
            duration(objective),
            grouped(figures.gaps_exceeded),
            counted(figures.gaps_computed, "longest gap")
        ),
    };
    let lag = match figures.longest_lag_seconds {
        Some(lag) => {
            format!(" Largest lag {}, measured in {}.", duration(lag), counted(figures.lag_measured, "restore test"))
        }
        None => " Lag not measured.".to_owned(),
    };
    (gap + &lag).text()
}

fn exceptions(dossier: &Dossier) -> Text {
    let latest = dossier.latest();
    if dossier.exceptions.is_empty() {
        return latest.conclusion.exceptions_sentence.as_str().text();
    }
    let open = dossier.exceptions.iter().filter(|exception| exception.closed.is_none()).count() as u64;
    [
        words(format!("{} ", latest.conclusion.exceptions_sentence)),
        words(format!(
            "The register knows {}, of which {} not closed: ",
            counted(dossier.exceptions.len() as u64, "exception"),
            are(open)
        )),
        link("see section 11", "#exceptions"),
        words("."),
    ]
    .text()
}

fn are(count: u64) -> String {
    format!("{} {}", grouped(count), if count == 1 { "is" } else { "are" })
}

/// Whose word stands behind the bundle, in one sentence.
fn vouching(latest: &RunRecord) -> String {
    if latest.seal.is_none() {
        return "Nobody: this report was made from the journal alone, which is not sealed.".to_owned();
    }
    let trusted = |kind: AttestationKind| {
        latest.attestations.iter().any(|it| it.kind == kind && it.standing == AttestationStanding::Trusted)
    };
    let told = |kind: AttestationKind, yes: &str, no: &str| if trusted(kind) { yes.to_owned() } else { no.to_owned() };
    let invalid = latest.attestations.iter().filter(|it| it.standing == AttestationStanding::Invalid).count() as u64;
    let invalid = if invalid == 0 { String::new() } else { format!(" {} not hold.", does(invalid)) };
    format!(
        "{}; {}; {}.{invalid}",
        told(AttestationKind::Operator, "Signed by the operator", "No trusted signature of the operator"),
        told(
            AttestationKind::SignOff,
            "signed off by another person",
            "not signed off by a person whom the trust file names"
        ),
        told(AttestationKind::TimeStamp, "time-stamped by an authority", "not time-stamped by a trusted authority")
    )
}

fn does(count: u64) -> String {
    if count == 1 { "1 attestation does".to_owned() } else { format!("{} attestations do", grouped(count)) }
}

fn not_passed(latest: &RunRecord) -> Vec<Block> {
    let told = &latest.conclusion.not_passed;
    if told.is_empty() {
        return Vec::new();
    }
    let run = latest.evidence.run;
    let rows = told.iter().take(MOST_TOLD).map(|it| {
        let tone = if it.outcome == "failed" { Tone::Bad } else { Tone::Doubt };
        [
            cell([
                link(format!("Restore test {}", it.test), format!("#{}", super::anchor(run, it.test))),
                words(" "),
                name(&it.resource),
            ]),
            crate::compose::mark(tone, it.outcome.as_str()),
            cell(it.reason.as_str()),
            cell(it.owner_in_words.as_str()),
            cell(it.remedy.as_str()),
        ]
    });
    let caption = "What did not pass, and whose fault it is";
    let table = table(caption, &["Restore test", "Outcome", "Why", "Fault of", "What to do"]).rows(rows).note_if(rest(
        told.len(),
        MOST_TOLD,
        "did not pass; all of them stand in section 8, and in",
        "results.json",
    ));
    vec![heading("What did not pass"), table.block()]
}
