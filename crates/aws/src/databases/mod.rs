//! RDS DB instances, and what they leave behind. One file per operation or small group.

mod automated_backups;
mod delete;
mod describe;
mod log_groups;
mod login_token;
mod managed_secrets;
mod modify;
mod snapshots;
mod tags;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use backproof_cloud::{
    AutomatedBackup, CallError, DatabaseInstance, Page, PageToken, ReadDatabases, Remnant, Sandbox, WriteDatabases,
};
use backproof_model::{ResourceArn, Secret};

use crate::session::Session;

/// RDS as seen with the sandbox's session.
pub(crate) struct Databases(pub(crate) Arc<Session>);

#[async_trait]
impl ReadDatabases for Databases {
    async fn describe_instance(&self, name: &str) -> Result<DatabaseInstance, CallError> {
        describe::describe(&self.0, name).await
    }

    async fn list_instances(&self, from: Option<PageToken>) -> Result<Page<DatabaseInstance>, CallError> {
        describe::list(&self.0, from).await
    }

    async fn automated_backups(&self, name: Option<&str>) -> Result<Vec<AutomatedBackup>, CallError> {
        automated_backups::list(&self.0, name).await
    }

    async fn manual_snapshots(&self, name: &str) -> Result<Vec<Remnant>, CallError> {
        snapshots::list(&self.0, name).await
    }

    async fn log_groups(&self, name: &str) -> Result<Vec<Remnant>, CallError> {
        log_groups::list(&self.0, name).await
    }

    async fn managed_secrets(&self, instance: &ResourceArn) -> Result<Vec<Remnant>, CallError> {
        managed_secrets::list(&self.0, instance).await
    }
}

#[async_trait]
impl WriteDatabases for Databases {
    async fn reset_password(&self, sandbox: &Sandbox, name: &str, password: &Secret) -> Result<(), CallError> {
        modify::reset_password(&self.0, sandbox, name, password).await
    }

    async fn unprotect_instance(&self, sandbox: &Sandbox, name: &str) -> Result<(), CallError> {
        modify::unprotect(&self.0, sandbox, name).await
    }

    async fn tag_instance(
        &self,
        sandbox: &Sandbox,
        arn: &ResourceArn,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), CallError> {
        tags::put(&self.0, sandbox, arn, tags).await
    }

    async fn untag_instance(&self, sandbox: &Sandbox, arn: &ResourceArn, keys: &[String]) -> Result<(), CallError> {
        tags::remove(&self.0, sandbox, arn, keys).await
    }

    async fn delete_instance(&self, sandbox: &Sandbox, name: &str) -> Result<(), CallError> {
        delete::instance(&self.0, sandbox, name).await
    }

    async fn delete_automated_backup(&self, sandbox: &Sandbox, resource_id: &str) -> Result<(), CallError> {
        automated_backups::delete(&self.0, sandbox, resource_id).await
    }

    async fn delete_log_group(&self, sandbox: &Sandbox, log_group: &str) -> Result<(), CallError> {
        log_groups::delete(&self.0, sandbox, log_group).await
    }

    async fn login_token(&self, sandbox: &Sandbox, host: &str, port: u16, user: &str) -> Result<Secret, CallError> {
        login_token::sign(&self.0, sandbox, host, port, user).await
    }
}
