//! Whether everything that a receipt names is still there, still the same, and still kept as long.

use std::fmt;

use backproof_clock::SharedClock;
use backproof_cloud::{CallError, ObjectArchive, ObjectVersion, Retention, Trouble};
use backproof_model::LockMode;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    ArchiveError, Destination, Item, Kept, KeptIn, KeptObject, ReadRetention, Receipt, ReceiptPlace, StoredSum,
    verify_directory,
};

/// How closely is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// At the checksums that S3 holds. (Files of a directory are always read.)
    Checksums,
    /// At every byte, which is fetched.
    Content,
}

/// What was found, object by object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// When it was looked.
    pub checked_at: Timestamp,
    /// What was found of the bucket itself.
    pub bucket: Vec<Finding>,
    /// What was found of every object, in the receipt's order.
    pub objects: Vec<Verified>,
}

/// What was found of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Its name in the receipt.
    pub name: String,
    /// What was found; nothing where it is as the receipt says.
    pub findings: Vec<Finding>,
}

/// Something that is not as the receipt says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
pub enum Finding {
    /// The version, or the file, is not there.
    Missing,
    /// It is another content.
    OtherContent {
        /// What was found.
        found: String,
    },
    /// The receipt does not name it, and it belongs to what was to be archived.
    NotInReceipt,
    /// The receipt names no retention of it, and its bucket had Object Lock.
    NeverRetained,
    /// It has no retention any more.
    NotRetained,
    /// It is kept less long than the receipt says.
    Shortened {
        /// What the receipt says.
        was: Timestamp,
        /// What it is now.
        is: Timestamp,
    },
    /// Its retention is in a weaker mode than the receipt says.
    Weakened {
        /// What the receipt says.
        was: String,
        /// What it is now.
        is: String,
    },
    /// The file can be written to.
    Writable {
        /// Its permissions.
        mode: String,
    },
    /// It could not be asked.
    Unknown {
        /// What was answered.
        error: CallError,
    },
    /// Object Lock or versioning of the bucket is not what it was.
    BucketChanged {
        /// What is different.
        what: String,
    },
    /// A delete marker hides it from readers who name no version; it is still there.
    Hidden,
    /// A newer version of the same key is what readers get who name no version; this one is still there.
    Superseded {
        /// The newer version.
        by: String,
    },
}

impl Finding {
    /// Whether the receipt does not hold any more, or could not be checked. What lies on top of a version is no harm.
    pub fn is_bad(&self) -> bool {
        match self {
            Self::Missing
            | Self::NotInReceipt
            | Self::OtherContent { .. }
            | Self::NeverRetained
            | Self::NotRetained
            | Self::Shortened { .. }
            | Self::Weakened { .. }
            | Self::Writable { .. }
            | Self::Unknown { .. }
            | Self::BucketChanged { .. } => true,
            Self::Hidden | Self::Superseded { .. } => false,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it is not there"),
            Self::NotInReceipt => f.write_str("the receipt does not name it"),
            Self::OtherContent { found } => write!(f, "its content is not what the receipt says: {found}"),
            Self::NeverRetained => f.write_str("the receipt names no retention of it"),
            Self::NotRetained => f.write_str("it has no retention any more"),
            Self::Shortened { was, is } => write!(f, "it is kept until {is}, and the receipt says {was}"),
            Self::Weakened { was, is } => write!(f, "it is kept in mode {is}, and the receipt says {was}"),
            Self::Writable { mode } => write!(f, "it can be written to: its permissions are {mode}"),
            Self::Unknown { error } => write!(f, "it could not be asked: {error}"),
            Self::BucketChanged { what } => write!(f, "the bucket is not what it was: {what}"),
            Self::Hidden => f.write_str("a delete marker lies on it; the version is still there"),
            Self::Superseded { by } => write!(f, "version {by} lies on it; this version is still there"),
        }
    }
}

impl Verification {
    /// Whether everything is as the receipt says.
    pub fn is_sound(&self) -> bool {
        !self.bucket.iter().chain(self.objects.iter().flat_map(|object| &object.findings)).any(Finding::is_bad)
    }
}

/// Those of the things that were to be archived which a receipt does not name.
pub fn not_in_receipt<'a>(receipt: &Receipt, items: impl IntoIterator<Item = &'a Item>) -> Vec<Verified> {
    let is_named = |item: &Item| receipt.objects.iter().any(|kept| kept.name == item.name);
    let missing = items.into_iter().filter(|item| !is_named(item));
    missing.map(|item| Verified { name: item.name.clone(), findings: vec![Finding::NotInReceipt] }).collect()
}

/// Looks whether a receipt still holds, at the place that it was given for.
///
/// # Errors
/// The destination is not of the receipt's kind, or a file cannot be read. What S3 answers is a finding, and no error.
pub async fn verify_archive(
    receipt: &Receipt,
    destination: &Destination,
    depth: Depth,
    clock: &SharedClock,
) -> Result<Verification, ArchiveError> {
    match destination {
        Destination::Bucket(bucket) => Ok(in_bucket(receipt, bucket.objects.as_ref(), depth, clock).await),
        Destination::Directory(root) => {
            let (of, root) = (receipt.clone(), root.clone());
            let objects = crate::archive::blocking(clock, move || verify_directory::verify(&of, &root)).await?;
            Ok(Verification { checked_at: clock.now(), bucket: Vec::new(), objects })
        }
    }
}

async fn in_bucket(receipt: &Receipt, objects: &dyn ObjectArchive, depth: Depth, clock: &SharedClock) -> Verification {
    let bucket = bucket(receipt, objects).await;
    let mut verified = Vec::new();
    let is_locked = !matches!(&receipt.place, ReceiptPlace::Bucket(was) if was.lock_not_needed_because.is_some());
    for kept in &receipt.objects {
        let findings = match object(kept, objects, depth).await {
            Ok(mut findings) => {
                let has_none = matches!(&kept.kept, KeptIn::Object(object) if object.retention.is_none());
                findings.extend((is_locked && has_none).then_some(Finding::NeverRetained));
                findings
            }
            Err(error) if error.trouble == Trouble::NotFound => vec![Finding::Missing],
            Err(error) => vec![Finding::Unknown { error }],
        };
        verified.push(Verified { name: kept.name.clone(), findings });
    }
    Verification { checked_at: clock.now(), bucket, objects: verified }
}

async fn bucket(receipt: &Receipt, objects: &dyn ObjectArchive) -> Vec<Finding> {
    let ReceiptPlace::Bucket(was) = &receipt.place else {
        return vec![Finding::BucketChanged { what: "the receipt is of a directory".to_owned() }];
    };
    let changed = |what: String| vec![Finding::BucketChanged { what }];
    if was.bucket != objects.address().bucket {
        return changed(format!("the receipt is of {}, and {} was asked", was.bucket, objects.address().bucket));
    }
    match objects.facts().await {
        Err(error) => vec![Finding::Unknown { error }],
        Ok(is) if was.lock_enabled && !is.lock_enabled => changed("it has no Object Lock any more".to_owned()),
        Ok(is) if was.versioning != is.versioning => {
            changed(format!("its versioning is {}", is.versioning.as_deref().unwrap_or("off")))
        }
        Ok(_) => Vec::new(),
    }
}

/// What is found of one object; an error where its version cannot be read at all.
async fn object(kept: &Kept, objects: &dyn ObjectArchive, depth: Depth) -> Result<Vec<Finding>, CallError> {
    let KeptIn::Object(object) = &kept.kept else { return Ok(vec![Finding::Missing]) };
    let KeptObject { key, version_id, checksum, retention, .. } = object.as_ref();
    let version_id = version_id.as_deref();
    let head = objects.head(key, version_id).await?.value;
    let mut findings: Vec<Finding> = same_content(kept, checksum, &head).into_iter().collect();
    if findings.is_empty() && depth == Depth::Content {
        findings.extend(same_bytes(kept, key, version_id, objects).await?);
    }
    if let (Some(was), Some(version_id)) = (retention, version_id) {
        findings.extend(as_long(was, objects.retention(key, version_id).await?.value.as_ref()));
    }
    findings.extend(on_top(key, version_id, &objects.versions(key).await?));
    Ok(findings)
}

fn same_content(kept: &Kept, was: &StoredSum, is: &backproof_cloud::ObjectFacts) -> Option<Finding> {
    let found = match is.checksum {
        _ if is.bytes != kept.bytes => format!("it has {} bytes, and not {}", is.bytes, kept.bytes),
        Some(checksum) if was.is(checksum) => return None,
        Some(_) => "S3 holds another checksum".to_owned(),
        None => "S3 holds no checksum of it any more".to_owned(),
    };
    Some(Finding::OtherContent { found })
}

/// Fetches everything, some mebibytes at a time.
async fn same_bytes(
    kept: &Kept,
    key: &str,
    version_id: Option<&str>,
    objects: &dyn ObjectArchive,
) -> Result<Option<Finding>, CallError> {
    let (mut whole, mut offset) = (Sha256::new(), 0);
    while offset < kept.bytes {
        let length = crate::fingerprint::PART.min(kept.bytes - offset);
        let bytes = objects.get(key, version_id, offset, length).await?.value;
        if bytes.is_empty() {
            break;
        }
        whole.update(&bytes);
        offset += bytes.len() as u64;
    }
    let sha256 = hex::encode(whole.finalize());
    let found = format!("{offset} bytes were fetched, with the SHA-256 {sha256}");
    Ok((sha256 != kept.sha256).then_some(Finding::OtherContent { found }))
}

fn as_long(was: &ReadRetention, is: Option<&Retention>) -> Vec<Finding> {
    let Some(is) = is else { return vec![Finding::NotRetained] };
    let mut findings = Vec::new();
    if is.until < was.until {
        findings.push(Finding::Shortened { was: was.until, is: is.until });
    }
    let as_strong = match (LockMode::of_aws(&was.mode), LockMode::of_aws(&is.mode)) {
        (Some(was), Some(is)) => is.is_at_least(was),
        (_, _) => was.mode == is.mode,
    };
    if !as_strong {
        findings.push(Finding::Weakened { was: was.mode.clone(), is: is.mode.clone() });
    }
    findings
}

/// What lies on a version and hides it from whoever names none.
fn on_top(key: &str, version_id: Option<&str>, versions: &[ObjectVersion]) -> Option<Finding> {
    let latest = versions.iter().find(|version| version.key == key && version.is_latest)?;
    match version_id {
        Some(own) if own != latest.version_id && latest.is_delete_marker => Some(Finding::Hidden),
        Some(own) if own != latest.version_id => Some(Finding::Superseded { by: latest.version_id.clone() }),
        Some(_) | None => None,
    }
}
