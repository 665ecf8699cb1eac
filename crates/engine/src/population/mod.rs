//! Lists the population and freezes it to files.
//!
//! Every recovery point of every vault in scope is listed, judged by the plan from its listing alone, and written to
//! one of two files: those that can be drawn, and those that cannot with the reason. Nothing is kept in memory but one
//! entry per protected resource, so a million points are no more trouble than a thousand. It does not draw.

mod judging;
mod listing;
mod sorting;
mod tally;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

use backproof_model::RecoveryPoint;
use backproof_model::population::{GapAccumulator, ListingFacts, SecondCount, grade_completeness};
use backproof_model::record::{AccountListed, PopulationFrozen, ResourceGap, ScopeLine, VaultListed, run_step};
use backproof_store::{RunFiles, StoreError};

pub(crate) use judging::{Judge, Tags, point_of_line};

use crate::error::{EngineError, Result};
use crate::journal::Journal;
use crate::progress::Progress;
use crate::world::World;
use listing::{Listed, Listing};
use sorting::SortedLines;
use tally::Tally;

/// The eligible points: `stratum TAB unit TAB recovery-point-arn`. Its digest is the population's.
pub const POPULATION_FILE: &str = "population.tsv";
/// The other points, with a reason each.
pub const EXCLUDED_FILE: &str = "excluded.tsv";
/// AWS's own fields of the eligible points.
pub const POINTS_FILE: &str = "points.tsv";
/// Protected resources without any eligible point.
pub const UNCOVERED_FILE: &str = "uncovered.tsv";

/// The longest interval between recovery points of every resource: `resource-arn TAB seconds TAB since TAB points`.
pub const GAPS_FILE: &str = "gaps.tsv";

/// What the record keeps of long lists; the rest is in the files.
const SHOWN: usize = 100;

/// Lists and freezes the population, once per run.
pub(crate) async fn freeze(world: &World, run: u64, journal: &mut Journal) -> Result<PopulationFrozen> {
    let files = world.store.files(run)?;
    journal.observe(run_step::POPULATION, freeze_to(world, &files)).await
}

/// Lists and freezes the population of `world`'s plan into `files`.
pub(crate) async fn freeze_to(world: &World, files: &RunFiles) -> Result<PopulationFrozen> {
    world.tell(Progress::Stage { what: "listing recovery points".into() });
    let judge = Judge::new(world);
    let mut freezer = Freezer::new(judge, files)?;
    let mut listing = Listing::begin(world);
    while let Some(listed) = listing.next().await {
        freezer.take(listed)?;
        world.tell(Progress::Listed { points: freezer.listed });
    }
    freezer.judge_what_waited_for_tags(world).await?;
    freezer.finish()
}

/// Takes what listings give and turns it into files and counts.
struct Freezer<'a> {
    judge: Judge<'a>,
    files: &'a RunFiles,
    eligible: SortedLines,
    excluded: SortedLines,
    spool: Option<judging::Spool>,
    tally: Tally,
    gaps: GapAccumulator,
    accounts: Vec<AccountListed>,
    vaults: Vec<VaultListed>,
    doubts: Vec<String>,
    /// Points so far, before duplicates are collapsed.
    listed: u64,
}

impl<'a> Freezer<'a> {
    fn new(judge: Judge<'a>, files: &'a RunFiles) -> Result<Self> {
        let spool = judge.needs_tags().then(|| judging::Spool::begin(files)).transpose()?;
        let as_of = judge.as_of();
        Ok(Self {
            judge,
            files,
            eligible: SortedLines::new(files, "eligible"),
            excluded: SortedLines::new(files, "excluded"),
            spool,
            tally: Tally::default(),
            gaps: GapAccumulator::new(as_of),
            accounts: Vec::new(),
            vaults: Vec::new(),
            doubts: Vec::new(),
            listed: 0,
        })
    }

    fn take(&mut self, listed: Listed) -> Result<()> {
        match listed {
            Listed::Account(account) => self.accounts.push(account),
            Listed::Vault(vault) => self.vaults.push(vault),
            Listed::Doubt(doubt) => self.doubts.push(doubt),
            Listed::Resources(resources) => {
                for resource in resources {
                    let in_scope = self.judge.filter(&resource.resource_type, &resource.resource_arn).is_none();
                    self.tally.protected(resource, in_scope);
                }
            }
            Listed::Points { points, unreadable } => {
                for point in points {
                    self.listed += 1;
                    match &mut self.spool {
                        Some(spool) => spool.keep(point)?,
                        None => self.settle(&point, None)?,
                    }
                }
                for problem in unreadable {
                    self.listed += 1;
                    // Numbered, so that two records with the same trouble stay two.
                    let problem = problem.replace(char::is_control, " ");
                    let line = format!("unreadable\t-\t-\trecord {}: {problem}\n", self.listed);
                    self.excluded.push(&line)?;
                }
            }
        }
        Ok(())
    }

    /// Judges one point; `tags` are its resource's, or why they could not be read.
    fn settle(&mut self, point: &RecoveryPoint, tags: Option<&judging::Tags>) -> Result<()> {
        self.gaps.add(point);
        match self.judge.judge(point, tags) {
            Ok(()) => {
                self.tally.eligible(point);
                self.eligible.push(&self.judge.eligible_line(point))
            }
            Err(reason) => {
                self.tally.excluded(point, &reason);
                self.excluded.push(&backproof_model::population::excluded_line(point, &reason))
            }
        }
    }

    /// Where the plan asks for tags, points wait until their resource's latest point is known.
    async fn judge_what_waited_for_tags(&mut self, world: &World) -> Result<()> {
        let Some(spool) = self.spool.take() else { return Ok(()) };
        let (points, tags, doubts) = spool.tagged(world).await?;
        self.doubts.extend(doubts);
        for line in BufReader::new(points).lines() {
            let line = line.map_err(EngineError::internal)?;
            let point: RecoveryPoint = serde_json::from_str(&line).map_err(EngineError::internal)?;
            let tags = tags.get(point.resource_arn.as_str());
            self.settle(&point, tags)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<PopulationFrozen> {
        // They came in the order of their ends, which is chance.
        self.accounts.sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
        self.vaults.sort_by(|a, b| (&a.account, &a.region, &a.name).cmp(&(&b.account, &b.region, &b.name)));
        let (population_sha256, eligible, units_by_stratum) = write_eligible(self.files, self.eligible)?;
        let (excluded_sha256, excluded, excluded_by_reason) = write_excluded(self.files, self.excluded)?;
        let uncovered = self.tally.uncovered();
        write_uncovered(self.files, &uncovered)?;
        let gaps = self.gaps.finish(usize::MAX);
        write_gaps(self.files, &gaps)?;
        let facts = ListingFacts {
            accounts: &self.accounts,
            vaults: &self.vaults,
            // A vault that changed while it was listed has become a doubt of its own.
            second_count: &SecondCount::Same,
            doubts: &self.doubts,
        };
        let completeness = grade_completeness(facts);
        let readable = |account: &&AccountListed| account.problem.is_none();
        let scope = ScopeLine {
            points: eligible,
            listed_points: eligible + excluded,
            resources: self.tally.resources_with_eligible_points(),
            protected_resources: self.tally.resources(),
            accounts: distinct(self.accounts.iter().filter(readable)),
            all_accounts: distinct(self.accounts.iter()),
        };
        Ok(PopulationFrozen {
            as_of: self.judge.as_of(),
            listed: eligible + excluded,
            eligible,
            excluded,
            excluded_by_reason,
            population_sha256,
            excluded_sha256,
            units_by_stratum,
            scope,
            accounts: self.accounts,
            vaults: self.vaults,
            uncovered_total: uncovered.len() as u64,
            uncovered_in_scope: uncovered.iter().filter(|resource| resource.in_scope).count() as u64,
            uncovered: uncovered.into_iter().take(SHOWN).collect(),
            completeness,
            gaps: gaps.into_iter().take(SHOWN).collect(),
        })
    }
}

fn distinct<'a>(accounts: impl Iterator<Item = &'a AccountListed>) -> u64 {
    accounts.map(|listed| &listed.account).collect::<std::collections::BTreeSet<_>>().len() as u64
}

/// Writes the frozen file and AWS's fields beside it; gives the digest, the points and the units of each stratum.
fn write_eligible(files: &RunFiles, lines: SortedLines) -> Result<(String, u64, BTreeMap<String, u64>)> {
    let mut population = files.create(POPULATION_FILE)?;
    let mut points = files.create(POINTS_FILE)?;
    points.write_all(judging::POINTS_HEADER.as_bytes())?;
    let mut units = BTreeMap::<String, u64>::new();
    let (mut count, mut last_unit) = (0, String::new());
    lines.merge(|line| {
        let mut tabs = line.bytes().enumerate().filter(|(_, byte)| *byte == b'\t').map(|(at, _)| at);
        let (Some(stratum), Some(unit), Some(arn)) = (tabs.next(), tabs.next(), tabs.next()) else {
            return Err(EngineError::internal("an eligible line has too few fields"));
        };
        count += 1;
        if line[..unit] != last_unit {
            line[..unit].clone_into(&mut last_unit);
            match units.get_mut(&line[..stratum]) {
                Some(number) => *number += 1,
                None => {
                    units.insert(line[..stratum].to_owned(), 1);
                }
            }
        }
        population.write_all(&line.as_bytes()[..arn])?;
        population.write_all(b"\n")?;
        points.write_all(&line.as_bytes()[unit + 1..]).map_err(EngineError::from)
    })?;
    points.finish()?;
    Ok((population.finish()?, count, units))
}

fn write_excluded(files: &RunFiles, lines: SortedLines) -> Result<(String, u64, BTreeMap<String, u64>)> {
    let mut excluded = files.create(EXCLUDED_FILE)?;
    let mut by_reason = BTreeMap::<String, u64>::new();
    let mut count = 0;
    lines.merge(|line| {
        count += 1;
        let reason = line.split('\t').next().unwrap_or_default();
        match by_reason.get_mut(reason) {
            Some(number) => *number += 1,
            None => {
                by_reason.insert(reason.to_owned(), 1);
            }
        }
        excluded.write_all(line.as_bytes()).map_err(EngineError::from)
    })?;
    Ok((excluded.finish()?, count, by_reason))
}

fn write_uncovered(
    files: &RunFiles,
    uncovered: &[backproof_model::record::UncoveredResource],
) -> std::result::Result<(), StoreError> {
    let mut file = files.create(UNCOVERED_FILE)?;
    for resource in uncovered {
        let scope = if resource.in_scope { "in-scope" } else { "filtered-out" };
        file.write_all(
            format!("{}\t{}\t{scope}\t{}\n", resource.resource_type, resource.resource_arn, resource.why).as_bytes(),
        )?;
    }
    file.finish().map(|_| ())
}

fn write_gaps(files: &RunFiles, gaps: &[ResourceGap]) -> std::result::Result<(), StoreError> {
    let mut file = files.create(GAPS_FILE)?;
    for gap in gaps {
        file.write_all(
            format!("{}\t{}\t{}\t{}\n", gap.resource_arn, gap.gap_seconds, gap.since, gap.points).as_bytes(),
        )?;
    }
    file.finish().map(|_| ())
}

/// The longest gaps of some resources, in seconds, read from the file that the freeze wrote.
pub(crate) fn gaps_of(files: &RunFiles, resources: &std::collections::BTreeSet<&str>) -> Result<BTreeMap<String, i64>> {
    let mut found = BTreeMap::new();
    let file = match std::fs::File::open(files.path(GAPS_FILE)) {
        Ok(file) => file,
        // A one-off check has no population, and so no gaps.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(EngineError::internal(error)),
    };
    for line in BufReader::new(file).lines() {
        let line = line.map_err(EngineError::internal)?;
        let mut fields = line.split('\t');
        if let (Some(resource), Some(seconds)) = (fields.next(), fields.next())
            && resources.contains(resource)
        {
            found.insert(resource.to_owned(), seconds.parse().map_err(EngineError::internal)?);
        }
    }
    Ok(found)
}
