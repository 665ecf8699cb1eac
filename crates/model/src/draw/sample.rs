//! From the ranking to the sample, and the whole draw redone from a population file.

use std::collections::BTreeMap;
use std::fmt;

use super::entropy::Entropy;
use super::ranking::{Ranker, Ranking};
use super::seed::{InvalidSeed, Seed};
use crate::canonical::sha256_hex;
use crate::population::{BadPopulation, parse_population};
use crate::record::StratumSize;

/// One unit that is tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Its stratum.
    pub stratum: String,
    /// Its rank in the full ranking of its stratum, from 1; `None` for a certainty unit.
    ///
    /// Ranks of drawn units have holes where certainty units stand.
    pub rank: Option<u64>,
    /// Where the line of its designated point begins in the population file, in bytes.
    pub offset: u64,
}

/// The sizes that were committed do not fit the ranking.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the commitment says that stratum `{stratum}` has {committed} units to draw from, the population file has {found}: \
     it is not the population that was committed"
)]
pub struct DrawMismatch {
    /// The stratum.
    pub stratum: String,
    /// Units that the commitment counts, certainty units left out.
    pub committed: u64,
    /// Units that the ranking has, certainty units left out.
    pub found: u64,
}

/// The sample: of each stratum all certainty units, then the first `sample` others.
///
/// # Errors
/// Names a stratum whose committed number of units is not that of the ranking.
pub fn pick(ranking: &Ranking, sizes: &BTreeMap<String, StratumSize>) -> Result<Vec<Pick>, DrawMismatch> {
    let mut picks = Vec::new();
    let mut unseen = sizes.clone();
    for stratum in &ranking.strata {
        let name = || stratum.stratum.clone();
        let size = unseen.remove(&stratum.stratum).unwrap_or(StratumSize { population: 0, sample: 0 });
        let is_certain = |offset: &u64| ranking.certainty.contains(offset);
        let found = stratum.units.iter().filter(|unit| !is_certain(&unit.offset)).count() as u64;
        if found != size.population {
            return Err(DrawMismatch { stratum: name(), committed: size.population, found });
        }
        let certain = stratum.units.iter().filter(|unit| is_certain(&unit.offset));
        picks.extend(certain.map(|unit| Pick { stratum: name(), rank: None, offset: unit.offset }));
        let drawn = (1_u64..).zip(&stratum.units).filter(|(_, unit)| !is_certain(&unit.offset));
        let sample = usize::try_from(size.sample).unwrap_or(usize::MAX);
        picks.extend(drawn.take(sample).map(|(rank, unit)| Pick {
            stratum: name(),
            rank: Some(rank),
            offset: unit.offset,
        }));
    }
    match unseen.into_iter().find(|(_, size)| size.population > 0) {
        Some((stratum, size)) => Err(DrawMismatch { stratum, committed: size.population, found: 0 }),
        None => Ok(picks),
    }
}

/// One line of the full ranking; printed as `stratum TAB rank TAB unit TAB recovery-point-arn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranked<'a> {
    /// The stratum.
    pub stratum: &'a str,
    /// The rank in it, from 1.
    pub rank: u64,
    /// The unit.
    pub unit: &'a str,
    /// The unit's designated point.
    pub recovery_point_arn: &'a str,
}

impl fmt::Display for Ranked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\t{}\t{}\t{}", self.stratum, self.rank, self.unit, self.recovery_point_arn)
    }
}

/// The full ranking of a population file that is in memory: strata in order, in each the units by rank.
///
/// # Errors
/// Names the first line that is wrong.
pub fn rank_population<'a>(file: &'a [u8], seed: &Seed) -> Result<Vec<Ranked<'a>>, BadPopulation> {
    let lines = parse_population(file)?;
    let mut ranker = Ranker::new(seed, &[]);
    let mut offsets = Vec::with_capacity(lines.len());
    for line in &lines {
        offsets.push(ranker.push_checked(*line));
    }
    let ranking = ranker.finish();
    let in_rank_order = ranking.strata.iter().flat_map(|stratum| (1_u64..).zip(&stratum.units));
    let ranked_lines = in_rank_order.filter_map(|(rank, unit)| {
        let line = lines[offsets.binary_search(&unit.offset).ok()?];
        Some(Ranked { stratum: line.stratum, rank, unit: line.unit, recovery_point_arn: line.recovery_point_arn })
    });
    Ok(ranked_lines.collect())
}

/// Why a draw cannot be redone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedrawProblem {
    /// The population file is wrong.
    #[error(transparent)]
    Population(#[from] BadPopulation),
    /// The plan's digest or the run's name is wrong.
    #[error(transparent)]
    Seed(#[from] InvalidSeed),
}

/// Redoes the draw of a population file: its digest, the seed, the full ranking.
///
/// # Errors
/// Says which of the inputs is wrong.
pub fn redraw<'a>(
    population: &'a [u8],
    plan_sha256: &str,
    run: &str,
    entropy: &Entropy,
) -> Result<Vec<Ranked<'a>>, RedrawProblem> {
    let seed = Seed::derive(plan_sha256, &sha256_hex(population), run, entropy)?;
    Ok(rank_population(population, &seed)?)
}
