//! What there is in the simulated AWS, read from a TOML file.
//!
//! A world is a description; [`crate::Simulator`] makes it live. Unknown keys are refused, and names that do not
//! refer to anything are errors with the name.

mod check;
mod databases;
mod faults;
mod items;
mod limits;
mod places;
mod points;
mod programs;
mod scripts;
mod span;

use jiff::Timestamp;
use serde::Deserialize;

use crate::describe::NetworkDescription;

pub use databases::{DatabaseDescription, EngineName, FixtureName, ServerFault};
pub use faults::{CallFault, FaultKind};
pub use items::{items_at, live_table, table_at};
pub use limits::{EventHistory, KeyDescription, QuotaDescription};
pub use places::{Account, AccountKind, BackupPlan, Denial, Role, VaultDescription, VaultType};
pub use points::{Ages, BackupForm, BulkPoints, GeneratedItems, KeyKind, PointDescription, ResourceDescription};
pub use scripts::{CreatedResource, DataFaults, RestoreScript};
pub use span::Span;

/// A whole simulated AWS at the moment when its clock starts.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// The moment to which all ages refer; the clock that is handed to the simulator should start there.
    pub start: Timestamp,
    /// How far AWS's clock is ahead of the one that is handed to the simulator: its answers, all dates in them, and what
    /// is due.
    #[serde(default)]
    pub clock_ahead: Span,
    /// How far it is behind.
    #[serde(default)]
    pub clock_behind: Span,
    /// Whether calls are throttled at the published rates.
    #[serde(default = "yes")]
    pub throttling: bool,
    /// The account of what names none; the first one where absent.
    pub account: Option<String>,
    /// The Region of what names none; the first one of the first account where absent.
    pub region: Option<String>,
    /// How long restore jobs take where their recovery point says nothing.
    #[serde(default)]
    pub restores: JobTimes,
    /// How long copy jobs take.
    #[serde(default)]
    pub copies: JobTimes,
    /// The accounts.
    pub accounts: Vec<Account>,
    /// IAM roles.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// Permissions that are missing.
    #[serde(default)]
    pub denied: Vec<Denial>,
    /// Backup vaults.
    #[serde(default)]
    pub vaults: Vec<VaultDescription>,
    /// Backup plans.
    #[serde(default)]
    pub backup_plans: Vec<BackupPlan>,
    /// Protected resources with their data.
    #[serde(default)]
    pub resources: Vec<ResourceDescription>,
    /// Recovery points.
    #[serde(default)]
    pub points: Vec<PointDescription>,
    /// Very many recovery points.
    #[serde(default)]
    pub bulk: Vec<BulkPoints>,
    /// What goes wrong with single calls.
    #[serde(default)]
    pub faults: Vec<CallFault>,
    /// KMS keys of which there is something to say.
    #[serde(default)]
    pub keys: Vec<KeyDescription>,
    /// Quotas that are not AWS's defaults.
    #[serde(default)]
    pub quotas: Vec<QuotaDescription>,
    /// CloudTrail's event history and trails.
    #[serde(default)]
    pub event_history: EventHistory,
    /// The ARNs of SNS topics; where none is listed, every topic of the world's accounts exists.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Networks and databases for the describe calls of EC2 and RDS.
    #[serde(default)]
    pub networks: Vec<NetworkDescription>,
}

/// How long a job waits and works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobTimes {
    /// `PENDING` (restores) or `CREATED` (copies).
    pub pending: Span,
    /// `RUNNING`.
    pub running: Span,
}

impl Default for JobTimes {
    fn default() -> Self {
        Self { pending: Span::seconds(60), running: Span::seconds(600) }
    }
}

fn yes() -> bool {
    true
}

/// Why a text is not a world.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// It is not TOML, or has a key or a value that no world has; the message names line and column.
    #[error("the world file cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// Its parts do not fit together: one sentence each.
    #[error("the world does not fit together: {}", .0.join("; "))]
    Inconsistent(Vec<String>),
}

impl World {
    /// Reads a world file.
    ///
    /// # Errors
    /// All that does not fit together at once, or the first place that cannot be read.
    pub fn parse(text: &str) -> Result<Self, WorldError> {
        let world: Self = toml::from_str(text)?;
        let problems = check::problems(&world);
        if problems.is_empty() { Ok(world) } else { Err(WorldError::Inconsistent(problems)) }
    }

    /// The world of `backproof demo`: a small company whose recovery points are well and ill in different ways.
    ///
    /// # Errors
    /// None that a test does not show: the file is part of the program.
    pub fn demo() -> Result<Self, WorldError> {
        Self::parse(include_str!("../../worlds/demo.toml"))
    }

    /// One table for each fault in the data that must be caught: missing item, changed value, stale data, empty
    /// table, truncated table, lost index; and a sound one.
    ///
    /// # Errors
    /// None that a test does not show: the file is part of the program.
    pub fn data_faults() -> Result<Self, WorldError> {
        Self::parse(include_str!("../../worlds/data-faults.toml"))
    }

    /// Oddities of which none may alarm: a table rightly empty, items reordered, numbers rewritten, items added.
    ///
    /// # Errors
    /// None that a test does not show: the file is part of the program.
    pub fn no_alarm() -> Result<Self, WorldError> {
        Self::parse(include_str!("../../worlds/no-alarm.toml"))
    }

    /// One table for each way in which a restore job can go wrong, and a sound one.
    ///
    /// # Errors
    /// None that a test does not show: the file is part of the program.
    pub fn restore_failures() -> Result<Self, WorldError> {
        Self::parse(include_str!("../../worlds/restore-failures.toml"))
    }

    /// Databases: a sound PostgreSQL, MariaDB and SQL Server, and one database for each fault in rows, schema, pages,
    /// servers and instances.
    ///
    /// # Errors
    /// None that a test does not show: the file is part of the program.
    pub fn databases() -> Result<Self, WorldError> {
        Self::parse(include_str!("../../worlds/databases.toml"))
    }

    /// The account of what names none.
    pub fn account_or_default<'a>(&'a self, named: Option<&'a str>) -> &'a str {
        named
            .or(self.account.as_deref())
            .or_else(|| self.accounts.first().map(|account| account.id.as_str()))
            .unwrap_or_default()
    }

    /// The Region of what names none.
    pub fn region_or_default<'a>(&'a self, named: Option<&'a str>) -> &'a str {
        let first = || self.accounts.first().and_then(|account| account.regions.first()).map(String::as_str);
        named.or(self.region.as_deref()).or_else(first).unwrap_or_default()
    }

    /// The account that unknown access keys sign in as.
    pub fn first_source_account(&self) -> &str {
        let source = self.accounts.iter().find(|account| account.kind == AccountKind::Source);
        source.or(self.accounts.first()).map(|account| account.id.as_str()).unwrap_or_default()
    }

    /// The resource that a recovery point refers to, by `NAME` or `ACCOUNT/NAME`.
    pub fn resource(&self, reference: &str) -> Option<&ResourceDescription> {
        self.resources.iter().find(|resource| {
            resource.name == reference
                || reference.split_once('/').is_some_and(|(account, name)| {
                    name == resource.name && account == self.account_or_default(resource.account.as_deref())
                })
        })
    }

    /// The account, Region and name of the vault that holds a recovery point; none if the world does not list it.
    pub fn vault_of<'a>(
        &'a self,
        point: &'a PointDescription,
        resource: &'a ResourceDescription,
    ) -> Option<(&'a str, &'a str, &'a str)> {
        let mut parts = point.vault.splitn(3, '/');
        let place = if let (Some(account), Some(region), Some(name)) = (parts.next(), parts.next(), parts.next()) {
            (account, region, name)
        } else {
            let account = self.account_or_default(resource.account.as_deref());
            (account, self.region_or_default(resource.region.as_deref()), point.vault.as_str())
        };
        let is_it = |vault: &VaultDescription| {
            let account = self.account_or_default(vault.account.as_deref());
            (account, self.region_or_default(vault.region.as_deref()), vault.name.as_str()) == place
        };
        self.vaults.iter().any(is_it).then_some(place)
    }
}
