//! `backproof run`: performs the plan's restore tests, or goes on with a run that was stopped.

mod if_due;

use backproof_engine::{EngineError, Request, Until, What, World};
use backproof_model::draw::Entropy;
use backproof_model::record::Purpose;
use backproof_store::Store;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::alarms::OfRun;
use crate::args::{Common, Format, Run};
use crate::exit::{self, Exit, UsageError};
use crate::output::print_json;
use crate::{alarms, durable, files, progress, wiring};

pub(crate) async fn perform(common: &Common, run: &Run) -> anyhow::Result<Exit> {
    if run.if_due {
        return Box::pin(if_due::perform(common, run)).await;
    }
    check_entropy(run.reveal.as_deref())?;
    let (sender, shown) = progress::begin();
    let mut world = wiring::world(common, sender).await?;
    if run.unapproved {
        world.approval = world.approval.allowed_by(&world.operator);
    }
    durable::refuse_ephemeral_state(common, world.simulated)?;
    let request = Request { what: What::Sample, until: Until::Closed, reveal: run.reveal.clone(), keep: None };
    let told = OfRun::begin(common, &world)?;
    let exit = perform_and_tell(world, shown, &request, common.output, Some(&told)).await;
    alarms::finish(told.alarms, common).await;
    exit
}

/// Performs a run in `world` and prints what came of it; raises no alarm, because somebody looks.
pub(crate) async fn perform_in(
    world: World,
    shown: JoinHandle<()>,
    request: &Request,
    output: Format,
) -> anyhow::Result<Exit> {
    perform_and_tell(world, shown, request, output, None).await
}

async fn perform_and_tell(
    world: World,
    shown: JoinHandle<()>,
    request: &Request,
    output: Format,
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
    let rendered = files::render(&store, end.run, None).await?;
    match output {
        Format::Json => print_json(&backproof_evidence::results(&rendered.evidence, &rendered.conclusion))?,
        Format::Text => {
            let report = rendered.report.display().to_string();
            print!("{}", backproof_render::text::summary(&rendered.evidence, &rendered.conclusion, Some(&report)));
        }
    }
    super::kept::tell_how_to_connect(&rendered.evidence);
    Ok(Exit::of_code(rendered.conclusion.verdict.exit_code()))
}

/// Refuses entropy that is none before anything is opened.
pub(crate) fn check_entropy(reveal: Option<&str>) -> anyhow::Result<()> {
    match reveal.map(str::parse::<Entropy>) {
        None | Some(Ok(_)) => Ok(()),
        Some(Err(problem)) => Err(UsageError(format!("--reveal: {problem}")).into()),
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
