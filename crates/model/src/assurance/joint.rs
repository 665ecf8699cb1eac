//! One bound over several strata.
//!
//! Where no stratum shows a failure, the bound is exact: the most bad units that could be spread over the strata and
//! still escape every sample with a probability above the risk. The logarithm of a stratum's chance to hide its bad
//! units is concave in their number, so the worst placement of one more bad unit is always where it costs the least
//! chance, and taking them one by one is the true worst case for every total. Where a stratum shows failures, the
//! strata are bounded one by one at a higher confidence and the bounds added, which is safe and looser.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use num_bigint::BigUint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bound::{
    InvalidQuestion, check_bad, check_failures, check_population, check_sample, complement_in_ten_thousandths,
    last_true, ln, risk_of, upper_bound,
};
use super::hypergeometric::{Fraction, Hypergeometric};
use crate::ratio::Ratio;

/// What was drawn from one stratum, and what of it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StratumCounts {
    /// Units in the stratum.
    pub population: u64,
    /// Units drawn.
    pub sample: u64,
    /// Units drawn that failed.
    pub failures: u64,
}

/// A bound over all strata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JointBound {
    /// At most so many units of all strata are bad.
    pub bound: u64,
    /// How it was found.
    pub method: JointMethod,
}

/// How a joint bound was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JointMethod {
    /// There is one stratum, and the bound is its own.
    OneStratum,
    /// The worst placement over all strata, exact.
    WorstPlacement,
    /// The sum of the strata's bounds, each at this confidence: (confidence)^(1/strata), rounded up.
    SumOfBounds {
        /// The confidence of each stratum's bound.
        each: Ratio,
    },
}

/// The bound over all `strata`. Nothing drawn bounds nothing; no stratum at all is bounded by 0.
///
/// # Errors
/// Says which number cannot be.
pub fn joint_bound(strata: &[StratumCounts], confidence: Ratio) -> Result<JointBound, InvalidQuestion> {
    check_strata(strata)?;
    let risk = risk_of(confidence)?;
    match strata {
        [only] => {
            let bound = upper_bound(only.population, only.sample, only.failures, confidence)?;
            Ok(JointBound { bound, method: JointMethod::OneStratum })
        }
        _ if strata.iter().all(|stratum| stratum.failures == 0) => {
            let bound = worst_placement_bound(strata, risk);
            Ok(JointBound { bound, method: JointMethod::WorstPlacement })
        }
        _ => sum_of_bounds(strata, risk),
    }
}

/// The probability that the samples meet at least one of `bad` bad units, wherever in the strata they are: the least
/// over all placements, in ten-thousandths rounded down.
///
/// # Errors
/// Says which number cannot be.
pub fn joint_discovery(strata: &[StratumCounts], bad: u64) -> Result<Ratio, InvalidQuestion> {
    check_strata(strata)?;
    check_bad(strata.iter().map(|stratum| stratum.population).sum(), bad)?;
    let missed = match Placement::worst(strata, bad) {
        Some(placement) => hiding_chance(strata, &placement),
        // So many cannot all hide.
        None => return Ok(Ratio::percent(100)),
    };
    Ok(complement_in_ten_thousandths(&missed))
}

fn check_strata(strata: &[StratumCounts]) -> Result<(), InvalidQuestion> {
    let mut population = 0_u64;
    for stratum in strata {
        check_sample(stratum.population, stratum.sample)?;
        check_failures(stratum.sample, stratum.failures)?;
        population += stratum.population;
        check_population(population)?;
    }
    Ok(())
}

/// Bad units by stratum.
struct Placement(Vec<u64>);

impl Placement {
    /// The placement of `bad` units that hides them best, or `None` where they cannot all escape the samples.
    fn worst(strata: &[StratumCounts], bad: u64) -> Option<Self> {
        let mut placement = Self(vec![0; strata.len()]);
        let mut hidden = 0;
        for stratum in HidingPlaces::of(strata) {
            if hidden == bad {
                break;
            }
            placement.0[stratum] += 1;
            hidden += 1;
        }
        (hidden == bad).then_some(placement)
    }
}

/// The chance that all bad units of a placement escape the samples, exactly.
fn hiding_chance(strata: &[StratumCounts], placement: &Placement) -> Fraction {
    let used = strata.iter().zip(&placement.0).filter(|(stratum, bad)| **bad > 0 && stratum.sample > 0);
    used.map(|(stratum, bad)| {
        Hypergeometric { population: stratum.population, bad: *bad, sample: stratum.sample }.at_most(0)
    })
    .fold(Fraction::one(), |product, chance| product.times(&chance))
}

fn worst_placement_bound(strata: &[StratumCounts], risk: Ratio) -> u64 {
    // Floating point walks until the chance is clearly below the risk; a total beyond that is never the answer.
    let clearly_below = ln(risk) - 1e-6;
    let mut chance = 0.0;
    let mut placed: Vec<u64> = vec![0; strata.len()];
    let (mut total, mut hint) = (0, 0);
    for stratum in HidingPlaces::of(strata) {
        chance += ln_cost(strata[stratum], placed[stratum]);
        if chance < clearly_below {
            break;
        }
        placed[stratum] += 1;
        total += 1;
        if chance > ln(risk) {
            hint = total;
        }
    }
    last_true((0, total), hint, |bad| {
        Placement::worst(strata, bad)
            .is_some_and(|placement| hiding_chance(strata, &placement).exceeds(risk.numerator, risk.denominator))
    })
}

/// What one more bad unit in `stratum`, beside `placed` ones, costs of the chance to hide: ln(1 − n / (N − placed)).
#[expect(clippy::cast_precision_loss, reason = "proposes only; integers decide")]
fn ln_cost(stratum: StratumCounts, placed: u64) -> f64 {
    (-(stratum.sample as f64) / (stratum.population - placed) as f64).ln_1p()
}

/// Strata in the order in which bad units hide best, one entry per unit, until no unit can hide any more.
struct HidingPlaces(BinaryHeap<HidingPlace>);

impl HidingPlaces {
    fn of(strata: &[StratumCounts]) -> Self {
        let place = |(stratum, counts): (usize, &StratumCounts)| HidingPlace {
            stratum,
            sample: counts.sample,
            left: counts.population,
        };
        Self(strata.iter().enumerate().map(place).filter(HidingPlace::has_room).collect())
    }
}

impl Iterator for HidingPlaces {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let mut best = self.0.peek_mut()?;
        let stratum = best.stratum;
        best.left -= 1;
        if !best.has_room() {
            std::collections::binary_heap::PeekMut::pop(best);
        }
        Some(stratum)
    }
}

/// One stratum with `left` units that are not yet taken as bad. The chance that the next one is met is sample / left.
#[derive(Clone, Copy, PartialEq, Eq)]
struct HidingPlace {
    stratum: usize,
    sample: u64,
    left: u64,
}

impl HidingPlace {
    fn has_room(&self) -> bool {
        self.left > self.sample
    }
}

impl Ord for HidingPlace {
    /// Greater is where the next bad unit is less likely met; equal ones in the strata's order.
    fn cmp(&self, other: &Self) -> Ordering {
        let risk = |this: &Self, that: &Self| u128::from(this.sample) * u128::from(that.left);
        risk(other, self).cmp(&risk(self, other)).then_with(|| other.stratum.cmp(&self.stratum))
    }
}

impl PartialOrd for HidingPlace {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The strata bounded one by one. A stratum that was tested whole or not at all is known without any risk.
fn sum_of_bounds(strata: &[StratumCounts], risk: Ratio) -> Result<JointBound, InvalidQuestion> {
    let uncertain = |stratum: &&StratumCounts| 0 < stratum.sample && stratum.sample < stratum.population;
    let count = strata.iter().filter(uncertain).count();
    let each = shared_risk(risk, count).complement();
    let mut bound = 0;
    for stratum in strata {
        bound += match stratum.sample {
            0 => stratum.population,
            sample if sample == stratum.population => stratum.failures,
            sample => upper_bound(stratum.population, sample, stratum.failures, each)?,
        };
    }
    Ok(JointBound { bound, method: JointMethod::SumOfBounds { each } })
}

/// The parts of a whole that risks are counted in.
const RISK_PARTS: u64 = 1_000_000_000_000;

/// The largest risk r, in million-millionths, with (1 − r)^strata ≥ 1 − `risk`. Rounded down, so never too large.
fn shared_risk(risk: Ratio, strata: usize) -> Ratio {
    let Ok(strata) = u32::try_from(strata) else { return Ratio { numerator: 1, denominator: RISK_PARTS } };
    let kept = BigUint::from(risk.denominator - risk.numerator) * BigUint::from(RISK_PARTS).pow(strata);
    let holds = |parts: u64| BigUint::from(RISK_PARTS - parts).pow(strata) * risk.denominator >= kept;
    // A single stratum may take the whole risk, which a finer confidence could round up.
    if strata <= 1 {
        return risk;
    }
    Ratio { numerator: last_true((0, RISK_PARTS - 1), 0, holds).max(1), denominator: RISK_PARTS }
}
