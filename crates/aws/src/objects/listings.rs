//! `ListObjectVersions`, `ListMultipartUploads`, `ListParts`, each to its end.
//!
//! Keys come as they are: ours have no letter that XML could not hold.

use aws_sdk_s3::types::{DeleteMarkerEntry, MultipartUpload, ObjectVersion as SdkVersion, Part};
use backproof_cloud::{CallError, ObjectVersion, StoredPart, UnfinishedUpload};

use super::{Bucket, part_digest};
use crate::convert::{count, moment, need, unreadable};
use crate::paging::Pages;

const VERSIONS: &str = "s3:ListBucketVersions";
const UPLOADS: &str = "s3:ListBucketMultipartUploads";
const PARTS: &str = "s3:ListMultipartUploadParts";
/// Between the two halves of a place in a listing; no key of ours holds it.
const BETWEEN: char = '\n';

/// All versions and delete markers of keys that begin so.
pub(super) async fn versions(bucket: &Bucket, prefix: &str) -> Result<Vec<ObjectVersion>, CallError> {
    let mut pages = Pages::of(VERSIONS);
    let (mut found, mut place) = (Vec::new(), None::<String>);
    loop {
        let (key_marker, version_marker) = halves(place.as_deref());
        let request = bucket
            .session
            .s3
            .list_object_versions()
            .bucket(&bucket.address.bucket)
            .set_expected_bucket_owner(bucket.owner())
            .prefix(prefix)
            .set_key_marker(key_marker)
            .set_version_id_marker(version_marker);
        let answer = bucket.session.call(VERSIONS, request.send()).await?;
        let entries = answer.versions.unwrap_or_default().into_iter().map(version);
        let markers = answer.delete_markers.unwrap_or_default().into_iter().map(marker);
        for entry in entries.chain(markers) {
            found.push(entry.map_err(|problem| unreadable(VERSIONS, problem))?);
        }
        let next = joined(answer.is_truncated, answer.next_key_marker, answer.next_version_id_marker);
        place = pages.next(next)?;
        if place.is_none() {
            return Ok(found);
        }
    }
}

fn version(entry: SdkVersion) -> Result<ObjectVersion, String> {
    Ok(ObjectVersion {
        key: need(entry.key, "Key")?,
        version_id: need(entry.version_id, "VersionId")?,
        is_latest: need(entry.is_latest, "IsLatest")?,
        is_delete_marker: false,
        bytes: count(entry.size),
    })
}

fn marker(entry: DeleteMarkerEntry) -> Result<ObjectVersion, String> {
    Ok(ObjectVersion {
        key: need(entry.key, "Key")?,
        version_id: need(entry.version_id, "VersionId")?,
        is_latest: need(entry.is_latest, "IsLatest")?,
        is_delete_marker: true,
        bytes: None,
    })
}

/// The unfinished uploads of exactly this key.
pub(super) async fn unfinished_uploads(bucket: &Bucket, key: &str) -> Result<Vec<UnfinishedUpload>, CallError> {
    let mut pages = Pages::of(UPLOADS);
    let (mut found, mut place) = (Vec::new(), None::<String>);
    loop {
        let (key_marker, upload_marker) = halves(place.as_deref());
        let request = bucket
            .session
            .s3
            .list_multipart_uploads()
            .bucket(&bucket.address.bucket)
            .set_expected_bucket_owner(bucket.owner())
            .prefix(key)
            .set_key_marker(key_marker)
            .set_upload_id_marker(upload_marker);
        let answer = bucket.session.call(UPLOADS, request.send()).await?;
        for upload in answer.uploads.unwrap_or_default() {
            if upload.key.as_deref() == Some(key) {
                found.push(unfinished(upload).map_err(|problem| unreadable(UPLOADS, problem))?);
            }
        }
        let next = joined(answer.is_truncated, answer.next_key_marker, answer.next_upload_id_marker);
        place = pages.next(next)?;
        if place.is_none() {
            return Ok(found);
        }
    }
}

fn unfinished(upload: MultipartUpload) -> Result<UnfinishedUpload, String> {
    Ok(UnfinishedUpload { upload_id: need(upload.upload_id, "UploadId")?, begun: upload.initiated.and_then(moment) })
}

/// The parts that S3 has of an upload.
pub(super) async fn parts(bucket: &Bucket, key: &str, upload_id: &str) -> Result<Vec<StoredPart>, CallError> {
    let mut pages = Pages::of(PARTS);
    let (mut found, mut place) = (Vec::new(), None::<String>);
    loop {
        let request = bucket
            .session
            .s3
            .list_parts()
            .bucket(&bucket.address.bucket)
            .set_expected_bucket_owner(bucket.owner())
            .key(key)
            .upload_id(upload_id)
            .set_part_number_marker(place.clone());
        let answer = bucket.session.call(PARTS, request.send()).await?;
        for part in answer.parts.unwrap_or_default() {
            found.push(stored(part)?);
        }
        place = pages.next(answer.next_part_number_marker.filter(|_| answer.is_truncated == Some(true)))?;
        if place.is_none() {
            return Ok(found);
        }
    }
}

fn stored(part: Part) -> Result<StoredPart, CallError> {
    let sha256 = part_digest(PARTS, part.checksum_sha256())?;
    let understood = || -> Result<StoredPart, String> {
        let number = need(part.part_number, "PartNumber")?;
        Ok(StoredPart {
            number: u32::try_from(number).map_err(|_| format!("PartNumber is {number}"))?,
            e_tag: need(part.e_tag, "ETag")?,
            bytes: need(count(part.size), "Size")?,
            sha256,
        })
    };
    understood().map_err(|problem| unreadable(PARTS, problem))
}

/// The place where a listing goes on, in one text.
fn joined(is_truncated: Option<bool>, key: Option<String>, id: Option<String>) -> Option<String> {
    let key = key.filter(|_| is_truncated == Some(true))?;
    Some(format!("{key}{BETWEEN}{}", id.unwrap_or_default()))
}

fn halves(place: Option<&str>) -> (Option<String>, Option<String>) {
    let Some((key, id)) = place.and_then(|place| place.split_once(BETWEEN)) else { return (None, None) };
    (Some(key.to_owned()), Some(id.to_owned()).filter(|id| !id.is_empty()))
}
