//! What a run came to, decided once for every renderer: the verdict, the figures and the sentences.
//!
//! Pure. A renderer chooses where a sentence stands and how large; it never chooses what it says.

use backproof_model::Outcome;
use backproof_model::record::ExceptionsRecorded;
use schemars::JsonSchema;
use serde::Serialize;

use crate::assured::{Assured, assured};
use crate::control::{ControlOperation, control, integrity};
use crate::costs::{Costs, costs};
use crate::exceptions::exceptions_sentence;
use crate::figures::{Figures, figures};
use crate::grades::{Graded, completeness, draw_grade, scope_line};
use crate::limits::limits;
use crate::not_passed::{NotPassed, not_passed};
use crate::planted::{ControlsReading, controls};
use crate::remains::{Remains, remains, remains_sentence};
use crate::restore_test::{Progress, TestEvidence};
use crate::run::RunEvidence;
use crate::words::{counted, grouped};

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Conclusion {
    /// The verdict that decides the headline and the exit code.
    pub verdict: RunVerdict,
    /// The verdict in one sentence.
    pub headline: String,
    /// How the control operated, whatever it found.
    pub control: ControlOperation,
    /// Whether the harness itself can be relied on.
    pub integrity: Graded,
    /// What the evidence speaks for; the first line of every report.
    pub scope_line: String,
    /// How many restore tests came to what.
    pub counts: Counts,
    /// How complete the population is, in words.
    pub completeness: Graded,
    /// How far the operator could have influenced the draw.
    pub draw_grade: Graded,
    /// What may be said of the points that were not tested.
    pub assurance: Assured,
    /// Times and objectives.
    pub figures: Figures,
    /// What the run cost, where its journal says so.
    pub costs: Option<Costs>,
    /// The planted faults.
    pub controls: ControlsReading,
    /// What was created and what became of it.
    pub remains: Remains,
    /// The same in one sentence.
    pub remains_sentence: String,
    /// Every restore test that did not pass, in the order of the draw.
    pub not_passed: Vec<NotPassed>,
    /// What the run did to exceptions, where its journal says so.
    pub exceptions: Option<ExceptionsRecorded>,
    /// The same in one or two sentences.
    pub exceptions_sentence: String,
    /// What the report does not prove.
    pub limits: Vec<String>,
    /// What is wrong with the evidence itself.
    pub problems: Vec<String>,
}

/// The run's verdict. The first that applies counts: what is left behind wins over a failure, and that over doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunVerdict {
    /// Something is, or may be, still in the sandbox.
    LeftBehind,
    /// A restore test failed.
    Failed,
    /// A restore test could not be told, nothing was tested, the run is not closed, or the evidence does not hold.
    Inconclusive,
    /// Every drawn recovery point passed, and nothing is left.
    Passed,
}

impl RunVerdict {
    /// The exit code of a command that ends with this verdict.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Inconclusive => 3,
            Self::LeftBehind => 4,
        }
    }

    /// The verdict in one or two words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "Passed",
            Self::Failed => "Failed",
            Self::Inconclusive => "Inconclusive",
            Self::LeftBehind => "Left something behind",
        }
    }
}

/// How many restore tests came to what. `drawn = passed + failed + inconclusive`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// Drawn recovery points, those tested for certain included.
    pub drawn: u64,
    /// Restore tests that passed.
    pub passed: u64,
    /// Restore tests that failed.
    pub failed: u64,
    /// Restore tests that could not be told, those not performed or not finished included.
    pub inconclusive: u64,
    /// Of the inconclusive: those that left no record at all.
    pub not_performed: u64,
}

/// Draws the conclusion from the evidence of a run.
pub fn conclude(run: &RunEvidence) -> Conclusion {
    let counts = counts(&run.tests);
    let remains = remains(run);
    let verdict = verdict(run, counts, &remains);
    Conclusion {
        verdict,
        headline: headline(run, verdict, counts, &remains),
        control: control(run),
        integrity: integrity(run),
        scope_line: scope_line(run),
        counts,
        completeness: completeness(run),
        draw_grade: draw_grade(run),
        assurance: assured(run),
        figures: figures(run),
        costs: costs(run),
        controls: controls(run),
        remains_sentence: remains_sentence(run, &remains),
        remains,
        not_passed: run.tests.iter().filter_map(not_passed).collect(),
        exceptions: run.exceptions.clone(),
        exceptions_sentence: exceptions_sentence(run),
        limits: limits(run),
        problems: run.problems.iter().map(ToString::to_string).collect(),
    }
}

fn counts(tests: &[TestEvidence]) -> Counts {
    let mut counts = Counts { drawn: tests.len() as u64, ..Counts::default() };
    for test in tests {
        match test.outcome {
            Outcome::Passed { .. } => counts.passed += 1,
            Outcome::Failed { .. } => counts.failed += 1,
            Outcome::Inconclusive { .. } => counts.inconclusive += 1,
        }
        counts.not_performed += u64::from(test.progress == Progress::NotPerformed);
    }
    counts
}

fn verdict(run: &RunEvidence, counts: Counts, remains: &Remains) -> RunVerdict {
    if run.is_closed() && (!remains.left.is_empty() || !remains.unreadable.is_empty()) {
        return RunVerdict::LeftBehind;
    }
    if counts.failed > 0 {
        return RunVerdict::Failed;
    }
    let completed = run.closed.as_ref().is_some_and(|closed| closed.completed);
    let all_passed = counts.drawn > 0 && counts.passed == counts.drawn;
    if completed && all_passed && run.problems.is_empty() && remains.nothing_is_left() {
        RunVerdict::Passed
    } else {
        RunVerdict::Inconclusive
    }
}

fn headline(run: &RunEvidence, verdict: RunVerdict, counts: Counts, remains: &Remains) -> String {
    let tests = counted(counts.drawn, "restore test");
    let state = if run.is_closed() { "" } else { " The run is not closed: this is how far it has come." };
    let of_tests = if counts.drawn == 0 {
        "No recovery point was tested.".to_owned()
    } else {
        format!(
            "Of {tests}, {} passed, {} failed and {} could not be told.",
            grouped(counts.passed),
            grouped(counts.failed),
            grouped(counts.inconclusive)
        )
    };
    let first = match verdict {
        RunVerdict::Passed => {
            return format!("Every drawn recovery point passed: {tests}, and nothing is left behind.");
        }
        RunVerdict::LeftBehind if remains.left.is_empty() => {
            "Nobody can tell whether the sandbox is empty. ".to_owned()
        }
        RunVerdict::LeftBehind => {
            format!("{} may still be in the sandbox. ", counted(remains.left.len() as u64, "resource"))
        }
        RunVerdict::Failed | RunVerdict::Inconclusive if !run.problems.is_empty() => {
            "The evidence itself does not hold together. ".to_owned()
        }
        RunVerdict::Failed | RunVerdict::Inconclusive => String::new(),
    };
    format!("{first}{of_tests}{state}")
}
