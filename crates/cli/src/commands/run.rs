//! `backproof run`: performs the plan's restore tests, or goes on with a run that was stopped.

mod if_due;

use std::path::Path;

use backproof_engine::{EngineError, Request, Reveal, Until, What, World};
use backproof_model::record::Purpose;
use backproof_store::Store;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::alarms::OfRun;
use crate::args::{Common, Format, Run};
use crate::evidence::finishing::{self, Finished};
use crate::exit::{self, Exit, UsageError};
use crate::output::print_json;
use crate::{alarms, durable, progress, wiring};

pub(crate) async fn perform(common: &Common, run: &Run) -> anyhow::Result<Exit> {
    if run.if_due {
        return Box::pin(if_due::perform(common, run)).await;
    }
    let reveal = read_entropy(run.reveal.as_deref(), run.beacon.as_deref())?;
    let (sender, shown) = progress::begin();
    let mut world = wiring::world(common, sender).await?;
    if run.unapproved {
        world.approval = world.approval.allowed_by(&world.operator);
    }
    durable::refuse_ephemeral_state(common, world.simulated)?;
    let request = Request { what: What::Sample, until: Until::Closed, reveal, keep: None };
    let told = OfRun::begin(common, &world)?;
    let exit = perform_and_tell(common, world, shown, &request, Some(&told)).await;
    alarms::finish(told.alarms, common).await;
    exit
}

/// Performs a run in `world` and prints what came of it; raises no alarm, because somebody looks.
pub(crate) async fn perform_in(
    common: &Common,
    world: World,
    shown: JoinHandle<()>,
    request: &Request,
) -> anyhow::Result<Exit> {
    perform_and_tell(common, world, shown, request, None).await
}

async fn perform_and_tell(
    common: &Common,
    world: World,
    shown: JoinHandle<()>,
    request: &Request,
    told: Option<&OfRun>,
) -> anyhow::Result<Exit> {
    let listener = listen_for_interrupts(world.stop.clone());
    let store = world.store.clone();
    super::kept::tell(&store).await?;
    let end = backproof_engine::run(&world, request).await;
    listener.abort();
    drop(world);
    shown.await?;
    let end = match end {
        Ok(end) => end,
        Err(error) => {
            if let Some(told) = told {
                told.stopped();
            }
            return Ok(stopped_by(error, &store).await);
        }
    };
    if let Some(told) = told {
        told.ended(&end);
    }
    let finished = finishing::finish(common, &store, end.run).await?;
    let exit = print_finished(common, &finished)?;
    super::kept::tell_how_to_connect(&finished.evidence);
    Ok(exit)
}

/// Prints what came of a run and of its evidence. A pass whose evidence could not be made is no success.
fn print_finished(common: &Common, finished: &Finished) -> anyhow::Result<Exit> {
    let Finished { evidence, conclusion, report, bundle, trouble, earlier } = finished;
    match common.output {
        Format::Json => print_json(&backproof_evidence::results(evidence, conclusion))?,
        Format::Text => {
            print!("{}", backproof_render::text::summary(evidence, conclusion, Some(&report.display().to_string())));
            if let Some(bundle) = bundle {
                println!("Bundle          {}", bundle.display());
            }
        }
    }
    for earlier in earlier {
        eprintln!("warning: {earlier}");
    }
    for trouble in trouble {
        eprintln!("error: {trouble}");
    }
    Ok(match Exit::of_code(conclusion.verdict.exit_code()) {
        Exit::Passed if !trouble.is_empty() => Exit::Internal,
        exit => exit,
    })
}

/// Reads entropy before anything is opened, and the file of a beacon's round where it is one's.
pub(crate) fn read_entropy(reveal: Option<&str>, beacon: Option<&Path>) -> anyhow::Result<Option<Reveal>> {
    let Some(text) = reveal else { return Ok(None) };
    let unreadable = |error: std::io::Error, path: &Path| UsageError(format!("--beacon `{}`: {error}", path.display()));
    let beacon = beacon.map(|path| std::fs::read(path).map_err(|error| unreadable(error, path))).transpose()?;
    match Reveal::parse(text, beacon.as_deref()) {
        Ok(reveal) => Ok(Some(reveal)),
        Err(problem) => Err(UsageError(format!("--reveal: {problem}")).into()),
    }
}

/// Tells an error, and that it left a run open: something of that run may be in the sandbox.
async fn stopped_by(error: EngineError, store: &Store) -> Exit {
    let before_anything = matches!(error, EngineError::Refused(_) | EngineError::Unfit(_));
    let error = error.into();
    let end = exit::of_error(&error);
    exit::tell(&error);
    if before_anything {
        return end;
    }
    // A register that cannot be read is what the error itself tells of.
    for run in store.open_runs().await.unwrap_or_default() {
        let again = match run.purpose {
            Purpose::Plan => "`backproof run`",
            Purpose::Check => "the same `backproof check`",
        };
        eprintln!(
            "hint: run {} is not closed; {again} goes on with it, and deletes what it made in the sandbox",
            run.run
        );
    }
    end
}

/// Ctrl-C (or the SIGTERM of a schedule) once stops new restores and cleans up; twice stops here and now, and the run
/// can be gone on with.
pub(crate) fn listen_for_interrupts(stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        let (Ok(mut interrupted), Ok(mut terminated)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return;
        };
        let mut asked_to_stop = async || {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
        };
        asked_to_stop().await;
        eprintln!(
            "stopping: no new restore begins; what is under way is cleaned up (Ctrl-C again stops at once, and leaves that to the next `backproof run`)"
        );
        stop.cancel();
        asked_to_stop().await;
        eprintln!("stopped. Nothing that was journalled is lost: `backproof run` goes on from here and cleans up.");
        std::process::exit(3);
    })
}
