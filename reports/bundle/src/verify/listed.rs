//! The lists: each as the journal names or counts it, and as they name each other.

use std::collections::BTreeMap;

use backproof_evidence::points::PointLine;
use backproof_model::population::{BadPopulation, LineCheck};
use backproof_model::record::{DrawnPoint, PopulationFrozen};

use super::files::digest_of;
use super::{Checked, Known};
use crate::layout::{EXCLUDED, GAPS, POINTS, POPULATION, UNCOVERED};
use crate::lines::{BadLine, Lines};
use crate::open::BundleFiles;

pub(super) fn check(known: &Known<'_>) -> Checked {
    let Some(population) = &known.evidence.population else {
        let present = [POPULATION, EXCLUDED, POINTS, UNCOVERED, GAPS].into_iter().filter(|file| known.bundle.has(file));
        let problems = present.map(|file| format!("{file} is there, and the journal froze no population")).collect();
        return Checked::of("population", problems, "no population was frozen, so the run speaks for none");
    };
    let mut problems = Vec::new();
    digest(known.bundle, POPULATION, &population.population_sha256, &mut problems);
    digest(known.bundle, EXCLUDED, &population.excluded_sha256, &mut problems);
    eligible(known, population, &mut problems);
    excluded(known.bundle, population, &mut problems);
    uncovered(known.bundle, population, &mut problems);
    gaps(known.bundle, population, &mut problems);
    let good = format!(
        "{} listed = {} eligible + {} excluded, line by line, in the files whose digests were committed to",
        population.listed, population.eligible, population.excluded
    );
    Checked::of("population", problems, good)
}

fn digest(bundle: &BundleFiles, file: &str, expected: &str, problems: &mut Vec<String>) {
    match digest_of(bundle, file) {
        Ok(found) if found == expected => {}
        Ok(found) => problems.push(format!("{file} has SHA-256 {found}, and the journal names {expected}")),
        Err(error) => problems.push(format!("{file} cannot be read: {error}")),
    }
}

/// Why the lines of a list were not read to their end.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("{0} {1}")]
    Line(&'static str, BadLine),
    #[error("{POPULATION}: {0}")]
    Population(#[from] BadPopulation),
}

/// Gives each line of a list away, with its number from 1. What stops it is a problem.
fn each(
    bundle: &BundleFiles,
    file: &'static str,
    problems: &mut Vec<String>,
    mut take: impl FnMut(u64, &str, &mut Vec<String>),
) {
    let mut read = || -> Result<(), Ended> {
        let failed = |problem| Ended::Line(file, problem);
        let mut lines = Lines::of(bundle.file(file).map_err(|error| failed(error.into()))?);
        while let Some((number, line)) = lines.next_line().map_err(failed)? {
            take(number, line, problems);
        }
        Ok(())
    };
    if let Err(ended) = read() {
        problems.push(ended.to_string());
    }
}

/// The population's form and counts, and that AWS's fields beside it are of the same points in the same order.
fn eligible(known: &Known<'_>, population: &PopulationFrozen, problems: &mut Vec<String>) {
    let mut units = Units::default();
    let mut count = 0;
    let drawn: BTreeMap<&str, &DrawnPoint> =
        known.evidence.tests.iter().map(|test| (test.drawn.point.recovery_point_arn.as_str(), &test.drawn)).collect();
    let read = || -> Result<(), Ended> {
        let of = |file: &'static str| move |problem| Ended::Line(file, problem);
        let open = |file: &'static str| known.bundle.file(file).map(Lines::of).map_err(|error| of(file)(error.into()));
        let (mut lines, mut points) = (open(POPULATION)?, open(POINTS)?);
        // The header.
        points.next_line().map_err(of(POINTS))?;
        let mut form = LineCheck::default();
        while let Some((number, text)) = lines.next_line().map_err(of(POPULATION))? {
            let line = form.next(text)?;
            units.take(line.stratum, line.unit);
            count += 1;
            let beside = points.next_line().map_err(of(POINTS))?;
            let point = beside.and_then(|(_, text)| PointLine::parse(text));
            match point.filter(|point| point.recovery_point_arn == line.recovery_point_arn) {
                Some(point) => {
                    if let Some(drawn) = drawn.get(line.recovery_point_arn) {
                        same_point(&point, drawn, number + 1, problems);
                    }
                }
                None if problems.len() < super::MOST_PROBLEMS => problems.push(format!(
                    "{POINTS} line {} is not of {}, which stands in line {number} of {POPULATION}",
                    number + 1,
                    line.recovery_point_arn
                )),
                None => {}
            }
        }
        if let Some((number, _)) = points.next_line().map_err(of(POINTS))? {
            problems.push(format!("{POINTS} goes on in line {number}, behind the last point of {POPULATION}"));
        }
        Ok(())
    };
    let ended = read_to_end(read);
    problems.extend(ended);
    if count != population.eligible {
        problems.push(format!("{POPULATION} has {count} lines, and the journal counts {}", population.eligible));
    }
    let units = units.by_stratum;
    for stratum in units.keys().chain(population.units_by_stratum.keys()) {
        let (found, named) = (units.get(stratum), population.units_by_stratum.get(stratum));
        if found != named {
            let number = |count: Option<&u64>| count.copied().unwrap_or(0);
            problems.push(format!(
                "stratum `{stratum}` has {} units in {POPULATION}, and the journal counts {}",
                number(found),
                number(named)
            ));
        }
    }
}

fn read_to_end(read: impl FnOnce() -> Result<(), Ended>) -> Option<String> {
    read().err().map(|ended| ended.to_string())
}

/// Counts the units of each stratum while sorted lines pass.
#[derive(Default)]
struct Units {
    by_stratum: BTreeMap<String, u64>,
    last: (String, String),
}

impl Units {
    fn take(&mut self, stratum: &str, unit: &str) {
        if self.last.0 == stratum && self.last.1 == unit {
            return;
        }
        self.last = (stratum.to_owned(), unit.to_owned());
        *self.by_stratum.entry(stratum.to_owned()).or_default() += 1;
    }
}

/// What the journal says of a drawn point must be what the listing gave.
fn same_point(listed: &PointLine<'_>, drawn: &DrawnPoint, line: u64, problems: &mut Vec<String>) {
    let point = &drawn.point;
    let pairs = [
        ("account", listed.account, point.account.as_str()),
        ("Region", listed.region, point.region.as_str()),
        ("vault", listed.vault, point.backup_vault_name.as_str()),
        ("resource", listed.resource_arn, point.resource_arn.as_str()),
        ("type", listed.resource_type, point.resource_type.as_str()),
    ];
    for (what, listed, drawn) in pairs {
        if listed != drawn {
            problems
                .push(format!("{POINTS} line {line} names {what} `{listed}`, and the journal drew it with `{drawn}`"));
        }
    }
    if listed.created.as_second() != point.creation_date.as_second() {
        problems.push(format!(
            "{POINTS} line {line} says that the point was made {}, and the journal {}",
            listed.created, point.creation_date
        ));
    }
}

fn excluded(bundle: &BundleFiles, population: &PopulationFrozen, problems: &mut Vec<String>) {
    let mut by_reason = BTreeMap::<String, u64>::new();
    each(bundle, EXCLUDED, problems, |_, line, _| {
        *by_reason.entry(line.split('\t').next().unwrap_or_default().to_owned()).or_default() += 1;
    });
    let count: u64 = by_reason.values().sum();
    if count != population.excluded {
        problems.push(format!("{EXCLUDED} has {count} lines, and the journal counts {}", population.excluded));
    }
    if by_reason != population.excluded_by_reason {
        problems.push(format!(
            "{EXCLUDED} gives the reasons {by_reason:?}, and the journal counts {:?}",
            population.excluded_by_reason
        ));
    }
}

fn uncovered(bundle: &BundleFiles, population: &PopulationFrozen, problems: &mut Vec<String>) {
    let (mut total, mut in_scope) = (0, 0);
    each(bundle, UNCOVERED, problems, |number, line, problems| {
        total += 1;
        let scope = line.split('\t').nth(2).unwrap_or_default();
        in_scope += u64::from(scope == "in-scope");
        let told = usize::try_from(number - 1).ok().and_then(|place| population.uncovered.get(place));
        if let Some(told) = told {
            let scope = if told.in_scope { "in-scope" } else { "filtered-out" };
            let expected = format!("{}\t{}\t{scope}\t{}", told.resource_type, told.resource_arn, told.why);
            if line != expected {
                problems.push(format!("{UNCOVERED} line {number}: expected `{expected}`, found `{line}`"));
            }
        }
    });
    if (total, in_scope) != (population.uncovered_total, population.uncovered_in_scope) {
        problems.push(format!(
            "{UNCOVERED} names {total} resources, {in_scope} of them in scope, and the journal counts {} and {}",
            population.uncovered_total, population.uncovered_in_scope
        ));
    }
}

fn gaps(bundle: &BundleFiles, population: &PopulationFrozen, problems: &mut Vec<String>) {
    let mut count = 0;
    each(bundle, GAPS, problems, |number, line, problems| {
        count = number;
        let told = usize::try_from(number - 1).ok().and_then(|place| population.gaps.get(place));
        if let Some(told) = told {
            let expected = format!("{}\t{}\t{}\t{}", told.resource_arn, told.gap_seconds, told.since, told.points);
            if line != expected {
                problems.push(format!("{GAPS} line {number}: expected `{expected}`, found `{line}`"));
            }
        }
    });
    if count < population.gaps.len() as u64 {
        problems.push(format!("{GAPS} has {count} lines, and the journal tells {}", population.gaps.len()));
    }
}
