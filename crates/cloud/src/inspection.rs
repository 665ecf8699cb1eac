//! What can be looked at beforehand, with the credentials of one party in one Region. Nothing here changes anything.

use std::sync::Arc;

use async_trait::async_trait;
use backproof_model::AccountId;
use jiff::Timestamp;

use crate::{CallError, CallerIdentity, Permissions, ReadKeys, ReadQuotas, ReadRoles};

/// Whose credentials.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// Those at hand, before any role is assumed.
    AtHand,
    /// The role that reads in a source account.
    Source(AccountId),
    /// The role that starts copies in a source account.
    CopyCaller(AccountId),
    /// The role of the sandbox.
    Sandbox,
    /// The sandbox's role that only deletes, where the plan names one.
    Sweep,
}

/// What one party can be asked before a run.
#[derive(Clone)]
pub struct Inspection {
    /// Who it is.
    pub identity: Arc<dyn CallerIdentity>,
    /// What time it is in AWS.
    pub time: Arc<dyn TellTime>,
    /// What identities of its account may do.
    pub permissions: Arc<dyn Permissions>,
    /// The roles of its account.
    pub roles: Arc<dyn ReadRoles>,
    /// Its keys, and those that other accounts let it see.
    pub keys: Arc<dyn ReadKeys>,
    /// Its quotas in this Region.
    pub quotas: Arc<dyn ReadQuotas>,
}

/// Tells what time it is in AWS, which refuses signatures that are more than five minutes off.
#[async_trait]
pub trait TellTime: Send + Sync {
    /// The `Date` of an answer of STS, to the second, whether STS refused or not.
    ///
    /// # Errors
    /// There was no answer, or it had no date.
    async fn time_in_aws(&self) -> Result<Timestamp, CallError>;
}
