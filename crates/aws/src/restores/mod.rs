//! Restore jobs in the sandbox account, and the copies there that they start from. One file per operation.

mod delete_recovery_point;
mod restore_jobs;
mod start_restore_job;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use backproof_cloud::{CallError, Page, PageToken, RestoreJob, RunRestores, Sandbox, StartRestore};
use backproof_model::RecoveryPointArn;
use jiff::Timestamp;

use crate::session::Session;

/// Restore jobs as seen with the sandbox's session.
pub(crate) struct Restores(pub(crate) Arc<Session>);

#[async_trait]
impl RunRestores for Restores {
    async fn start_restore(&self, sandbox: &Sandbox, request: &StartRestore) -> Result<String, CallError> {
        start_restore_job::start(&self.0, sandbox, request).await
    }

    async fn restore_jobs_since(
        &self,
        since: Timestamp,
        from: Option<PageToken>,
    ) -> Result<Page<RestoreJob>, CallError> {
        restore_jobs::since(&self.0, since, from).await
    }

    async fn describe_restore(&self, restore_job_id: &str) -> Result<RestoreJob, CallError> {
        restore_jobs::describe(&self.0, restore_job_id).await
    }

    async fn restore_job_metadata(&self, restore_job_id: &str) -> Result<BTreeMap<String, String>, CallError> {
        restore_jobs::metadata(&self.0, restore_job_id).await
    }

    async fn delete_recovery_point(
        &self,
        sandbox: &Sandbox,
        backup_vault_name: &str,
        arn: &RecoveryPointArn,
    ) -> Result<(), CallError> {
        delete_recovery_point::delete(&self.0, sandbox, backup_vault_name, arn).await
    }
}
