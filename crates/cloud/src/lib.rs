//! Ports to AWS in our own words: small traits, their requests, results and errors.
//!
//! A source account is reached through [`ReadBackups`] (and, for a route of the plan that copies, [`CopyOut`]);
//! neither can create or delete anything but a copy. Everything that changes the sandbox takes a [`Sandbox`], which
//! only [`Sandbox::enter`] gives, after asking STS. No type of the AWS SDK crosses this line.

mod backups;
mod credentials;
mod cursor;
mod databases;
mod driver;
mod error;
mod event_history;
mod inspection;
mod keys;
mod network;
mod objects;
mod permissions;
mod quotas;
mod raw_answers;
mod reach;
mod restores;
mod roles;
mod sandbox;
mod tables;
mod topics;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use backproof_model::{AccountId, Region};

pub use backups::{
    CopyJob, CopyOut, CopyStatus, DescribedPoint, Page, PageToken, ProtectedResource, ReadBackups, StartCopy, Vault,
    VaultRef,
};
pub use credentials::{LendCredentials, SessionCredentials};
pub use cursor::Cursor;
pub use databases::{AutomatedBackup, DatabaseInstance, ReadDatabases, Remnant, WriteDatabases};
pub use driver::{
    DeletionStep, Driver, FoundResource, Landing, LoginStep, LoginWish, ProposedMetadata, Readiness, RestoreLimits,
    RestoreOrder,
};
pub use error::{CallError, Trouble};
pub use event_history::{HistoryEvent, ReadEventHistory, Trail, TrailStatus};
pub use inspection::{Inspection, Party, TellTime};
pub use keys::{KeyFacts, ReadKeys, SigningKeys};
pub use network::{Egress, Endpoint, NetworkFacts, ReadNetwork, RouteTable, RouteTarget, SecurityGroup, Subnet, Vpc};
pub use objects::{
    Answered, BucketAddress, BucketFacts, DefaultRetention, NewObject, ObjectArchive, ObjectFacts, ObjectVersion,
    Retention, StoredChecksum, StoredPart, UnfinishedUpload, Written,
};
pub use permissions::{Circumstance, CircumstanceKind, Decision, Permissions, Question, Ruling};
pub use quotas::{Quota, QuotaOfType, ReadQuotas};
pub use raw_answers::{RawAnswer, RawAnswers};
pub use reach::{Reach, Unreachable, Way};
pub use restores::{RestoreJob, RestoreJobStatus, RunRestores, StartRestore};
pub use roles::{ReadRoles, RoleFacts, Trust, role_parts, session_role};
pub use sandbox::{Caller, CallerIdentity, NotTheSandbox, Sandbox, SandboxConfig};
pub use tables::{
    Item, ItemPage, NewTable, ReadTables, ScanPart, TableDescription, TableIndex, TableSettings, TableStatus, Value,
    WriteTables,
};
pub use topics::Topics;

/// All that may be done in a source account of one Region.
#[derive(Clone)]
pub struct SourceAccess {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// Who we are there.
    pub identity: Arc<dyn CallerIdentity>,
    /// Reading backups.
    pub backups: Arc<dyn ReadBackups>,
}

/// All that may be done in the sandbox account of one Region.
#[derive(Clone)]
pub struct SandboxAccess {
    /// The proof that this is the sandbox.
    pub sandbox: Sandbox,
    /// The Region.
    pub region: Region,
    /// Reading the backups that the sandbox holds, or that are shared with it.
    pub backups: Arc<dyn ReadBackups>,
    /// Starting and watching restore jobs.
    pub restores: Arc<dyn RunRestores>,
    /// Restored and scratch DynamoDB tables.
    pub tables: Arc<dyn WriteTables>,
    /// Restored DB instances.
    pub databases: Arc<dyn WriteDatabases>,
    /// The network that restores land in.
    pub network: Arc<dyn ReadNetwork>,
    /// The way into that network.
    pub reach: Arc<dyn Reach>,
    /// The session's credentials, for programs that the plan lends them to.
    pub credentials: Arc<dyn LendCredentials>,
    /// AWS's own record of what was done there.
    pub history: Arc<dyn ReadEventHistory>,
}

/// The way to AWS, as the command line wired it up.
#[async_trait]
pub trait Cloud: Send + Sync {
    /// Read-only access to one of the plan's source accounts.
    ///
    /// # Errors
    /// Fails where credentials for the account cannot be had; says so in AWS's words.
    async fn source(&self, account: &AccountId, region: &Region) -> Result<SourceAccess, CallError>;

    /// The ability to copy out of a source account: a role of its own, asked for only by a route that copies.
    ///
    /// # Errors
    /// Fails where credentials for the account cannot be had.
    async fn copy_out(&self, account: &AccountId, region: &Region) -> Result<Arc<dyn CopyOut>, CallError>;

    /// Enters the sandbox.
    ///
    /// # Errors
    /// Refuses where STS does not say that this is the configured sandbox; see [`NotTheSandbox`].
    async fn sandbox(&self, region: &Region) -> Result<SandboxAccess, NotTheSandbox>;

    /// What can be looked at beforehand with the credentials of `party`. Its role is assumed at the first question.
    async fn inspect(&self, party: &Party, region: &Region) -> Inspection;

    /// A bucket that evidence is kept in. Its role is assumed at the first question.
    async fn object_archive(&self, address: BucketAddress) -> Arc<dyn ObjectArchive>;

    /// How many calls were sent so far, by `service:Operation`, retries included.
    fn calls(&self) -> BTreeMap<String, u64>;

    /// From now on hands the answers that matter to `sink` as well; `None` hands them to nobody.
    fn keep_answers(&self, sink: Option<Arc<dyn RawAnswers>>);
}
