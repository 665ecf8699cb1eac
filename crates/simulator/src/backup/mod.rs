//! AWS Backup on the wire.
//!
//! Source: the AWS Backup service model 2018-11-15 for shapes, routes and errors; the developer guide for behaviour.
//! Plans are listed, but make no backups; restore testing plans, frameworks, legal holds and the like are not served.

pub(crate) mod arns;
mod bulk;
mod copy;
mod copy_jobs;
mod epoch;
mod errors;
mod inventory;
mod metadata;
pub(crate) mod paging;
mod plans;
mod points;
mod populate;
mod restore;
mod restore_jobs;
pub(crate) mod routes;
mod site;
mod start_copy;
mod start_restore;
mod tags;
mod vaults;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::describe::Networks;
use crate::dynamodb::Tables;
use crate::ids::Ids;
use crate::rds::Rds;
use crate::wire::{Answer, ApiError, CallContext, Params};
use crate::world::{VaultType, World};
use copy::CopyJob;
use errors::{access_denied, missing_parameter, not_found};
use restore::RestoreJob;
use site::{Point, Site, Sites, Vault};

pub use restore_jobs::JobSummary;

/// AWS Backup in all accounts and Regions.
#[derive(Debug)]
pub(crate) struct Backup {
    world: Arc<World>,
    sites: Sites,
    tags: populate::Tags,
    ids: Ids,
    restore_jobs: Vec<RestoreJob>,
    copy_jobs: Vec<CopyJob>,
    /// Places of the jobs that have not ended.
    active_restores: Vec<usize>,
    /// When each recovery point was last restored with success, by ARN.
    last_restores: BTreeMap<String, Timestamp>,
    active_copies: Vec<usize>,
    /// Copy jobs by when the lifecycle of the copy that they made is over.
    lasting_copies: BTreeMap<Timestamp, Vec<usize>>,
    /// Account, Region, operation and token of each job that was started with a token, and its place.
    tokens: BTreeMap<(String, String, &'static str, String), usize>,
}

/// Where restore jobs make something.
#[derive(Debug)]
pub(crate) struct Made<'a> {
    /// DynamoDB.
    pub tables: &'a mut Tables,
    /// RDS.
    pub rds: &'a mut Rds,
    /// The networks that instances are put into.
    pub networks: &'a mut Networks,
}

/// What a call asks.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// Who, where and when.
    pub ctx: &'a CallContext,
    /// The path's labels.
    pub labels: Vec<String>,
    /// The query string.
    pub query: Params,
    /// The body; null where there is none.
    pub body: Value,
}

impl Asked<'_> {
    /// A label of the path. Routes give as many as their operations ask for.
    fn label(&self, index: usize) -> &str {
        self.labels.get(index).map(String::as_str).unwrap_or_default()
    }

    /// A text of the body.
    fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A text that the body must have.
    fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| missing_parameter(name))
    }

    /// A map of texts in the body.
    fn texts(&self, name: &str) -> Option<BTreeMap<String, String>> {
        let map = self.body.get(name)?.as_object()?;
        map.iter().map(|(key, value)| value.as_str().map(|value| (key.clone(), value.to_owned()))).collect()
    }
}

impl Backup {
    /// The vaults and recovery points of a world; no job has been started.
    pub(crate) fn new(world: &Arc<World>) -> Self {
        let (sites, tags) = populate::populate(world);
        Self {
            world: Arc::clone(world),
            sites,
            tags,
            ids: Ids::default(),
            restore_jobs: Vec::new(),
            copy_jobs: Vec::new(),
            active_restores: Vec::new(),
            last_restores: BTreeMap::new(),
            active_copies: Vec::new(),
            lasting_copies: BTreeMap::new(),
            tokens: BTreeMap::new(),
        }
    }

    /// Lets happen what is due by `now`.
    pub(crate) fn advance(&mut self, now: Timestamp, made: &mut Made<'_>) {
        self.advance_copies(now);
        self.expire_copies(now);
        self.advance_restores(now, made);
    }

    /// The ARNs of all recovery points in an account's vaults.
    pub(crate) fn point_arns(&self, account: &str) -> Vec<String> {
        let vaults = self.sites.iter().filter(|((owner, _), _)| owner == account).flat_map(|(_, site)| &site.vaults);
        let points = vaults.flat_map(|(_, vault)| (0..vault.places()).filter_map(|place| vault.point(place)));
        points.map(|point| point.arn.clone()).collect()
    }

    /// Serves one call.
    pub(crate) fn call(&mut self, operation: &str, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        match operation {
            "ListBackupVaults" => self.list_backup_vaults(asked),
            "DescribeBackupVault" => self.describe_backup_vault(asked),
            "CreateBackupVault" => self.create_backup_vault(asked),
            "ListRecoveryPointsByBackupVault" => self.list_recovery_points_by_backup_vault(asked),
            "ListRecoveryPointsByResource" => self.list_recovery_points_by_resource(asked),
            "DescribeRecoveryPoint" => self.describe_recovery_point(asked),
            "DeleteRecoveryPoint" => self.delete_recovery_point(asked),
            "GetRecoveryPointRestoreMetadata" => self.get_recovery_point_restore_metadata(asked),
            "GetRestoreTestingInferredMetadata" => self.get_restore_testing_inferred_metadata(asked),
            "ListProtectedResources" => self.list_protected_resources(asked),
            "DescribeProtectedResource" => self.describe_protected_resource(asked),
            "StartRestoreJob" => self.start_restore_job(asked),
            "DescribeRestoreJob" => self.describe_restore_job(asked),
            "GetRestoreJobMetadata" => self.get_restore_job_metadata(asked),
            "ListRestoreJobs" => self.list_restore_jobs(asked),
            "ListRestoreJobsByProtectedResource" => self.list_restore_jobs_by_protected_resource(asked),
            "PutRestoreValidationResult" => self.put_restore_validation_result(asked),
            "StartCopyJob" => self.start_copy_job(asked),
            "DescribeCopyJob" => self.describe_copy_job(asked),
            "ListCopyJobs" => self.list_copy_jobs(asked),
            "ListBackupPlans" => self.list_backup_plans(asked),
            "GetBackupPlan" => self.get_backup_plan(asked),
            "ListBackupSelections" => self.list_backup_selections(asked),
            "ListTags" => self.list_tags(asked),
            "TagResource" => self.tag_resource(asked),
            "UntagResource" => self.untag_resource(asked),
            "GetSupportedResourceTypes" => vaults::get_supported_resource_types(),
            other => Err(ApiError::unknown_operation("backup", other)),
        }
    }

    /// The caller's own account and Region; none where the world has nothing there.
    fn site(&self, ctx: &CallContext) -> Option<&Site> {
        self.sites.get(&(ctx.account.clone(), ctx.region.clone()))
    }

    /// A vault of the caller's, or a logically air-gapped one of the account that it names and that shares it.
    fn vault(&self, ctx: &CallContext, name: &str, owner: Option<&str>) -> Result<&Vault, ApiError> {
        let foreign = owner.filter(|owner| *owner != ctx.account);
        let shared = |vault: &&Vault| vault.shared_with.contains(&ctx.account);
        if let Some(owner) = foreign {
            let site = self.sites.get(&(owner.to_owned(), ctx.region.clone()));
            let vault = site.and_then(|site| site.vaults.get(name)).filter(shared);
            return vault.ok_or_else(|| access_denied(INSUFFICIENT));
        }
        if let Some(vault) = self.site(ctx).and_then(|site| site.vaults.get(name)) {
            return Ok(vault);
        }
        // Whoever leaves the owner out learns that he may not, not where to look.
        if self.shared_vaults(ctx).any(|vault| vault.name == name) {
            return Err(access_denied(INSUFFICIENT));
        }
        Err(not_found("Backup vault", name))
    }

    /// Logically air-gapped vaults of others that are shared with the caller, in this Region.
    fn shared_vaults<'a>(&'a self, ctx: &'a CallContext) -> impl Iterator<Item = &'a Vault> {
        let others = self
            .sites
            .iter()
            .filter(|((account, region), _)| *account != ctx.account && *region == ctx.region)
            .flat_map(|(_, site)| site.vaults.values());
        others.filter(|vault| vault.kind == VaultType::LogicallyAirGapped && vault.shared_with.contains(&ctx.account))
    }

    /// A recovery point of a vault, by ARN. One that vanishes when it is used is gone from now on.
    fn use_point(&mut self, ctx: &CallContext, vault: &str, owner: Option<&str>, arn: &str) -> Result<Found, ApiError> {
        let found = self.vault(ctx, vault, owner)?;
        let place = found.place_of(arn).ok_or_else(|| not_found("Recovery point", arn))?;
        let point = found.point(place).map(Cow::into_owned).ok_or_else(|| not_found("Recovery point", arn))?;
        let found = Found { vault_arn: found.arn(), key: key_of(found), place, point };
        if found.point.vanishes_when_used {
            self.remove_point(&found);
            return Err(not_found("Recovery point", arn));
        }
        Ok(found)
    }

    /// The vault and place of a recovery point that the caller can restore from: his own, or shared with him.
    fn use_point_anywhere(&mut self, ctx: &CallContext, arn: &str) -> Result<Found, ApiError> {
        let own = self.site(ctx).into_iter().flat_map(|site| site.vaults.values());
        let holder = own.chain(self.shared_vaults(ctx)).find(|vault| vault.place_of(arn).is_some());
        let Some(holder) = holder else { return Err(not_found("Recovery point", arn)) };
        let (name, owner) = (holder.name.clone(), holder.account.clone());
        self.use_point(ctx, &name, Some(&owner), arn)
    }

    fn remove_point(&mut self, found: &Found) {
        let (account, region, name) = &found.key;
        let site = self.sites.get_mut(&(account.clone(), region.clone()));
        if let Some(vault) = site.and_then(|site| site.vaults.get_mut(name)) {
            vault.remove(found.place);
        }
        self.tags.remove(&found.point.arn);
    }
}

/// What a caller without rights on a vault reads.
const INSUFFICIENT: &str = "Insufficient privileges to perform this action.";

/// Account, Region and name of a vault.
type VaultKey = (String, String, String);

fn key_of(vault: &Vault) -> VaultKey {
    (vault.account.clone(), vault.region.clone(), vault.name.clone())
}

/// A recovery point with where it is.
#[derive(Debug)]
struct Found {
    key: VaultKey,
    vault_arn: String,
    place: u64,
    point: Point,
}
