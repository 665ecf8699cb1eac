//! One parallel pass over all items of a table. Each page is counted at once and dropped, so memory stays flat.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use backproof_cloud::{ReadTables, ScanPart};
use backproof_model::FaultOwner;
use backproof_validators_api::Deadline;
use tokio::task::JoinSet;

use crate::tally::{Counter, Tally, Watch};
use crate::trouble::Obstacle;

/// How many segments are read at the same time.
const AT_ONCE: u32 = 8;

/// Segments of a table that does not fit on one page.
const SEGMENTS: u32 = 8;

/// Items per segment where a table's size is known beforehand.
const ITEMS_PER_SEGMENT: u64 = 100_000;

/// More segments than this gain nothing beside [`AT_ONCE`].
const MOST_SEGMENTS: u32 = 64;

/// A table to read from end to end.
#[derive(Clone)]
pub(crate) struct Scan {
    /// Where the table is.
    pub(crate) tables: Arc<dyn ReadTables>,
    /// The table's name.
    pub(crate) name: String,
    /// What to look for.
    pub(crate) watch: Arc<Watch>,
    /// When to stop.
    pub(crate) deadline: Deadline,
}

/// What a scan gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// What was seen.
    pub(crate) tally: Tally,
    /// Segments that were read to their end.
    pub(crate) segments: u32,
    /// Why the scan is not complete, where it is not.
    pub(crate) obstacle: Option<Obstacle>,
}

/// How many segments to read a table of about so many items in, or `None` where the first page must tell.
///
/// The estimate is up to six hours old, and zero for a table that was just restored.
pub(crate) fn segments_for(setting: Option<u32>, estimate: Option<u64>) -> Option<u32> {
    if setting.is_some() {
        return setting;
    }
    let wanted = estimate.unwrap_or(0) / ITEMS_PER_SEGMENT;
    (wanted > 0).then(|| u32::try_from(wanted).unwrap_or(MOST_SEGMENTS).clamp(SEGMENTS, MOST_SEGMENTS))
}

impl Scan {
    /// Reads the whole table in `segments`, or finds out by its first page how many it takes.
    pub(crate) async fn run(&self, segments: Option<u32>) -> Scanned {
        match segments {
            Some(total_segments) => self.all_segments(total_segments).await,
            None => match self.clone().single_page().await {
                FirstPage::Everything(scanned) => scanned,
                FirstPage::MoreFollows => self.all_segments(SEGMENTS).await,
            },
        }
    }

    /// Most tables fit on one page, and then one call is enough.
    async fn single_page(self) -> FirstPage {
        let mut counter = Counter::new(Arc::clone(&self.watch));
        let part = ScanPart { segment: 0, total_segments: 1 };
        let page = match self.deadline.hold(self.tables.scan(&self.name, part, None)).await {
            Ok(Ok(page)) => page,
            Ok(Err(error)) => return FirstPage::Everything(Scanned::nothing(Obstacle::of_call(&error))),
            Err(_) => return FirstPage::Everything(Scanned::nothing(Obstacle::time_is_up())),
        };
        if page.next.is_some() {
            return FirstPage::MoreFollows;
        }
        page.items.iter().for_each(|item| counter.count(item));
        FirstPage::Everything(Scanned { tally: counter.tally, segments: 1, obstacle: None })
    }

    async fn all_segments(&self, total_segments: u32) -> Scanned {
        // One segment's trouble is the whole scan's: the others need not go on.
        let stopped = Arc::new(AtomicBool::new(false));
        let mut waiting = 0..total_segments;
        let mut reading = JoinSet::new();
        let mut whole = Scanned { tally: Tally::default(), segments: 0, obstacle: None };
        loop {
            while reading.len() < AT_ONCE as usize
                && !stopped.load(Ordering::Relaxed)
                && let Some(segment) = waiting.next()
            {
                let part = ScanPart { segment, total_segments };
                reading.spawn(self.clone().segment(part, Arc::clone(&stopped)));
            }
            match reading.join_next().await {
                None => return whole.checked(total_segments),
                Some(Ok(part)) => whole.add(part),
                Some(Err(crashed)) => {
                    stopped.store(true, Ordering::Relaxed);
                    let words =
                        if crashed.is_panic() { "a segment's reader crashed" } else { "a segment was cancelled" };
                    whole.meet(Obstacle { owner: FaultOwner::Validator, words: words.to_owned() });
                }
            }
        }
    }

    async fn segment(self, part: ScanPart, stopped: Arc<AtomicBool>) -> Scanned {
        let mut counter = Counter::new(Arc::clone(&self.watch));
        let mut from = None;
        let obstacle = loop {
            if stopped.load(Ordering::Relaxed) {
                return Scanned { tally: counter.tally, segments: 0, obstacle: None };
            }
            let page = match self.deadline.hold(self.tables.scan(&self.name, part, from.clone())).await {
                Ok(Ok(page)) => page,
                Ok(Err(error)) => break Obstacle::of_call(&error),
                Err(_) => break Obstacle::time_is_up(),
            };
            page.items.iter().for_each(|item| counter.count(item));
            match page.next {
                None => return Scanned { tally: counter.tally, segments: 1, obstacle: None },
                next if next == from => break same_page_again(),
                next => from = next,
            }
        };
        stopped.store(true, Ordering::Relaxed);
        Scanned { tally: counter.tally, segments: 0, obstacle: Some(obstacle) }
    }
}

enum FirstPage {
    Everything(Scanned),
    MoreFollows,
}

impl Scanned {
    /// Nothing was read.
    pub(crate) fn nothing(obstacle: Obstacle) -> Self {
        Self { tally: Tally::default(), segments: 0, obstacle: Some(obstacle) }
    }

    fn add(&mut self, part: Self) {
        self.tally.add(&part.tally);
        self.segments += part.segments;
        if let Some(obstacle) = part.obstacle {
            self.meet(obstacle);
        }
    }

    /// The first obstacle is the one to tell.
    fn meet(&mut self, obstacle: Obstacle) {
        self.obstacle.get_or_insert(obstacle);
    }

    /// Complete means that every segment was read to its end, and nothing less.
    fn checked(mut self, total_segments: u32) -> Self {
        if self.segments != total_segments {
            let words = format!("only {} of {total_segments} segments were read to their end", self.segments);
            self.meet(Obstacle { owner: FaultOwner::Validator, words });
        }
        self
    }
}

fn same_page_again() -> Obstacle {
    let words = "dynamodb:Scan gave the same page key twice, so it would never end";
    Obstacle { owner: FaultOwner::Harness, words: words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_follow_the_setting_then_the_estimate_then_the_first_page() {
        for (setting, estimate, expected) in [
            (Some(3), Some(10_000_000), Some(3)),
            (None, None, None),
            (None, Some(0), None),
            (None, Some(99_999), None),
            (None, Some(100_000), Some(SEGMENTS)),
            (None, Some(2_000_000), Some(20)),
            (None, Some(u64::MAX), Some(MOST_SEGMENTS)),
        ] {
            assert_eq!(segments_for(setting, estimate), expected, "{setting:?} {estimate:?}");
        }
    }

    #[test]
    fn a_segment_that_was_not_read_to_its_end_makes_the_scan_incomplete() {
        let scanned = |segments| Scanned { tally: Tally::default(), segments, obstacle: None };
        assert_eq!(scanned(3).checked(3).obstacle, None);
        let obstacle = scanned(2).checked(3).obstacle.unwrap();
        assert_eq!(obstacle.owner, FaultOwner::Validator);
        assert_eq!(obstacle.words, "only 2 of 3 segments were read to their end");
    }
}
