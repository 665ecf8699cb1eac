//! From a journal's text to the evidence of a run.

use std::collections::{BTreeMap, BTreeSet};

use backproof_model::canonical::sha256_hex;
use backproof_model::chain::{Entry, Event, RUN_CHAIN, genesis};
use backproof_model::record::{Drawn, DrawnPoint, RunClosed, run_step};
use backproof_model::{FaultOwner, Outcome, ProofLevel};

use crate::chains::Chains;
use crate::observed::Records;
use crate::problem::Problem;
use crate::restore_test::{self, TestEvidence};
use crate::run::{NoJournal, RunEvidence};
use crate::tie_out;

/// Reads, verifies and folds a whole journal.
pub(crate) fn run(journal: &str) -> Result<RunEvidence, NoJournal> {
    if journal.trim().is_empty() {
        return Err(NoJournal::Empty);
    }
    let mut problems = Vec::new();
    let chains = Chains::read(journal, &mut problems);
    if chains.is_empty() {
        let why = problems.first().map_or_else(String::new, ToString::to_string);
        return Err(NoJournal::NothingReadable(why));
    }
    let (mut evidence, drawn) = run_chain(&chains, journal, problems);
    evidence.ranking_sha256 = drawn.as_ref().map(|drawn| drawn.ranking_sha256.clone());
    for point in drawn.map(|drawn| drawn.points).unwrap_or_default() {
        let test = test_chain(point, &chains, &mut evidence);
        evidence.tests.push(test);
    }
    name_strangers(&chains, &mut evidence);
    check_heads(&mut evidence);
    tie_out::check(&mut evidence);
    Ok(evidence)
}

fn run_chain(chains: &Chains<'_>, journal: &str, mut problems: Vec<Problem>) -> (RunEvidence, Option<Drawn>) {
    let verified = chains.verified(RUN_CHAIN, &mut problems);
    let (entries, heads) = verified.map_or_else(Default::default, |(entries, head)| (entries, vec![head]));
    if entries.is_empty() {
        problems.push(Problem::NoRunChain);
    }
    let records = Records::of(RUN_CHAIN, &entries);
    let drawn = records.take(run_step::DRAW, &mut problems);
    let mut evidence = RunEvidence {
        run: chains.run,
        opened: records.take(run_step::OPEN, &mut problems),
        sandbox: records.take(run_step::SANDBOX, &mut problems),
        population: records.take(run_step::POPULATION, &mut problems),
        commitment: records.take(run_step::COMMIT, &mut problems),
        entropy: records.take(run_step::REVEAL, &mut problems),
        ranking_sha256: None,
        costs: records.take(run_step::COSTS, &mut problems),
        concurrency: records.take(run_step::CONCURRENCY, &mut problems),
        approval: records.take(run_step::APPROVAL, &mut problems),
        controls: records.take(run_step::CONTROLS, &mut problems),
        isolation_at_close: records.take(run_step::ISOLATION_AT_CLOSE, &mut problems),
        census: records.take(run_step::CENSUS, &mut problems),
        exceptions: records.take(run_step::EXCEPTIONS, &mut problems),
        corroboration: records.take(run_step::CORROBORATE, &mut problems),
        raw: records.take(run_step::RAW_ANSWERS, &mut problems),
        closed: records.take(run_step::CLOSE, &mut problems),
        tests: Vec::new(),
        began: entries.first().map(|entry| entry.at),
        last_entry: None,
        resumed: 0,
        chains: heads,
        journal_sha256: sha256_hex(journal),
        problems,
    };
    note(&entries, &mut evidence);
    (evidence, drawn)
}

fn test_chain(point: DrawnPoint, chains: &Chains<'_>, evidence: &mut RunEvidence) -> TestEvidence {
    let stopped = match &evidence.closed {
        Some(RunClosed { stopped_because: Some(why), .. }) => format!("the run was stopped ({why})"),
        Some(_) => "the run was closed without it".to_owned(),
        None => "the run is not closed".to_owned(),
    };
    let verified = chains.verified(&format!("test-{}", point.test), &mut evidence.problems);
    let (entries, head) = verified.unzip();
    let entries = entries.unwrap_or_default();
    evidence.chains.extend(head);
    note(&entries, evidence);
    let required = evidence.required_level();
    let test = restore_test::fold(point, &entries, &stopped, &mut evidence.problems);
    settle(test, evidence.closed.as_ref(), required, &mut evidence.problems)
}

/// Keeps in mind what is counted over all chains.
fn note(entries: &[Entry], evidence: &mut RunEvidence) {
    evidence.last_entry = evidence.last_entry.max(entries.iter().map(|entry| entry.at).max());
    let resumed = entries.iter().filter(|entry| matches!(entry.event, Event::Resumed { .. })).count();
    evidence.resumed += resumed as u64;
}

/// Decides which of the recorded outcomes counts: the closing record of the run may take a pass back, nothing may
/// grant one, and a pass needs the checks that carry it.
pub(crate) fn settle(
    mut test: TestEvidence,
    run_closed: Option<&RunClosed>,
    required: Option<ProofLevel>,
    problems: &mut Vec<Problem>,
) -> TestEvidence {
    if let Some(final_outcome) = run_closed.and_then(|closed| closed.outcomes.get(&test.chain)) {
        let granted = matches!(final_outcome, Outcome::Passed { .. });
        if granted && !matches!(test.outcome, Outcome::Passed { .. }) {
            problems.push(Problem::OutcomeImproved { chain: test.chain.clone() });
        } else {
            test.outcome = final_outcome.clone();
        }
    }
    if let Outcome::Passed { level } = test.outcome
        && let Some(because) = why_unearned(&test, level.max(required.unwrap_or(level)))
    {
        problems.push(Problem::UnearnedPass { chain: test.chain.clone(), because: because.clone() });
        test.outcome = Outcome::inconclusive(
            FaultOwner::Harness,
            format!("recorded as passed, but its checks do not carry that: {because}"),
        );
    }
    test
}

fn why_unearned(test: &TestEvidence, level: ProofLevel) -> Option<String> {
    match Outcome::of_checks(test.checks(), level) {
        Outcome::Passed { .. } => None,
        Outcome::Failed { reason, .. } | Outcome::Inconclusive { reason, .. } => Some(reason),
    }
}

fn name_strangers(chains: &Chains<'_>, evidence: &mut RunEvidence) {
    let known: BTreeSet<&str> = evidence.tests.iter().map(|test| test.chain.as_str()).chain([RUN_CHAIN]).collect();
    let strangers: Vec<&str> = chains.names().filter(|name| !known.contains(name)).collect();
    for chain in strangers {
        evidence.problems.push(Problem::ChainOfNoTest { chain: chain.to_owned() });
    }
}

fn check_heads(evidence: &mut RunEvidence) {
    let Some(closed) = &evidence.closed else { return };
    let heads: BTreeMap<&str, &str> = evidence.chains.iter().map(|chain| (&*chain.name, &*chain.head)).collect();
    for test in &evidence.tests {
        let chain = test.chain.clone();
        match (closed.heads.get(&chain), heads.get(chain.as_str())) {
            (None, None) => {}
            (None, Some(_)) => evidence.problems.push(Problem::HeadMissing { chain }),
            (Some(recorded), found) => {
                let found = found.map_or_else(|| genesis(evidence.run, &chain), |head| (*head).to_owned());
                if *recorded != found {
                    let recorded = recorded.clone();
                    evidence.problems.push(Problem::HeadDiffers { chain, recorded, found });
                }
            }
        }
    }
}
