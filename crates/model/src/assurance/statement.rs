//! The assurance statement of a run: bounds, a second reading, what the draw could have discovered, and sentences.
//!
//! Undecided units count as failures in the first reading; the second leaves them out of the sample altogether.
//! Certainty units were not drawn, so they are no part of the bound's chance: what failed of them is added.

use schemars::JsonSchema;
use serde::Serialize;

use super::bound::{InvalidQuestion, required_sample, upper_bound};
use super::joint::{JointBound, StratumCounts, joint_bound, joint_discovery};
use crate::ratio::Ratio;

/// What came of the drawn units of one stratum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StratumTally {
    /// The stratum.
    pub stratum: String,
    /// Units in the stratum, certainty units left out.
    pub population: u64,
    /// Units drawn, tested or not.
    pub sample: u64,
    /// Units that failed.
    pub failed: u64,
    /// Units without a verdict: inconclusive, vanished, stopped, never started.
    pub undecided: u64,
}

/// What came of the units that were tested for certain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CertaintyTally {
    /// How many there were.
    pub units: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those without a verdict.
    pub undecided: u64,
}

/// One reading of the results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reading {
    /// At most so many of all units are bad, certainty units included.
    pub bound: u64,
    /// All units, certainty units included.
    pub population: u64,
    /// Drawn units that count in this reading.
    pub sample: u64,
    /// Failures among them.
    pub failures: u64,
    /// Failures of certainty units, which are part of the bound.
    pub certainty_failures: u64,
    /// The bound over the drawn strata alone, and how it was found.
    pub joint: JointBound,
    /// Each stratum's own bound; they do not hold together at the stated confidence.
    pub strata: Vec<StratumBound>,
    /// In words.
    pub sentence: String,
}

/// One stratum's own bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StratumBound {
    /// The stratum.
    pub stratum: String,
    /// Its units.
    pub population: u64,
    /// Drawn units that count.
    pub sample: u64,
    /// Failures among them.
    pub failures: u64,
    /// At most so many of its units are bad.
    pub bound: u64,
}

/// What the draw would have shown if a given share had been bad.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Discovery {
    /// The share that is supposed bad.
    pub rate: Ratio,
    /// That is so many units.
    pub bad: u64,
    /// The probability of meeting at least one, wherever they are; rounded down.
    pub probability: Ratio,
    /// In words.
    pub sentence: String,
}

/// How large a sample would have to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Needed {
    /// The share that may be bad.
    pub rate: Ratio,
    /// Units that would have to be drawn, from one stratum, without a failure.
    pub sample: u64,
    /// In words.
    pub sentence: String,
}

/// What the sample says of its population.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Assurance {
    /// The confidence of both readings, one-sided.
    pub confidence: Ratio,
    /// Undecided units count as failures.
    pub reading: Reading,
    /// Undecided units left out, where there are any.
    pub without_undecided: Option<Reading>,
    /// What the draw could have discovered.
    pub discovery: Discovery,
    /// What would be needed.
    pub needed: Needed,
}

/// The statement on a run's results. `rate` is the share that the discovery and the needed sample are told for.
///
/// # Errors
/// Says which number cannot be.
pub fn assure(
    strata: &[StratumTally],
    certainty: CertaintyTally,
    confidence: Ratio,
    rate: Ratio,
) -> Result<Assurance, InvalidQuestion> {
    let undecided = strata.iter().map(|stratum| stratum.undecided).sum::<u64>() + certainty.undecided;
    let without_undecided = match undecided {
        0 => None,
        _ => Some(read(strata, certainty, confidence, Undecided::LeftOut)?),
    };
    Ok(Assurance {
        confidence,
        reading: read(strata, certainty, confidence, Undecided::AsFailures)?,
        without_undecided,
        discovery: discover(strata, rate)?,
        needed: need(strata, confidence, rate)?,
    })
}

/// What a reading makes of units without a verdict.
#[derive(Clone, Copy)]
enum Undecided {
    AsFailures,
    LeftOut,
}

fn counts(tally: &StratumTally, undecided: Undecided) -> StratumCounts {
    let StratumTally { population, sample, failed, .. } = *tally;
    match undecided {
        Undecided::AsFailures => StratumCounts { population, sample, failures: failed + tally.undecided },
        Undecided::LeftOut => {
            StratumCounts { population, sample: sample.saturating_sub(tally.undecided), failures: failed }
        }
    }
}

fn read(
    strata: &[StratumTally],
    certainty: CertaintyTally,
    confidence: Ratio,
    undecided: Undecided,
) -> Result<Reading, InvalidQuestion> {
    let counted: Vec<StratumCounts> = strata.iter().map(|tally| counts(tally, undecided)).collect();
    let joint = joint_bound(&counted, confidence)?;
    let own_bound = |(tally, counts): (&StratumTally, &StratumCounts)| {
        Ok(StratumBound {
            stratum: tally.stratum.clone(),
            population: counts.population,
            sample: counts.sample,
            failures: counts.failures,
            bound: upper_bound(counts.population, counts.sample, counts.failures, confidence)?,
        })
    };
    let strata = strata.iter().zip(&counted).map(own_bound).collect::<Result<Vec<_>, _>>()?;
    let certainty_failures = match undecided {
        Undecided::AsFailures => certainty.failed + certainty.undecided,
        Undecided::LeftOut => certainty.failed,
    };
    let population = counted.iter().map(|counts| counts.population).sum::<u64>() + certainty.units;
    let sample = counted.iter().map(|counts| counts.sample).sum();
    let bound = joint.bound + certainty_failures;
    Ok(Reading {
        bound,
        population,
        sample,
        failures: counted.iter().map(|counts| counts.failures).sum(),
        certainty_failures,
        joint,
        strata,
        sentence: bound_sentence(bound, population, confidence),
    })
}

fn bound_sentence(bound: u64, population: u64, confidence: Ratio) -> String {
    format!(
        "With {} confidence (one-sided), at most {bound} of the {population} designated points would fail these checks \
         at this level; nothing is said of points outside the {population}, nor of faults that the checks do not look for.",
        confidence.as_percent()
    )
}

/// `rate` of `population` units, and at least one where there is any: of a share of nothing there is nothing to say.
fn supposed_bad(rate: Ratio, population: u64) -> u64 {
    rate.floor_of(population).max(1).min(population)
}

fn discover(strata: &[StratumTally], rate: Ratio) -> Result<Discovery, InvalidQuestion> {
    let counted: Vec<StratumCounts> = strata.iter().map(|tally| counts(tally, Undecided::LeftOut)).collect();
    let population = counted.iter().map(|counts| counts.population).sum();
    let bad = supposed_bad(rate, population);
    let probability = joint_discovery(&counted, bad)?;
    let wherever = if counted.len() > 1 { " or more, wherever they are" } else { "" };
    let sentence = format!(
        "If {} were bad ({bad} of the {population}), this draw would have met one with probability {}{wherever}.",
        rate.as_percent(),
        Ratio::percent(u8::try_from(probability.floor_of(100)).unwrap_or(100)).as_percent()
    );
    Ok(Discovery { rate, bad, probability, sentence })
}

fn need(strata: &[StratumTally], confidence: Ratio, rate: Ratio) -> Result<Needed, InvalidQuestion> {
    let population = strata.iter().map(|tally| tally.population).sum();
    let max_bad = rate.floor_of(population);
    let sample = required_sample(population, confidence, max_bad)?;
    let sentence = format!(
        "To say with {} confidence that at most {} are bad ({max_bad} of {population}), {sample} units would have to be \
         drawn from the whole as one stratum, and none fail.",
        confidence.as_percent(),
        rate.as_percent()
    );
    Ok(Needed { rate, sample, sentence })
}
