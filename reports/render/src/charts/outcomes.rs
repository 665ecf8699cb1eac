//! Outcomes by resource type: for each type, how many restore tests passed, failed and could not be told.

use std::collections::BTreeMap;

use backproof_evidence::RunEvidence;
use backproof_evidence::words::grouped;
use backproof_model::Outcome;

use super::{Anchor, Fill, Picture, scaled, shortened};
use crate::document::Block;

const ROW: i64 = 26;
const NAMES: i64 = 150;
const BARS: i64 = 330;

/// The chart; `None` where nothing was drawn.
pub(crate) fn chart(run: &RunEvidence) -> Option<Block> {
    let mut types: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    for test in &run.tests {
        let counts = types.entry(test.drawn.point.resource_type.as_str()).or_default();
        match test.outcome {
            Outcome::Passed { .. } => counts[0] += 1,
            Outcome::Failed { .. } => counts[1] += 1,
            Outcome::Inconclusive { .. } => counts[2] += 1,
        }
    }
    let most = types.values().map(|counts| counts.iter().sum::<u64>()).max().filter(|most| *most > 0)?;
    let mut picture = Picture::new(format!("outcomes-{}", run.run));
    let mut y =
        picture.legend(0, &[(Fill::Passed, "passed"), (Fill::Failed, "failed"), (Fill::Doubt, "could not be told")]);
    let mut told = Vec::new();
    for (name, counts) in types {
        let words = in_words(counts);
        picture.words(NAMES - 8, y + 14, Anchor::End, &shortened(name, 22));
        let mut before = 0;
        for (count, fill) in counts.iter().zip([Fill::Passed, Fill::Failed, Fill::Doubt]) {
            let from = scaled(before, whole(most), BARS);
            before += whole(*count);
            picture.bar(NAMES + from, y, scaled(before, whole(most), BARS) - from, 18, fill);
        }
        picture.words(NAMES + scaled(before, whole(most), BARS) + 8, y + 14, Anchor::Start, &words);
        told.push(format!("{name}: {words}"));
        y += ROW;
    }
    Some(picture.block("Outcomes of the restore tests by resource type", format!("{}.", told.join("; "))))
}

fn in_words([passed, failed, inconclusive]: [u64; 3]) -> String {
    let parts = [(passed, "passed"), (failed, "failed"), (inconclusive, "could not be told")];
    let told: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(*count)))
        .collect();
    told.join(", ")
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
