//! `backproof run`: performs the plan's restore tests, or goes on with a run that was stopped.

use backproof_engine::{Request, Until, What, World};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::args::{Common, Format, Run};
use crate::exit::Exit;
use crate::output::print_json;
use crate::{files, progress, wiring};

pub(crate) async fn perform(common: &Common, run: &Run) -> anyhow::Result<Exit> {
    let (sender, shown) = progress::begin();
    let world = wiring::world(common, sender).await?;
    let request = Request { what: What::Sample, until: Until::Closed, reveal: run.reveal.clone() };
    perform_in(world, shown, &request, common.output).await
}

/// Performs a run in `world` and prints what came of it.
pub(crate) async fn perform_in(
    world: World,
    shown: JoinHandle<()>,
    request: &Request,
    output: Format,
) -> anyhow::Result<Exit> {
    let listener = listen_for_interrupts(world.stop.clone());
    let store = world.store.clone();
    let end = backproof_engine::run(&world, request).await;
    listener.abort();
    drop(world);
    shown.await?;
    let end = end?;
    let rendered = files::render(&store, end.run, None).await?;
    match output {
        Format::Json => print_json(&backproof_evidence::results(&rendered.evidence, &rendered.conclusion))?,
        Format::Text => {
            let report = rendered.report.display().to_string();
            print!("{}", backproof_render::text::summary(&rendered.evidence, &rendered.conclusion, Some(&report)));
        }
    }
    Ok(Exit::of_code(rendered.conclusion.verdict.exit_code()))
}

/// Ctrl-C once stops new restores and cleans up; twice stops here and now, and the run can be gone on with.
pub(crate) fn listen_for_interrupts(stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        eprintln!(
            "stopping: no new restore begins; what is under way is cleaned up (Ctrl-C again stops at once, and leaves that to the next `backproof run`)"
        );
        stop.cancel();
        if tokio::signal::ctrl_c().await.is_ok() {
            eprintln!("stopped. Nothing that was journalled is lost: `backproof run` goes on from here and cleans up.");
            std::process::exit(3);
        }
    })
}
