//! Reading backups, in any account; and the one thing that may be asked of a source account, a copy into the sandbox.

use async_trait::async_trait;
use backproof_model::{
    AccountId, RecoveryPoint, RecoveryPointArn, ResourceArn, ResourceType, RestoreMetadata, VaultType,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

use crate::{CallError, Sandbox};

/// A place in a listing, as AWS gave it; opaque.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageToken(pub String);

/// One page of a listing.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What the page holds; a page may be empty and yet not the last.
    pub items: Vec<T>,
    /// Where the next page begins, or `None` at the end.
    pub next: Option<PageToken>,
    /// What on the page could not be understood, in words; such things count as listed and not eligible.
    pub unreadable: Vec<String>,
}

/// A backup vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vault {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What kind of vault it is.
    pub vault_type: VaultType,
    /// How many recovery points AWS says are in it.
    pub number_of_recovery_points: Option<u64>,
    /// The key that it encrypts with.
    pub encryption_key_arn: Option<String>,
}

/// Names a vault, which may belong to another account that shares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultRef {
    /// The vault's name.
    pub name: String,
    /// Its owner, where that is not the account that asks (`backupVaultAccountId`).
    pub owner: Option<AccountId>,
}

/// A resource that AWS Backup has backed up at least once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedResource {
    /// The resource.
    pub resource_arn: ResourceArn,
    /// Its type.
    pub resource_type: ResourceType,
    /// Its own name, where AWS gives it.
    pub resource_name: Option<String>,
    /// When it was last backed up.
    pub last_backup_time: Option<Timestamp>,
}

/// A recovery point with what only a Describe tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedPoint {
    /// The recovery point.
    pub point: RecoveryPoint,
    /// `WARM`, `COLD` or `DELETED`.
    pub storage_class: Option<String>,
}

/// Reads what AWS Backup keeps. Changes nothing.
#[async_trait]
pub trait ReadBackups: Send + Sync {
    /// `ListBackupVaults`, one page of up to 1,000.
    async fn list_vaults(&self, from: Option<PageToken>) -> Result<Page<Vault>, CallError>;

    /// `ListRecoveryPointsByBackupVault`, one page of up to 1,000.
    async fn list_recovery_points(
        &self,
        vault: &VaultRef,
        from: Option<PageToken>,
    ) -> Result<Page<RecoveryPoint>, CallError>;

    /// The recovery points of one resource: `ListRecoveryPointsByResource` gives the vaults, each vault the points.
    async fn recovery_points_of(&self, resource: &ResourceArn) -> Result<Vec<RecoveryPoint>, CallError>;

    /// `ListProtectedResources`, one page of up to 1,000.
    async fn list_protected_resources(&self, from: Option<PageToken>) -> Result<Page<ProtectedResource>, CallError>;

    /// `DescribeRecoveryPoint`.
    async fn describe_recovery_point(
        &self,
        vault: &VaultRef,
        arn: &RecoveryPointArn,
    ) -> Result<DescribedPoint, CallError>;

    /// `GetRecoveryPointRestoreMetadata`: what the source looked like. Never replayed as it is.
    async fn restore_metadata(&self, vault: &VaultRef, arn: &RecoveryPointArn) -> Result<RestoreMetadata, CallError>;

    /// `GetRestoreTestingInferredMetadata`: what AWS's own restore testing would send.
    async fn inferred_metadata(&self, vault: &VaultRef, arn: &RecoveryPointArn) -> Result<RestoreMetadata, CallError>;

    /// `ListTags` of a recovery point, a vault or a plan.
    async fn tags(&self, arn: &str) -> Result<BTreeMap<String, String>, CallError>;
}

/// A copy to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartCopy {
    /// The recovery point in the source account.
    pub recovery_point_arn: RecoveryPointArn,
    /// Its vault.
    pub source_backup_vault_name: String,
    /// The sandbox's vault.
    pub destination_backup_vault_arn: String,
    /// The role that AWS Backup assumes in the source account.
    pub iam_role_arn: String,
    /// A repeat with the same token starts nothing new.
    pub idempotency_token: String,
    /// Days after which AWS deletes the copy by itself, should everything else fail.
    pub delete_after_days: u32,
}

/// A copy job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyJob {
    /// Its id.
    pub copy_job_id: String,
    /// Its state.
    pub status: CopyStatus,
    /// AWS's remark.
    pub status_message: Option<String>,
    /// The copy, once it is there.
    pub destination_recovery_point_arn: Option<RecoveryPointArn>,
    /// The point that is copied.
    pub source_recovery_point_arn: Option<RecoveryPointArn>,
    /// When the job was created.
    pub creation_date: Option<Timestamp>,
}

/// `CopyJobState` of AWS Backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyStatus {
    /// `CREATED` or `RUNNING`.
    UnderWay(String),
    /// `COMPLETED`.
    Completed,
    /// `FAILED` or `PARTIAL`.
    Ended(String),
    /// A state that AWS has added since; waited for, never success.
    Unrecognised(String),
}

/// Copies a recovery point of a source account into the sandbox's vault: the only write in a source account.
#[async_trait]
pub trait CopyOut: Send + Sync {
    /// `StartCopyJob`; gives the job's id.
    async fn start_copy(&self, sandbox: &Sandbox, request: &StartCopy) -> Result<String, CallError>;

    /// `DescribeCopyJob`.
    async fn describe_copy(&self, copy_job_id: &str) -> Result<CopyJob, CallError>;

    /// `ListCopyJobs` into one vault, created since a moment, to its end.
    async fn copies_since(
        &self,
        destination_backup_vault_arn: &str,
        since: Timestamp,
    ) -> Result<Vec<CopyJob>, CallError>;
}
