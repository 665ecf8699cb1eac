//! The summary that a person reads in the terminal after a run. No colours, at most 100 columns but for long names.

use std::fmt::Write;

use backproof_evidence::words::{duration, grouped};
use backproof_evidence::{Conclusion, NotPassed, RunEvidence};

/// Columns of a line.
const WIDTH: usize = 100;
/// Restore tests that did not pass, told one by one at most.
const MOST_TOLD: usize = 50;

/// What a run came to, in plain words, each line ended. `report` says where the report lies, where there is one.
pub fn summary(run: &RunEvidence, conclusion: &Conclusion, report: Option<&str>) -> String {
    let mut text = String::new();
    if run.is_simulated() {
        paragraph(&mut text, "", "SIMULATION: not AWS. This proves nothing about any backup.");
        text.push('\n');
    }
    paragraph(&mut text, "", &conclusion.scope_line);
    text.push('\n');
    paragraph(&mut text, "", &format!("{}: {}", conclusion.verdict.word(), conclusion.headline));
    for problem in &conclusion.problems {
        paragraph(&mut text, "  ! ", problem);
    }
    for it in conclusion.not_passed.iter().take(MOST_TOLD) {
        not_passed(&mut text, it);
    }
    if let Some(more) = conclusion.not_passed.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
        paragraph(&mut text, "", &format!("{} more did not pass: see the report.", grouped(more as u64)));
    }
    text.push('\n');
    facts(&mut text, conclusion);
    if let Some(report) = report {
        // A path is never broken, so that it can be copied.
        let _infallible = writeln!(text, "{:LABEL$}{report}", "Report");
    }
    text
}

/// Columns of a fact's name.
const LABEL: usize = 16;

fn not_passed(text: &mut String, it: &NotPassed) {
    text.push('\n');
    paragraph(text, "  ", &format!("{}: restore test {}, {}", it.outcome, it.test, it.resource));
    paragraph(text, "    why    ", &it.reason);
    paragraph(text, "    fault  ", &it.owner_in_words);
    paragraph(text, "    to do  ", &it.remedy);
}

fn facts(text: &mut String, conclusion: &Conclusion) {
    let mut fact = |name: &str, words: &str| paragraph(text, &format!("{name:LABEL$}"), words);
    match (&conclusion.assurance.statement, &conclusion.assurance.why_none) {
        (Some(statement), _) => fact("Assurance", &statement.reading.sentence),
        (None, Some(why)) => fact("Assurance", why),
        (None, None) => {}
    }
    fact("Draw", &format!("{}: {}", conclusion.draw_grade.grade, conclusion.draw_grade.reason));
    fact("Completeness", &format!("{}: {}", conclusion.completeness.grade, conclusion.completeness.reason));
    fact("Recovery time", &recovery(conclusion));
    if let Some(costs) = &conclusion.costs {
        fact("Cost", &costs.sentence);
    }
    fact("Control", &format!("{}: {}", conclusion.control.word, conclusion.control.sentence));
    fact("Exceptions", &conclusion.exceptions_sentence);
    fact("Planted faults", &conclusion.controls.sentence);
    fact("Left behind", &conclusion.remains_sentence);
    for left in &conclusion.remains.left {
        fact("", &format!("{}: {}", left.arn, left.why));
    }
    for unread in &conclusion.remains.unreadable {
        fact("", &format!("not readable: {unread}"));
    }
}

fn recovery(conclusion: &Conclusion) -> String {
    let figures = &conclusion.figures;
    let (Some(median), Some(longest)) = (figures.recovery_median_seconds, figures.recovery_longest_seconds) else {
        return "not measured: nothing was shown to recover.".to_owned();
    };
    let met = match figures.rto_objective_seconds {
        Some(objective) => format!(
            "{} of {} met the objective of {}; ",
            grouped(figures.recovery_met),
            grouped(conclusion.counts.drawn),
            duration(objective)
        ),
        None => String::new(),
    };
    format!("{met}median {}, longest {}.", duration(median), duration(longest))
}

/// Appends `words` broken at spaces, `first` before the first line and as much space before the others. Control
/// characters, which could move a terminal's cursor, are shown as their escapes.
pub(crate) fn paragraph(text: &mut String, first: &str, words: &str) {
    let indent = first.chars().count();
    let mut column = indent;
    text.push_str(first);
    for (index, word) in words.split(' ').enumerate() {
        let word: String = word.chars().map(shown).collect();
        let length = word.chars().count();
        if index > 0 && column + 1 + length > WIDTH {
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if index > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(&word);
        column += length;
    }
    text.push('\n');
}

fn shown(character: char) -> String {
    if character.is_control() { character.escape_default().to_string() } else { character.to_string() }
}
