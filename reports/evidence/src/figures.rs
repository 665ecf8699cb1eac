//! The times that a run measured, each against its own objective: recovery time, gap, lag, age at test.
//!
//! The last three are never mixed. A time that was not measured meets no objective.

use backproof_model::Outcome;
use backproof_model::record::{PhaseTimes, ResourceGap};
use schemars::JsonSchema;
use serde::Serialize;

use crate::restore_test::TestEvidence;
use crate::run::RunEvidence;

/// All times of a run, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Figures {
    /// The plan's recovery time objective.
    pub rto_objective_seconds: Option<i64>,
    /// Restore tests whose recovery time was measured from start to end.
    pub recovery_measured: u64,
    /// Those that took no longer than the objective. Zero where there is no objective.
    pub recovery_met: u64,
    /// Those that took longer.
    pub recovery_missed: u64,
    /// Restore tests whose recovery time could not be measured; they meet nothing.
    pub recovery_not_measured: u64,
    /// The median of the measured recovery times (the lower one of an even number).
    pub recovery_median_seconds: Option<i64>,
    /// The longest measured recovery time.
    pub recovery_longest_seconds: Option<i64>,
    /// The plan's longest permitted interval between recovery points of a resource.
    pub gap_objective_seconds: Option<i64>,
    /// Resources whose gap the journal names: those with the longest, a hundred at most.
    pub gaps_computed: u64,
    /// Those of them whose gap is longer than permitted. Zero where nothing is demanded.
    pub gaps_exceeded: u64,
    /// The longest gap of all.
    pub longest_gap: Option<ResourceGap>,
    /// Restore tests in which a check measured the lag.
    pub lag_measured: u64,
    /// The largest lag measured.
    pub longest_lag_seconds: Option<i64>,
    /// The youngest tested point's age when the run listed it.
    pub youngest_at_test_seconds: Option<i64>,
    /// The oldest tested point's age when the run listed it.
    pub oldest_at_test_seconds: Option<i64>,
}

/// How long the phases of one restore test took, if it was measured.
pub fn phases(test: &TestEvidence) -> Option<PhaseTimes> {
    Some(test.closed.as_ref()?.times)
}

/// The recovery time of one restore test: from asking until shown to be usable. `None` unless that was shown, which
/// only a pass does.
pub fn recovery_seconds(test: &TestEvidence) -> Option<i64> {
    if !matches!(test.outcome, Outcome::Passed { .. }) {
        return None;
    }
    let closed = test.closed.as_ref()?;
    closed.objectives.recovery_seconds.or_else(|| closed.times.recovery_seconds())
}

/// Adds up the times of a run.
pub fn figures(run: &RunEvidence) -> Figures {
    let mut figures = Figures {
        rto_objective_seconds: objective(run, "rto", |closed| closed.objectives.rto_seconds),
        gap_objective_seconds: objective(run, "rpo_gap", |closed| closed.objectives.rpo_gap_seconds),
        ..Figures::default()
    };
    recovery(run, &mut figures);
    gaps(run, &mut figures);
    let closed = || run.tests.iter().filter_map(|test| test.closed.as_ref());
    let lags = closed().filter_map(|closed| closed.objectives.lag_seconds);
    figures.lag_measured = lags.clone().count() as u64;
    figures.longest_lag_seconds = lags.max();
    figures.youngest_at_test_seconds = closed().map(|closed| closed.age_at_test_seconds).min();
    figures.oldest_at_test_seconds = closed().map(|closed| closed.age_at_test_seconds).max();
    figures
}

fn objective(
    run: &RunEvidence,
    name: &str,
    of_test: impl Fn(&backproof_model::record::TestClosed) -> Option<i64>,
) -> Option<i64> {
    let plan = run.opened.as_ref().and_then(|opened| opened.plan.get("objectives")?.get(name)?.as_i64());
    plan.or_else(|| run.tests.iter().filter_map(|test| test.closed.as_ref()).find_map(of_test))
}

fn recovery(run: &RunEvidence, figures: &mut Figures) {
    let mut measured: Vec<i64> = run.tests.iter().filter_map(recovery_seconds).collect();
    measured.sort_unstable();
    figures.recovery_measured = measured.len() as u64;
    figures.recovery_not_measured = (run.tests.len() - measured.len()) as u64;
    if let Some(objective) = figures.rto_objective_seconds {
        figures.recovery_met = measured.iter().filter(|seconds| **seconds <= objective).count() as u64;
        figures.recovery_missed = figures.recovery_measured - figures.recovery_met;
    }
    figures.recovery_median_seconds = measured.get(measured.len().saturating_sub(1) / 2).copied();
    figures.recovery_longest_seconds = measured.last().copied();
}

fn gaps(run: &RunEvidence, figures: &mut Figures) {
    let Some(population) = &run.population else { return };
    figures.gaps_computed = population.gaps.len() as u64;
    figures.longest_gap = population.gaps.iter().max_by_key(|gap| gap.gap_seconds).cloned();
    if let Some(objective) = figures.gap_objective_seconds {
        figures.gaps_exceeded = population.gaps.iter().filter(|gap| gap.gap_seconds > objective).count() as u64;
    }
}
