//! RDS DB instances of every engine.
//!
//! What differs between engines is a table ([`engines`]). PostgreSQL, MySQL and MariaDB can be logged in to; the
//! others are restored and readied, and nobody reads their data. Multi-AZ DB clusters, RDS Custom and Aurora are not
//! restored here.
//!
//! Sources: AWS Backup developer guide, "Restore an Amazon RDS database"; Amazon RDS user guide, "Viewing DB instance
//! status", "Deleting a DB instance".

mod engines;
mod login;
mod metadata;
mod permissions;
mod readiness;
mod remains;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use backproof_cloud::{
    CallError, DeletionStep, Driver, FoundResource, Landing, LoginStep, LoginWish, ProposedMetadata, QuotaOfType,
    Readiness, RestoreOrder, Sandbox, SandboxAccess, WriteDatabases,
};
use backproof_model::cost::CostFacts;
use backproof_model::{Permission, ResourceArn, ResourceType, RestoreMetadata, Target};

use crate::partition::partition;

/// Restores, readies and deletes DB instances.
#[derive(Default)]
pub(crate) struct Rds {
    /// The source's tags that were taken off, by instance: told once it is ready.
    stripped: Mutex<BTreeMap<ResourceArn, BTreeSet<String>>>,
}

#[async_trait]
impl Driver for Rds {
    fn resource_type(&self) -> ResourceType {
        ResourceType::rds()
    }

    fn lives_in_network(&self) -> bool {
        true
    }

    fn deletion_event(&self) -> Option<&'static str> {
        Some("DeleteDBInstance")
    }

    fn permissions(&self) -> &'static [Permission] {
        permissions::PERMISSIONS
    }

    fn quotas(&self) -> &'static [QuotaOfType] {
        &[QuotaOfType { service_code: "rds", quota_code: "L-7B6409FD", name: "DB instances" }]
    }

    fn cost_facts(&self, original: &RestoreMetadata) -> Option<CostFacts> {
        Some(metadata::cost_facts(original))
    }

    fn propose_metadata(&self, order: &RestoreOrder) -> Result<ProposedMetadata, String> {
        metadata::propose(order)
    }

    fn arn_of(&self, name: &str, landing: &Landing) -> Option<ResourceArn> {
        arn_of(name, landing.region.as_str(), landing.account.as_str())
    }

    async fn ready(
        &self,
        access: &SandboxAccess,
        resource: &ResourceArn,
        landing: &Landing,
    ) -> Result<Readiness, CallError> {
        self.ready_here(&Here::of(access), resource, landing).await
    }

    async fn login(&self, access: &SandboxAccess, target: &Target, wish: &LoginWish) -> Result<LoginStep, CallError> {
        match target {
            Target::Database(database) => login::step(&Here::of(access), database, wish).await,
            Target::Table { .. } => Ok(LoginStep::NotNeeded),
        }
    }

    async fn find(&self, access: &SandboxAccess, resource: &ResourceArn) -> Result<Option<FoundResource>, CallError> {
        remains::find(&Here::of(access), resource).await
    }

    async fn tag(
        &self,
        access: &SandboxAccess,
        resource: &ResourceArn,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), CallError> {
        access.databases.tag_instance(&access.sandbox, resource, tags).await
    }

    async fn delete(&self, access: &SandboxAccess, resource: &ResourceArn) -> Result<DeletionStep, CallError> {
        remains::delete(&Here::of(access), resource).await
    }

    /// Instances, and the names that are known only from automated backups that outlived them.
    async fn list(&self, access: &SandboxAccess) -> Result<Vec<ResourceArn>, CallError> {
        remains::list(&Here::of(access)).await
    }

    /// The listings tell the tags themselves, of instances and of automated backups that outlived theirs.
    async fn list_tagged(&self, access: &SandboxAccess) -> Result<Vec<FoundResource>, CallError> {
        remains::list_tagged(&Here::of(access)).await
    }
}

/// What of the sandbox matters here.
#[derive(Clone, Copy)]
struct Here<'a> {
    sandbox: &'a Sandbox,
    databases: &'a dyn WriteDatabases,
}

impl<'a> Here<'a> {
    fn of(access: &'a SandboxAccess) -> Self {
        Self { sandbox: &access.sandbox, databases: access.databases.as_ref() }
    }
}

impl Rds {
    async fn ready_here(
        &self,
        here: &Here<'_>,
        resource: &ResourceArn,
        landing: &Landing,
    ) -> Result<Readiness, CallError> {
        let instance = here.databases.describe_instance(name_of(resource)).await?;
        if let Some(astray) = readiness::astray(&instance, landing) {
            return Ok(astray);
        }
        let foreign = readiness::foreign_tags(&instance);
        if !foreign.is_empty() {
            here.databases.untag_instance(here.sandbox, &instance.arn, &foreign).await?;
            self.remember_stripped(resource, foreign);
        }
        Ok(readiness::of(instance, here.sandbox, &self.stripped_of(resource)))
    }

    fn remember_stripped(&self, resource: &ResourceArn, tags: Vec<String>) {
        let mut stripped = self.stripped.lock().unwrap_or_else(PoisonError::into_inner);
        stripped.entry(resource.clone()).or_default().extend(tags);
    }

    fn stripped_of(&self, resource: &ResourceArn) -> BTreeSet<String> {
        let stripped = self.stripped.lock().unwrap_or_else(PoisonError::into_inner);
        stripped.get(resource).cloned().unwrap_or_default()
    }
}

fn arn_of(name: &str, region: &str, account: &str) -> Option<ResourceArn> {
    format!("arn:{}:rds:{region}:{account}:db:{name}", partition(region)).parse().ok()
}

fn name_of(resource: &ResourceArn) -> &str {
    resource.arn().resource_name()
}

#[cfg(test)]
mod tests;
