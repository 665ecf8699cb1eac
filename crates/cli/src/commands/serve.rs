//! `backproof serve`: runs plans when they are due, until it is told to stop.

use std::path::PathBuf;
use std::sync::Arc;

use backproof_service::{Host, Pace, Service};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::args::Common;
use crate::args::serve::Serve;
use crate::exit::{Exit, UsageError};
use crate::hosting::Hosting;
use crate::{durable, wiring};

pub(crate) async fn perform(common: &Common, serve: &Serve) -> anyhow::Result<Exit> {
    let files = plan_files(common, &serve.plans);
    let stop = CancellationToken::new();
    let clock = wiring::clock(common);
    let store = wiring::open_store(&wiring::state_directory(common), common.mirror.as_deref(), clock.clone()).await?;
    let host = Arc::new(Hosting::new(common, files, store.clone(), serve.unapproved, stop.clone()));
    check_plans(common, &host, store.open_runs().await?.is_empty()).await?;
    let listener = TcpListener::bind(serve.listen)
        .await
        .map_err(|error| UsageError(format!("cannot listen on {}: {error}; name another --listen", serve.listen)))?;
    let address = listener.local_addr()?;
    eprintln!("serving; http://{address}/healthz and http://{address}/metrics answer");
    let service = Service::new(host.clone(), store, Pace::default(), stop.clone());
    let router = service.router(env!("CARGO_PKG_VERSION"));
    let done = CancellationToken::new();
    let answering = tokio::spawn(backproof_service::answer_on(listener, router, done.clone().cancelled_owned()));
    let signals = super::run::listen_for_interrupts(stop);
    service.run().await;
    signals.abort();
    done.cancel();
    host.finish().await;
    answering.abort();
    Ok(Exit::Passed)
}

/// The plan files that are served.
pub(crate) fn plan_files(common: &Common, named: &[PathBuf]) -> Vec<PathBuf> {
    if named.is_empty() { vec![common.plan.clone()] } else { named.to_owned() }
}

/// Says at once what is wrong with plans; serves all the same where another one, or a run that is open, can be worked
/// on.
pub(crate) async fn check_plans(common: &Common, host: &Hosting, nothing_is_open: bool) -> anyhow::Result<()> {
    let mut usable = Vec::new();
    let mut problems = Vec::new();
    for seen in host.plans().await {
        match seen.read {
            Ok(plan) => usable.push(plan),
            Err(problem) => problems.push(problem),
        }
    }
    if usable.is_empty() && nothing_is_open {
        return Err(UsageError(problems.join("\n")).into());
    }
    for problem in problems {
        eprintln!("error: {problem}");
    }
    for plan in &usable {
        if plan.schedule.is_none() {
            eprintln!("warning: plan {} has no [schedule]: it is swept and examined, and never begun", plan.name);
        }
        let way = wiring::way_to_aws(common, plan, wiring::clock(common)).await;
        durable::refuse_ephemeral_state(common, way.simulated)?;
    }
    Ok(())
}
