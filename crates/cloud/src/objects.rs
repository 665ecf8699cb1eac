//! A bucket of S3 in which evidence is kept under Object Lock: versions are added to it, and never taken away.
//!
//! Nothing here can delete, shorten a retention or bypass one. What was asked for proves nothing: whether and until when
//! a version is kept is read back by its id, and only that is evidence.

use async_trait::async_trait;
use backproof_model::{AccountId, LockMode, Region};
use jiff::Timestamp;

use crate::CallError;

/// Where a bucket is, and how it is reached and written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketAddress {
    /// The bucket's name.
    pub bucket: String,
    /// Its Region.
    pub region: Region,
    /// The account that it must belong to: S3 refuses every call where it belongs to another. `None` asks for none.
    pub owner: Option<AccountId>,
    /// The role to assume; `None` uses the credentials at hand.
    pub role_arn: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// The KMS key that objects are encrypted with; `None` leaves it to the bucket.
    pub kms_key_arn: Option<String>,
}

/// An answer of S3, with the id by which AWS finds the request again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered<T> {
    /// What S3 answered.
    pub value: T,
    /// The request's id, where S3 gave one.
    pub request_id: Option<String>,
}

impl<T> Answered<T> {
    /// The same answer, understood differently.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Answered<U> {
        Answered { value: make(self.value), request_id: self.request_id }
    }
}

/// What a bucket says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketFacts {
    /// Its versioning in S3's words: `Enabled`, `Suspended`; `None` where it was never switched on.
    pub versioning: Option<String>,
    /// Whether Object Lock is enabled.
    pub lock_enabled: bool,
    /// The retention that objects get for which none is asked.
    pub default_retention: Option<DefaultRetention>,
    /// The account that it belongs to, where it was asked for one and S3 did not refuse.
    pub owner: Option<AccountId>,
    /// The ids of the requests that told this.
    pub request_ids: Vec<String>,
}

/// The retention that a bucket gives to objects for which none is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultRetention {
    /// The mode in S3's words.
    pub mode: String,
    /// For so many days; else in years.
    pub days: Option<u32>,
    /// For so many years; else in days.
    pub years: Option<u32>,
}

/// An object about to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewObject {
    /// Its key.
    pub key: String,
    /// What it is: `application/zstd`.
    pub content_type: String,
    /// The SHA-256 of the whole content. Also written beside the object for people who look at it, which proves nothing.
    pub sha256: [u8; 32],
    /// The retention that is asked for; `None` in a bucket without Object Lock.
    pub retention: Option<(LockMode, Timestamp)>,
}

/// A version that was written, as S3 answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its id; `None` in a bucket without versioning.
    pub version_id: Option<String>,
    /// The checksum that S3 says it has stored.
    pub checksum: Option<StoredChecksum>,
}

/// The SHA-256 that S3 holds of a version.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredChecksum {
    /// Of the whole content.
    Whole([u8; 32]),
    /// Of the checksums of its parts, one after the other: what S3 calls composite.
    OfParts {
        /// The checksum.
        digest: [u8; 32],
        /// How many parts there are.
        parts: u32,
    },
}

/// A version as S3 describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Its id; `None` in a bucket without versioning.
    pub version_id: Option<String>,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256; `None` where it was written without one.
    pub checksum: Option<StoredChecksum>,
    /// When it was written, by S3's clock.
    pub last_modified: Option<Timestamp>,
    /// The KMS key that it is encrypted with, where it is one.
    pub kms_key: Option<String>,
}

/// Until when a version is kept, as S3 says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The mode in S3's words; see [`LockMode::of_aws`].
    pub mode: String,
    /// Until when.
    pub until: Timestamp,
}

/// One entry of a bucket's list of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectVersion {
    /// Its key.
    pub key: String,
    /// Its id; the text `null` for what was written before versioning was switched on.
    pub version_id: String,
    /// Whether it is what a reader gets who names no version.
    pub is_latest: bool,
    /// Whether it only says that the key is deleted; the versions below it are still there.
    pub is_delete_marker: bool,
    /// Its size; none of a delete marker.
    pub bytes: Option<u64>,
}

/// An upload in parts that was begun and neither completed nor given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfinishedUpload {
    /// Its id.
    pub upload_id: String,
    /// When it was begun, by S3's clock.
    pub begun: Option<Timestamp>,
}

/// A part that S3 has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPart {
    /// Its number, from 1.
    pub number: u32,
    /// Its entity tag, by which S3 wants it named.
    pub e_tag: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256; `None` where S3 tells none.
    pub sha256: Option<[u8; 32]>,
}

/// Adds objects to one bucket, and reads back what is there.
#[async_trait]
pub trait ObjectArchive: Send + Sync {
    /// Where it is.
    fn address(&self) -> &BucketAddress;

    /// The endpoint in the place of AWS's own, such as an emulator's; what is kept there proves nothing about AWS.
    fn endpoint(&self) -> Option<&str>;

    /// What the bucket says of itself: `GetBucketVersioning`, `GetObjectLockConfiguration`.
    ///
    /// # Errors
    /// Gives back what S3 answered. That Object Lock is off is no error.
    async fn facts(&self) -> Result<BucketFacts, CallError>;

    /// Writes an object in one go; the SHA-256 that `object` names is that of `body`, and S3 checks it.
    ///
    /// # Errors
    /// Gives back what S3 answered. Without an answer the version may be there.
    async fn put(&self, object: &NewObject, body: Vec<u8>) -> Result<Answered<Written>, CallError>;

    /// Begins an upload in parts, and gives its id.
    ///
    /// # Errors
    /// Gives back what S3 answered.
    async fn begin_upload(&self, object: &NewObject) -> Result<Answered<String>, CallError>;

    /// The unfinished uploads of exactly this key.
    ///
    /// # Errors
    /// Gives back what S3 answered.
    async fn unfinished_uploads(&self, key: &str) -> Result<Vec<UnfinishedUpload>, CallError>;

    /// The parts that S3 has of an upload, by number.
    ///
    /// # Errors
    /// Gives back what S3 answered; "not found" where the upload was completed or given up.
    async fn parts(&self, key: &str, upload_id: &str) -> Result<Vec<StoredPart>, CallError>;

    /// Writes one part; `sha256` is that of `body`, and S3 checks it. A part of the same number is replaced.
    ///
    /// # Errors
    /// Gives back what S3 answered.
    async fn put_part(
        &self,
        key: &str,
        upload_id: &str,
        number: u32,
        sha256: [u8; 32],
        body: Vec<u8>,
    ) -> Result<Answered<StoredPart>, CallError>;

    /// Makes a version of the parts.
    ///
    /// # Errors
    /// Gives back what S3 answered. Without an answer the version may be there.
    async fn complete_upload(
        &self,
        key: &str,
        upload_id: &str,
        parts: &[StoredPart],
    ) -> Result<Answered<Written>, CallError>;

    /// What S3 says of a version, or of the latest where none is named.
    ///
    /// # Errors
    /// Gives back what S3 answered; "not found" where it is not there.
    async fn head(&self, key: &str, version_id: Option<&str>) -> Result<Answered<ObjectFacts>, CallError>;

    /// Until when a version is kept. `None` where it has no retention.
    ///
    /// # Errors
    /// Gives back what S3 answered.
    async fn retention(&self, key: &str, version_id: &str) -> Result<Answered<Option<Retention>>, CallError>;

    /// Keeps a version longer, or at all. S3 refuses to shorten in the mode COMPLIANCE; this never asks to bypass
    /// GOVERNANCE.
    ///
    /// # Errors
    /// Gives back what S3 answered.
    async fn extend_retention(
        &self,
        key: &str,
        version_id: &str,
        mode: LockMode,
        until: Timestamp,
    ) -> Result<Answered<()>, CallError>;

    /// All versions and delete markers of keys that begin so, the newest of a key first.
    ///
    /// # Errors
    /// Gives back what S3 answered.
    async fn versions(&self, prefix: &str) -> Result<Vec<ObjectVersion>, CallError>;

    /// The bytes of a version from `offset` on, at most `length` of them.
    ///
    /// # Errors
    /// Gives back what S3 answered.
    async fn get(
        &self,
        key: &str,
        version_id: Option<&str>,
        offset: u64,
        length: u64,
    ) -> Result<Answered<Vec<u8>>, CallError>;
}
