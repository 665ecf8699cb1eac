//! Shows a run while it goes on: one line per restore test on a terminal, plain lines elsewhere. Goes to stderr.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;

use backproof_engine::Progress;
use backproof_model::Outcome;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// Begins to show; the handle ends when the sender is dropped.
pub(crate) fn begin() -> (UnboundedSender<Progress>, JoinHandle<()>) {
    let (sender, receiver) = unbounded_channel();
    let shown = if std::io::stderr().is_terminal() {
        tokio::spawn(on_terminal(receiver))
    } else {
        tokio::spawn(in_lines(receiver))
    };
    (sender, shown)
}

/// Shows nothing.
pub(crate) fn none() -> UnboundedSender<Progress> {
    unbounded_channel().0
}

async fn in_lines(mut progress: UnboundedReceiver<Progress>) {
    while let Some(happened) = progress.recv().await {
        match happened {
            Progress::Opened { run, resumed: false } => eprintln!("run {run}"),
            Progress::Opened { run, resumed: true } => eprintln!("run {run}: going on where it was stopped"),
            Progress::Stage { what } => eprintln!("{what}"),
            Progress::TestOpened { test, of, resource, .. } => eprintln!("[{test}/{of}] {}", resource.arn().resource()),
            Progress::TestClosed { test, outcome } => eprintln!("[{test}] {}", in_words(&outcome)),
            Progress::Estimated { costs } => eprintln!("{}", backproof_render::estimate::line(&costs)),
            Progress::Listed { .. } | Progress::TestPhase { .. } | Progress::Closed { .. } => {}
        }
    }
}

async fn on_terminal(mut progress: UnboundedReceiver<Progress>) {
    let all = MultiProgress::new();
    let mut tests = BTreeMap::<u32, ProgressBar>::new();
    let mut stage: Option<ProgressBar> = None;
    while let Some(happened) = progress.recv().await {
        match happened {
            Progress::Opened { run, resumed } => {
                let more = if resumed { ": going on where it was stopped" } else { "" };
                all.println(format!("run {run}{more}")).ok();
            }
            Progress::Stage { what } => {
                finish(stage.take());
                stage = Some(line(&all, what));
            }
            Progress::Listed { points } => {
                if let Some(stage) = &stage {
                    stage.set_message(format!("listing recovery points: {}", crate::output::grouped(points)));
                }
            }
            Progress::Estimated { costs } => {
                all.println(backproof_render::estimate::line(&costs)).ok();
            }
            Progress::TestOpened { test, of, resource, .. } => {
                finish(stage.take());
                let bar = line(&all, "waiting".into());
                bar.set_prefix(format!("[{test:>2}/{of}] {:<28}", resource.arn().resource_name()));
                tests.insert(test, bar);
            }
            Progress::TestPhase { test, phase } => {
                if let Some(bar) = tests.get(&test) {
                    bar.set_message(phase);
                }
            }
            Progress::TestClosed { test, outcome } => {
                if let Some(bar) = tests.remove(&test) {
                    bar.set_style(done_style());
                    bar.finish_with_message(in_words(&outcome));
                }
            }
            Progress::Closed { .. } => finish(stage.take()),
        }
    }
    finish(stage);
}

fn finish(stage: Option<ProgressBar>) {
    if let Some(stage) = stage {
        stage.finish_and_clear();
    }
}

fn line(all: &MultiProgress, message: String) -> ProgressBar {
    let bar = all.add(ProgressBar::new_spinner());
    let style = ProgressStyle::with_template("{spinner:.cyan} {prefix}{msg} {elapsed:.dim}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    bar.set_style(style);
    bar.set_message(message);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn done_style() -> ProgressStyle {
    ProgressStyle::with_template("  {prefix}{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Passed { level } => format!("passed ({level}, {})", level.describe()),
        Outcome::Failed { reason, .. } => format!("FAILED: {}", shortened(reason)),
        Outcome::Inconclusive { owner, reason } => format!("inconclusive ({owner}): {}", shortened(reason)),
    }
}

/// A reason that fits on a line; the summary and the report have all of it.
fn shortened(reason: &str) -> String {
    const FITS: usize = 110;
    if reason.chars().count() <= FITS {
        reason.to_owned()
    } else {
        reason.chars().take(FITS).chain("…".chars()).collect()
    }
}
