//! The verdicts of the first page, told apart: what restores came to, how the control operated, whether the harness can
//! be relied on, how the sample was drawn, what is left, and whether runs came on time.

use backproof_evidence::Dossier;
use backproof_evidence::conclusion::Conclusion;
use backproof_evidence::control::ControlVerdict;
use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::grouped;

use super::register::Schedule;
use crate::compose::tile;
use crate::document::{Block, Tile, Tone};

/// The verdicts, side by side.
pub(super) fn verdicts(latest: &RunRecord, dossier: &Dossier) -> Block {
    let conclusion = &latest.conclusion;
    let mut tiles = vec![
        tile("Restore tests", restore_verdict(conclusion), tone_of_restores(conclusion), restore_outcomes(conclusion)),
        tile(
            "Operation of the control",
            capital(conclusion.control.word),
            tone_of_control(conclusion.control.verdict),
            &conclusion.control.sentence,
        ),
        tile(
            "The harness itself",
            capital(&conclusion.integrity.grade),
            tone_of_integrity(conclusion),
            &conclusion.integrity.reason,
        ),
        tile("Draw", capital(&conclusion.draw_grade.grade), tone_of_draw(conclusion), &conclusion.draw_grade.reason),
    ];
    tiles.push(disposal(conclusion));
    if !dossier.register.occurrences.is_empty() {
        let schedule = Schedule::of(dossier);
        tiles.push(tile("Schedule", schedule.word(), schedule.tone(), schedule.sentence()));
    }
    Block::Tiles { tiles }
}

/// What the restore tests came to in a word or two, whatever else the run came to.
fn restore_verdict(conclusion: &Conclusion) -> String {
    let counts = conclusion.counts;
    match (counts.drawn, counts.failed, counts.inconclusive) {
        (0, _, _) => "None was made".to_owned(),
        (_, 0, 0) if counts.passed == counts.drawn => "All passed".to_owned(),
        (_, 0, undecided) => format!("{} could not be told", grouped(undecided)),
        (_, failed, _) => format!("{} failed", grouped(failed)),
    }
}

fn tone_of_restores(conclusion: &Conclusion) -> Tone {
    let counts = conclusion.counts;
    let all_passed = counts.drawn > 0 && counts.passed == counts.drawn && conclusion.problems.is_empty();
    match (counts.failed, all_passed) {
        (0, true) => Tone::Good,
        (0, false) => Tone::Doubt,
        (_, _) => Tone::Bad,
    }
}

/// Whether what was made is shown to be gone.
fn disposal(conclusion: &Conclusion) -> Tile {
    let remains = &conclusion.remains;
    let (word, tone) = if !remains.left.is_empty() {
        ("Something left behind", Tone::Bad)
    } else if !remains.unreadable.is_empty() {
        ("Not shown", Tone::Bad)
    } else if remains.created == 0 {
        ("Nothing was made", Tone::Plain)
    } else if remains.nothing_is_left() {
        ("Nothing left", Tone::Good)
    } else {
        ("Not shown", Tone::Doubt)
    };
    tile("Disposal", word, tone, &conclusion.remains_sentence)
}

/// What the restore tests came to, told apart from what is left behind.
fn restore_outcomes(conclusion: &Conclusion) -> String {
    let counts = conclusion.counts;
    if counts.drawn == 0 {
        return "No recovery point was tested.".to_owned();
    }
    format!(
        "{} of {} passed. A failed restore test is not by itself a failed control.",
        grouped(counts.passed),
        grouped(counts.drawn)
    )
}

/// How many restore tests came to what.
pub(super) fn counts(conclusion: &Conclusion) -> Block {
    let counts = conclusion.counts;
    let of = |count: u64, tone: Tone| if count == 0 { Tone::Plain } else { tone };
    Block::Tiles {
        tiles: vec![
            tile("Drawn", grouped(counts.drawn), Tone::Plain, ""),
            tile("Passed", grouped(counts.passed), of(counts.passed, Tone::Good), ""),
            tile("Failed", grouped(counts.failed), of(counts.failed, Tone::Bad), ""),
            tile("Could not be told", grouped(counts.inconclusive), of(counts.inconclusive, Tone::Doubt), ""),
        ],
    }
}

fn tone_of_control(verdict: ControlVerdict) -> Tone {
    match verdict {
        ControlVerdict::Approved => Tone::Good,
        ControlVerdict::Unapproved | ControlVerdict::NotCompleted => Tone::Bad,
        ControlVerdict::SignerUnknown | ControlVerdict::NotJudged => Tone::Doubt,
    }
}

fn tone_of_integrity(conclusion: &Conclusion) -> Tone {
    match conclusion.integrity.grade.as_str() {
        "holds" => Tone::Good,
        "does not hold" => Tone::Bad,
        _ => Tone::Doubt,
    }
}

fn tone_of_draw(conclusion: &Conclusion) -> Tone {
    match conclusion.draw_grade.grade.as_str() {
        "verifiable" => Tone::Good,
        _ => Tone::Doubt,
    }
}

/// The same with a capital.
pub(super) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), characters.as_str()))
}
