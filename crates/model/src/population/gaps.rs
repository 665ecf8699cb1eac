//! The longest interval without a recovery point, per protected resource.
//!
//! A *gap* is an RPO figure of the schedule: the longest time between consecutive usable points of a resource, the
//! time from its latest point until now included. It is neither lag nor age at test.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::record::ResourceGap;
use crate::{RecoveryPoint, RecoveryPointStatus, ResourceArn};

/// Takes the points of many resources in any order and from several vaults.
///
/// Keeps twelve bytes per point (its resource's number, and the first and last second that it covers) and each
/// resource's ARN once. Seconds are kept from 1970 to 2106; what lies outside counts as that end.
#[derive(Clone, Debug)]
pub struct GapAccumulator {
    as_of: Timestamp,
    numbers: HashMap<Box<str>, u32>,
    covered: Vec<Covered>,
}

/// What one point covers; ordered by resource and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Covered {
    resource: u32,
    from: u32,
    until: u32,
}

impl GapAccumulator {
    /// Gaps as they are at `as_of`, which is `now` in "now minus the latest point".
    pub fn new(as_of: Timestamp) -> Self {
        Self { as_of, numbers: HashMap::new(), covered: Vec::new() }
    }

    /// Counts `point` if one could restore from it: completed, or continuous.
    ///
    /// A snapshot covers the moment its backup began; a continuous point covers the time since, up to `as_of` while it
    /// grows and up to its completion (or only its beginning) once it has stopped. A copy has its source's date and
    /// changes nothing. A point that began after `as_of` is left out.
    pub fn add(&mut self, point: &RecoveryPoint) {
        let from = point.creation_date;
        let until = match point.status {
            RecoveryPointStatus::Completed => from,
            RecoveryPointStatus::Available => self.as_of,
            RecoveryPointStatus::Stopped => point.completion_date.unwrap_or(from).clamp(from, self.as_of.max(from)),
            RecoveryPointStatus::Partial
            | RecoveryPointStatus::Creating
            | RecoveryPointStatus::Deleting
            | RecoveryPointStatus::Expired
            | RecoveryPointStatus::Unrecognised(_) => return,
        };
        if from > self.as_of {
            return;
        }
        let Some(resource) = self.number_of(&point.resource_arn) else { return };
        self.covered.push(Covered { resource, from: second(from), until: second(until) });
    }

    fn number_of(&mut self, resource: &ResourceArn) -> Option<u32> {
        if let Some(number) = self.numbers.get(resource.as_str()) {
            return Some(*number);
        }
        // Four thousand million resources do not fit in memory, so the numbers do not run out before it does.
        let number = u32::try_from(self.numbers.len()).ok()?;
        self.numbers.insert(resource.as_str().into(), number);
        Some(number)
    }

    /// The gap of every resource that had a usable point: the longest first, equal ones by ARN, at most `limit`.
    pub fn finish(mut self, limit: usize) -> Vec<ResourceGap> {
        self.covered.sort_unstable();
        let now = second(self.as_of);
        let mut longest: Vec<(u32, Longest)> = self
            .covered
            .chunk_by(|a, b| a.resource == b.resource)
            .map(|points| (points[0].resource, longest_gap(points, now)))
            .collect();
        let mut names: Vec<&str> = vec![""; self.numbers.len()];
        for (name, number) in &self.numbers {
            names[*number as usize] = name;
        }
        longest.sort_by(|(a, gap_a), (b, gap_b)| {
            gap_b.seconds.cmp(&gap_a.seconds).then_with(|| names[*a as usize].cmp(names[*b as usize]))
        });
        longest.truncate(limit);
        let record = |(number, gap): (u32, Longest)| {
            // Both are read back from what came in as an ARN and as a time, so nothing is dropped here.
            let resource_arn = names[number as usize].parse().ok()?;
            let since = Timestamp::from_second(i64::from(gap.since)).ok()?;
            Some(ResourceGap { resource_arn, gap_seconds: i64::from(gap.seconds), since, points: gap.points })
        };
        longest.into_iter().filter_map(record).collect()
    }
}

/// The longest gap of one resource.
struct Longest {
    seconds: u32,
    since: u32,
    points: u64,
}

/// `points` of one resource, ordered by when they begin.
fn longest_gap(points: &[Covered], now: u32) -> Longest {
    let mut longest = Longest { seconds: 0, since: points[0].from, points: points.len() as u64 };
    let mut covered_until = points[0].until;
    let starts = points[1..].iter().map(|point| (point.from, point.until)).chain([(now, now)]);
    for (from, until) in starts {
        let seconds = from.saturating_sub(covered_until);
        if seconds > longest.seconds {
            longest = Longest { seconds, since: covered_until, ..longest };
        }
        covered_until = covered_until.max(until);
    }
    longest
}

fn second(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX)
}
