//! What is known of the runs before: their figures, and when each protected resource was last proved.
//!
//! It is added up from the evidence of runs in any order, or read back from the tables that a bundle has sealed.

use std::collections::BTreeMap;

use backproof_model::Outcome;
use jiff::Timestamp;

use crate::conclusion::Conclusion;
use crate::dossier::{Coverage, RunSummary};
use crate::points::PointLine;
use crate::run::RunEvidence;

/// What is known of several runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Each run in one line.
    pub summaries: BTreeMap<u64, RunSummary>,
    /// When each resource was last tested, by its ARN.
    tested: BTreeMap<String, LastTested>,
}

/// When one resource was last tested, and last proved.
#[derive(Clone, Debug, Default, PartialEq)]
struct LastTested {
    passed: Option<(u64, Timestamp)>,
    last: Option<(u64, String)>,
}

impl LastTested {
    fn tested(&mut self, run: u64, outcome: &str) {
        match &mut self.last {
            Some((last, _)) if *last > run => {}
            // Of several restore tests of a resource in one run the worst is told.
            Some((last, told)) if *last == run => {
                if badness(outcome) > badness(told) {
                    outcome.clone_into(told);
                }
            }
            Some(_) | None => self.last = Some((run, outcome.to_owned())),
        }
    }

    fn passed(&mut self, run: u64, at: Timestamp) {
        if self.passed.is_none_or(|known| known < (run, at)) {
            self.passed = Some((run, at));
        }
    }
}

fn badness(outcome: &str) -> u8 {
    match outcome {
        "passed" => 0,
        "inconclusive" => 1,
        _ => 2,
    }
}

impl RunSummary {
    /// A run in one line.
    pub fn of(conclusion: &Conclusion) -> Self {
        let verdict = match conclusion.verdict {
            crate::RunVerdict::Passed => "passed",
            crate::RunVerdict::Failed => "failed",
            crate::RunVerdict::Inconclusive => "inconclusive",
            crate::RunVerdict::LeftBehind => "left-behind",
        };
        Self {
            verdict: verdict.to_owned(),
            drawn: conclusion.counts.drawn,
            passed: conclusion.counts.passed,
            failed: conclusion.counts.failed,
            inconclusive: conclusion.counts.inconclusive,
            recovery_median_seconds: conclusion.figures.recovery_median_seconds,
            recovery_longest_seconds: conclusion.figures.recovery_longest_seconds,
        }
    }
}

impl History {
    /// These figures of runs, and nothing of resources.
    pub fn of_summaries(summaries: BTreeMap<u64, RunSummary>) -> Self {
        Self { summaries, tested: BTreeMap::new() }
    }

    /// Adds what a run came to. A restore test that was never begun tests nothing.
    pub fn add(&mut self, run: &RunEvidence, conclusion: &Conclusion) {
        self.summaries.insert(run.run, RunSummary::of(conclusion));
        for test in run.tests.iter().filter(|test| !test.attempts.is_empty()) {
            let known = self.tested.entry(test.drawn.point.resource_arn.to_string()).or_default();
            known.tested(run.run, test.outcome.word());
            if let (Outcome::Passed { .. }, Some(at)) = (&test.outcome, test.last_entry) {
                known.passed(run.run, at);
            }
        }
    }

    /// Adds the rows of a bundle's `coverage.csv`.
    pub fn add_coverage(&mut self, rows: &[Coverage]) {
        for row in rows.iter().filter(|row| row.last_tested_run.is_some() || row.last_passed_run.is_some()) {
            let known = self.tested.entry(row.resource_arn.clone()).or_default();
            if let (Some(run), Some(outcome)) = (row.last_tested_run, &row.last_outcome) {
                known.tested(run, outcome);
            }
            if let (Some(run), Some(at)) = (row.last_passed_run, row.last_passed) {
                known.passed(run, at);
            }
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        self.summaries.extend(other.summaries.iter().map(|(run, summary)| (*run, summary.clone())));
        for (arn, theirs) in &other.tested {
            let known = self.tested.entry(arn.clone()).or_default();
            if let Some((run, outcome)) = &theirs.last {
                known.tested(*run, outcome);
            }
            if let Some((run, at)) = theirs.passed {
                known.passed(run, at);
            }
        }
    }

    /// What was known before this run.
    #[must_use]
    pub fn before(mut self, run: u64) -> Self {
        self.summaries.retain(|number, _| *number < run);
        self
    }
}

/// Adds up the coverage of a run's population, while the lines of its files pass.
#[derive(Clone, Debug, Default)]
pub struct CoverageReader {
    rows: BTreeMap<String, Coverage>,
}

impl CoverageReader {
    /// Takes one line of `points.tsv`.
    pub fn push(&mut self, point: PointLine<'_>) {
        self.row(point.resource_arn, point.resource_type, point.account).eligible_points += 1;
    }

    /// Takes one line of `uncovered.tsv`. A resource that the plan leaves out is not protected by it.
    pub fn push_uncovered(&mut self, line: &str) {
        let mut fields = line.split('\t');
        if let (Some(resource_type), Some(arn), Some("in-scope")) = (fields.next(), fields.next(), fields.next()) {
            self.row(arn, resource_type, "");
        }
    }

    fn row(&mut self, arn: &str, resource_type: &str, vault_account: &str) -> &mut Coverage {
        // Looked up first, so that a name is copied once for each resource and not for each point.
        if !self.rows.contains_key(arn) {
            let account = arn.split(':').nth(4).filter(|account| !account.is_empty()).unwrap_or(vault_account);
            let row = Coverage {
                resource_arn: arn.to_owned(),
                resource_type: resource_type.to_owned(),
                account: account.to_owned(),
                eligible_points: 0,
                last_passed: None,
                last_passed_run: None,
                last_outcome: None,
                last_tested_run: None,
                overdue: false,
            };
            self.rows.insert(arn.to_owned(), row);
        }
        self.rows.get_mut(arn).expect("it has just been entered")
    }

    /// The rows: what was never proved first, then what was proved longest ago. `history` is to hold this run too.
    pub fn finish(self, history: &History) -> Vec<Coverage> {
        let mut rows: Vec<Coverage> = self.rows.into_values().map(|row| with_history(row, history)).collect();
        rows.sort_by(|a, b| {
            (!a.overdue, a.last_passed, &a.resource_arn).cmp(&(!b.overdue, b.last_passed, &b.resource_arn))
        });
        rows
    }
}

fn with_history(mut row: Coverage, history: &History) -> Coverage {
    if let Some(known) = history.tested.get(&row.resource_arn) {
        (row.last_passed_run, row.last_passed) = known.passed.unzip();
        (row.last_tested_run, row.last_outcome) = known.last.clone().unzip();
    }
    row
}
