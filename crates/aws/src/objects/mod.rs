//! S3: a bucket under Object Lock that evidence is added to. Nothing here can delete.
//!
//! Calls are named by the permissions that they need, which for S3 are seldom the operations' own names: so an error
//! says what has to be allowed.

mod facts;
mod listings;
mod reading;
mod retention;
mod uploads;
mod writing;

use std::sync::Arc;

use async_trait::async_trait;
use aws_smithy_types::base64;
use backproof_cloud::{
    Answered, BucketAddress, BucketFacts, CallError, NewObject, ObjectArchive, ObjectFacts, ObjectVersion, Retention,
    StoredChecksum, StoredPart, UnfinishedUpload, Written,
};
use backproof_model::LockMode;
use jiff::Timestamp;

use crate::convert::unreadable;
use crate::session::Session;

/// A bucket, with the session that reaches it.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) session: Arc<Session>,
    pub(crate) address: BucketAddress,
}

impl Bucket {
    /// The account that S3 is told to expect as the bucket's owner.
    fn owner(&self) -> Option<String> {
        self.address.owner.as_ref().map(ToString::to_string)
    }
}

#[async_trait]
impl ObjectArchive for Bucket {
    fn address(&self) -> &BucketAddress {
        &self.address
    }

    fn endpoint(&self) -> Option<&str> {
        self.session.endpoint_url.as_deref()
    }

    async fn facts(&self) -> Result<BucketFacts, CallError> {
        facts::facts(self).await
    }

    async fn put(&self, object: &NewObject, body: Vec<u8>) -> Result<Answered<Written>, CallError> {
        writing::put(self, object, body).await
    }

    async fn begin_upload(&self, object: &NewObject) -> Result<Answered<String>, CallError> {
        uploads::begin(self, object).await
    }

    async fn unfinished_uploads(&self, key: &str) -> Result<Vec<UnfinishedUpload>, CallError> {
        listings::unfinished_uploads(self, key).await
    }

    async fn parts(&self, key: &str, upload_id: &str) -> Result<Vec<StoredPart>, CallError> {
        listings::parts(self, key, upload_id).await
    }

    async fn put_part(
        &self,
        key: &str,
        upload_id: &str,
        number: u32,
        sha256: [u8; 32],
        body: Vec<u8>,
    ) -> Result<Answered<StoredPart>, CallError> {
        uploads::put_part(self, key, upload_id, number, sha256, body).await
    }

    async fn complete_upload(
        &self,
        key: &str,
        upload_id: &str,
        parts: &[StoredPart],
    ) -> Result<Answered<Written>, CallError> {
        uploads::complete(self, key, upload_id, parts).await
    }

    async fn head(&self, key: &str, version_id: Option<&str>) -> Result<Answered<ObjectFacts>, CallError> {
        reading::head(self, key, version_id).await
    }

    async fn retention(&self, key: &str, version_id: &str) -> Result<Answered<Option<Retention>>, CallError> {
        retention::read(self, key, version_id).await
    }

    async fn extend_retention(
        &self,
        key: &str,
        version_id: &str,
        mode: LockMode,
        until: Timestamp,
    ) -> Result<Answered<()>, CallError> {
        retention::extend(self, key, version_id, mode, until).await
    }

    async fn versions(&self, prefix: &str) -> Result<Vec<ObjectVersion>, CallError> {
        listings::versions(self, prefix).await
    }

    async fn get(
        &self,
        key: &str,
        version_id: Option<&str>,
        offset: u64,
        length: u64,
    ) -> Result<Answered<Vec<u8>>, CallError> {
        reading::get(self, key, version_id, offset, length).await
    }
}

/// A digest as S3 writes it.
fn written_digest(sha256: [u8; 32]) -> String {
    base64::encode(sha256)
}

/// A checksum as S3 writes it: of the whole, or with the number of parts after a hyphen.
fn stored_checksum(call: &str, text: Option<&str>) -> Result<Option<StoredChecksum>, CallError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let digest = |text: &str| -> Option<[u8; 32]> { base64::decode(text).ok()?.try_into().ok() };
    let understood = match text.rsplit_once('-') {
        None => digest(text).map(StoredChecksum::Whole),
        Some((text, parts)) => {
            digest(text).zip(parts.parse().ok()).map(|(digest, parts)| StoredChecksum::OfParts { digest, parts })
        }
    };
    understood.map(Some).ok_or_else(|| unreadable(call, format!("`{text}` is no SHA-256")))
}

/// The SHA-256 of one part.
fn part_digest(call: &str, text: Option<&str>) -> Result<Option<[u8; 32]>, CallError> {
    match stored_checksum(call, text)? {
        None => Ok(None),
        Some(StoredChecksum::Whole(digest)) => Ok(Some(digest)),
        Some(StoredChecksum::OfParts { .. }) => Err(unreadable(call, "the checksum of one part is of several")),
    }
}

/// The id of an answer's request.
fn id_of(answer: &impl aws_types::request_id::RequestId) -> Option<String> {
    answer.request_id().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_of_parts_is_told_from_that_of_the_whole() {
        let text = written_digest([7; 32]);
        let read = |text: &str| stored_checksum("s3:GetObject", Some(text));
        assert_eq!(read(&text).unwrap(), Some(StoredChecksum::Whole([7; 32])));
        assert_eq!(read(&format!("{text}-3")).unwrap(), Some(StoredChecksum::OfParts { digest: [7; 32], parts: 3 }));
        assert_eq!(stored_checksum("s3:GetObject", None).unwrap(), None);
    }

    #[test]
    fn what_is_no_sha256_is_not_taken_for_one() {
        for text in ["AAAA", "no base64!", "AAAA-2", &format!("{}-x", written_digest([7; 32]))] {
            let refused = stored_checksum("s3:GetObject", Some(text)).unwrap_err();
            assert_eq!(refused.trouble, backproof_cloud::Trouble::Unreadable, "{text}");
        }
        let of_parts = format!("{}-2", written_digest([7; 32]));
        assert!(part_digest("s3:ListMultipartUploadParts", Some(&of_parts)).is_err());
    }
}
