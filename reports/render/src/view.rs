//! What the templates are filled with: words and numbers, nothing left to decide.
//!
//! Records of simple shape are handed on as they are; enumerations are put into words here.

mod attempt;
mod bars;
mod costs;
mod restore_test;

use backproof_evidence::words::exclusion;
use backproof_evidence::{Conclusion, Planted, RunEvidence};
use backproof_model::record::{
    Census, ConcurrencyAllowed, DrawCommitted, EntropyRevealed, IsolationSeen, IsolationState, PlanApproval,
    PopulationFrozen, RunOpened, SandboxEntered, VaultListed,
};
use serde::Serialize;

use crate::shell;
use bars::{RecoveryBars, StratumBar};
use costs::CostsView;
use restore_test::{Detail, Row};

/// Rows of a list before it is cut short with a sentence that says so.
const LONGEST_LIST: usize = 100;

/// The whole report.
#[derive(Serialize)]
pub(crate) struct Page<'a> {
    run: u64,
    title: String,
    simulated: bool,
    closed: bool,
    one_off: bool,
    verdict: &'static str,
    c: &'a Conclusion,
    opened: Option<&'a RunOpened>,
    approval: Option<&'a PlanApproval>,
    plan_text: Option<String>,
    population: Option<PopulationView<'a>>,
    commitment: Option<&'a DrawCommitted>,
    entropy: Option<&'a EntropyRevealed>,
    ranking_sha256: Option<&'a str>,
    redraw: Option<[String; 2]>,
    stratum_bars: Vec<StratumBar>,
    rows: Vec<Row<'a>>,
    details: Vec<Detail<'a>>,
    details_left_out: u64,
    recovery: RecoveryBars,
    costs: Option<CostsView<'a>>,
    concurrency: Option<&'a ConcurrencyAllowed>,
    controls: Vec<Planted<'a>>,
    sandbox: Option<&'a SandboxEntered>,
    isolation: Vec<IsolationView<'a>>,
    census: Option<&'a Census>,
    verify_chain: String,
    run_head: Option<&'a str>,
    journal_sha256: &'a str,
    journal_lines: u64,
    began: Option<String>,
    last_entry: Option<String>,
    calls: Vec<(&'a str, u64)>,
}

#[derive(Serialize)]
struct PopulationView<'a> {
    frozen: &'a PopulationFrozen,
    reasons: Vec<Reason<'a>>,
    vaults: Vec<Vault<'a>>,
    vaults_in_all: u64,
    gaps_exceeded: u64,
}

#[derive(Serialize)]
struct Reason<'a> {
    code: &'a str,
    count: u64,
    words: &'static str,
}

#[derive(Serialize)]
struct Vault<'a> {
    listed: &'a VaultListed,
    tie_out: String,
}

#[derive(Serialize)]
struct IsolationView<'a> {
    when: &'static str,
    at: String,
    facts: Vec<Fact<'a>>,
}

#[derive(Serialize)]
struct Fact<'a> {
    subject: &'a str,
    state: &'static str,
    class: &'static str,
    detail: &'a str,
}

/// The report's values.
pub(crate) fn page<'a>(run: &'a RunEvidence, conclusion: &'a Conclusion) -> Page<'a> {
    let drawn = run.commitment.as_ref().zip(run.entropy.as_ref());
    let (details, details_left_out) = restore_test::details(run);
    let opened = run.opened.as_ref();
    Page {
        run: run.run,
        title: title(run),
        simulated: run.is_simulated(),
        closed: run.is_closed(),
        one_off: run.is_one_off_check(),
        verdict: conclusion.verdict.word(),
        c: conclusion,
        opened,
        approval: run.approval.as_ref(),
        plan_text: opened.map(|opened| format!("{:#}", opened.plan)),
        population: run.population.as_ref().map(|frozen| population(frozen, conclusion)),
        commitment: run.commitment.as_ref(),
        entropy: run.entropy.as_ref(),
        ranking_sha256: run.ranking_sha256.as_deref(),
        redraw: drawn.map(|(commitment, entropy)| {
            [shell::redraw(commitment, entropy), shell::redraw_by_hand(commitment, entropy)]
        }),
        stratum_bars: conclusion.assurance.strata.iter().map(bars::stratum).collect(),
        rows: restore_test::rows(run),
        details,
        details_left_out,
        recovery: bars::recovery(run, conclusion.figures.rto_objective_seconds),
        costs: conclusion.costs.as_ref().map(|costs| costs::costs(run, costs)),
        concurrency: run.concurrency.as_ref(),
        controls: run.planted().collect(),
        sandbox: run.sandbox.as_ref(),
        isolation: isolation(run),
        census: run.census.as_ref(),
        verify_chain: shell::verify_chain(run.run),
        run_head: run.chains.iter().find(|chain| chain.name == "run").map(|chain| chain.head.as_str()),
        journal_sha256: &run.journal_sha256,
        journal_lines: run.chains.iter().map(|chain| chain.lines as u64).sum(),
        began: run.began.map(|moment| moment.to_string()),
        last_entry: run.last_entry.map(|moment| moment.to_string()),
        calls: run
            .closed
            .iter()
            .flat_map(|closed| closed.calls.iter().map(|(name, count)| (name.as_str(), *count)))
            .collect(),
    }
}

fn title(run: &RunEvidence) -> String {
    match &run.opened {
        Some(opened) if run.is_one_off_check() => format!("Check of one recovery point, run {}", opened.run),
        Some(opened) => format!("Restore tests of plan {}, run {}", opened.plan_name, opened.run),
        None => format!("Restore tests, run {}", run.run),
    }
}

fn population<'a>(frozen: &'a PopulationFrozen, conclusion: &Conclusion) -> PopulationView<'a> {
    let reasons = frozen.excluded_by_reason.iter();
    PopulationView {
        frozen,
        reasons: reasons.map(|(code, count)| Reason { code, count: *count, words: exclusion(code) }).collect(),
        vaults: frozen.vaults.iter().take(LONGEST_LIST).map(vault).collect(),
        vaults_in_all: frozen.vaults.len() as u64,
        gaps_exceeded: conclusion.figures.gaps_exceeded,
    }
}

fn vault(listed: &VaultListed) -> Vault<'_> {
    let tie_out = match (&listed.problem, listed.included, listed.reported) {
        (Some(problem), _, _) => format!("not read to its end: {problem}"),
        (None, false, _) => "left out by the plan".to_owned(),
        (None, true, None) => "AWS gave no count to compare with".to_owned(),
        (None, true, Some(reported)) if reported == listed.listed => "ties out".to_owned(),
        (None, true, Some(reported)) => format!("differs by {}", reported.abs_diff(listed.listed)),
    };
    Vault { listed, tie_out }
}

fn isolation(run: &RunEvidence) -> Vec<IsolationView<'_>> {
    let before = run.sandbox.as_ref().map(|sandbox| ("Before the first restore", &sandbox.isolation));
    let after = run.isolation_at_close.as_ref().map(|seen| ("At the end of the run", seen));
    before.into_iter().chain(after).map(|(when, seen)| isolation_at(when, seen)).collect()
}

fn isolation_at<'a>(when: &'static str, seen: &'a IsolationSeen) -> IsolationView<'a> {
    let facts = seen.facts.iter().map(|fact| {
        let (state, class) = match fact.state {
            IsolationState::Isolated => ("isolated", "passed"),
            IsolationState::Open => ("open", "failed"),
            IsolationState::Unreadable => ("could not be read", "failed"),
            IsolationState::NotExamined => ("not examined", "inconclusive"),
        };
        Fact { subject: &fact.subject, state, class, detail: &fact.detail }
    });
    IsolationView { when, at: seen.at.to_string(), facts: facts.collect() }
}
