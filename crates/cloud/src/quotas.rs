//! How many of something an account may have in a Region.

use async_trait::async_trait;

use crate::CallError;

/// A quota that each restore of a type uses one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaOfType {
    /// The service by its code in Service Quotas: `rds`.
    pub service_code: &'static str,
    /// The quota by its code there: `L-7B6409FD`.
    pub quota_code: &'static str,
    /// Its name among people: `DB instances`.
    pub name: &'static str,
}

/// A quota of an account in a Region.
#[derive(Clone, Debug, PartialEq)]
pub struct Quota {
    /// How many there may be.
    pub value: f64,
    /// Whether this is the account's own value; else it is AWS's default, because no other is known.
    pub is_own: bool,
}

/// Reads quotas. Changes nothing.
#[async_trait]
pub trait ReadQuotas: Send + Sync {
    /// `GetServiceQuota`; where the account has no value of its own, `GetAWSDefaultServiceQuota`.
    ///
    /// # Errors
    /// Gives back what AWS answered.
    async fn quota(&self, service_code: &str, quota_code: &str) -> Result<Quota, CallError>;
}
