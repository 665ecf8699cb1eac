//! The sandbox: where restores go, how recovery points get there, and which data may.

use std::collections::BTreeMap;

use backproof_model::{AccountId, Region};
use serde::Serialize;

use crate::TagCondition;

/// The account, Regions and network that restores go into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SandboxPlan {
    /// The account.
    pub account: AccountId,
    /// Regions in which something may be created and deleted; at least one, and every Region of the scope.
    pub regions: Vec<Region>,
    /// The role to assume there; none means the credentials at hand.
    pub role_arn: Option<String>,
    /// The role to assume there for sweeping only: it can delete and nothing else. None means `role_arn`.
    pub sweep_role_arn: Option<String>,
    /// The external id that the roles' trust policies ask for.
    pub external_id: Option<String>,
    /// The role that AWS Backup assumes for the restore.
    pub restore_role_arn: String,
    /// Why the sandbox may be a source account. Only ever set where it is one.
    pub same_account: Option<String>,
    /// Accounts that must never be the sandbox, whatever else is configured.
    pub protected_accounts: Vec<AccountId>,
    /// Ways into the sandbox, besides restoring in place, which applies to every point that is there already.
    pub routes: Vec<Route>,
    /// The network that restored resources are put into, for types that live in one.
    pub network: Option<NetworkPlan>,
    /// How restored databases are reached and logged in to.
    pub databases: DatabasesPlan,
    /// The key that restored resources are encrypted with; none means AWS's default of the type.
    pub kms_key_arn: Option<String>,
}

/// How restored databases are reached and logged in to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DatabasesPlan {
    /// How a connection gets into the sandbox's network.
    pub reach: ReachKind,
    /// The instance that forwards ports. Only ever set for [`ReachKind::Tunnel`].
    pub tunnel_instance_id: Option<String>,
    /// `host:port` in the sandbox's network that accepts connections, tried before the first restore.
    pub probe: Option<String>,
    /// How validators log in.
    pub login: LoginKind,
    /// The user that logs in by IAM. Only ever set for [`LoginKind::Iam`].
    pub login_user: Option<String>,
    /// PEM certificates of the authorities that may vouch for database servers.
    pub ca_file: Option<String>,
    /// The instance class to restore with; none means the source's.
    pub instance_class: Option<String>,
}

/// How a connection gets into the sandbox's network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReachKind {
    /// The program runs in the sandbox's VPC.
    #[default]
    Inside,
    /// SSM port forwarding through an instance of the sandbox.
    Tunnel,
    /// The RDS Data API.
    DataApi,
}

/// How validators log in to a restored database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoginKind {
    /// With a new master password, which is kept in memory.
    #[default]
    ResetPassword,
    /// With a token for a user of the restored data.
    Iam,
}

/// A way for a recovery point into the sandbox account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Copy it into a vault of the sandbox account, and delete the copy afterwards.
    Copy {
        /// That vault.
        backup_vault_name: String,
        /// After how many days AWS Backup deletes the copy, should nobody else have done so.
        delete_after_days: u32,
    },
    /// Restore from a logically air-gapped vault that is shared with the sandbox account.
    SharedVault,
}

/// The sandbox's network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NetworkPlan {
    /// The VPC.
    pub vpc_id: String,
    /// Its subnets; at least one.
    pub subnet_ids: Vec<String>,
    /// Its security groups; at least one.
    pub security_group_ids: Vec<String>,
    /// The DB subnet group for RDS and its kin.
    pub db_subnet_group: Option<String>,
}

/// Data that may be restored in certain Regions only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResidencyRule {
    /// The accounts whose data it binds; none named means every account.
    pub accounts: Vec<AccountId>,
    /// The tag of the data it binds; none means all data of those accounts.
    pub tag: Option<TagCondition>,
    /// The Regions in which that data may be restored; at least one.
    pub allowed_regions: Vec<Region>,
}

impl ResidencyRule {
    /// Whether the rule binds data of this account with these tags.
    pub fn binds(&self, account: &AccountId, tags: &BTreeMap<String, String>) -> bool {
        (self.accounts.is_empty() || self.accounts.contains(account))
            && self.tag.as_ref().is_none_or(|tag| tag.is_on(tags))
    }
}
