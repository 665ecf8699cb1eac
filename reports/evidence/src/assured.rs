//! What the sample lets one say of the designated points that were not tested.
//!
//! The bounds and their sentences are the model's, exact and by integers. Here the outcomes are counted for them, on
//! the safe side: what was not told, not finished or not performed stays in the sample, without a verdict.

use std::collections::BTreeMap;

use backproof_model::assurance::{Assurance, CertaintyTally, StratumTally, assure};
use backproof_model::ratio::Ratio;
use backproof_model::{Outcome, ProofLevel};
use schemars::JsonSchema;
use serde::Serialize;

use crate::restore_test::TestEvidence;
use crate::run::RunEvidence;

/// The confidence of every statement, in hundredths, one-sided.
pub const CONFIDENCE_PERCENT: u8 = 95;
/// The share of bad points that the discovery sentence and the needed sample are told for, in hundredths.
pub const DISCOVERY_PERCENT: u8 = 5;

/// The assurance statement of a run, or why none can be made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Assured {
    /// The statement in both readings, with what the draw would have met and what would be needed.
    pub statement: Option<Assurance>,
    /// The level that the statement speaks of, where the plan in the journal names it.
    pub level: Option<ProofLevel>,
    /// Why there is no statement, where there is none.
    pub why_none: Option<String>,
    /// What came of each stratum.
    pub strata: Vec<StratumOutcomes>,
    /// Restore tests of resources that were tested for certain, outside the draw.
    pub certain: u64,
}

/// What came of one stratum.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StratumOutcomes {
    /// The stratum.
    pub stratum: String,
    /// Its units that could be drawn.
    pub population: u64,
    /// Units drawn.
    pub sample: u64,
    /// Drawn units that passed.
    pub passed: u64,
    /// Drawn units that failed.
    pub failed: u64,
    /// Drawn units that could not be told, not performed ones included.
    pub inconclusive: u64,
    /// At most so many of its designated points would fail, with the undecided counted as failures; where there is a
    /// statement.
    pub bound: Option<u64>,
}

/// Reads the sample of a run.
pub fn assured(run: &RunEvidence) -> Assured {
    let strata = strata(run);
    let certainty = certainty(&run.tests);
    let mut assured = Assured {
        level: run.required_level(),
        why_none: why_none(run),
        certain: certainty.units,
        ..Assured::default()
    };
    if assured.why_none.is_none() {
        let tallies: Vec<StratumTally> = strata.values().map(tally).collect();
        let rate = Ratio::percent(DISCOVERY_PERCENT);
        match assure(&tallies, certainty, Ratio::percent(CONFIDENCE_PERCENT), rate) {
            Ok(statement) => assured.statement = Some(statement),
            Err(error) => assured.why_none = Some(format!("The sample cannot be read: {error}.")),
        }
    }
    assured.strata = strata.into_values().collect();
    let bounds = assured.statement.iter().flat_map(|statement| &statement.reading.strata);
    for (outcomes, bound) in assured.strata.iter_mut().zip(bounds) {
        outcomes.bound = Some(bound.bound);
    }
    assured
}

fn why_none(run: &RunEvidence) -> Option<String> {
    let why = if run.is_one_off_check() {
        "One recovery point was checked outside any sample. Nothing is said of any other recovery point."
    } else if run.population.as_ref().is_some_and(|population| population.eligible == 0) {
        "No recovery point could be drawn, so nothing can be said of any."
    } else if run.commitment.is_none() || run.ranking_sha256.is_none() {
        "The sample was never drawn, so nothing can be said of the population."
    } else if !run.is_closed() {
        "The run is not closed. A statement is made once every outcome is final."
    } else if !run.problems.is_empty() {
        "The evidence does not hold together, so no statement is built on it."
    } else {
        return None;
    };
    Some(why.to_owned())
}

fn strata(run: &RunEvidence) -> BTreeMap<&str, StratumOutcomes> {
    let sizes = run.commitment.iter().flat_map(|commitment| &commitment.sizes);
    let empty = |(stratum, size): (&'_ String, &backproof_model::record::StratumSize)| StratumOutcomes {
        stratum: stratum.clone(),
        population: size.population,
        ..StratumOutcomes::default()
    };
    let mut strata: BTreeMap<&str, StratumOutcomes> = sizes.map(|entry| (entry.0.as_str(), empty(entry))).collect();
    for test in run.tests.iter().filter(|test| test.is_of_sample()) {
        let outcomes = strata.entry(&test.drawn.stratum).or_default();
        outcomes.stratum.clone_from(&test.drawn.stratum);
        outcomes.sample += 1;
        match test.outcome {
            Outcome::Passed { .. } => outcomes.passed += 1,
            Outcome::Failed { .. } => outcomes.failed += 1,
            Outcome::Inconclusive { .. } => outcomes.inconclusive += 1,
        }
    }
    strata
}

fn tally(outcomes: &StratumOutcomes) -> StratumTally {
    StratumTally {
        stratum: outcomes.stratum.clone(),
        population: outcomes.population,
        sample: outcomes.sample,
        failed: outcomes.failed,
        undecided: outcomes.inconclusive,
    }
}

fn certainty(tests: &[TestEvidence]) -> CertaintyTally {
    let mut tally = CertaintyTally::default();
    for test in tests.iter().filter(|test| !test.is_of_sample()) {
        tally.units += 1;
        match test.outcome {
            Outcome::Passed { .. } => {}
            Outcome::Failed { .. } => tally.failed += 1,
            Outcome::Inconclusive { .. } => tally.undecided += 1,
        }
    }
    tally
}
