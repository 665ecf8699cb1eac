//! The draw, done again: seed, full ranking, drawn units and the points that the seed designates for them.

use std::fs::File;
use std::os::unix::fs::FileExt;

use backproof_model::draw::{Entropy, Pick, Ranker, Ranking, Seed, pick};
use backproof_model::record::{DrawCommitted, DrawnPoint, EntropyRevealed};

use super::files::digest_of;
use super::{Checked, Known};
use crate::layout::{POPULATION, RANKING};
use crate::lines::Lines;

pub(super) fn check(known: &Known<'_>) -> Checked {
    let evidence = known.evidence;
    let Some((commitment, entropy)) = evidence.commitment.as_ref().zip(evidence.entropy.as_ref()) else {
        let drawn = evidence.tests.iter().filter(|test| test.drawn.rank.is_some());
        let problems = drawn.map(|test| format!("{} is said to be drawn, and no draw was committed", test.chain));
        return Checked::of("draw", problems.collect(), "nothing was drawn by chance");
    };
    let mut problems = Vec::new();
    if let Err(problem) = again(known, commitment, entropy, &mut problems) {
        problems.push(problem);
    }
    let good = format!(
        "done again from {POPULATION}: the seed, the whole ranking and all {} drawn points are the same",
        evidence.tests.len()
    );
    Checked::of("draw", problems, good)
}

fn again(
    known: &Known<'_>,
    commitment: &DrawCommitted,
    revealed: &EntropyRevealed,
    problems: &mut Vec<String>,
) -> Result<(), String> {
    let value = format!("{}:{}", revealed.kind, revealed.value);
    let entropy: Entropy = value.parse().map_err(|problem| format!("the entropy cannot be read: {problem}"))?;
    let seed = Seed::derive(&commitment.plan_sha256, &commitment.population_sha256, &commitment.run, &entropy)
        .map_err(|problem| format!("no seed follows from the commitment: {problem}"))?;
    if seed.to_hex() != revealed.seed {
        problems.push(format!("the seed is {}, and the journal names {}", seed.to_hex(), revealed.seed));
    }
    if commitment.run != known.evidence.run.to_string() {
        problems
            .push(format!("the draw was committed as run {}, and this is run {}", commitment.run, known.evidence.run));
    }
    if known.evidence.ranking_sha256.is_none() {
        // Stopped between the commitment and the draw.
        return Ok(());
    }
    let ranking = rank(known, commitment, &seed)?;
    let population = known.bundle.file(POPULATION).map_err(|error| format!("{POPULATION}: {error}"))?;
    ranking_is(known, &ranking, &population, problems)?;
    let picks = pick(&ranking, &commitment.sizes).map_err(|problem| problem.to_string())?;
    let drawn: Vec<&DrawnPoint> = known.evidence.tests.iter().map(|test| &test.drawn).collect();
    drawn_are(&picks, &drawn, &population, problems)
}

fn rank(known: &Known<'_>, commitment: &DrawCommitted, seed: &Seed) -> Result<Ranking, String> {
    let mut ranker = Ranker::new(seed, &commitment.certainty_units);
    let mut lines = Lines::of(known.bundle.file(POPULATION).map_err(|error| format!("{POPULATION}: {error}"))?);
    while let Some((_, line)) = lines.next_line().map_err(|problem| format!("{POPULATION} {problem}"))? {
        ranker.push(line).map_err(|problem| problem.to_string())?;
    }
    Ok(ranker.finish())
}

/// The file must be this ranking, line by line, and have the digest that the journal names.
fn ranking_is(
    known: &Known<'_>,
    ranking: &Ranking,
    population: &File,
    problems: &mut Vec<String>,
) -> Result<(), String> {
    let unreadable = |error: std::io::Error| format!("{RANKING} cannot be read: {error}");
    let digest = digest_of(known.bundle, RANKING).map_err(unreadable)?;
    let named = known.evidence.ranking_sha256.as_deref().unwrap_or_default();
    if digest != named {
        problems.push(format!("{RANKING} has SHA-256 {digest}, and the journal names {named}"));
    }
    let mut lines = Lines::of(known.bundle.file(RANKING).map_err(unreadable)?);
    let bad = |problem| format!("{RANKING} {problem}");
    for stratum in &ranking.strata {
        for (rank, unit) in (1_u64..).zip(&stratum.units) {
            let [_, unit, point] = fields_at(population, unit.offset)?;
            let expected = format!("{}\t{rank}\t{unit}\t{point}", stratum.stratum);
            match lines.next_line().map_err(bad)? {
                Some((_, found)) if found == expected => {}
                Some((number, found)) => {
                    problems.push(format!("{RANKING} line {number}: expected `{expected}`, found `{found}`"));
                    return Ok(());
                }
                None => {
                    problems.push(format!("{RANKING} ends before `{expected}`"));
                    return Ok(());
                }
            }
        }
    }
    if let Some((number, _)) = lines.next_line().map_err(bad)? {
        problems.push(format!("{RANKING} goes on in line {number}, behind the last unit"));
    }
    Ok(())
}

fn drawn_are(
    picks: &[Pick],
    drawn: &[&DrawnPoint],
    population: &File,
    problems: &mut Vec<String>,
) -> Result<(), String> {
    if picks.len() != drawn.len() {
        problems.push(format!("the seed draws {} units, and the journal has {}", picks.len(), drawn.len()));
    }
    for (number, (pick, drawn)) in (1_u32..).zip(picks.iter().zip(drawn)) {
        let [stratum, unit, point] = fields_at(population, pick.offset)?;
        let found = (
            drawn.test,
            drawn.stratum.as_str(),
            drawn.unit.as_str(),
            drawn.rank,
            drawn.point.recovery_point_arn.as_str(),
        );
        if found != (number, stratum.as_str(), unit.as_str(), pick.rank, point.as_str()) {
            let rank = |rank: Option<u64>| rank.map_or_else(|| "for certain".to_owned(), |rank| format!("rank {rank}"));
            problems.push(format!(
                "restore test {number} must be of {point} (unit {unit} of stratum `{stratum}`, {}), and the journal has \
                 {} (unit {} of stratum `{}`, {})",
                rank(pick.rank),
                found.4,
                found.2,
                found.1,
                rank(found.3)
            ));
        }
    }
    Ok(())
}

/// The three fields of the population's line that begins at `offset`.
fn fields_at(file: &File, offset: u64) -> Result<[String; 3], String> {
    let unreadable = |error: std::io::Error| format!("{POPULATION} cannot be read: {error}");
    let mut line = vec![0; 512];
    let end = loop {
        let read = file.read_at(&mut line, offset).map_err(unreadable)?;
        if let Some(end) = line[..read].iter().position(|byte| *byte == b'\n') {
            break end;
        }
        if read < line.len() {
            return Err(format!("{POPULATION} ends in the middle of a line"));
        }
        line.resize(line.len() * 2, 0);
    };
    let text = String::from_utf8_lossy(&line[..end]).into_owned();
    let mut fields = text.split('\t').map(str::to_owned);
    match (fields.next(), fields.next(), fields.next()) {
        (Some(stratum), Some(unit), Some(point)) => Ok([stratum, unit, point]),
        _ => Err(format!("{POPULATION} has a line with too few fields")),
    }
}
