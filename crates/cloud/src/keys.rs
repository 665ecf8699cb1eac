//! KMS keys: whether data under them can be read and written, and signing with those that are made for it.

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

/// Signs with keys that never leave KMS, with the credentials at hand, in the Region of the key.
///
/// Keys are `ECC_NIST_P256`, made for signing. KMS has Ed25519 keys too; they sign whole messages of at most 4096 bytes,
/// or digests in a form of their own (Ed25519ph), which few programs verify, so they are refused.
#[async_trait]
pub trait SigningKeys: Send + Sync {
    /// `GetPublicKey`: the public part of a key, its SPKI in DER.
    ///
    /// # Errors
    /// Gives back what AWS answered; refuses a key that is not `ECC_NIST_P256` for signing.
    async fn public_key(&self, key_arn: &str) -> Result<Vec<u8>, CallError>;

    /// `Sign` of a SHA-256 as `ECDSA_SHA_256`: the signature in DER.
    ///
    /// # Errors
    /// Gives back what AWS answered.
    async fn sign_digest(&self, key_arn: &str, sha256: &[u8; 32]) -> Result<Vec<u8>, CallError>;
}
