//! How many restores of a type may be under way beside each other in a Region of the sandbox.
//!
//! The plan says how many, and what AWS allows can make it fewer: its own limits of a type, and the room that is left
//! below a quota. What cannot be read changes nothing, and is said. Never fewer than one: with no room left, AWS's own
//! refusal is the better account of it. Found out once per run, by whoever leads it; the places are given out elsewhere.

use std::collections::BTreeMap;

use backproof_cloud::{Party, RestoreLimits};
use backproof_model::record::{AllowedAtOnce, ConcurrencyAllowed, DrawnPoint, run_step};
use backproof_model::{Region, ResourceType};

use crate::error::Result;
use crate::journal::Journal;
use crate::world::{SandboxRegions, World};

/// The room below a quota, as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Room {
    /// So many may be added.
    Left { quota: u64, in_use: u64, of: &'static str },
    /// It could not be read.
    Unreadable(String),
}

/// What was drawn of one type in one Region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sample {
    points: u32,
    /// The size of the largest, in bytes.
    largest: u64,
    /// How many have no known size.
    unsized_points: u32,
}

impl Sample {
    fn add(&mut self, bytes: Option<u64>) {
        self.points += 1;
        self.largest = self.largest.max(bytes.unwrap_or(0));
        self.unsized_points += u32::from(bytes.is_none());
    }
}

/// How many restores of a type may be under way: the least of what the plan, AWS's limits and the quotas allow, but
/// one at least; and what set that.
fn allowed_at_once(plan: u32, limits: RestoreLimits, sample: Sample, rooms: &[Room]) -> (u32, String) {
    let mut allowed = (plan.max(1), "the plan's concurrency.per_resource_type".to_owned());
    let mut narrow = |to: u32, because: String| {
        if to.max(1) < allowed.0 {
            allowed = (to.max(1), because);
        }
    };
    if let Some(at_once) = limits.at_once {
        narrow(at_once, format!("AWS restores {at_once} at a time"));
    }
    let mut unread = Vec::new();
    if let Some(bytes) = limits.bytes_at_once {
        // As if all were as large as the largest, so that no order of them is too much.
        let fit = u32::try_from(bytes / sample.largest.max(1)).unwrap_or(u32::MAX);
        let largest = sample.largest.div_ceil(1 << 30);
        narrow(
            fit,
            format!("AWS restores {} TiB at a time, and the largest drawn backup has {largest} GiB", bytes >> 40),
        );
        if sample.unsized_points > 0 {
            unread.push(format!("; the size of {} is not known, and was not counted", sample.unsized_points));
        }
    }
    for room in rooms {
        match room {
            Room::Left { quota, in_use, of } => {
                let left = u32::try_from(quota.saturating_sub(*in_use)).unwrap_or(u32::MAX);
                narrow(left, format!("the quota allows {quota} {of}, and {in_use} are there"));
            }
            Room::Unreadable(why) => unread.push(format!("; a quota could not be read: {why}")),
        }
    }
    (allowed.0, allowed.1 + &unread.concat())
}

/// Finds out, and journals, how many restores of each drawn type may be under way in each Region.
pub(crate) async fn find_out(
    world: &World,
    regions: &SandboxRegions,
    drawn: &[DrawnPoint],
    journal: &mut Journal,
) -> Result<ConcurrencyAllowed> {
    journal
        .observe(run_step::CONCURRENCY, async {
            let mut samples = BTreeMap::<(ResourceType, Region), Sample>::new();
            for DrawnPoint { point, .. } in drawn {
                let sample = samples.entry((point.resource_type.clone(), point.region.clone())).or_default();
                sample.add(point.backup_size_in_bytes);
            }
            let mut allowed = Vec::new();
            for ((resource_type, region), sample) in samples {
                allowed.push(of_type(world, regions, resource_type, region, sample).await);
            }
            Ok(ConcurrencyAllowed { allowed })
        })
        .await
}

async fn of_type(
    world: &World,
    regions: &SandboxRegions,
    resource_type: ResourceType,
    region: Region,
    sample: Sample,
) -> AllowedAtOnce {
    let limits = world.driver(&resource_type).map(|driver| driver.limits()).unwrap_or_default();
    // Where one alone was drawn there is nothing to hold back.
    let rooms = if sample.points > 1 { rooms(world, regions, &resource_type, &region).await } else { Vec::new() };
    let (restores, because) = allowed_at_once(world.plan.concurrency.per_resource_type, limits, sample, &rooms);
    AllowedAtOnce { resource_type, region, restores, because }
}

async fn rooms(world: &World, regions: &SandboxRegions, resource_type: &ResourceType, region: &Region) -> Vec<Room> {
    let (Some(driver), Some(access)) = (world.driver(resource_type), regions.in_region(region)) else {
        return Vec::new();
    };
    let quotas = driver.quotas();
    if quotas.is_empty() {
        return Vec::new();
    }
    let in_use = match driver.list(access).await {
        Ok(there) => there.len() as u64,
        Err(error) => return vec![Room::Unreadable(format!("what is there already: {error}"))],
    };
    let reader = world.cloud.inspect(&Party::Sandbox, region).await.quotas;
    let mut rooms = Vec::new();
    for quota in quotas {
        rooms.push(match reader.quota(quota.service_code, quota.quota_code).await {
            Ok(read) => Room::Left { quota: whole(read.value), in_use, of: quota.name },
            Err(error) => Room::Unreadable(format!("{}: {error}", quota.name)),
        });
    }
    rooms
}

/// A quota as a whole number; what is none counts as nothing.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is not negative, and one beyond what can be counted is cut off"
)]
fn whole(value: f64) -> u64 {
    value.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: RestoreLimits = RestoreLimits { at_once: None, bytes_at_once: None };

    fn room(quota: u64, in_use: u64) -> Room {
        Room::Left { quota, in_use, of: "tables" }
    }

    #[test]
    fn the_least_of_plan_limit_and_quota_holds_and_is_named() {
        let fifty = RestoreLimits { at_once: Some(50), ..NONE };
        for (plan, limits, rooms, expected, because) in [
            (5, NONE, vec![], 5, "the plan's"),
            (100, fifty, vec![], 50, "AWS restores 50 at a time"),
            (100, fifty, vec![room(2_500, 2_480)], 20, "the quota allows 2500 tables, and 2480 are there"),
            (10, fifty, vec![room(2_500, 0)], 10, "the plan's"),
            (100, NONE, vec![room(40, 0), room(30, 5)], 25, "the quota allows 30"),
        ] {
            let (allowed, why) = allowed_at_once(plan, limits, Sample::default(), &rooms);
            assert_eq!(allowed, expected);
            assert!(why.contains(because), "{why}");
        }
    }

    #[test]
    fn a_quota_that_is_used_up_lets_one_be_tried_and_an_unreadable_one_changes_nothing() {
        assert_eq!(allowed_at_once(5, NONE, Sample::default(), &[room(40, 40)]).0, 1);
        assert_eq!(allowed_at_once(5, NONE, Sample::default(), &[room(40, 90)]).0, 1);
        let (allowed, why) = allowed_at_once(5, NONE, Sample::default(), &[Room::Unreadable("AccessDenied".into())]);
        assert_eq!(allowed, 5);
        assert!(why.contains("the plan's") && why.contains("could not be read: AccessDenied"), "{why}");
    }

    #[test]
    fn as_many_run_as_fit_if_all_were_as_large_as_the_largest() {
        let tables = RestoreLimits { at_once: Some(50), bytes_at_once: Some(25 << 40) };
        let of = |sizes: &[Option<u64>]| {
            let mut sample = Sample::default();
            for bytes in sizes {
                sample.add(*bytes);
            }
            allowed_at_once(100, tables, sample, &[])
        };
        assert_eq!(of(&[Some(1), Some(6 << 40), Some(2 << 40)]).0, 4);
        assert_eq!(of(&[Some(30 << 40)]).0, 1);
        assert_eq!(of(&[Some(0), Some(1 << 30)]).0, 50);
        let (allowed, why) = of(&[None, Some(1 << 30)]);
        assert_eq!(allowed, 50);
        assert!(why.contains("the size of 1 is not known"), "{why}");
    }

    #[test]
    fn a_quota_is_a_whole_number() {
        assert_eq!([40.0, 39.9, -1.0, f64::NAN].map(whole), [40, 39, 0, 0]);
    }
}
