//! One recovery point, in AWS Backup's own fields, as a listing of its vault gives it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AccountId, RecoveryPointArn, Region, ResourceArn, ResourceType};

/// A recovery point as `ListRecoveryPointsByBackupVault` describes it.
///
/// Source: AWS Backup API reference, `RecoveryPointByBackupVault`. `storage_class` is not part of that listing; cold
/// storage is told by `move_to_cold_storage_at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryPoint {
    /// The recovery point's name.
    pub recovery_point_arn: RecoveryPointArn,
    /// The account that owns the vault.
    pub account: AccountId,
    /// The Region of the vault.
    pub region: Region,
    /// The vault that holds it.
    pub backup_vault_name: String,
    /// What kind of vault that is.
    pub vault_type: VaultType,
    /// The protected resource.
    pub resource_arn: ResourceArn,
    /// The protected resource's type.
    pub resource_type: ResourceType,
    /// The protected resource's own name, where AWS gives it.
    pub resource_name: Option<String>,
    /// Whether it can be restored from.
    pub status: RecoveryPointStatus,
    /// AWS's remark on the status.
    pub status_message: Option<String>,
    /// When the backup job started; the age of a recovery point counts from here. A copy keeps its source's date.
    pub creation_date: Timestamp,
    /// When the backup job was done.
    pub completion_date: Option<Timestamp>,
    /// Size of the backup in bytes, where AWS knows it.
    pub backup_size_in_bytes: Option<u64>,
    /// When its lifecycle moves (or moved) it to cold storage.
    pub move_to_cold_storage_at: Option<Timestamp>,
    /// When its lifecycle deletes it.
    pub delete_at: Option<Timestamp>,
    /// Kept only until it has been copied (`DeleteAfterEvent=DELETE_AFTER_COPY`).
    pub deleted_after_copy: bool,
    /// The key it is encrypted with.
    pub encryption_key_arn: Option<String>,
    /// Whether that key is one that AWS owns or manages, where AWS says so.
    pub encryption_key_type: Option<String>,
    /// Whether it is the parent of a composite (nested) backup.
    pub is_parent: bool,
    /// The composite it belongs to.
    pub parent_recovery_point_arn: Option<RecoveryPointArn>,
    /// The backup plan that made it.
    pub backup_plan_id: Option<String>,
    /// The vault it was copied from, if it is a copy.
    pub source_backup_vault_arn: Option<String>,
}

impl RecoveryPoint {
    /// Whether this is a snapshot or a continuous (point-in-time) recovery point.
    ///
    /// A continuous point stays `AVAILABLE` or `STOPPED`; a snapshot becomes `COMPLETED`.
    /// Source: AWS Backup developer guide, "Continuous backups and point-in-time recovery".
    pub fn kind(&self) -> PointKind {
        match self.status {
            RecoveryPointStatus::Available | RecoveryPointStatus::Stopped => PointKind::Continuous,
            RecoveryPointStatus::Completed
            | RecoveryPointStatus::Partial
            | RecoveryPointStatus::Creating
            | RecoveryPointStatus::Deleting
            | RecoveryPointStatus::Expired
            | RecoveryPointStatus::Unrecognised(_) => PointKind::Snapshot,
        }
    }

    /// Whether AWS Backup itself keeps the data, so that it can be copied to another account with the vault's key.
    pub fn is_fully_managed(&self) -> bool {
        let advanced_dynamodb = self.resource_type.as_str() == ResourceType::DYNAMODB
            && self.recovery_point_arn.arn().service() == "backup";
        advanced_dynamodb || self.resource_type.is_fully_managed()
    }
}

/// Whether a point holds one moment or a range of moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PointKind {
    /// One moment.
    Snapshot,
    /// Any second of a range (PITR).
    Continuous,
}

/// `RecoveryPointStatus` of AWS Backup. What we do not know is kept and never counts as usable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum RecoveryPointStatus {
    /// A snapshot that can be restored.
    Completed,
    /// A composite with members missing.
    Partial,
    /// Still being made.
    Creating,
    /// Being deleted.
    Deleting,
    /// Past its retention, but could not be deleted.
    Expired,
    /// A continuous point that still grows.
    Available,
    /// A continuous point that was interrupted: usable, but its range no longer grows.
    Stopped,
    /// A status that AWS has added since.
    Unrecognised(String),
}

impl From<String> for RecoveryPointStatus {
    fn from(text: String) -> Self {
        match text.as_str() {
            "COMPLETED" => Self::Completed,
            "PARTIAL" => Self::Partial,
            "CREATING" => Self::Creating,
            "DELETING" => Self::Deleting,
            "EXPIRED" => Self::Expired,
            "AVAILABLE" => Self::Available,
            "STOPPED" => Self::Stopped,
            _ => Self::Unrecognised(text),
        }
    }
}

impl From<RecoveryPointStatus> for String {
    fn from(status: RecoveryPointStatus) -> Self {
        match status {
            RecoveryPointStatus::Completed => "COMPLETED".into(),
            RecoveryPointStatus::Partial => "PARTIAL".into(),
            RecoveryPointStatus::Creating => "CREATING".into(),
            RecoveryPointStatus::Deleting => "DELETING".into(),
            RecoveryPointStatus::Expired => "EXPIRED".into(),
            RecoveryPointStatus::Available => "AVAILABLE".into(),
            RecoveryPointStatus::Stopped => "STOPPED".into(),
            RecoveryPointStatus::Unrecognised(text) => text,
        }
    }
}

/// `VaultType` of AWS Backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum VaultType {
    /// An ordinary vault.
    BackupVault,
    /// A vault of AWS's own that can be shared with other accounts.
    LogicallyAirGapped,
    /// A mounted view of another account's logically air-gapped vault.
    RestoreAccess,
    /// A type that AWS has added since.
    Unrecognised(String),
}

impl From<String> for VaultType {
    fn from(text: String) -> Self {
        match text.as_str() {
            "BACKUP_VAULT" => Self::BackupVault,
            "LOGICALLY_AIR_GAPPED_BACKUP_VAULT" => Self::LogicallyAirGapped,
            "RESTORE_ACCESS_BACKUP_VAULT" => Self::RestoreAccess,
            _ => Self::Unrecognised(text),
        }
    }
}

impl From<VaultType> for String {
    fn from(vault_type: VaultType) -> Self {
        match vault_type {
            VaultType::BackupVault => "BACKUP_VAULT".into(),
            VaultType::LogicallyAirGapped => "LOGICALLY_AIR_GAPPED_BACKUP_VAULT".into(),
            VaultType::RestoreAccess => "RESTORE_ACCESS_BACKUP_VAULT".into(),
            VaultType::Unrecognised(text) => text,
        }
    }
}
