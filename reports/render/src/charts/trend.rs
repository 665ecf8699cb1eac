//! Trend over the runs of the register: outcomes of each run, and its longest and median recovery time.

use backproof_evidence::dossier::{RegisterRun, RunSummary};
use backproof_evidence::words::{duration, grouped};

use super::{Anchor, Fill, INK, Picture, QUIET, WIDTH, scaled};
use crate::document::Block;

/// Runs drawn at most: the newest.
const MOST: usize = 16;
const COLUMNS: i64 = 130;
const TIMES: i64 = 90;

/// The chart; `None` where fewer than two runs came to anything.
pub(crate) fn chart(runs: &[&RegisterRun]) -> Option<Block> {
    let runs: Vec<&RegisterRun> = runs.iter().copied().skip(runs.len().saturating_sub(MOST)).collect();
    let summaries: Vec<&RunSummary> = runs.iter().filter_map(|run| run.summary.as_ref()).collect();
    if summaries.len() < 2 {
        return None;
    }
    let most = summaries.iter().map(|it| whole(it.drawn)).max()?.max(1);
    let step = (WIDTH - 10) / whole(runs.len() as u64);
    let mut picture = Picture::new("trend");
    let top =
        picture.legend(0, &[(Fill::Passed, "passed"), (Fill::Failed, "failed"), (Fill::Doubt, "could not be told")]);
    let ground = top + 18 + COLUMNS;
    let mut told = Vec::new();
    for (index, run) in (0_i64..).zip(&runs) {
        let (x, width) = (10 + index * step, (step - 8).min(60));
        let day = run.opened_at.strftime("%Y-%m-%d").to_string();
        let label = if step >= 72 { day.clone() } else { run.opened_at.strftime("%m-%d").to_string() };
        picture.words(x + width / 2, ground + 15, Anchor::Middle, &format!("run {}", run.run));
        picture.coloured_words(x + width / 2, ground + 30, Anchor::Middle, &label, QUIET);
        let Some(it) = &run.summary else {
            picture.coloured_words(x + width / 2, ground - 6, Anchor::Middle, "no result", QUIET);
            told.push(format!("run {} of {day}: no result ({})", run.run, run.state));
            continue;
        };
        let mut before = 0_i64;
        for (count, fill) in [(it.passed, Fill::Passed), (it.failed, Fill::Failed), (it.inconclusive, Fill::Doubt)] {
            let from = scaled(before, most, COLUMNS);
            before = before.saturating_add(whole(count));
            let to = scaled(before, most, COLUMNS);
            picture.bar(x, ground - to, width, to - from, fill);
        }
        let height = scaled(before, most, COLUMNS);
        picture.words(
            x + width / 2,
            ground - height - 5,
            Anchor::Middle,
            &format!("{}/{}", grouped(it.passed), grouped(it.drawn)),
        );
        told.push(format!(
            "run {} of {day}: {} of {} passed, {} failed, {} could not be told{}",
            run.run,
            grouped(it.passed),
            grouped(it.drawn),
            grouped(it.failed),
            grouped(it.inconclusive),
            it.recovery_longest_seconds
                .map_or_else(String::new, |longest| format!(", longest recovery {}", duration(longest)))
        ));
    }
    picture.line((0, ground), (WIDTH, ground), INK, false);
    times(&mut picture, &runs, step, ground + 62);
    Some(picture.block("Trend over the runs", format!("{}.", told.join("; "))))
}

/// Below: the longest recovery time of each run as a bar, its median as a line across it.
fn times(picture: &mut Picture, runs: &[&RegisterRun], step: i64, top: i64) {
    let longest = |run: &RegisterRun| run.summary.as_ref().and_then(|it| it.recovery_longest_seconds);
    let Some(scale) = runs.iter().filter_map(|run| longest(run)).max() else { return };
    picture.words(0, top, Anchor::Start, "Longest recovery time of each run; the line across is the median");
    let ground = top + 26 + TIMES;
    for (index, run) in (0_i64..).zip(runs) {
        let (x, width) = (10 + index * step, (step - 8).min(60));
        let Some(seconds) = longest(run) else {
            picture.coloured_words(x + width / 2, ground - 6, Anchor::Middle, "none", QUIET);
            continue;
        };
        let height = scaled(seconds, scale, TIMES);
        picture.bar(x, ground - height, width, height, Fill::Measure);
        picture.words(x + width / 2, ground - height - 5, Anchor::Middle, &duration(seconds));
        if let Some(median) = run.summary.as_ref().and_then(|it| it.recovery_median_seconds) {
            let y = ground - scaled(median, scale, TIMES);
            picture.line((x - 3, y), (x + width + 3, y), INK, true);
        }
    }
    picture.line((0, ground), (WIDTH, ground), INK, false);
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
