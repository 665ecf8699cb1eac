//! Copy jobs: how one goes on with time.

use jiff::Timestamp;

use super::Backup;
use super::arns::{self, PointPlace};
use super::site::{Lifecycle, Point};
use super::{VaultKey, populate};
use crate::ids;
use crate::world::KeyKind;

/// A copy job.
#[derive(Clone, Debug)]
pub(super) struct CopyJob {
    pub(super) id: String,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) source_vault_arn: String,
    pub(super) point: Point,
    pub(super) destination: VaultKey,
    pub(super) destination_arn: String,
    pub(super) role_arn: String,
    pub(super) lifecycle: Lifecycle,
    pub(super) created_at: Timestamp,
    pub(super) starts_at: Timestamp,
    pub(super) ends_at: Timestamp,
    /// Why it fails, if it does.
    pub(super) failure: Option<String>,
    pub(super) stage: CopyStage,
}

/// How far a copy job has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CopyStage {
    Created,
    Running,
    Completed { point_arn: String },
    Failed { message: String },
}

impl CopyJob {
    /// `CopyJobState`.
    pub(super) fn state(&self) -> &'static str {
        match self.stage {
            CopyStage::Created => "CREATED",
            CopyStage::Running => "RUNNING",
            CopyStage::Completed { .. } => "COMPLETED",
            CopyStage::Failed { .. } => "FAILED",
        }
    }

    /// Whether it has ended.
    pub(super) fn ended(&self) -> bool {
        match self.stage {
            CopyStage::Created | CopyStage::Running => false,
            CopyStage::Completed { .. } | CopyStage::Failed { .. } => true,
        }
    }
}

impl Backup {
    /// Lets copy jobs begin and end that are due.
    pub(super) fn advance_copies(&mut self, now: Timestamp) {
        for place in self.active_copies.clone() {
            let job = &self.copy_jobs[place];
            if job.ends_at <= now {
                let stage = match job.failure.clone() {
                    Some(message) => CopyStage::Failed { message },
                    None => self.finish_copy(place),
                };
                self.copy_jobs[place].stage = stage;
            } else if job.starts_at <= now {
                self.copy_jobs[place].stage = CopyStage::Running;
            }
        }
        self.active_copies.retain(|place| !self.copy_jobs[*place].ended());
    }

    /// Deletes copies whose lifecycle is over. Other recovery points are what a world says they are.
    pub(super) fn expire_copies(&mut self, now: Timestamp) {
        let over: Vec<_> = self.lasting_copies.range(..=now).map(|(over, _)| *over).collect();
        for place in over.into_iter().flat_map(|over| self.lasting_copies.remove(&over).unwrap_or_default()) {
            let job = &self.copy_jobs[place];
            let CopyStage::Completed { point_arn } = &job.stage else { continue };
            let (account, region, name) = &job.destination;
            let site = self.sites.get_mut(&(account.clone(), region.clone()));
            let Some(vault) = site.and_then(|site| site.vaults.get_mut(name)) else { continue };
            let found =
                (0..vault.places()).find(|place| vault.point(*place).is_some_and(|point| point.arn == *point_arn));
            if let Some(found) = found {
                vault.remove(found);
            }
        }
    }

    /// Puts the copy into its vault. It keeps the date of its source, and takes the key of its vault.
    fn finish_copy(&mut self, number: usize) -> CopyStage {
        let job = &self.copy_jobs[number];
        let (account, region, name) = &job.destination;
        let site = self.sites.get_mut(&(account.clone(), region.clone()));
        let Some(vault) = site.and_then(|site| site.vaults.get_mut(name)) else {
            return CopyStage::Failed { message: "Destination backup vault does not exist".to_owned() };
        };
        let resource = &job.point.resource;
        let place = PointPlace { account, region, vault_type: vault.kind };
        let id = ids::named("copy", &job.id);
        let arn = arns::recovery_point(place, &resource.kind, &resource.name, resource.form, "copyjob", id);
        let copy = Point {
            arn: arn.clone(),
            status: "COMPLETED".to_owned(),
            status_message: None,
            kept_since: job.created_at,
            completed_at: Some(job.ends_at),
            lifecycle: job.lifecycle,
            key_arn: vault.key_arn.clone(),
            key: KeyKind::Customer,
            backup_plan: None,
            source_vault_arn: Some(job.source_vault_arn.clone()),
            vanishes_when_used: false,
            ..job.point.clone()
        };
        let tags: Option<&std::collections::BTreeMap<_, _>> = self.tags.get(&job.point.arn);
        let tags = tags.cloned().unwrap_or_default();
        if let Some(over) = copy.delete_at() {
            self.lasting_copies.entry(over).or_default().push(number);
        }
        vault.points.push(Some(copy));
        populate::Tags::insert(&mut self.tags, arn.clone(), tags);
        CopyStage::Completed { point_arn: arn }
    }
}
