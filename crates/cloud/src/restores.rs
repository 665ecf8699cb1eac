//! Restore jobs in the sandbox account, and the copies that they start from.

use std::collections::BTreeMap;

use async_trait::async_trait;
use backproof_model::{RecoveryPointArn, ResourceArn, ResourceType, SafeMetadata};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CallError, Page, PageToken, Sandbox};

/// A restore to ask for. Its metadata has passed the gate.
#[derive(Clone, Debug)]
pub struct StartRestore {
    /// The recovery point.
    pub recovery_point_arn: RecoveryPointArn,
    /// Its resource type, as AWS Backup spells it.
    pub resource_type: ResourceType,
    /// What is restored how; shown to be safe.
    pub metadata: SafeMetadata,
    /// The role that AWS Backup assumes for the restore.
    pub iam_role_arn: String,
    /// A repeat with the same token starts nothing new.
    pub idempotency_token: String,
}

/// A restore job, as `ListRestoreJobs` and `DescribeRestoreJob` give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreJob {
    /// Its id.
    pub restore_job_id: String,
    /// What is restored.
    pub recovery_point_arn: Option<RecoveryPointArn>,
    /// Its state.
    pub status: RestoreJobStatus,
    /// AWS's remark. On a completed job it means that something is missing.
    pub status_message: Option<String>,
    /// When it was created.
    pub creation_date: Option<Timestamp>,
    /// When it ended.
    pub completion_date: Option<Timestamp>,
    /// What it made; appears late, and can be missing for ever.
    pub created_resource_arn: Option<ResourceArn>,
    /// The backup's size in bytes.
    pub backup_size_in_bytes: Option<u64>,
    /// The role it runs under.
    pub iam_role_arn: Option<String>,
    /// The type that is restored.
    pub resource_type: Option<ResourceType>,
}

/// `RestoreJobStatus` of AWS Backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum RestoreJobStatus {
    /// Waiting to be run.
    Pending,
    /// Being run.
    Running,
    /// Done; whether well is told by the message and by the data.
    Completed,
    /// Given up by AWS.
    Aborted,
    /// Failed.
    Failed,
    /// A state that AWS has added since; waited for, never success.
    Unrecognised(String),
}

impl RestoreJobStatus {
    /// Whether the job will not change any more.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Completed | Self::Aborted | Self::Failed => true,
            Self::Pending | Self::Running | Self::Unrecognised(_) => false,
        }
    }

    /// The state as AWS spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Aborted => "ABORTED",
            Self::Failed => "FAILED",
            Self::Unrecognised(text) => text,
        }
    }
}

impl From<String> for RestoreJobStatus {
    fn from(text: String) -> Self {
        match text.as_str() {
            "PENDING" => Self::Pending,
            "RUNNING" => Self::Running,
            "COMPLETED" => Self::Completed,
            "ABORTED" => Self::Aborted,
            "FAILED" => Self::Failed,
            _ => Self::Unrecognised(text),
        }
    }
}

impl From<RestoreJobStatus> for String {
    fn from(status: RestoreJobStatus) -> Self {
        status.as_str().to_owned()
    }
}

/// Starts and watches restore jobs in the sandbox account.
#[async_trait]
pub trait RunRestores: Send + Sync {
    /// `StartRestoreJob`; gives the job's id. Cannot be taken back.
    async fn start_restore(&self, sandbox: &Sandbox, request: &StartRestore) -> Result<String, CallError>;

    /// `ListRestoreJobs` created after a moment, one page of up to 1,000.
    async fn restore_jobs_since(
        &self,
        since: Timestamp,
        from: Option<PageToken>,
    ) -> Result<Page<RestoreJob>, CallError>;

    /// `DescribeRestoreJob`.
    async fn describe_restore(&self, restore_job_id: &str) -> Result<RestoreJob, CallError>;

    /// `GetRestoreJobMetadata`: what the job was asked to do.
    async fn restore_job_metadata(&self, restore_job_id: &str) -> Result<BTreeMap<String, String>, CallError>;

    /// `DeleteRecoveryPoint` of a copy in the sandbox's own vault.
    async fn delete_recovery_point(
        &self,
        sandbox: &Sandbox,
        backup_vault_name: &str,
        arn: &RecoveryPointArn,
    ) -> Result<(), CallError>;
}
