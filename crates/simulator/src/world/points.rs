//! Protected resources and recovery points, as a world file states them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{DataFaults, DatabaseDescription, RestoreScript, Span};
use crate::dynamodb::TableDefinition;

/// A protected resource. DynamoDB tables and RDS instances with a `database` have data; all others can be listed, not
/// restored.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceDescription {
    /// The account that owns it; the world's default where absent.
    pub account: Option<String>,
    /// Its Region; the world's default where absent.
    pub region: Option<String>,
    /// Its name: the table's, the database's, the volume's.
    pub name: String,
    /// AWS Backup's resource type: `DynamoDB`, `RDS`, `EBS`, …
    #[serde(rename = "type")]
    pub resource_type: String,
    /// How AWS Backup backs it up (DynamoDB only).
    #[serde(default)]
    pub backups: BackupForm,
    /// Keys, indexes and settings (DynamoDB only, and there required).
    pub table: Option<TableDefinition>,
    /// Items that follow a pattern (DynamoDB only).
    pub generated: Option<GeneratedItems>,
    /// Items written out (DynamoDB only): plain values, or typed ones such as `{ N = "2.50" }`.
    #[serde(default)]
    pub items: Vec<toml::Table>,
    /// Engine, data and settings (RDS only). An RDS instance without can be listed, not restored.
    pub database: Option<DatabaseDescription>,
    /// The key of its recovery points.
    #[serde(default)]
    pub key: KeyKind,
    /// Whether the resource itself is gone by now; its recovery points remain.
    #[serde(default)]
    pub gone: bool,
}

/// How DynamoDB backups are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupForm {
    /// AWS Backup's own recovery points (`arn:aws:backup:…`): can be copied to other accounts, can become cold.
    #[default]
    Advanced,
    /// DynamoDB's backups (`arn:aws:dynamodb:…/backup/…`).
    Basic,
}

/// Whose key encrypts a recovery point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// The customer's.
    #[default]
    Customer,
    /// One that AWS owns.
    AwsOwned,
    /// One that AWS manages in the account, such as `aws/rds`: no copy to another account is possible.
    AwsManaged,
}

/// Items that follow a pattern: the n-th item of a table is always the same.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratedItems {
    /// How many there are when the clock starts.
    pub count: u32,
    /// How long before that the first one was created; `created_at` is spread evenly over it.
    #[serde(default = "a_year")]
    pub span: Span,
}

fn a_year() -> Span {
    Span::seconds(365 * 86_400)
}

/// One recovery point, or a series of them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks of a description, not a state")]
pub struct PointDescription {
    /// The protected resource's name, `ACCOUNT/NAME` where several accounts have one of that name.
    pub resource: String,
    /// The vault's name, in the resource's account and Region; `ACCOUNT/REGION/NAME` for another.
    pub vault: String,
    /// How long before the clock's start its backup began; or several, for a series.
    pub age: Ages,
    /// Its ARN; made up in the form of its type where absent. Not for a series.
    pub arn: Option<String>,
    /// `RecoveryPointStatus`; `COMPLETED` where absent, `AVAILABLE` for a continuous one.
    pub status: Option<String>,
    /// AWS Backup's remark on the status.
    pub status_message: Option<String>,
    /// Whether it is a continuous (point-in-time) recovery point.
    #[serde(default)]
    pub continuous: bool,
    /// Bytes; worked out from the data where absent.
    pub size: Option<u64>,
    /// `MoveToColdStorageAfterDays` of its lifecycle.
    pub cold_after_days: Option<u32>,
    /// `DeleteAfterDays` of its lifecycle.
    pub delete_after_days: Option<u32>,
    /// Kept only until it has been copied (`DELETE_AFTER_COPY`).
    #[serde(default)]
    pub delete_after_copy: bool,
    /// Whether it is the parent of a composite.
    #[serde(default)]
    pub is_parent: bool,
    /// The composite that it belongs to.
    pub parent: Option<String>,
    /// The name of the backup plan that made it.
    pub backup_plan: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Listed, but gone as soon as somebody asks for it or restores it.
    #[serde(default)]
    pub vanishes_when_used: bool,
    /// What is wrong with its data.
    #[serde(default)]
    pub data: DataFaults,
    /// What happens when it is restored.
    #[serde(default)]
    pub restore: RestoreScript,
}

/// One age, or several for a series of points.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Ages {
    /// One point.
    One(Span),
    /// One point each.
    Each(Vec<Span>),
}

impl Ages {
    /// All ages.
    pub fn all(&self) -> &[Span] {
        match self {
            Self::One(age) => std::slice::from_ref(age),
            Self::Each(ages) => ages,
        }
    }
}

/// Very many recovery points without data, worked out when they are listed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkPoints {
    /// The account; the world's default where absent.
    pub account: Option<String>,
    /// The Region; the world's default where absent.
    pub region: Option<String>,
    /// The vault's name.
    pub vault: String,
    /// AWS Backup's resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// How many points there are.
    pub count: u64,
    /// How many protected resources they belong to, in turn.
    pub resources: u64,
    /// How long ago the oldest was made; they are spread evenly over it.
    pub span: Span,
    /// What the resources' names begin with.
    #[serde(default = "bulk_prefix")]
    pub prefix: String,
}

fn bulk_prefix() -> String {
    "bulk".to_owned()
}
