//! Coverage: how long ago each protected resource was last proved by a passed restore test; never proved ones first.

use backproof_evidence::dossier::Coverage;
use backproof_evidence::words::{counted, grouped};
use jiff::Timestamp;

use super::{Anchor, Fill, Picture, scaled, shortened};
use crate::document::Block;

/// Resources drawn at most.
const MOST: usize = 40;
const ROW: i64 = 20;
const NAMES: i64 = 220;
const BARS: i64 = 330;
/// What was last proved longer ago than this is marked, whatever anybody demands.
pub(crate) const OLD_DAYS: i64 = 365;

/// The chart, as of `now`; `None` where no coverage was sealed.
pub(crate) fn chart(coverage: &[Coverage], now: Timestamp) -> Option<Block> {
    let ages: Vec<Option<i64>> = coverage.iter().map(|it| it.last_passed.map(|at| days(at, now))).collect();
    let longest = ages.iter().flatten().max().copied().unwrap_or(0).max(1);
    if coverage.is_empty() {
        return None;
    }
    let mut picture = Picture::new("coverage");
    let mut y = picture.legend(
        0,
        &[
            (Fill::Measure, "days since last proved"),
            (Fill::Failed, "more than a year ago"),
            (Fill::Doubt, "never proved"),
        ],
    );
    let mut told = Vec::new();
    for (resource, age) in coverage.iter().zip(&ages).take(MOST) {
        let name = resource.resource_arn.rsplit([':', '/']).next().unwrap_or(&resource.resource_arn);
        let (width, fill, words) = match age {
            None => (BARS, Fill::Doubt, "never proved".to_owned()),
            Some(days) => {
                let fill = if *days > OLD_DAYS { Fill::Failed } else { Fill::Measure };
                let days_ago = if *days == 0 {
                    "today".to_owned()
                } else {
                    format!("{} ago", counted(days.unsigned_abs(), "day"))
                };
                (scaled(*days, longest, BARS).max(2), fill, days_ago)
            }
        };
        picture.words(NAMES - 8, y + 11, Anchor::End, &shortened(&format!("{} {name}", resource.resource_type), 32));
        picture.bar(NAMES, y, width, 14, fill);
        picture.words(NAMES + width + 6, y + 11, Anchor::Start, &words);
        told.push(format!("{} {name}: {words}", resource.resource_type));
        y += ROW;
    }
    let more = coverage.len().saturating_sub(MOST) as u64;
    let more = if more == 0 { String::new() } else { format!(" {} more stand in coverage.csv.", grouped(more)) };
    Some(picture.block("When each protected resource was last proved", format!("{}.{more}", told.join("; "))))
}

pub(crate) fn days(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_second() - from.as_second()).max(0) / 86_400
}
