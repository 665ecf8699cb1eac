//! Vaults, recovery points and protected resources of one account and Region, as they stand.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::arns;
use super::bulk::Bulk;
use crate::rds::metadata::Moments;
use crate::world::{BackupForm, DataFaults, KeyKind, ResourceDescription, RestoreScript, VaultType};

/// A protected resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resource {
    /// Its ARN.
    pub arn: String,
    /// Its own name.
    pub name: String,
    /// AWS Backup's resource type.
    pub kind: String,
    /// How it is backed up (DynamoDB only).
    pub form: BackupForm,
    /// Its data; none for resources in bulk.
    pub description: Option<Arc<ResourceDescription>>,
}

/// A vault with its recovery points.
#[derive(Clone, Debug)]
pub(crate) struct Vault {
    /// The account that owns it.
    pub account: String,
    /// Its Region.
    pub region: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: VaultType,
    /// Its key.
    pub key_arn: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// What its maker called the request.
    pub creator_request_id: Option<String>,
    /// The accounts with which it is shared.
    pub shared_with: Vec<String>,
    /// Whether its recovery points cannot be deleted.
    pub locked: bool,
    /// Accounts whose copies it refuses.
    pub refuses_copies_from: Vec<String>,
    /// Recovery points in bulk: the first places of its listing.
    pub bulk: Vec<Bulk>,
    /// Places of bulk points that have been deleted.
    pub deleted_bulk: BTreeSet<u64>,
    /// Single recovery points; none where one has been deleted, so that places never shift.
    pub points: Vec<Option<Point>>,
}

/// A recovery point.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    /// Its ARN.
    pub arn: String,
    /// The resource that it is of.
    pub resource: Arc<Resource>,
    /// `RecoveryPointStatus`.
    pub status: String,
    /// AWS Backup's remark on it.
    pub status_message: Option<String>,
    /// When its backup began.
    pub created_at: Timestamp,
    /// When its lifecycle begins: with the backup, or, since the copy keeps the date of its source, with the copying.
    pub kept_since: Timestamp,
    /// When its backup was done.
    pub completed_at: Option<Timestamp>,
    /// Bytes, where known.
    pub size: Option<u64>,
    /// Whether it is a continuous one.
    pub continuous: bool,
    /// What becomes of it with time.
    pub lifecycle: Lifecycle,
    /// The key's ARN.
    pub key_arn: String,
    /// Whose key it is.
    pub key: KeyKind,
    /// Whether it is the parent of a composite.
    pub is_parent: bool,
    /// The composite that it belongs to.
    pub parent_arn: Option<String>,
    /// The name of the plan that made it.
    pub backup_plan: Option<String>,
    /// The vault that it was copied from.
    pub source_vault_arn: Option<String>,
    /// Gone as soon as somebody asks for it.
    pub vanishes_when_used: bool,
    /// What is wrong with its data.
    pub data: Arc<DataFaults>,
    /// What happens when it is restored.
    pub restore: Arc<RestoreScript>,
}

/// What becomes of a recovery point with time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lifecycle {
    /// Days until it becomes cold.
    pub cold_after_days: Option<u32>,
    /// Days until it is deleted.
    pub delete_after_days: Option<u32>,
    /// Kept only until it has been copied.
    pub delete_after_copy: bool,
}

fn days_after(moment: Timestamp, days: u32) -> Timestamp {
    moment.checked_add(SignedDuration::from_hours(i64::from(days) * 24)).unwrap_or(Timestamp::MAX)
}

impl Point {
    /// The moments that its data can be restored to.
    pub(crate) fn moments(&self) -> Moments {
        if self.continuous { Moments::Since(self.created_at) } else { Moments::One(self.created_at) }
    }

    /// When it becomes, or became, cold.
    pub(crate) fn cold_at(&self) -> Option<Timestamp> {
        self.lifecycle.cold_after_days.map(|days| days_after(self.kept_since, days))
    }

    /// When it is deleted.
    pub(crate) fn delete_at(&self) -> Option<Timestamp> {
        self.lifecycle.delete_after_days.map(|days| days_after(self.kept_since, days))
    }

    /// `COLD` or `WARM`.
    pub(crate) fn storage_class(&self, now: Timestamp) -> &'static str {
        if self.is_cold(now) { "COLD" } else { "WARM" }
    }

    /// Whether it lies in cold storage.
    pub(crate) fn is_cold(&self, now: Timestamp) -> bool {
        self.cold_at().is_some_and(|at| at <= now)
    }
}

impl Vault {
    /// Its ARN.
    pub(crate) fn arn(&self) -> String {
        arns::vault(&self.account, &self.region, &self.name)
    }

    /// How many places its listing has, those of deleted points included.
    pub(crate) fn places(&self) -> u64 {
        self.bulk_places() + self.points.len() as u64
    }

    /// How many recovery points it holds.
    pub(crate) fn number_of_points(&self) -> u64 {
        let deleted =
            self.deleted_bulk.len() as u64 + self.points.iter().filter(|point| point.is_none()).count() as u64;
        self.places() - deleted
    }

    fn bulk_places(&self) -> u64 {
        self.bulk.iter().map(Bulk::count).sum()
    }

    /// The recovery point at a place; none if it has been deleted.
    pub(crate) fn point(&self, place: u64) -> Option<Cow<'_, Point>> {
        let mut before = 0;
        for bulk in &self.bulk {
            if place < before + bulk.count() {
                return (!self.deleted_bulk.contains(&place)).then(|| Cow::Owned(bulk.point(self, place - before)));
            }
            before += bulk.count();
        }
        let index = usize::try_from(place - before).ok()?;
        self.points.get(index)?.as_ref().map(Cow::Borrowed)
    }

    /// Where the recovery point of this ARN is.
    pub(crate) fn place_of(&self, arn: &str) -> Option<u64> {
        let mut before = 0;
        for bulk in &self.bulk {
            if let Some(index) = bulk.index_of(self, arn) {
                let place = before + index;
                return (!self.deleted_bulk.contains(&place)).then_some(place);
            }
            before += bulk.count();
        }
        let found = self.points.iter().position(|point| point.as_ref().is_some_and(|point| point.arn == arn))?;
        Some(before + found as u64)
    }

    /// Takes the recovery point at a place away.
    pub(crate) fn remove(&mut self, place: u64) {
        let bulk = self.bulk_places();
        match place.checked_sub(bulk) {
            None => {
                self.deleted_bulk.insert(place);
            }
            Some(index) => {
                let slot = usize::try_from(index).ok().and_then(|index| self.points.get_mut(index));
                if let Some(slot) = slot {
                    *slot = None;
                }
            }
        }
    }
}

/// Everything of one account and Region.
#[derive(Clone, Debug, Default)]
pub(crate) struct Site {
    /// By name.
    pub vaults: BTreeMap<String, Vault>,
    /// Resources that the world lists, whether or not they have recovery points.
    pub resources: Vec<Arc<Resource>>,
}

/// All sites, by account and Region.
pub(crate) type Sites = BTreeMap<(String, String), Site>;
