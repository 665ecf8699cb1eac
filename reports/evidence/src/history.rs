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
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Each run in one line.
    pub summaries: BTreeMap<u64, RunSummary>,
    /// What each resource was proved to be, by its ARN and by the run.
    tested: BTreeMap<String, BTreeMap<u64, Tested>>,
}

/// What the restore tests of one resource came to in one run, as far as that is known.
#[derive(Clone, Debug, Default)]
struct Tested {
    outcome: Option<String>,
    passed: Option<Timestamp>,
}

/// When one resource was last tested, and last proved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastTested {
    /// The last run in which a restore test of it passed, and when.
    pub passed: Option<(u64, Timestamp)>,
    /// The last run in which it was tested, and what that came to.
    pub last: Option<(u64, String)>,
}

impl Tested {
    fn tested(&mut self, outcome: &str) {
        // Of several restore tests of a resource in one run the worst is told.
        if self.outcome.as_ref().is_none_or(|told| badness(outcome) > badness(told)) {
            self.outcome = Some(outcome.to_owned());
        }
    }

    fn passed(&mut self, at: Timestamp) {
        self.passed = self.passed.max(Some(at));
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
            let known = self.of(test.drawn.point.resource_arn.as_str(), run.run);
            known.tested(test.outcome.word());
            if let (Outcome::Passed { .. }, Some(at)) = (&test.outcome, test.last_entry) {
                known.passed(at);
            }
        }
    }

    /// Adds the rows of a bundle's `coverage.csv`.
    pub fn add_coverage(&mut self, rows: &[Coverage]) {
        for row in rows {
            let LastTested { passed, last } = LastTested::of(row);
            if let Some((run, outcome)) = last {
                self.of(&row.resource_arn, run).tested(&outcome);
            }
            if let Some((run, at)) = passed {
                self.of(&row.resource_arn, run).passed(at);
            }
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        self.summaries.extend(other.summaries.iter().map(|(run, summary)| (*run, summary.clone())));
        for (arn, runs) in &other.tested {
            for (run, theirs) in runs {
                let known = self.of(arn, *run);
                theirs.outcome.iter().for_each(|outcome| known.tested(outcome));
                theirs.passed.iter().for_each(|at| known.passed(*at));
            }
        }
    }

    /// What was known before this run. Nothing that is said of this run or of later ones is kept.
    #[must_use]
    pub fn before(self, run: u64) -> Self {
        self.of_runs(|number| number < run)
    }

    /// What is known of these runs alone.
    #[must_use]
    pub fn of_runs(mut self, keeps: impl Fn(u64) -> bool) -> Self {
        self.summaries.retain(|run, _| keeps(*run));
        for runs in self.tested.values_mut() {
            runs.retain(|run, _| keeps(*run));
        }
        self.tested.retain(|_, runs| !runs.is_empty());
        self
    }

    /// When a resource was last tested, and last proved.
    pub fn last_tested(&self, arn: &str) -> LastTested {
        self.tested.get(arn).map(last_of).unwrap_or_default()
    }

    fn of(&mut self, arn: &str, run: u64) -> &mut Tested {
        self.tested.entry(arn.to_owned()).or_default().entry(run).or_default()
    }

    fn last_of_each(&self) -> impl Iterator<Item = (&str, LastTested)> {
        self.tested.iter().map(|(arn, runs)| (arn.as_str(), last_of(runs)))
    }
}

/// Equal are two that say the same of every run, and of every resource when it was last tested and last proved: a table
/// of coverage keeps no more.
impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        self.summaries == other.summaries && self.last_of_each().eq(other.last_of_each())
    }
}

fn last_of(runs: &BTreeMap<u64, Tested>) -> LastTested {
    let newest_first = || runs.iter().rev();
    LastTested {
        passed: newest_first().find_map(|(run, tested)| Some((*run, tested.passed?))),
        last: newest_first().find_map(|(run, tested)| Some((*run, tested.outcome.clone()?))),
    }
}

impl LastTested {
    /// What a row of a table of coverage says.
    pub fn of(row: &Coverage) -> Self {
        Self {
            passed: row.last_passed_run.zip(row.last_passed),
            last: row.last_tested_run.zip(row.last_outcome.clone()),
        }
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
            };
            self.rows.insert(arn.to_owned(), row);
        }
        self.rows.get_mut(arn).expect("it has just been entered")
    }

    /// The rows: what was never proved first, then what was proved longest ago. `history` is to hold this run too.
    pub fn finish(self, history: &History) -> Vec<Coverage> {
        let mut rows: Vec<Coverage> = self.rows.into_values().map(|row| with_history(row, history)).collect();
        rows.sort_by(|a, b| (a.last_passed, &a.resource_arn).cmp(&(b.last_passed, &b.resource_arn)));
        rows
    }
}

fn with_history(mut row: Coverage, history: &History) -> Coverage {
    let LastTested { passed, last } = history.last_tested(&row.resource_arn);
    (row.last_passed_run, row.last_passed) = passed.unzip();
    (row.last_tested_run, row.last_outcome) = last.unzip();
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(passed: Option<u64>, tested: u64, outcome: &str) -> Coverage {
        Coverage {
            resource_arn: "arn".into(),
            resource_type: "DynamoDB".into(),
            account: String::new(),
            eligible_points: 1,
            last_passed: passed.map(|_| Timestamp::UNIX_EPOCH),
            last_passed_run: passed,
            last_outcome: Some(outcome.into()),
            last_tested_run: Some(tested),
        }
    }

    fn of(rows: &[Coverage]) -> History {
        let mut history = History::default();
        history.add_coverage(rows);
        history
    }

    #[test]
    fn before_a_run_nothing_is_known_of_it_or_of_later_ones() {
        let history = of(&[row(Some(999), 7, "failed"), row(Some(5), 5, "passed")]);
        let known = history.clone().before(7).last_tested("arn");
        let [passed, last] = [known.passed.map(|(run, _)| run), known.last.map(|(run, _)| run)];
        assert_eq!([passed, last], [Some(5), Some(5)], "what is older comes to light again");
        assert_eq!(history.before(5), History::default());
    }

    #[test]
    fn of_several_tests_of_a_resource_in_one_run_the_worst_is_told_in_any_order() {
        let rows = [row(Some(5), 5, "passed"), row(None, 5, "failed"), row(None, 5, "inconclusive")];
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let known = of(&order.map(|place: usize| rows[place].clone())).last_tested("arn");
            assert_eq!(known.last, Some((5, "failed".into())));
            assert_eq!(known.passed, Some((5, Timestamp::UNIX_EPOCH)));
        }
    }

    #[test]
    fn histories_are_equal_where_a_table_of_coverage_would_be() {
        let one = of(&[row(Some(5), 5, "passed"), row(None, 6, "failed")]);
        assert_eq!(one, of(&[row(Some(5), 6, "failed")]));
        assert_ne!(one, of(&[row(Some(5), 6, "inconclusive")]));
        assert_ne!(one, of(&[row(None, 6, "failed")]));
    }
}
