//! Commits to the draw, and draws the sample.
//!
//! The protocol and its arithmetic are [`backproof_model::draw`]'s; here are the order of events and the files. The
//! commitment is in the journal before the entropy is taken, and a run that stops in between goes on with the same.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;

use backproof_model::RecoveryPoint;
use backproof_model::draw::{
    ALGORITHM, Entropy, Pick, Ranker, Ranking, SampleRule, Seed, drawable_units, pick, stratum_sizes,
};
use backproof_model::record::{
    CertaintyUnit, DrawCommitted, Drawn, DrawnPoint, EntropyRevealed, PopulationFrozen, run_step,
};
use backproof_plan::{EntropyKind as PlannedEntropy, Plan, SampleSize};
use backproof_store::RunFiles;

use crate::entropy;
use crate::error::{EngineError, Result};
use crate::exceptions::Certain;
use crate::journal::Journal;
use crate::population::{POINTS_FILE, POPULATION_FILE, point_of_line};
use crate::world::{Request, World};

/// The full ranking: `stratum TAB rank TAB unit TAB recovery-point-arn`.
pub const RANKING_FILE: &str = "ranking.tsv";

/// Commits to population, plan and sizes, before any entropy is known.
pub(crate) async fn commit(
    world: &World,
    request: &Request,
    run: u64,
    population: &PopulationFrozen,
    certainty: Vec<CertaintyUnit>,
    journal: &mut Journal,
) -> Result<DrawCommitted> {
    journal
        .observe(run_step::COMMIT, async {
            let commitment = commitment(&world.plan, &run.to_string(), population, certainty)?;
            let beacon_round = entropy::round_to_commit_to(&world.plan, world.clock().now());
            Ok(DrawCommitted { entropy_known: request.reveal.is_some(), beacon_round, ..commitment })
        })
        .await
}

/// The commitment of a run (or a rehearsal, whose name stands behind `run=`).
pub(crate) fn commitment(
    plan: &Plan,
    run: &str,
    population: &PopulationFrozen,
    certainty_units: Vec<CertaintyUnit>,
) -> Result<DrawCommitted> {
    let drawable = drawable_units(&population.units_by_stratum, &certainty_units);
    let sizes =
        stratum_sizes(sample_rule(plan), &drawable).map_err(|problem| EngineError::Refused(problem.to_string()))?;
    Ok(DrawCommitted {
        algorithm: ALGORITHM.into(),
        plan_sha256: plan.digest(),
        population_sha256: population.population_sha256.clone(),
        run: run.to_owned(),
        sizes,
        certainty_units,
        entropy_kind: planned_kind(plan).into(),
        entropy_known: false,
        beacon_round: None,
    })
}

fn sample_rule(plan: &Plan) -> SampleRule {
    match &plan.selection.size {
        SampleSize::FixedPerStratum(size) => SampleRule::FixedPerStratum(*size),
        SampleSize::Total(size) => SampleRule::Total(*size),
        SampleSize::Confidence { confidence, max_bad_rate } => {
            SampleRule::Confidence { confidence: *confidence, max_bad_rate: *max_bad_rate }
        }
    }
}

fn planned_kind(plan: &Plan) -> &'static str {
    match plan.selection.entropy {
        PlannedEntropy::Os => "os",
        PlannedEntropy::Previous => "previous",
        PlannedEntropy::Auditor => "auditor",
        PlannedEntropy::DrandQuicknet => "drand-quicknet",
    }
}

/// Draws the sample and keeps the full ranking.
pub(crate) async fn draw(
    files: &RunFiles,
    commitment: &DrawCommitted,
    revealed: &EntropyRevealed,
    journal: &mut Journal,
) -> Result<Drawn> {
    journal.observe(run_step::DRAW, async { draw_from(files, commitment, revealed) }).await
}

/// Ranks the frozen file, writes the ranking and gives the sample.
pub(crate) fn draw_from(files: &RunFiles, commitment: &DrawCommitted, revealed: &EntropyRevealed) -> Result<Drawn> {
    let entropy: Entropy = format!("{}:{}", revealed.kind, revealed.value).parse().map_err(EngineError::internal)?;
    let seed = Seed::derive(&commitment.plan_sha256, &commitment.population_sha256, &commitment.run, &entropy)
        .map_err(EngineError::internal)?;
    let population = open(files, POPULATION_FILE)?;
    let mut ranker = Ranker::new(&seed, &commitment.certainty_units);
    let mut lines = BufReader::with_capacity(1 << 16, &population);
    let mut line = String::new();
    while lines.read_line(&mut line).map_err(unreadable)? > 0 {
        ranker.push(line.strip_suffix('\n').unwrap_or(&line)).map_err(EngineError::internal)?;
        line.clear();
    }
    let ranking = ranker.finish();
    let ranking_sha256 = write_ranking(files, &ranking, &population)?;
    let picks = pick(&ranking, &commitment.sizes).map_err(EngineError::internal)?;
    let points = drawn_points(files, commitment, &picks, &population)?;
    Ok(Drawn { points, ranking_sha256 })
}

fn write_ranking(files: &RunFiles, ranking: &Ranking, population: &File) -> Result<String> {
    let mut file = files.create(RANKING_FILE)?;
    for stratum in &ranking.strata {
        for (rank, unit) in (1_u64..).zip(&stratum.units) {
            let line = line_at(population, unit.offset)?;
            let unit_and_point = line.split_once('\t').map_or("", |(_, rest)| rest);
            file.write_all(format!("{}\t{rank}\t{unit_and_point}\n", stratum.stratum).as_bytes())?;
        }
    }
    Ok(file.finish()?)
}

fn drawn_points(
    files: &RunFiles,
    commitment: &DrawCommitted,
    picks: &[Pick],
    population: &File,
) -> Result<Vec<DrawnPoint>> {
    let mut drawn = Vec::with_capacity(picks.len());
    for pick in picks {
        let line = line_at(population, pick.offset)?;
        let mut fields = line.split('\t').skip(1).map(str::to_owned);
        let (Some(unit), Some(arn)) = (fields.next(), fields.next()) else {
            return Err(EngineError::internal("a line of the population has too few fields"));
        };
        drawn.push((pick, unit, arn));
    }
    let points = points_by_arn(files, drawn.iter().map(|(_, _, arn)| arn.as_str()))?;
    let why = |stratum: &str, unit: &str| {
        commitment.certainty_units.iter().find(|c| c.stratum == stratum && c.unit == unit).map(|c| c.why.clone())
    };
    (1_u32..)
        .zip(drawn)
        .map(|(test, (pick, unit, arn))| {
            let point = points
                .get(&arn)
                .cloned()
                .ok_or_else(|| EngineError::Internal(format!("{arn} was drawn, but {POINTS_FILE} does not have it")))?;
            let certainty = if pick.rank.is_none() { why(&pick.stratum, &unit) } else { None };
            Ok(DrawnPoint { test, stratum: pick.stratum.clone(), unit, rank: pick.rank, certainty, point })
        })
        .collect()
}

/// AWS's own fields of some points, read from the file that the freeze wrote.
fn points_by_arn<'a>(
    files: &RunFiles,
    wanted: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, RecoveryPoint>> {
    let wanted: std::collections::HashSet<&str> = wanted.collect();
    let mut found = HashMap::new();
    for line in BufReader::with_capacity(1 << 16, open(files, POINTS_FILE)?).lines() {
        let line = line.map_err(unreadable)?;
        let arn = line.split('\t').next().unwrap_or_default();
        if wanted.contains(arn) {
            let point = point_of_line(&line).ok_or_else(|| {
                EngineError::Internal(format!("{POINTS_FILE} has a line that cannot be read: {line}"))
            })?;
            found.insert(arn.to_owned(), point);
        }
        if found.len() == wanted.len() {
            break;
        }
    }
    Ok(found)
}

/// Units with an open exception are tested for certain, wherever they stand in this population.
pub(crate) fn certainty_units(files: &RunFiles, open: &BTreeMap<String, Certain>) -> Result<Vec<CertaintyUnit>> {
    let mut units = Vec::<CertaintyUnit>::new();
    if open.is_empty() {
        return Ok(units);
    }
    for line in BufReader::with_capacity(1 << 16, self::open(files, POPULATION_FILE)?).lines() {
        let line = line.map_err(unreadable)?;
        let mut fields = line.split('\t');
        let (Some(stratum), Some(unit)) = (fields.next(), fields.next()) else { continue };
        let known = units.last().is_some_and(|last| last.stratum == stratum && last.unit == unit);
        if let (Some(Certain { exception, why }), false) = (open.get(unit), known) {
            let (stratum, unit, why) = (stratum.to_owned(), unit.to_owned(), why.clone());
            units.push(CertaintyUnit { stratum, unit, why, exception: Some(*exception) });
        }
    }
    Ok(units)
}

/// The line that begins at `offset`, without its LF.
fn line_at(file: &File, offset: u64) -> Result<String> {
    let mut line = vec![0; 512];
    loop {
        let read = file.read_at(&mut line, offset).map_err(unreadable)?;
        if let Some(end) = line[..read].iter().position(|byte| *byte == b'\n') {
            line.truncate(end);
            return String::from_utf8(line).map_err(EngineError::internal);
        }
        if read < line.len() {
            return Err(EngineError::internal("the population file ends in the middle of a line"));
        }
        line.resize(line.len() * 2, 0);
    }
}

fn open(files: &RunFiles, name: &str) -> Result<File> {
    File::open(files.path(name)).map_err(|error| {
        EngineError::Unfit(format!(
            "cannot read `{}`: {error}; the run cannot go on without it",
            files.path(name).display()
        ))
    })
}

#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
fn unreadable(error: std::io::Error) -> EngineError {
    EngineError::Unfit(format!("a file of the run cannot be read: {error}"))
}
