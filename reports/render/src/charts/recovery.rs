//! Recovery times by phase, the longest first, against the objective.

use std::cmp::Reverse;

use backproof_evidence::RunEvidence;
use backproof_evidence::figures::{phases, recovery_seconds};
use backproof_evidence::words::{duration, grouped};

use super::{Anchor, Fill, INK, Picture, scaled, shortened};
use crate::document::Block;

/// Recovery times drawn at most.
const MOST: usize = 25;
const ROW: i64 = 24;
const NAMES: i64 = 190;
const BARS: i64 = 380;

/// The phases in their order, and what they are called.
const PHASES: [(Fill, &str); 5] = [
    (Fill::Stage, "brought"),
    (Fill::Queue, "waited"),
    (Fill::Job, "restore job"),
    (Fill::Ready, "made ready"),
    (Fill::Validate, "examined"),
];

/// The chart; `None` where no recovery time was measured.
pub(crate) fn chart(run: &RunEvidence, objective: Option<i64>) -> Option<Block> {
    let mut measured: Vec<_> =
        run.tests.iter().filter_map(|test| Some((recovery_seconds(test)?, phases(test)?, test))).collect();
    measured.sort_by_key(|(seconds, _, test)| (Reverse(*seconds), test.drawn.test));
    let scale = measured.first()?.0.max(objective.unwrap_or(0)).max(1);
    let mut picture = Picture::new(format!("recovery-{}", run.run));
    let top = picture.legend(0, &PHASES) + 16;
    let mut y = top;
    let mut told = Vec::new();
    for (seconds, times, test) in measured.iter().take(MOST) {
        let parts = [times.stage, times.queue, times.job, times.ready, times.validate].map(|time| time.unwrap_or(0));
        let named = format!("{} {}", test.drawn.test, test.drawn.point.resource_arn.arn().resource_name());
        picture.words(NAMES - 8, y + 13, Anchor::End, &shortened(&named, 28));
        let mut before = 0_i64;
        for (part, (fill, _)) in parts.iter().zip(PHASES) {
            let from = scaled(before, scale, BARS);
            before = before.saturating_add(*part);
            picture.bar(NAMES + from, y, scaled(before, scale, BARS) - from, 16, fill);
        }
        let late = objective.is_some_and(|objective| *seconds > objective);
        let time = if late { format!("{}, too long", duration(*seconds)) } else { duration(*seconds) };
        picture.words(NAMES + BARS + 10, y + 13, Anchor::Start, &time);
        told.push(format!("restore test {named}: {time} ({})", in_words(parts)));
        y += ROW;
    }
    if let Some(objective) = objective {
        let x = NAMES + scaled(objective, scale, BARS);
        picture.line((x, top - 4), (x, y), INK, true);
        picture.words(x, top - 8, Anchor::Middle, &format!("objective {}", duration(objective)));
    }
    let more = measured.len().checked_sub(MOST).filter(|more| *more > 0);
    let more = more.map_or_else(String::new, |more| format!(" {} shorter ones are not drawn.", grouped(more as u64)));
    let against = objective.map_or_else(String::new, |objective| format!("The objective is {}. ", duration(objective)));
    Some(picture.block("Recovery times by phase, the longest first", format!("{against}{}.{more}", told.join("; "))))
}

fn in_words(parts: [i64; 5]) -> String {
    let told: Vec<String> = parts
        .iter()
        .zip(PHASES)
        .filter(|(part, _)| **part > 0)
        .map(|(part, (_, name))| format!("{name} {}", duration(*part)))
        .collect();
    told.join(", ")
}
