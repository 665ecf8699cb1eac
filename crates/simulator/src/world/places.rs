//! Accounts, roles, vaults, backup plans and permissions, as a world file states them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Span;

/// An AWS account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// Its name among people.
    #[serde(default)]
    pub alias: String,
    /// The Regions it uses.
    pub regions: Vec<String>,
    /// What it is for. Unknown access keys sign in as the first source account.
    #[serde(default)]
    pub kind: AccountKind,
    /// Whether a robot takes all tags off tables and DB instances as soon as it sees them: before the next call.
    #[serde(default)]
    pub strips_tags: bool,
}

/// What an account is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountKind {
    /// Holds production data and its backups.
    #[default]
    Source,
    /// Restores go here.
    Sandbox,
}

/// An IAM role. Where an account lists no role at all, every role of it can be assumed by anybody in the world.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The account it belongs to.
    pub account: String,
    /// Its name, without path.
    pub name: String,
    /// Who may assume it: account ids, or service names such as `backup.amazonaws.com`.
    #[serde(default)]
    pub trusts: Vec<String>,
    /// The external id that its trust policy asks for.
    pub external_id: Option<String>,
    /// The IAM actions that its policies allow, such as `dynamodb:Scan` or `backup:List*`; every action where absent.
    pub allows: Option<Vec<String>>,
    /// The longest session it grants; an hour where absent.
    pub longest_session: Option<Span>,
}

/// A permission that is missing: the calls are refused with `AccessDeniedException`.
///
/// Where `restoring` is given, it is AWS Backup that lacks it while restoring with the role, and the restore job fails.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denial {
    /// The account in which it is missing.
    pub account: String,
    /// The role that lacks it; every caller where absent.
    pub role: Option<String>,
    /// IAM actions such as `dynamodb:Scan` or `backup:*`.
    pub actions: Vec<String>,
    /// The names of protected resources during whose restore it is missing.
    #[serde(default)]
    pub restoring: Vec<String>,
}

impl Denial {
    /// Whether it stops `role` of `account` from doing `action` (`service:Operation`).
    pub fn stops(&self, account: &str, role: Option<&str>, action: &str) -> bool {
        self.account == account
            && (self.role.is_none() || self.role.as_deref() == role)
            && self.actions.iter().any(|pattern| covers(pattern, action))
    }
}

impl Role {
    /// Whether its policies allow `action` (`service:Operation`). Asking who one is needs no policy.
    pub fn allows(&self, action: &str) -> bool {
        action == "sts:GetCallerIdentity"
            || self.allows.as_ref().is_none_or(|allowed| allowed.iter().any(|pattern| covers(pattern, action)))
    }
}

/// Whether a pattern, in which a last `*` stands for anything, covers an action.
fn covers(pattern: &str, action: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => action.starts_with(start),
        None => pattern == action,
    }
}

/// A backup vault.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultDescription {
    /// The account that owns it; the world's default where absent.
    pub account: Option<String>,
    /// Its Region; the world's default where absent.
    pub region: Option<String>,
    /// Its name.
    pub name: String,
    /// What kind of vault it is.
    #[serde(default, rename = "type")]
    pub vault_type: VaultType,
    /// The ARN of its KMS key; one is made up where absent.
    pub key: Option<String>,
    /// Accounts with which a logically air-gapped vault is shared.
    #[serde(default)]
    pub shared_with: Vec<String>,
    /// Whether AWS Backup Vault Lock holds its recovery points: they cannot be deleted.
    #[serde(default)]
    pub locked: bool,
    /// Source accounts whose copies the vault's policy refuses.
    #[serde(default)]
    pub refuses_copies_from: Vec<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// `VaultType` of AWS Backup, as far as it is simulated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VaultType {
    /// An ordinary vault.
    #[default]
    BackupVault,
    /// A logically air-gapped vault, which can be shared.
    LogicallyAirGapped,
}

impl VaultType {
    /// As AWS Backup writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BackupVault => "BACKUP_VAULT",
            Self::LogicallyAirGapped => "LOGICALLY_AIR_GAPPED_BACKUP_VAULT",
        }
    }
}

/// A backup plan, listed only: the simulator makes no backups by itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupPlan {
    /// The account that owns it; the world's default where absent.
    pub account: Option<String>,
    /// Its Region; the world's default where absent.
    pub region: Option<String>,
    /// Its name; its id is derived from it.
    pub name: String,
    /// The vault that its rule writes to.
    pub vault: String,
    /// The schedule of its rule.
    pub schedule: String,
    /// The names of its selections.
    #[serde(default)]
    pub selections: Vec<String>,
}
