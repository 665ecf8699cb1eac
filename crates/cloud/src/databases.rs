//! RDS DB instances: finding what was restored, making it usable, and deleting it with all that it leaves.

use std::collections::BTreeMap;

use async_trait::async_trait;
use backproof_model::{ResourceArn, Secret};
use jiff::Timestamp;

use crate::{CallError, Page, PageToken, Sandbox};

/// A DB instance, as `DescribeDBInstances` gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own, by RDS's name for it")]
pub struct DatabaseInstance {
    /// Its ARN.
    pub arn: ResourceArn,
    /// `DBInstanceIdentifier`.
    pub name: String,
    /// `DbiResourceId`, by which retained automated backups are known.
    pub resource_id: Option<String>,
    /// `DBInstanceStatus`, as it came: `available`, `creating`, `incompatible-network`.
    pub status: String,
    /// `Engine`.
    pub engine: String,
    /// `EngineVersion`.
    pub engine_version: String,
    /// `DBInstanceClass`.
    pub class: String,
    /// `Endpoint`, once there is one.
    pub endpoint: Option<(String, u16)>,
    /// `MasterUsername`.
    pub master_user: Option<String>,
    /// `DBName`.
    pub database: Option<String>,
    /// `AllocatedStorage` in GiB.
    pub storage_gib: Option<u64>,
    /// `StorageOperationPercentProgress` while `StorageOperationStatus` is `Initializing`.
    pub storage_loading_percent: Option<u8>,
    /// Whether `PendingModifiedValues` holds anything, such as a password that is still being set.
    pub changes_pending: bool,
    /// `PubliclyAccessible`.
    pub publicly_accessible: bool,
    /// `DeletionProtection`.
    pub deletion_protection: bool,
    /// `IAMDatabaseAuthenticationEnabled`.
    pub iam_authentication: bool,
    /// `MasterUserSecret.SecretArn`: the password is Secrets Manager's, and cannot be set.
    pub managed_secret_arn: Option<String>,
    /// `DBSubnetGroup.DBSubnetGroupName`.
    pub subnet_group: Option<String>,
    /// `VpcSecurityGroups`, those being removed not counted.
    pub security_group_ids: Vec<String>,
    /// `InstanceCreateTime`; none while it is being created.
    pub created: Option<Timestamp>,
    /// `TagList`.
    pub tags: BTreeMap<String, String>,
}

/// An automated backup: of an instance that exists, or kept after it was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutomatedBackup {
    /// `DBInstanceIdentifier`.
    pub instance: String,
    /// `DbiResourceId`, by which it is deleted.
    pub resource_id: String,
    /// `Status`, as it came: `active`, `retained`, `deleting`.
    pub status: String,
    /// `InstanceCreateTime`.
    pub instance_created: Option<Timestamp>,
    /// `TagList`.
    pub tags: BTreeMap<String, String>,
}

/// Something else that a DB instance can leave: a snapshot, a log group, a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remnant {
    /// Its ARN; of a log group, its name.
    pub name: String,
    /// When it was created; of a snapshot, when its instance was.
    pub created: Option<Timestamp>,
}

/// Reads DB instances and what belongs to them. Changes nothing.
#[async_trait]
pub trait ReadDatabases: Send + Sync {
    /// `DescribeDBInstances` of one; absent is [`crate::Trouble::NotFound`].
    async fn describe_instance(&self, name: &str) -> Result<DatabaseInstance, CallError>;

    /// `DescribeDBInstances`, one page of up to 100.
    async fn list_instances(&self, from: Option<PageToken>) -> Result<Page<DatabaseInstance>, CallError>;

    /// `DescribeDBInstanceAutomatedBackups`, to its end: of one instance, whether it still exists or not, or of all.
    async fn automated_backups(&self, name: Option<&str>) -> Result<Vec<AutomatedBackup>, CallError>;

    /// `DescribeDBSnapshots` of type `manual` of an instance, to its end.
    async fn manual_snapshots(&self, name: &str) -> Result<Vec<Remnant>, CallError>;

    /// `logs:DescribeLogGroups` below `/aws/rds/instance/<name>/`, to its end.
    async fn log_groups(&self, name: &str) -> Result<Vec<Remnant>, CallError>;

    /// `secretsmanager:ListSecrets` that RDS made for an instance (tag `aws:rds:primaryDBInstanceArn`).
    async fn managed_secrets(&self, instance: &ResourceArn) -> Result<Vec<Remnant>, CallError>;
}

/// Changes and deletes DB instances of the sandbox.
#[async_trait]
pub trait WriteDatabases: ReadDatabases {
    /// `ModifyDBInstance` with `MasterUserPassword`, applied immediately.
    async fn reset_password(&self, sandbox: &Sandbox, name: &str, password: &Secret) -> Result<(), CallError>;

    /// `ModifyDBInstance` with deletion protection off, applied immediately.
    async fn unprotect_instance(&self, sandbox: &Sandbox, name: &str) -> Result<(), CallError>;

    /// `AddTagsToResource`.
    async fn tag_instance(
        &self,
        sandbox: &Sandbox,
        arn: &ResourceArn,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), CallError>;

    /// `RemoveTagsFromResource`.
    async fn untag_instance(&self, sandbox: &Sandbox, arn: &ResourceArn, keys: &[String]) -> Result<(), CallError>;

    /// `DeleteDBInstance` without a final snapshot, and with its automated backups. Absent is
    /// [`crate::Trouble::NotFound`].
    async fn delete_instance(&self, sandbox: &Sandbox, name: &str) -> Result<(), CallError>;

    /// `DeleteDBInstanceAutomatedBackup` by `DbiResourceId`.
    async fn delete_automated_backup(&self, sandbox: &Sandbox, resource_id: &str) -> Result<(), CallError>;

    /// `logs:DeleteLogGroup`.
    async fn delete_log_group(&self, sandbox: &Sandbox, log_group: &str) -> Result<(), CallError>;

    /// A token for IAM database authentication, good for connecting within fifteen minutes. Signed here, without a
    /// call; needs `rds-db:connect`.
    async fn login_token(&self, sandbox: &Sandbox, host: &str, port: u16, user: &str) -> Result<Secret, CallError>;
}
