//! KMS keys: whether data under them can be read and written.

use async_trait::async_trait;
use backproof_model::AccountId;

use crate::CallError;

/// A KMS key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// Its ARN.
    pub arn: String,
    /// Its account, where AWS tells.
    pub account: Option<AccountId>,
    /// Its state in AWS's words: `Enabled`, `Disabled`, `PendingDeletion`, and others.
    pub state: String,
    /// Whether it can be used now.
    pub enabled: bool,
    /// Whether AWS manages it, so that no other account can ever use it.
    pub is_of_aws: bool,
    /// Whether it encrypts and decrypts, by one symmetric key; services take no other.
    pub is_symmetric: bool,
}

/// Reads KMS keys. Changes nothing.
#[async_trait]
pub trait ReadKeys: Send + Sync {
    /// `DescribeKey` by ARN or alias.
    ///
    /// # Errors
    /// Gives back what AWS answered; of another account's key it is "denied" where its policy does not name ours.
    async fn key(&self, key: &str) -> Result<KeyFacts, CallError>;
}
