//! Protected resources: what AWS Backup knows to be protected, with the latest of its recovery points.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::epoch::Epoch;
use super::errors::not_found;
use super::paging::Page;
use super::plans::listing;
use super::site::{Point, Resource, Site, Vault};
use super::{Asked, Backup};
use crate::wire::{Answer, ApiError};

/// The latest recovery point of a resource and its vault.
type Latest<'a> = (&'a Vault, Cow<'a, Point>);

/// The latest recovery point of each resource that has single points.
fn latest_points(site: &Site) -> BTreeMap<&str, (&Vault, &Point)> {
    let mut latest: BTreeMap<&str, (&Vault, &Point)> = BTreeMap::new();
    for vault in site.vaults.values() {
        for point in vault.points.iter().flatten() {
            let known = latest.entry(&point.resource.arn).or_insert((vault, point));
            if known.1.created_at < point.created_at {
                *known = (vault, point);
            }
        }
    }
    latest
}

fn described(resource: &Resource, latest: Option<Latest<'_>>) -> Value {
    let mut members = json!({
        "ResourceArn": resource.arn,
        "ResourceType": resource.kind,
        "ResourceName": resource.name,
    });
    if let Some((vault, point)) = latest {
        members["LastBackupTime"] = json!(Epoch(point.created_at));
        members["LastBackupVaultArn"] = json!(vault.arn());
        members["LastRecoveryPointArn"] = json!(point.arn);
    }
    members
}

/// The resources of a site by place: those that the world lists, then those of copies, then those in bulk.
struct Inventory<'a> {
    latest: BTreeMap<&'a str, (&'a Vault, &'a Point)>,
    listed: Vec<&'a Resource>,
    bulk: Vec<(&'a Vault, u64)>,
}

impl<'a> Inventory<'a> {
    fn of(site: &'a Site) -> Self {
        let latest = latest_points(site);
        let mut listed: Vec<&Resource> = site.resources.iter().map(AsRef::as_ref).collect();
        listed.extend(latest.values().map(|(_, point)| point.resource.as_ref()));
        listed.sort_by(|one, other| one.arn.cmp(&other.arn));
        listed.dedup_by(|one, other| one.arn == other.arn);
        let vaults = site.vaults.values();
        let bulk = vaults.flat_map(|vault| vault.bulk.iter().map(move |bulk| (vault, bulk.resources()))).collect();
        Self { latest, listed, bulk }
    }

    fn places(&self) -> u64 {
        self.listed.len() as u64 + self.bulk.iter().map(|(_, resources)| resources).sum::<u64>()
    }

    fn at(&self, place: u64) -> Option<Value> {
        let listed = self.listed.len() as u64;
        let Some(mut number) = place.checked_sub(listed) else {
            let resource = self.listed.get(usize::try_from(place).ok()?)?;
            let latest = self.latest.get(resource.arn.as_str()).map(|(vault, point)| (*vault, Cow::Borrowed(*point)));
            return Some(described(resource, latest));
        };
        let mut places_before = BTreeMap::new();
        for (vault, resources) in &self.bulk {
            let (bulks, before) = places_before.entry(&vault.name).or_insert((0_usize, 0_u64));
            let bulk = vault.bulk.get(*bulks)?;
            if number < *resources {
                // The last round of the pattern holds the latest point of each resource.
                let last_round = (bulk.count() - 1 - number) / resources * resources;
                let point = vault.point(*before + last_round + number);
                let resource = bulk.resource(&vault.account, &vault.region, number);
                return Some(described(&resource, point.map(|point| (*vault, point))));
            }
            number -= resources;
            *bulks += 1;
            *before += bulk.count();
        }
        None
    }
}

impl Backup {
    pub(super) fn list_protected_resources(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        const OPERATION: &str = "ListProtectedResources";
        let page = Page::asked(OPERATION, &asked.query)?;
        let empty = Site::default();
        let inventory = Inventory::of(self.site(asked.ctx).unwrap_or(&empty));
        let paged = page.of(OPERATION, inventory.places(), |place| inventory.at(place));
        listing("Results", paged.results, paged.next_token)
    }

    pub(super) fn describe_protected_resource(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let arn = asked.label(0);
        let missing = || not_found("Protected resource", arn);
        let inventory = Inventory::of(self.site(asked.ctx).ok_or_else(missing)?);
        let found =
            (0..inventory.places()).filter_map(|place| inventory.at(place)).find(|one| one["ResourceArn"] == arn);
        let mut members = found.ok_or_else(missing)?;
        let of_resource = |job: &&super::RestoreJob| job.source_arn == arn && job.account == asked.ctx.account;
        let latest = self.restore_jobs.iter().rev().filter(of_resource).find(|job| job.completed());
        if let Some((job, ends_at)) = latest.and_then(|job| job.ends_at.map(|ends_at| (job, ends_at))) {
            let minutes = ends_at.duration_since(job.created_at).as_mins();
            members["LatestRestoreExecutionTimeMinutes"] = json!(minutes);
            members["LatestRestoreJobCreationDate"] = json!(Epoch(job.created_at));
            members["LatestRestoreRecoveryPointCreationDate"] = json!(Epoch(job.point_created_at));
        }
        Answer::json(&members)
    }
}
