//! `backproof status`: the register of runs, and how far an open one is, and how schedules stand.

mod schedules;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use backproof_clock::{Clock, RealClock};
use backproof_model::chain::{Entry, RUN_CHAIN};
use backproof_model::phase_of;
use backproof_model::record::{Purpose, RunClosed, run_step};
use backproof_store::{RegisteredRun, RunState, Store};
use jiff::Timestamp;
use serde_json::json;

use crate::args::{Common, Format, Status};
use crate::exit::{Exit, UsageError};
use crate::output::{counted, print_json, print_table};
use crate::wiring;

pub(crate) async fn perform(common: &Common, status: &Status) -> anyhow::Result<Exit> {
    let directory = wiring::state_directory(common);
    if !directory.exists() {
        return Err(UsageError(format!(
            "there is no state in `{}` yet: no run was ever begun there",
            directory.display()
        ))
        .into());
    }
    let store = Store::open_to_read(&directory, Arc::new(RealClock)).await?;
    if status.schedules || status.overdue {
        return only_schedules(common, status, &store).await;
    }
    let register = store.register().await?;
    let mut rows = vec![["run", "plan", "purpose", "opened", "state", "outcomes"].map(str::to_owned).to_vec()];
    let mut json_rows = Vec::new();
    for run in &register {
        let outcomes = outcomes(&store, run).await?;
        json_rows.push(json!({
            "run": run.run, "plan": run.plan_name, "purpose": purpose(run), "opened_at": run.opened_at, "closed_at": run.closed_at,
            "state": state(run), "stage": if run.state == RunState::Open { Some(stage(&store, run).await?) } else { None },
            "worked_on_by": if run.state == RunState::Open { store.in_use_by() } else { None },
            "held_by": store.holders(run.run).await?, "outcomes": outcomes, "phases": phases(&store, run).await?,
        }));
        let outcomes: Vec<_> = outcomes.iter().map(|(word, count)| format!("{count} {word}")).collect();
        rows.push(vec![
            run.run.to_string(),
            run.plan_name.clone(),
            purpose(run).into(),
            run.opened_at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            state(run).into(),
            outcomes.join(", "),
        ]);
    }
    if common.output == Format::Json {
        print_json(&json_rows)?;
        return Ok(Exit::Passed);
    }
    let standings = schedules::standings(common, &store).await?;
    if register.is_empty() {
        println!("No run yet.");
        schedules::print(&standings);
        return Ok(Exit::Passed);
    }
    print_table(&rows);
    print_exceptions(&store, RealClock.now()).await?;
    schedules::print(&standings);
    for run in register.iter().filter(|run| run.state == RunState::Open) {
        println!();
        println!("Run {} is not closed ({}); {}.", run.run, stage(&store, run).await?, who(&store, run));
        let holders = store.holders(run.run).await?;
        let only_one = holders.values().collect::<BTreeSet<_>>().len() < 2;
        for (chain, phase) in phases(&store, run).await? {
            match holders.get(&chain).filter(|_| !only_one) {
                Some(holder) => println!("  {chain}: {phase} ({holder})"),
                None => println!("  {chain}: {phase}"),
            }
        }
    }
    Ok(Exit::Passed)
}

async fn only_schedules(common: &Common, status: &Status, store: &Store) -> anyhow::Result<Exit> {
    let standings = schedules::standings(common, store).await?;
    match common.output {
        Format::Json => print_json(&standings)?,
        Format::Text if standings.is_empty() => println!("No plan has a schedule."),
        Format::Text => schedules::print(&standings),
    }
    let is_overdue = standings.iter().any(|standing| standing.overdue.is_some());
    Ok(if status.overdue && is_overdue { Exit::Overdue } else { Exit::Passed })
}

/// One line on what runs left to people, where they left something.
async fn print_exceptions(store: &Store, now: Timestamp) -> anyhow::Result<()> {
    let open = backproof_engine::exceptions::all(store).await?;
    let open: Vec<_> = open.into_iter().filter(|exception| exception.is_open(now)).collect();
    let overdue = open.iter().filter(|exception| exception.is_overdue(now)).count() as u64;
    if !open.is_empty() {
        println!();
        println!(
            "{} open, {overdue} of them overdue: `backproof exceptions list`.",
            counted(open.len() as u64, "exception")
        );
    }
    Ok(())
}

/// How far an open run is, by what its own chain holds.
async fn stage(store: &Store, run: &RegisteredRun) -> anyhow::Result<&'static str> {
    let stages = [
        (run_step::CENSUS, "closing"),
        (run_step::SANDBOX, "restoring and examining"),
        (run_step::DRAW, "drawn, nothing restored yet"),
        (run_step::COMMIT, "draw committed, waiting for its entropy"),
        (run_step::POPULATION, "population frozen"),
    ];
    for (step, words) in stages {
        if backproof_engine::run_record::<serde_json::Value>(store, run.run, step).await?.is_some() {
            return Ok(words);
        }
    }
    Ok("begun")
}

/// Who works on an open run, or how to go on with it.
fn who(store: &Store, run: &RegisteredRun) -> String {
    match (store.in_use_by(), &run.purpose) {
        (Some(owners), _) => format!("at work in this state directory now: {owners}"),
        (None, Purpose::Plan) => "nobody works on it, `backproof run` goes on with it".into(),
        (None, Purpose::Check) => "nobody works on it, the same `backproof check` goes on with it".into(),
    }
}

async fn outcomes(store: &Store, run: &RegisteredRun) -> anyhow::Result<BTreeMap<&'static str, u64>> {
    let closed: Option<RunClosed> = backproof_engine::run_record(store, run.run, run_step::CLOSE).await?;
    let mut counts = BTreeMap::new();
    for outcome in closed.iter().flat_map(|closed| closed.outcomes.values()) {
        *counts.entry(outcome.word()).or_default() += 1;
    }
    Ok(counts)
}

/// The phase of every restore test of an open run, folded from its journal.
async fn phases(store: &Store, run: &RegisteredRun) -> anyhow::Result<BTreeMap<String, String>> {
    let mut chains = BTreeMap::<String, Vec<Entry>>::new();
    if run.state == RunState::Open {
        for line in store.journal(run.run).await? {
            let entry: Entry = serde_json::from_str(&line)?;
            if entry.chain != RUN_CHAIN {
                chains.entry(entry.chain.clone()).or_default().push(entry);
            }
        }
    }
    Ok(chains.into_iter().map(|(chain, entries)| (chain, phase_of(&entries).to_string())).collect())
}

fn purpose(run: &RegisteredRun) -> &'static str {
    match run.purpose {
        Purpose::Plan => "plan",
        Purpose::Check => "check",
    }
}

fn state(run: &RegisteredRun) -> &'static str {
    match run.state {
        RunState::Open => "open",
        RunState::Closed => "closed",
        RunState::Aborted => "aborted",
    }
}
