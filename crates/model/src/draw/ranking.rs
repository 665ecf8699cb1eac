//! Ranks the units of a frozen population while its lines pass.
//!
//! A population is bytewise sorted, so the points of one unit follow each other, and a unit is settled when the next
//! begins. Of each unit only its key and the place of its designated point's line are kept: 40 bytes, so that a million
//! units fit in 40 MB. Texts are read again from the file.

use std::collections::{BTreeMap, BTreeSet};

use super::seed::{Key, Keys, Seed};
use crate::population::{BadPopulation, LineCheck, PopulationLine};
use crate::record::CertaintyUnit;

/// One unit in the ranking of its stratum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RankedUnit {
    /// What ranks it. The lowest comes first.
    pub key: Key,
    /// Where the line of its designated point begins in the population file, in bytes.
    ///
    /// Second in the order: lines are sorted, so equal keys rank by the bytes of their units, as the protocol wants.
    pub offset: u64,
}

/// The ranking of one stratum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StratumRanking {
    /// The stratum.
    pub stratum: String,
    /// Its units, the first to be drawn first; certainty units stand among them.
    pub units: Vec<RankedUnit>,
}

/// The full ranking of a population.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking {
    /// Every stratum, bytewise ordered.
    pub strata: Vec<StratumRanking>,
    /// Lines of the designated points of certainty units, by their offset.
    pub certainty: BTreeSet<u64>,
    /// Lines that were ranked.
    pub lines: u64,
}

impl Ranking {
    /// Units of each stratum, certainty units included.
    pub fn units_by_stratum(&self) -> BTreeMap<String, u64> {
        self.strata.iter().map(|stratum| (stratum.stratum.clone(), stratum.units.len() as u64)).collect()
    }
}

/// Takes a population line by line.
#[derive(Clone, Debug)]
pub struct Ranker {
    keys: Keys,
    check: LineCheck,
    certainty: BTreeSet<(String, String)>,
    ranking: Ranking,
    unit: Option<OpenUnit>,
    offset: u64,
}

/// The unit whose points are passing.
#[derive(Clone, Debug)]
struct OpenUnit {
    stratum: String,
    unit: String,
    /// The designated point so far, and where its line begins.
    designated: String,
    offset: u64,
    /// The designated point's key, computed only once a second point makes it needed.
    key: Option<Key>,
}

impl Ranker {
    /// Ranks under `seed`; `certainty` names units that are tested whatever the draw says.
    pub fn new(seed: &Seed, certainty: &[CertaintyUnit]) -> Self {
        Self {
            keys: seed.keys(),
            check: LineCheck::default(),
            certainty: certainty.iter().map(|unit| (unit.stratum.clone(), unit.unit.clone())).collect(),
            ranking: Ranking { strata: Vec::new(), certainty: BTreeSet::new(), lines: 0 },
            unit: None,
            offset: 0,
        }
    }

    /// Takes the next line of the file, without its LF.
    ///
    /// # Errors
    /// Says what is wrong with the line: its shape, its place, or that it stood there before.
    pub fn push(&mut self, text: &str) -> Result<(), BadPopulation> {
        let line = self.check.next(text)?;
        self.push_checked(line);
        Ok(())
    }

    /// Takes a line that is known to follow the one before, and says where it begins.
    pub(super) fn push_checked(&mut self, line: PopulationLine<'_>) -> u64 {
        let offset = self.offset;
        self.offset += line.width();
        self.ranking.lines += 1;
        match &mut self.unit {
            Some(open) if open.stratum == line.stratum && open.unit == line.unit => {
                open.designate(&self.keys, line, offset);
            }
            Some(_) | None => {
                self.settle();
                self.unit = Some(OpenUnit::new(line, offset));
            }
        }
        offset
    }

    /// The ranking of all lines that were taken.
    pub fn finish(mut self) -> Ranking {
        self.settle();
        for stratum in &mut self.ranking.strata {
            stratum.units.sort_unstable();
        }
        self.ranking
    }

    fn settle(&mut self) {
        let Some(open) = self.unit.take() else { return };
        let ranked = RankedUnit { key: self.keys.unit_key(&open.stratum, &open.unit), offset: open.offset };
        if !self.certainty.is_empty() && self.certainty.contains(&(open.stratum.clone(), open.unit)) {
            self.ranking.certainty.insert(open.offset);
        }
        match self.ranking.strata.last_mut() {
            Some(stratum) if stratum.stratum == open.stratum => stratum.units.push(ranked),
            Some(_) | None => {
                self.ranking.strata.push(StratumRanking { stratum: open.stratum, units: vec![ranked] });
            }
        }
    }
}

impl OpenUnit {
    fn new(line: PopulationLine<'_>, offset: u64) -> Self {
        Self {
            stratum: line.stratum.to_owned(),
            unit: line.unit.to_owned(),
            designated: line.recovery_point_arn.to_owned(),
            offset,
            key: None,
        }
    }

    /// Lets `line` be the designated point if its key is lower.
    fn designate(&mut self, keys: &Keys, line: PopulationLine<'_>, offset: u64) {
        let (stratum, unit) = (&self.stratum, &self.unit);
        let holder = *self.key.get_or_insert_with(|| keys.point_key(stratum, unit, &self.designated));
        let challenger = keys.point_key(stratum, unit, line.recovery_point_arn);
        if challenger < holder {
            line.recovery_point_arn.clone_into(&mut self.designated);
            (self.key, self.offset) = (Some(challenger), offset);
        }
    }
}
