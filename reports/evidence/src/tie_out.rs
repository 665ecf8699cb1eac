//! Adds up what must add up, and compares digests that must be equal.

use std::collections::{BTreeMap, BTreeSet};

use backproof_model::canonical::{canonical_json, sha256_hex};
use backproof_model::record::{Touch, run_step};

use crate::problem::Problem;
use crate::remains::remains;
use crate::run::RunEvidence;

/// The first version of the pipeline whose runs record approvals and exceptions.
const RECORDS_PEOPLE: u32 = 2;

/// Appends a problem for every sum or digest that does not hold. What has not been recorded yet is not compared.
pub(crate) fn check(run: &mut RunEvidence) {
    let mut problems = Vec::new();
    digests(run, &mut problems);
    population(run, &mut problems);
    sample(run, &mut problems);
    if run.is_closed() {
        records_of_a_closed_run(run, &mut problems);
        exceptions(run, &mut problems);
        let made = remains(run).unaccounted;
        problems.extend(made.into_iter().map(|it| Problem::Unaccounted { arn: it.arn, made_by: it.made_by }));
    }
    run.problems.append(&mut problems);
}

fn digests(run: &RunEvidence, problems: &mut Vec<Problem>) {
    let mut equal = |what: &'static str, first: &str, second: &str| {
        if first != second {
            problems.push(Problem::DigestsDiffer { what, first: first.to_owned(), second: second.to_owned() });
        }
    };
    if let Some(opened) = &run.opened {
        let computed = canonical_json(&opened.plan).map(sha256_hex).unwrap_or_default();
        equal("the plan", &opened.plan_sha256, &computed);
        if let Some(commitment) = &run.commitment {
            equal("the plan", &opened.plan_sha256, &commitment.plan_sha256);
        }
    }
    let Some(commitment) = &run.commitment else { return };
    if let Some(population) = &run.population {
        equal("the population", &population.population_sha256, &commitment.population_sha256);
    }
    if let Some(entropy) = &run.entropy {
        let text = format!(
            "{}\nplan-sha256={}\npopulation-sha256={}\nrun={}\nentropy={}:{}\n",
            commitment.algorithm,
            commitment.plan_sha256,
            commitment.population_sha256,
            commitment.run,
            entropy.kind,
            entropy.value
        );
        equal("the seed's inputs", &entropy.seed, &sha256_hex(text));
    }
}

fn population(run: &RunEvidence, problems: &mut Vec<Problem>) {
    let Some(population) = &run.population else { return };
    let mut equal = |equation: &str, left: u64, right: u128| sums(problems, equation.to_owned(), left, right);
    let sum = |counts: &[u64]| counts.iter().copied().map(u128::from).sum::<u128>();
    equal("listed = eligible + excluded", population.listed, sum(&[population.eligible, population.excluded]));
    let by_reason: Vec<u64> = population.excluded_by_reason.values().copied().collect();
    equal("excluded = the sum over all reasons", population.excluded, sum(&by_reason));
    equal("points of the scope line = eligible", population.scope.points, population.eligible.into());
    equal("listed points of the scope line = listed", population.scope.listed_points, population.listed.into());
}

/// Drawn must be what was committed to, stratum by stratum, and every drawn point must have an outcome at close.
fn sample(run: &RunEvidence, problems: &mut Vec<Problem>) {
    if run.ranking_sha256.is_none() || run.is_one_off_check() {
        return;
    }
    if let Some(commitment) = &run.commitment {
        let mut drawn: BTreeMap<&str, u64> = commitment.sizes.keys().map(|stratum| (stratum.as_str(), 0)).collect();
        for test in run.tests.iter().filter(|test| test.is_of_sample()) {
            *drawn.entry(&test.drawn.stratum).or_default() += 1;
        }
        for (stratum, count) in drawn {
            let committed = commitment.sizes.get(stratum).map_or(0, |size| size.sample);
            sums(problems, format!("drawn from {stratum} = committed to"), count, committed.into());
        }
        let certain = run.tests.iter().filter(|test| !test.is_of_sample()).count() as u64;
        let named = commitment.certainty_units.len() as u64;
        sums(problems, "tested for certain = committed to".to_owned(), certain, named.into());
    }
    if let Some(closed) = run.closed.as_ref().filter(|closed| closed.completed) {
        let drawn = run.tests.len() as u64;
        let decided = closed.outcomes.len() as u64;
        sums(problems, "drawn = passed + failed + inconclusive".to_owned(), drawn, decided.into());
    }
}

fn records_of_a_closed_run(run: &RunEvidence, problems: &mut Vec<Problem>) {
    let stopped = run.closed.as_ref().is_some_and(|closed| !closed.completed);
    let records_people = run.opened.as_ref().is_some_and(|opened| opened.pipeline >= RECORDS_PEOPLE);
    let drawn = run.ranking_sha256.is_some();
    let drawable = run.population.as_ref().is_none_or(|population| population.eligible > 0);
    let sampled = !run.is_one_off_check() && (drawn || (drawable && !stopped));
    let present = [
        (run_step::OPEN, run.opened.is_some(), true),
        (run_step::SANDBOX, run.sandbox.is_some(), !stopped),
        (run_step::POPULATION, run.population.is_some(), !stopped && !run.is_one_off_check()),
        (run_step::COMMIT, run.commitment.is_some(), sampled),
        (run_step::REVEAL, run.entropy.is_some(), sampled),
        (run_step::DRAW, drawn, drawable && !stopped),
        (run_step::APPROVAL, run.approval.is_some(), records_people && sampled && run.sandbox.is_some()),
        (run_step::EXCEPTIONS, run.exceptions.is_some(), records_people),
        (run_step::CENSUS, run.census.is_some(), run.tests.iter().any(|test| !test.attempts.is_empty())),
    ];
    let missing = present.into_iter().filter(|(_, is_there, expected)| *expected && !is_there);
    problems.extend(missing.map(|(step, _, _)| Problem::RecordMissing { step }));
}

/// Whatever was not passed must have become an exception, since runs record them.
fn exceptions(run: &RunEvidence, problems: &mut Vec<Problem>) {
    let (Some(recorded), Some(closed)) = (&run.exceptions, &run.closed) else { return };
    let told: BTreeSet<u32> =
        recorded.touched.iter().filter(|it| it.how != Touch::Closed).filter_map(|it| it.test).collect();
    for test in &run.tests {
        let not_passed = closed.outcomes.get(&test.chain).is_some_and(|outcome| outcome.reason().is_some());
        if not_passed && !told.contains(&test.drawn.test) {
            problems.push(Problem::ExceptionMissing { chain: test.chain.clone() });
        }
    }
}

fn sums(problems: &mut Vec<Problem>, equation: String, left: u64, right: u128) {
    if u128::from(left) != right {
        problems.push(Problem::CountsDiffer { equation, left, right });
    }
}
