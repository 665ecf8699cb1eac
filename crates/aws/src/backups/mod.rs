//! Reading what AWS Backup keeps, and the copy out of a source account. One file per operation.

mod copies;
mod describe_recovery_point;
mod list_backup_vaults;
mod list_protected_resources;
mod list_recovery_points;
mod list_tags;
mod recovery_points_of_resource;
mod restore_metadata;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use backproof_cloud::{
    CallError, CopyJob, CopyOut, DescribedPoint, Page, PageToken, ProtectedResource, ReadBackups, Sandbox, StartCopy,
    Vault, VaultRef,
};
use backproof_model::{RecoveryPoint, RecoveryPointArn, ResourceArn, RestoreMetadata};
use jiff::Timestamp;

use crate::session::Session;

/// The most that AWS Backup puts on one page.
pub(crate) const PAGE: i32 = 1000;

/// AWS Backup as seen with one session.
pub(crate) struct Backups(pub(crate) Arc<Session>);

#[async_trait]
impl ReadBackups for Backups {
    async fn list_vaults(&self, from: Option<PageToken>) -> Result<Page<Vault>, CallError> {
        list_backup_vaults::list(&self.0, from).await
    }

    async fn list_recovery_points(
        &self,
        vault: &VaultRef,
        from: Option<PageToken>,
    ) -> Result<Page<RecoveryPoint>, CallError> {
        list_recovery_points::list(&self.0, vault, None, from).await
    }

    async fn recovery_points_of(&self, resource: &ResourceArn) -> Result<Vec<RecoveryPoint>, CallError> {
        recovery_points_of_resource::list(&self.0, resource).await
    }

    async fn list_protected_resources(&self, from: Option<PageToken>) -> Result<Page<ProtectedResource>, CallError> {
        list_protected_resources::list(&self.0, from).await
    }

    async fn describe_recovery_point(
        &self,
        vault: &VaultRef,
        arn: &RecoveryPointArn,
    ) -> Result<DescribedPoint, CallError> {
        describe_recovery_point::describe(&self.0, vault, arn).await
    }

    async fn restore_metadata(&self, vault: &VaultRef, arn: &RecoveryPointArn) -> Result<RestoreMetadata, CallError> {
        restore_metadata::of_recovery_point(&self.0, vault, arn).await
    }

    async fn inferred_metadata(&self, vault: &VaultRef, arn: &RecoveryPointArn) -> Result<RestoreMetadata, CallError> {
        restore_metadata::inferred(&self.0, vault, arn).await
    }

    async fn tags(&self, arn: &str) -> Result<BTreeMap<String, String>, CallError> {
        list_tags::list(&self.0, arn).await
    }
}

#[async_trait]
impl CopyOut for Backups {
    async fn start_copy(&self, sandbox: &Sandbox, request: &StartCopy) -> Result<String, CallError> {
        copies::start(&self.0, sandbox, request).await
    }

    async fn describe_copy(&self, copy_job_id: &str) -> Result<CopyJob, CallError> {
        copies::describe(&self.0, copy_job_id).await
    }

    async fn copies_since(
        &self,
        destination_backup_vault_arn: &str,
        since: Timestamp,
    ) -> Result<Vec<CopyJob>, CallError> {
        copies::since(&self.0, destination_backup_vault_arn, since).await
    }
}
