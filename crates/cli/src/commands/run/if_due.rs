//! `backproof run --if-due`: one round of the schedule, for cron, ECS or Kubernetes.

use std::sync::Arc;

use backproof_service::{Once, once};
use backproof_store::{RunState, Store};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::args::{Common, Format, Run};
use crate::evidence::finishing;
use crate::exit::Exit;
use crate::hosting::Hosting;
use crate::output::print_json;
use crate::wiring;

pub(crate) async fn perform(common: &Common, run: &Run) -> anyhow::Result<Exit> {
    let stop = CancellationToken::new();
    let clock = wiring::clock(common);
    let store = wiring::open_store(&wiring::state_directory(common), common.mirror.as_deref(), clock).await?;
    let host = Hosting::new(common, vec![common.plan.clone()], store.clone(), run.unapproved, stop.clone());
    let host = Arc::new(host);
    super::super::serve::check_plans(common, &host, store.open_runs().await?.is_empty()).await?;
    let signals = super::listen_for_interrupts(stop);
    host.make_good().await;
    let round = once(host.clone(), store.clone()).await;
    signals.abort();
    host.finish().await;
    told(common, &store, &round?).await
}

/// Says what the round came to.
async fn told(common: &Common, store: &Store, round: &Once) -> anyhow::Result<Exit> {
    let register = store.register().await?;
    let is_closed = |run: &u64| register.iter().any(|known| known.run == *run && known.state == RunState::Closed);
    if let Some(run) = round.run.filter(is_closed)
        && round.obstacle.is_none()
    {
        let finished = finishing::finish(common, store, run).await?;
        return super::print_finished(common, &finished);
    }
    if let Some(obstacle) = &round.obstacle {
        eprintln!("error: {obstacle}");
    }
    match common.output {
        Format::Json => print_json(&as_json(round))?,
        Format::Text => print_words(round),
    }
    Ok(match (&round.obstacle, round.overdue.is_empty()) {
        (_, false) => Exit::Overdue,
        (Some(_), true) if round.run.is_some() => Exit::Inconclusive,
        (Some(_), true) => Exit::Refused,
        (None, true) => Exit::Passed,
    })
}

fn as_json(round: &Once) -> serde_json::Value {
    let plans = round.next.iter().map(|(plan, next)| {
        let overdue = round.overdue.iter().find(|(name, _)| name == plan).map(|(_, overdue)| overdue);
        json!({
            "plan": plan, "next_due": next.map(|next| next.due), "next_begins": next.map(|next| next.begins),
            "overdue": overdue,
        })
    });
    json!({
        "run": round.run, "obstacle": round.obstacle.as_ref().map(|obstacle| &obstacle.summary),
        "plans": plans.collect::<Vec<_>>(),
    })
}

fn print_words(round: &Once) {
    match round.run {
        Some(run) if round.obstacle.is_none() => println!("Run {run} was given up: it had created nothing."),
        Some(run) => println!("Run {run} is not closed; the next round goes on with it."),
        None if round.obstacle.is_none() => println!("Nothing is due."),
        None => {}
    }
    for (plan, next) in &round.next {
        match next {
            Some(next) => println!("Plan {plan} is due next {}, to begin {}.", next.due, next.begins),
            None => println!("Plan {plan} has no schedule."),
        }
    }
    for (plan, overdue) in &round.overdue {
        println!(
            "Plan {plan} is OVERDUE since {}: nothing was performed for what was due {}.",
            overdue.since, overdue.due
        );
    }
}
