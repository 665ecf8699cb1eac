//! The receipt of an archive: what is kept where, and until when, as it was read back.
//!
//! It is a record of what S3 or a file system said at a moment, not a proof by itself: whoever doubts it asks again,
//! with the bucket's own credentials, for the versions that it names.

use std::path::PathBuf;

use backproof_cloud::{BucketAddress, BucketFacts, StoredChecksum};
use backproof_model::{AccountId, LockMode, Region};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The name of the format.
pub const FORMAT: &str = "backproof-receipt/v1";

/// What is kept of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// [`FORMAT`].
    pub format: String,
    /// The installation.
    pub installation: String,
    /// The run.
    pub run: u64,
    /// SHA-256 of the bundle's `SHA256SUMS`, in hexadecimal.
    pub sealed_sha256: String,
    /// When the run was closed.
    pub closed_at: Timestamp,
    /// When the last object had been read back.
    pub archived_at: Timestamp,
    /// What retention was asked for.
    pub asked: AskedRetention,
    /// Where it is kept.
    pub place: ReceiptPlace,
    /// Whether every object was read back with a retention that nobody can end before its time.
    pub immutable: bool,
    /// What that means, in words.
    pub statement: String,
    /// Everything that is kept, in the order in which it was archived.
    pub objects: Vec<Kept>,
}

/// What retention was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRetention {
    /// The mode.
    pub mode: LockMode,
    /// So many years from the run's closing.
    pub years: u32,
    /// Until when that is.
    pub until: Timestamp,
}

/// Where it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ReceiptPlace {
    /// In a bucket of S3.
    Bucket(BucketReading),
    /// In a directory.
    Directory(DirectoryReading),
}

/// A bucket, as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketReading {
    /// Its name.
    pub bucket: String,
    /// Its Region.
    pub region: Region,
    /// What the keys begin with.
    pub prefix: String,
    /// The account that it belongs to; S3 refused nothing that was asked of this account's bucket. Unknown where the
    /// plan names none.
    pub owner: Option<AccountId>,
    /// The endpoint that was asked in the place of AWS's own.
    pub endpoint: Option<String>,
    /// Its versioning in S3's words.
    pub versioning: Option<String>,
    /// Whether Object Lock is enabled.
    pub lock_enabled: bool,
    /// The retention that objects get for which none is asked: mode, and days or years.
    pub default_retention: Option<String>,
    /// Why a bucket without Object Lock was accepted.
    pub lock_not_needed_because: Option<String>,
    /// When this was read.
    pub read_at: Timestamp,
    /// The ids of the requests that told it.
    pub request_ids: Vec<String>,
}

/// A directory, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryReading {
    /// Its path.
    pub path: PathBuf,
    /// When it was last written to disk as a whole.
    pub read_at: Timestamp,
}

/// One thing that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its name below the installation.
    pub name: String,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Whether it was written this time; else it was there already.
    pub written: bool,
    /// Where and how it is kept.
    pub kept: KeptIn,
}

/// Where and how one thing is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "kebab-case")]
pub enum KeptIn {
    /// As a version of an object.
    Object(Box<KeptObject>),
    /// As a file.
    File {
        /// Its path below the directory.
        path: PathBuf,
        /// Its permissions, in octal: `0444`.
        mode: String,
        /// Whether file and directory were forced to disk. Of a file that was there already nobody knows.
        synced: bool,
    },
}

/// A version of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptObject {
    /// Its key.
    pub key: String,
    /// The version's id; none in a bucket without versioning.
    pub version_id: Option<String>,
    /// The checksum that S3 holds of it.
    pub checksum: StoredSum,
    /// The retention that was read back; none where there is none.
    pub retention: Option<ReadRetention>,
    /// When it was written, by S3's clock.
    pub last_modified: Option<Timestamp>,
    /// The KMS key that it is encrypted with, where S3 names one.
    pub kms_key: Option<String>,
    /// The ids of the requests.
    pub request_ids: RequestIds,
}

/// A checksum that S3 holds, in a form that people can compare with AWS's own tools.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSum {
    /// In hexadecimal: of the content, or of the digests of its parts, one after the other.
    pub sha256: String,
    /// How many parts there are; none where it is of the whole content.
    pub parts: Option<u32>,
    /// The size of each part but the last; none where it is of the whole content.
    pub part_bytes: Option<u64>,
}

/// A retention as S3 gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadRetention {
    /// The mode in S3's words.
    pub mode: String,
    /// Until when.
    pub until: Timestamp,
    /// When it was read.
    pub read_at: Timestamp,
}

/// The ids by which AWS finds the requests again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestIds {
    /// Of the writing; none of what was there already.
    pub write: Option<String>,
    /// Of the reading of size and checksum.
    pub head: Option<String>,
    /// Of the reading of the retention.
    pub retention: Option<String>,
}

/// Why a text is no receipt.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// It is not what a receipt looks like.
    #[error("this is no receipt of an archive: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// It is of another format.
    #[error("this is a receipt of the format `{0}`, and only {FORMAT} is known here: use a newer version of backproof")]
    OtherFormat(String),
}

impl Receipt {
    /// The receipt as its file holds it.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        format!("{}\n", text.expect("a receipt has text keys only, and no numbers that JSON lacks"))
    }

    /// Reads a receipt's file.
    ///
    /// # Errors
    /// It is no receipt, or one of a format that nobody here knows.
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        #[derive(Deserialize)]
        struct Named {
            format: String,
        }
        let Named { format } = serde_json::from_str(text)?;
        if format != FORMAT {
            return Err(ReceiptError::OtherFormat(format));
        }
        Ok(serde_json::from_str(text)?)
    }

    /// How many objects were written this time; none where everything was there already.
    pub fn written(&self) -> usize {
        self.objects.iter().filter(|object| object.written).count()
    }
}

impl BucketReading {
    /// Where the bucket is, to be asked again with the credentials at hand.
    pub fn address(&self) -> BucketAddress {
        BucketAddress {
            bucket: self.bucket.clone(),
            region: self.region.clone(),
            owner: self.owner.clone(),
            role_arn: None,
            external_id: None,
            kms_key_arn: None,
        }
    }

    /// Of the bucket's own words.
    pub(crate) fn of(facts: &BucketFacts, bucket: &crate::Bucket, reason: Option<&str>, read_at: Timestamp) -> Self {
        let address = bucket.objects.address();
        let default = facts.default_retention.as_ref().map(|default| match (default.days, default.years) {
            (Some(days), _) => format!("{} for {days} days", default.mode),
            (None, Some(years)) => format!("{} for {years} years", default.mode),
            (None, None) => default.mode.clone(),
        });
        Self {
            bucket: address.bucket.clone(),
            region: address.region.clone(),
            prefix: bucket.prefix.clone(),
            owner: facts.owner.clone(),
            endpoint: bucket.objects.endpoint().map(str::to_owned),
            versioning: facts.versioning.clone(),
            lock_enabled: facts.lock_enabled,
            default_retention: default,
            lock_not_needed_because: reason.map(str::to_owned).filter(|_| !facts.lock_enabled),
            read_at,
            request_ids: facts.request_ids.clone(),
        }
    }
}

impl StoredSum {
    /// Of what S3 holds, and of the size of the parts that it was sent in.
    pub(crate) fn of(checksum: StoredChecksum, part_bytes: u64) -> Self {
        match checksum {
            StoredChecksum::Whole(digest) => Self { sha256: hex::encode(digest), parts: None, part_bytes: None },
            StoredChecksum::OfParts { digest, parts } => {
                Self { sha256: hex::encode(digest), parts: Some(parts), part_bytes: Some(part_bytes) }
            }
        }
    }

    /// Whether S3 still holds the same.
    pub(crate) fn is(&self, checksum: StoredChecksum) -> bool {
        match checksum {
            StoredChecksum::Whole(digest) => self.parts.is_none() && self.sha256 == hex::encode(digest),
            StoredChecksum::OfParts { digest, parts } => {
                self.parts == Some(parts) && self.sha256 == hex::encode(digest)
            }
        }
    }
}

/// Whether nobody can end what was read back before its time, and what that means in words.
pub(crate) fn statement(place: &ReceiptPlace, objects: &[Kept]) -> (bool, String) {
    let ReceiptPlace::Bucket(bucket) = place else {
        let words = "Not immutable: whoever may write to the directory can change or delete everything in it.";
        return (false, words.to_owned());
    };
    let modes = || objects.iter().map(|object| mode_of(&object.kept));
    let all_of = |wished: LockMode| modes().all(|mode| mode.is_some_and(|mode| mode.is_at_least(wished)));
    let (immutable, words) = if objects.is_empty() {
        (false, "Nothing was archived.".to_owned())
    } else if all_of(LockMode::Compliance) {
        let words = "Read back: no version named here can be deleted, and no retention shortened, by anybody, before its \
                     time. New versions and delete markers can still be put on top; the versions below them stay.";
        (true, words.to_owned())
    } else if all_of(LockMode::Governance) {
        let words = "Read back: the versions named here are kept, but whoever has s3:BypassGovernanceRetention can end \
                     that before its time.";
        (false, words.to_owned())
    } else {
        let why = bucket.lock_not_needed_because.as_deref().unwrap_or("no reason was given");
        (false, format!("Not immutable: the bucket has no Object Lock, which was accepted with the reason: {why}"))
    };
    let elsewhere = " This was not AWS, but another endpoint, and proves nothing about AWS.";
    (immutable, if bucket.endpoint.is_some() { words + elsewhere } else { words })
}

fn mode_of(kept: &KeptIn) -> Option<LockMode> {
    match kept {
        KeptIn::Object(object) => object.retention.as_ref().and_then(|retention| LockMode::of_aws(&retention.mode)),
        KeptIn::File { .. } => None,
    }
}
