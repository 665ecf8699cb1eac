//! What was drawn from what: the population, its completeness, and the draw.

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{counted, grouped, moment, sentence};
use backproof_evidence::{Dossier, Problem};
use backproof_model::record::{Completeness, PopulationFrozen};

use super::DossierClaim;
use super::reading::{COVERAGE, ClaimReading, DRAW, POPULATION, Said, per_run};

pub(super) fn population_frozen(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::PopulationFrozen, dossier, POPULATION, |run| {
        let (Some(population), Some(_)) = (&run.evidence.population, &run.evidence.commitment) else {
            return Said::not_shown("no population was frozen and committed to");
        };
        if has(run, |problem| matches!(problem, Problem::DigestsDiffer { what: "the population", .. })) {
            return Said::contradicted("the draw was committed to another population than the one that was frozen");
        }
        Said::shown(format!(
            "{} of {} frozen as of {}, and named by digest {} before the draw",
            grouped(population.eligible),
            counted(population.listed, "listed recovery point"),
            moment(population.as_of),
            population.population_sha256
        ))
    })
}

pub(super) fn population_complete(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::PopulationComplete, dossier, POPULATION, |run| {
        let Some(population) = &run.evidence.population else {
            return Said::not_shown("no population was frozen");
        };
        if let Some(missing) = missing(run, population) {
            return Said::contradicted(missing);
        }
        let graded = &run.conclusion.completeness;
        let (scope, reason) = (&run.conclusion.scope_line, &graded.reason);
        match &population.completeness {
            Completeness::Established => Said::shown(format!("{reason} {scope}")),
            Completeness::EstablishedExcept(except) | Completeness::NotEstablished(except) => {
                Said::not_shown(format!("{reason} {} {scope}", sentence(&except.join("; "))))
            }
        }
    })
}

/// What shows that recovery points are missing: sums that do not hold, or a vault with more than its listing gave.
fn missing(run: &RunRecord, population: &PopulationFrozen) -> Option<String> {
    let is_of_population =
        |equation: &str| ["listed", "eligible", "excluded"].iter().any(|word| equation.contains(word));
    let sum = run
        .evidence
        .problems
        .iter()
        .find(|problem| matches!(problem, Problem::CountsDiffer { equation, .. } if is_of_population(equation)));
    if let Some(problem) = sum {
        return Some(problem.to_string());
    }
    if population.completeness == Completeness::Established {
        return None;
    }
    let short = population.vaults.iter().find(|vault| {
        vault.included && vault.problem.is_none() && vault.reported.is_some_and(|reported| reported > vault.listed)
    })?;
    Some(format!(
        "by AWS's own count vault {} holds {} recovery points, and its listing gave {}",
        short.name,
        short.reported.map_or_else(String::new, grouped),
        grouped(short.listed)
    ))
}

pub(super) fn sample_drawn_at_random(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::SampleDrawnAtRandom, dossier, DRAW, |run| {
        let evidence = &run.evidence;
        let (Some(commitment), Some(entropy), Some(_)) =
            (&evidence.commitment, &evidence.entropy, &evidence.ranking_sha256)
        else {
            return Said::not_shown("no sample was drawn by a committed seed");
        };
        if let Some(problem) = evidence.problems.iter().find(|problem| is_of_draw(problem)) {
            return Said::contradicted(problem.to_string());
        }
        let (sample, units) = commitment.sizes.values().fold((0_u64, 0_u64), |(sample, units), size| {
            (sample.saturating_add(size.sample), units.saturating_add(size.population))
        });
        let certain = commitment.certainty_units.len() as u64;
        let certain =
            if certain == 0 { String::new() } else { format!(", {} tested for certain beside it", grouped(certain)) };
        let text = format!(
            "{} of {} drawn by {} with seed {}, from {} entropy{certain}",
            grouped(sample),
            counted(units, "unit"),
            commitment.algorithm,
            entropy.seed,
            entropy.kind
        );
        if sample == 0 { Said::not_shown(format!("nothing was drawn: {text}")) } else { Said::shown(text) }
    })
}

fn is_of_draw(problem: &Problem) -> bool {
    match problem {
        Problem::DigestsDiffer { what, .. } => *what == "the seed's inputs" || *what == "the population",
        Problem::CountsDiffer { equation, .. } => equation.contains("committed to"),
        Problem::UnreadableLine { .. }
        | Problem::BrokenChain(_)
        | Problem::NoRunChain
        | Problem::ChainOfNoTest { .. }
        | Problem::HeadMissing { .. }
        | Problem::HeadDiffers { .. }
        | Problem::UnreadableRecord { .. }
        | Problem::RecordMissing { .. }
        | Problem::Unaccounted { .. }
        | Problem::UnearnedPass { .. }
        | Problem::ExceptionMissing { .. }
        | Problem::OutcomeImproved { .. } => false,
    }
}

pub(super) fn draw_verifiable(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::DrawVerifiable, dossier, DRAW, |run| {
        let Some(entropy) = &run.evidence.entropy else {
            return Said::not_shown("nothing was drawn");
        };
        if has(run, |problem| matches!(problem, Problem::DigestsDiffer { what: "the seed's inputs", .. })) {
            return Said::contradicted("the seed is not what the published inputs give");
        }
        let text = format!("grade {}: {}", entropy.grade, run.conclusion.draw_grade.reason);
        if entropy.grade == "verifiable" { Said::shown(text) } else { Said::not_shown(text) }
    })
}

pub(super) fn every_protected_resource_has_a_point(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::EveryProtectedResourceHasAPoint, dossier, COVERAGE, |run| {
        let Some(population) = &run.evidence.population else {
            return Said::not_shown("no population was frozen");
        };
        let (have, all) =
            (grouped(population.scope.resources), counted(population.scope.protected_resources, "protected resource"));
        let figures = format!("{have} of {all} that listings gave have a recovery point that can be drawn");
        let without = population.uncovered_in_scope;
        if without > 0 {
            let first = population.uncovered.iter().find(|resource| resource.in_scope);
            let first = first.map_or_else(String::new, |it| format!(", {} for one ({})", it.resource_arn, it.why));
            return Said::contradicted(format!("{figures}; {} in scope have none{first}", grouped(without)));
        }
        match population.completeness {
            Completeness::Established => Said::shown(figures),
            Completeness::EstablishedExcept(_) | Completeness::NotEstablished(_) => {
                Said::not_shown(format!("{figures}; it is not shown that the listing holds all of them"))
            }
        }
    })
}

fn has(run: &RunRecord, wanted: impl Fn(&Problem) -> bool) -> bool {
    run.evidence.problems.iter().any(wanted)
}
