//! `CreateMultipartUpload`, `UploadPart`, `CompleteMultipartUpload`: each part with its SHA-256.
//!
//! There is no `AbortMultipartUpload`: what was begun is gone on with, or ends by the bucket's lifecycle.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart, ServerSideEncryption,
};
use backproof_cloud::{Answered, CallError, NewObject, StoredPart, Trouble, Written};

use super::writing::{BESIDE, hex, lock_mode};
use super::{Bucket, id_of, part_digest, stored_checksum, written_digest};
use crate::convert::{date_time, need, unreadable};

/// The permission that all three need.
const CALL: &str = "s3:PutObject";

/// Begins an upload.
pub(super) async fn begin(bucket: &Bucket, object: &NewObject) -> Result<Answered<String>, CallError> {
    let key = &bucket.address.kms_key_arn;
    let request = bucket
        .session
        .s3
        .create_multipart_upload()
        .bucket(&bucket.address.bucket)
        .set_expected_bucket_owner(bucket.owner())
        .key(&object.key)
        .content_type(&object.content_type)
        .metadata(BESIDE, hex(object.sha256))
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .checksum_type(ChecksumType::Composite)
        .set_object_lock_mode(object.retention.map(|(mode, _)| lock_mode(mode)))
        .set_object_lock_retain_until_date(object.retention.map(|(_, until)| date_time(until)))
        .set_server_side_encryption(key.as_ref().map(|_| ServerSideEncryption::AwsKms))
        .set_ssekms_key_id(key.clone());
    let answer = bucket.session.call(CALL, request.send()).await?;
    let request_id = id_of(&answer);
    let upload_id = need(answer.upload_id, "UploadId").map_err(|problem| unreadable(CALL, problem))?;
    Ok(Answered { value: upload_id, request_id })
}

/// Writes one part.
pub(super) async fn put_part(
    bucket: &Bucket,
    key: &str,
    upload_id: &str,
    number: u32,
    sha256: [u8; 32],
    body: Vec<u8>,
) -> Result<Answered<StoredPart>, CallError> {
    let bytes = body.len() as u64;
    let request = bucket
        .session
        .s3
        .upload_part()
        .bucket(&bucket.address.bucket)
        .set_expected_bucket_owner(bucket.owner())
        .key(key)
        .upload_id(upload_id)
        .part_number(part_number(number)?)
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .checksum_sha256(written_digest(sha256))
        .body(ByteStream::from(body));
    let answer = bucket.session.call(CALL, request.send()).await?;
    let request_id = id_of(&answer);
    let stored = part_digest(CALL, answer.checksum_sha256())?;
    let e_tag = need(answer.e_tag, "ETag").map_err(|problem| unreadable(CALL, problem))?;
    Ok(Answered { value: StoredPart { number, e_tag, bytes, sha256: stored }, request_id })
}

/// Makes a version of the parts.
pub(super) async fn complete(
    bucket: &Bucket,
    key: &str,
    upload_id: &str,
    parts: &[StoredPart],
) -> Result<Answered<Written>, CallError> {
    let named = parts.iter().map(|part| {
        let number = part_number(part.number)?;
        let digest = part.sha256.map(written_digest);
        Ok(CompletedPart::builder().part_number(number).e_tag(&part.e_tag).set_checksum_sha256(digest).build())
    });
    let named: Vec<CompletedPart> = named.collect::<Result<_, CallError>>()?;
    let request = bucket
        .session
        .s3
        .complete_multipart_upload()
        .bucket(&bucket.address.bucket)
        .set_expected_bucket_owner(bucket.owner())
        .key(key)
        .upload_id(upload_id)
        .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(named)).build());
    let answer = bucket.session.call(CALL, request.send()).await?;
    let request_id = id_of(&answer);
    let checksum = stored_checksum(CALL, answer.checksum_sha256())?;
    Ok(Answered { value: Written { version_id: answer.version_id, checksum }, request_id })
}

fn part_number(number: u32) -> Result<i32, CallError> {
    i32::try_from(number).map_err(|_| CallError {
        call: CALL.to_owned(),
        trouble: Trouble::Invalid,
        code: None,
        message: format!("not sent: S3 has no part {number}"),
        request_id: None,
    })
}
