//! Gap and lag, each on its own scale and never mixed: the longest of each, the gap against its objective.

use std::cmp::Reverse;

use backproof_evidence::RunEvidence;
use backproof_evidence::words::{duration, grouped};

use super::{Anchor, Fill, INK, Picture, QUIET, scaled, shortened};
use crate::document::Block;

/// Bars of each kind at most.
const MOST: usize = 12;
const ROW: i64 = 22;
const NAMES: i64 = 190;
const BARS: i64 = 380;

/// The chart; `None` where neither was measured.
pub(crate) fn chart(run: &RunEvidence, gap_objective: Option<i64>) -> Option<Block> {
    let mut gaps: Vec<(i64, String)> = run
        .population
        .iter()
        .flat_map(|population| &population.gaps)
        .map(|gap| (gap.gap_seconds, gap.resource_arn.arn().resource_name().to_owned()))
        .collect();
    let mut lags: Vec<(i64, String)> = run
        .tests
        .iter()
        .filter_map(|test| {
            let lag = test.closed.as_ref()?.objectives.lag_seconds?;
            Some((lag, format!("{} {}", test.drawn.test, test.drawn.point.resource_arn.arn().resource_name())))
        })
        .collect();
    if gaps.is_empty() && lags.is_empty() {
        return None;
    }
    let mut picture = Picture::new(format!("gaps-{}", run.run));
    let mut told = Vec::new();
    let y =
        panel(&mut picture, 0, "Gap: longest interval without a recovery point", &mut gaps, gap_objective, &mut told);
    panel(&mut picture, y + 10, "Lag: newest data before the recovery point", &mut lags, None, &mut told);
    Some(picture.block("Gap and lag, the longest of each", told.join(" ")))
}

fn panel(
    picture: &mut Picture,
    top: i64,
    title: &str,
    bars: &mut [(i64, String)],
    objective: Option<i64>,
    told: &mut Vec<String>,
) -> i64 {
    bars.sort_by_key(|(seconds, name)| (Reverse(*seconds), name.clone()));
    picture.words(0, top + 12, Anchor::Start, title);
    if bars.is_empty() {
        picture.coloured_words(0, top + 32, Anchor::Start, "not measured", QUIET);
        told.push(format!("{title}: not measured."));
        return top + 40;
    }
    let scale = bars[0].0.max(objective.unwrap_or(0)).max(1);
    let first = top + 40;
    let mut y = first;
    let mut words = Vec::new();
    for (seconds, name) in bars.iter().take(MOST) {
        let late = objective.is_some_and(|objective| *seconds > objective);
        let time = if late { format!("{}, too long", duration(*seconds)) } else { duration(*seconds) };
        picture.words(NAMES - 8, y + 12, Anchor::End, &shortened(name, 28));
        picture.bar(NAMES, y, scaled(*seconds, scale, BARS), 15, if late { Fill::Failed } else { Fill::Measure });
        picture.words(NAMES + BARS + 10, y + 12, Anchor::Start, &time);
        words.push(format!("{name} {time}"));
        y += ROW;
    }
    let mut against = String::new();
    if let Some(objective) = objective {
        let x = NAMES + scaled(objective, scale, BARS);
        picture.line((x, first - 4), (x, y), INK, true);
        picture.words(x, first - 8, Anchor::Middle, &format!("at most {}", duration(objective)));
        against = format!(", at most {} is permitted", duration(objective));
    }
    let more = bars.len().saturating_sub(MOST) as u64;
    let more = if more == 0 { String::new() } else { format!("; {} shorter ones are not drawn", grouped(more)) };
    told.push(format!("{title}{against}: {}{more}.", words.join("; ")));
    y
}
