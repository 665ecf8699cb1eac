//! The exact one-sided upper bound on bad units, and its inverse: how large a sample must be.

use super::hypergeometric::Hypergeometric;
use crate::ratio::Ratio;

/// The largest population that is answered for.
pub const LARGEST_POPULATION: u64 = 1_000_000_000;

/// Why a question to the statistics has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidQuestion {
    /// A sample without replacement cannot be larger than its population.
    #[error("a sample of {sample} units cannot be drawn from a population of {population}")]
    SampleTooLarge {
        /// The sample.
        sample: u64,
        /// The population.
        population: u64,
    },
    /// More failures than units tested.
    #[error("{failures} failures cannot occur in a sample of {sample} units")]
    TooManyFailures {
        /// Failures.
        failures: u64,
        /// The sample.
        sample: u64,
    },
    /// More bad units than there are units.
    #[error("{bad} bad units cannot be among {population}")]
    TooManyBad {
        /// Bad units.
        bad: u64,
        /// The population.
        population: u64,
    },
    /// Neither certainty nor nothing can be had by sampling.
    #[error("a confidence must lie between 0 and 1, such as 0.95, and not be {0}")]
    Confidence(Ratio),
    /// More units than are answered for.
    #[error("a population of {0} units is larger than the {LARGEST_POPULATION} that can be answered for")]
    PopulationTooLarge(u64),
}

/// The largest number of bad units in `population` for which a sample of `sample` would show at most `failures` with
/// a probability above 1 − `confidence`.
///
/// Exact: the last number is confirmed, and the next one refuted, by integers.
///
/// # Errors
/// Says which number cannot be.
pub fn upper_bound(population: u64, sample: u64, failures: u64, confidence: Ratio) -> Result<u64, InvalidQuestion> {
    check_sample(population, sample)?;
    check_failures(sample, failures)?;
    let risk = risk_of(confidence)?;
    let asked = |bad| Hypergeometric { population, bad, sample };
    // With no more bad units than failures seen the sample is sure to fit; with more than this it cannot.
    let range = (failures, population - sample + failures);
    let hint = last_true(range, range.0, |bad| asked(bad).ln_at_most(failures) > ln(risk));
    Ok(last_true(range, hint, |bad| asked(bad).at_most(failures).exceeds(risk.numerator, risk.denominator)))
}

/// The smallest sample that, if none of it fails, bounds the bad units by `max_bad` with `confidence`.
///
/// # Errors
/// Says which number cannot be.
pub fn required_sample(population: u64, confidence: Ratio, max_bad: u64) -> Result<u64, InvalidQuestion> {
    check_population(population)?;
    let risk = risk_of(confidence)?;
    if max_bad >= population {
        return Ok(0);
    }
    let asked = |sample| Hypergeometric { population, bad: max_bad + 1, sample };
    // A sample of nothing says nothing; one that leaves out `max_bad` units meets one of `max_bad + 1`.
    let range = (0, population - max_bad - 1);
    let hint = last_true(range, 0, |sample| asked(sample).ln_at_most(0) > ln(risk));
    let too_small = last_true(range, hint, |sample| asked(sample).at_most(0).exceeds(risk.numerator, risk.denominator));
    Ok(too_small + 1)
}

/// The probability that a sample of `sample` meets at least one of `bad` bad units, in ten-thousandths rounded down.
///
/// # Errors
/// Says which number cannot be.
pub fn discovery(population: u64, bad: u64, sample: u64) -> Result<Ratio, InvalidQuestion> {
    check_sample(population, sample)?;
    check_bad(population, bad)?;
    let missed = Hypergeometric { population, bad, sample }.at_most(0);
    Ok(complement_in_ten_thousandths(&missed))
}

pub(super) fn complement_in_ten_thousandths(missed: &super::hypergeometric::Fraction) -> Ratio {
    let met = (&missed.denominator - &missed.numerator) * 10_000_u32 / &missed.denominator;
    // A probability has at most ten thousand ten-thousandths.
    Ratio::ten_thousandths(u64::try_from(met).unwrap_or(10_000))
}

pub(super) fn check_population(population: u64) -> Result<(), InvalidQuestion> {
    if population > LARGEST_POPULATION { Err(InvalidQuestion::PopulationTooLarge(population)) } else { Ok(()) }
}

pub(super) fn check_sample(population: u64, sample: u64) -> Result<(), InvalidQuestion> {
    check_population(population)?;
    if sample > population { Err(InvalidQuestion::SampleTooLarge { sample, population }) } else { Ok(()) }
}

pub(super) fn check_failures(sample: u64, failures: u64) -> Result<(), InvalidQuestion> {
    if failures > sample { Err(InvalidQuestion::TooManyFailures { failures, sample }) } else { Ok(()) }
}

pub(super) fn check_bad(population: u64, bad: u64) -> Result<(), InvalidQuestion> {
    if bad > population { Err(InvalidQuestion::TooManyBad { bad, population }) } else { Ok(()) }
}

/// The risk that `confidence` leaves.
pub(super) fn risk_of(confidence: Ratio) -> Result<Ratio, InvalidQuestion> {
    if confidence.is_proper() { Ok(confidence.complement()) } else { Err(InvalidQuestion::Confidence(confidence)) }
}

/// ln of a proper ratio.
#[expect(clippy::cast_precision_loss, reason = "proposes only; integers decide")]
pub(super) fn ln(ratio: Ratio) -> f64 {
    (ratio.numerator as f64).ln() - (ratio.denominator as f64).ln()
}

/// The last number of `range` for which `holds`, where it holds for the first and never again after it once fails.
///
/// Asks near `hint` first and doubles its steps, so that a good hint costs two questions.
pub(super) fn last_true(range: (u64, u64), hint: u64, mut holds: impl FnMut(u64) -> bool) -> u64 {
    let (mut low, high) = range;
    // Known: `low` holds, `beyond` does not.
    let mut beyond = high + 1;
    let mut ask = hint.clamp(low, high);
    let mut step = 1;
    while low + 1 < beyond {
        // The hint itself, then the number that would refute or confirm it, then ever farther.
        if ask <= low || ask >= beyond {
            ask = low + (beyond - low) / 2;
        }
        if holds(ask) {
            low = ask;
            ask = ask.saturating_add(step);
        } else {
            beyond = ask;
            ask = ask.saturating_sub(step);
        }
        step = step.saturating_mul(2);
    }
    low
}
