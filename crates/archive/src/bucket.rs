//! Keeps things in a bucket: looks what is there, writes what is not, and reads back what is kept.

use std::path::Path;

use backproof_clock::SharedClock;
use backproof_cloud::{Answered, BucketFacts, NewObject, ObjectFacts, Retention, StoredChecksum};
use backproof_model::LockMode;
use jiff::Timestamp;

use crate::fingerprint::Fingerprint;
use crate::progress::ProgressFile;
use crate::upload::upload;
use crate::{
    ArchiveError, Bucket, BucketReading, Item, Kept, KeptIn, KeptObject, Order, ReadRetention, RequestIds, StoredSum,
    Terms, Unlocked,
};

/// A bucket that serves, with what is asked of it.
pub(crate) struct Keeper<'a> {
    bucket: &'a Bucket,
    installation: &'a str,
    wanted: Option<(LockMode, Timestamp)>,
    progress: &'a Path,
    clock: &'a SharedClock,
}

impl<'a> Keeper<'a> {
    /// Looks at the bucket, and refuses one that cannot keep anything.
    pub(crate) async fn open(
        bucket: &'a Bucket,
        order: &'a Order,
        (terms, until): (&Terms, Timestamp),
        progress: &'a Path,
        clock: &'a SharedClock,
    ) -> Result<(Self, BucketReading), ArchiveError> {
        let facts = bucket.objects.facts().await.map_err(ArchiveError::of_call(bucket.objects.address()))?;
        let (wanted, reason) = match (serves(&facts), &terms.unlocked) {
            (true, _) => (Some((terms.mode, until)), None),
            (false, Unlocked::Accepted { reason }) => (None, Some(reason.as_str())),
            (false, Unlocked::Refused) => {
                return Err(ArchiveError::LockOff { bucket: bucket.objects.address().bucket.clone() });
            }
        };
        let reading = BucketReading::of(&facts, bucket, reason, clock.now());
        Ok((Self { bucket, installation: &order.installation, wanted, progress, clock }, reading))
    }

    /// Keeps one thing.
    pub(crate) async fn keep(&self, item: &Item) -> Result<Kept, ArchiveError> {
        let (content, part_bytes) = (item.content.clone(), self.bucket.part_bytes);
        let print = crate::archive::blocking(self.clock, move || Fingerprint::of(&content, part_bytes)).await?;
        let key = self.key(item);
        if let Some(version_id) = self.present(&key, &print).await? {
            let kept = self.read_back(&key, Some(version_id), &print, None).await?;
            return Ok(named(item, &print, false, kept));
        }
        let object = NewObject {
            key: key.clone(),
            content_type: item.content_type().to_owned(),
            sha256: print.sha256,
            retention: self.wanted,
        };
        let (objects, of_call) = (self.bucket.objects.as_ref(), ArchiveError::of_call(self.bucket.objects.address()));
        let written = if print.is_in_parts() {
            let progress = ProgressFile::of(self.progress, &objects.address().bucket, &key);
            upload(objects, &object, &item.content, &print, &progress, self.clock).await?
        } else {
            let body = print.part(&item.content, 1)?;
            objects.put(&object, body).await.map_err(&of_call)?
        };
        let kept = self.read_back(&key, written.value.version_id, &print, written.request_id).await?;
        Ok(named(item, &print, true, kept))
    }

    fn key(&self, item: &Item) -> String {
        let own = format!("{}/{}", self.installation, item.name);
        if self.bucket.prefix.is_empty() { own } else { format!("{}/{own}", self.bucket.prefix) }
    }

    /// The version of this key that holds this content and can be kept as it is wanted, where there is one.
    async fn present(&self, key: &str, print: &Fingerprint) -> Result<Option<String>, ArchiveError> {
        let (objects, of_call) = (&self.bucket.objects, ArchiveError::of_call(self.bucket.objects.address()));
        let versions = objects.versions(key).await.map_err(&of_call)?;
        let same_size = |version: &&backproof_cloud::ObjectVersion| {
            version.key == key && !version.is_delete_marker && version.bytes == Some(print.bytes)
        };
        let mut serves = None;
        for version in versions.iter().filter(same_size) {
            let head = objects.head(key, Some(&version.version_id)).await.map_err(&of_call)?.value;
            if !head.checksum.is_some_and(|stored| print.is_stored_as(stored)) {
                continue;
            }
            let Some(wanted) = self.wanted else { return Ok(Some(version.version_id.clone())) };
            let retention = objects.retention(key, &version.version_id).await.map_err(&of_call)?.value;
            if satisfies(retention.as_ref(), wanted) {
                return Ok(Some(version.version_id.clone()));
            }
            if serves.is_none() && can_be_extended(retention.as_ref(), wanted) {
                serves = Some(version.version_id.clone());
            }
        }
        Ok(serves)
    }

    /// What S3 says of a version. A retention that is too short, or missing, is made longer once, and read again.
    async fn read_back(
        &self,
        key: &str,
        version_id: Option<String>,
        print: &Fingerprint,
        write: Option<String>,
    ) -> Result<KeptIn, ArchiveError> {
        let (objects, of_call) = (&self.bucket.objects, ArchiveError::of_call(self.bucket.objects.address()));
        let head = objects.head(key, version_id.as_deref()).await.map_err(&of_call)?;
        let checksum = self.same_content(key, &head.value, print)?;
        let mut request_ids = RequestIds { write, head: head.request_id, retention: None };
        let mut read = None;
        if let Some(wanted) = self.wanted {
            let Some(version_id) = version_id.as_deref() else {
                let mend = "see that versioning is enabled and not suspended";
                return Err(self.not_kept(key, "S3 gave its version no id".to_owned(), mend));
            };
            let Answered { value, request_id } = self.kept_until(key, version_id, wanted).await?;
            request_ids.retention = request_id;
            read = Some(ReadRetention { mode: value.mode, until: value.until, read_at: self.clock.now() });
        }
        Ok(KeptIn::Object(Box::new(KeptObject {
            key: key.to_owned(),
            version_id,
            checksum: StoredSum::of(checksum, print.part_bytes),
            retention: read,
            last_modified: head.value.last_modified,
            kms_key: head.value.kms_key,
            request_ids,
        })))
    }

    fn same_content(&self, key: &str, head: &ObjectFacts, print: &Fingerprint) -> Result<StoredChecksum, ArchiveError> {
        let mend = "archive again; if it stays so, something between here and S3 changes what is sent";
        if head.bytes != print.bytes {
            let what = format!("S3 says that it has {} bytes, and not {}", head.bytes, print.bytes);
            return Err(self.not_kept(key, what, mend));
        }
        match head.checksum {
            Some(stored) if print.is_stored_as(stored) => Ok(stored),
            Some(_) => Err(self.not_kept(key, "S3 holds the checksum of something else".to_owned(), mend)),
            None => Err(self.not_kept(key, "S3 holds no SHA-256 of it".to_owned(), mend)),
        }
    }

    /// The retention that was read back and is as it was wanted.
    async fn kept_until(
        &self,
        key: &str,
        version_id: &str,
        wanted: (LockMode, Timestamp),
    ) -> Result<Answered<Retention>, ArchiveError> {
        let (objects, of_call) = (&self.bucket.objects, ArchiveError::of_call(self.bucket.objects.address()));
        let mut answer = objects.retention(key, version_id).await.map_err(&of_call)?;
        if can_be_extended(answer.value.as_ref(), wanted) {
            let (mode, until) = wanted;
            objects.extend_retention(key, version_id, mode, until).await.map_err(&of_call)?;
            answer = objects.retention(key, version_id).await.map_err(&of_call)?;
        }
        let what = match answer.value {
            Some(retention) if satisfies(Some(&retention), wanted) => {
                return Ok(Answered { value: retention, request_id: answer.request_id });
            }
            Some(Retention { mode, until }) => format!("S3 says that it is kept until {until} in mode {mode}"),
            None => "S3 says that it has no retention".to_owned(),
        };
        let what = format!("{what}, and not until {} in mode {}", wanted.1, wanted.0);
        Err(self.not_kept(
            key,
            what,
            "look at the bucket's Object Lock and its policy's conditions on s3:object-lock-*",
        ))
    }

    fn not_kept(&self, key: &str, what: String, mend: &'static str) -> ArchiveError {
        let bucket = self.bucket.objects.address().bucket.clone();
        ArchiveError::NotKept { bucket, key: key.to_owned(), what, mend }
    }
}

/// Whether versions in this bucket can have a retention.
fn serves(facts: &BucketFacts) -> bool {
    facts.lock_enabled && facts.versioning.as_deref() == Some("Enabled")
}

fn satisfies(retention: Option<&Retention>, (mode, until): (LockMode, Timestamp)) -> bool {
    retention.is_some_and(|retention| {
        retention.until >= until && LockMode::of_aws(&retention.mode).is_some_and(|read| read.is_at_least(mode))
    })
}

/// Whether more can be had of the same version. Another mode cannot, without bypassing the one that there is.
fn can_be_extended(retention: Option<&Retention>, (mode, until): (LockMode, Timestamp)) -> bool {
    match retention {
        None => true,
        Some(retention) => retention.until < until && retention.mode == mode.as_aws(),
    }
}

fn named(item: &Item, print: &Fingerprint, written: bool, kept: KeptIn) -> Kept {
    Kept { name: item.name.clone(), sha256: hex::encode(print.sha256), bytes: print.bytes, written, kept }
}
