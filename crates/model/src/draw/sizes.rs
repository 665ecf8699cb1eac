//! How many units are drawn from each stratum.

use std::collections::BTreeMap;

use crate::assurance::{InvalidQuestion, required_sample};
use crate::ratio::Ratio;
use crate::record::{CertaintyUnit, StratumSize};

/// The plan's rule for the size of the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleRule {
    /// So many units of each stratum, or all where it has fewer.
    FixedPerStratum(u64),
    /// So many units in all, in proportion to the strata; at least one of each stratum.
    Total(u64),
    /// Per stratum so many units that, if none fails, at most this share of its units is bad with this confidence.
    Confidence {
        /// The confidence, such as 0.95.
        confidence: Ratio,
        /// The share that may be bad, such as 0.05.
        max_bad_rate: Ratio,
    },
}

/// Why a rule gives no sizes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSize {
    /// A sample of nothing proves nothing.
    #[error("a sample of 0 units would test nothing: ask for at least 1")]
    Nothing,
    /// The confidence cannot be had.
    #[error(transparent)]
    Question(#[from] InvalidQuestion),
}

/// Units of each stratum that are left for the draw once the certainty units have been taken out.
///
/// Every named unit must be one of its stratum; a unit that is named twice counts once.
pub fn drawable_units(units_by_stratum: &BTreeMap<String, u64>, certainty: &[CertaintyUnit]) -> BTreeMap<String, u64> {
    let mut named: Vec<(&str, &str)> = certainty.iter().map(|unit| (&*unit.stratum, &*unit.unit)).collect();
    named.sort_unstable();
    named.dedup();
    let mut drawable = units_by_stratum.clone();
    for (stratum, _) in named {
        if let Some(units) = drawable.get_mut(stratum) {
            *units = units.saturating_sub(1);
        }
    }
    drawable
}

/// The size of each stratum's sample.
///
/// In proportion means by largest remainder, equal remainders in the order of the strata's names; a stratum whose share
/// is below one unit gets one, and the others share what is left. Where there are more strata than units asked for,
/// each still gets one, and the sample is that much larger.
///
/// # Errors
/// Says why the rule cannot be followed.
pub fn stratum_sizes(
    rule: SampleRule,
    units_by_stratum: &BTreeMap<String, u64>,
) -> Result<BTreeMap<String, StratumSize>, InvalidSize> {
    let samples: BTreeMap<&str, u64> = match rule {
        SampleRule::FixedPerStratum(0) | SampleRule::Total(0) => return Err(InvalidSize::Nothing),
        SampleRule::FixedPerStratum(size) => {
            units_by_stratum.iter().map(|(stratum, units)| (stratum.as_str(), size.min(*units))).collect()
        }
        SampleRule::Total(total) => proportional(total, units_by_stratum),
        SampleRule::Confidence { confidence, max_bad_rate } => units_by_stratum
            .iter()
            .map(|(stratum, units)| {
                let size = required_sample(*units, confidence, max_bad_rate.floor_of(*units))?;
                Ok((stratum.as_str(), size))
            })
            .collect::<Result<_, InvalidQuestion>>()?,
    };
    let size = |(stratum, population): (&String, &u64)| {
        let sample = samples.get(stratum.as_str()).copied().unwrap_or(0);
        (stratum.clone(), StratumSize { population: *population, sample })
    };
    Ok(units_by_stratum.iter().map(size).collect())
}

fn proportional(total: u64, units_by_stratum: &BTreeMap<String, u64>) -> BTreeMap<&str, u64> {
    let mut sharing: BTreeMap<&str, u64> =
        units_by_stratum.iter().filter(|(_, units)| **units > 0).map(|(name, units)| (name.as_str(), *units)).collect();
    let mut samples = BTreeMap::new();
    let all: u64 = sharing.values().sum();
    let mut left = total.min(all);
    // Strata below one unit get one; that leaves less for the others, so that more can fall below one.
    loop {
        let units: u64 = sharing.values().sum();
        let below_one = |own: u64| u128::from(left) * u128::from(own) < u128::from(units);
        let small: Vec<&str> = sharing.iter().filter(|(_, own)| below_one(**own)).map(|(name, _)| *name).collect();
        if small.is_empty() {
            break;
        }
        for name in small {
            sharing.remove(name);
            samples.insert(name, 1);
            left = left.saturating_sub(1);
        }
    }
    samples.extend(largest_remainder(left, &sharing));
    samples
}

fn largest_remainder<'a>(total: u64, sharing: &BTreeMap<&'a str, u64>) -> BTreeMap<&'a str, u64> {
    let units: u128 = sharing.values().map(|own| u128::from(*own)).sum();
    let mut shares: Vec<(&str, u64, u128)> = sharing
        .iter()
        .map(|(name, own)| {
            let product = u128::from(total) * u128::from(*own);
            // A share is at most the stratum's own number of units, because the total is at most their sum.
            (*name, u64::try_from(product / units).unwrap_or(*own), product % units)
        })
        .collect();
    let given: u64 = shares.iter().map(|(_, share, _)| share).sum();
    shares.sort_by(|(name_a, _, rest_a), (name_b, _, rest_b)| rest_b.cmp(rest_a).then(name_a.cmp(name_b)));
    let more = usize::try_from(total.saturating_sub(given)).unwrap_or(usize::MAX);
    shares.into_iter().enumerate().map(|(at, (name, share, _))| (name, share + u64::from(at < more))).collect()
}
