//! `PutObject`, with a retention and the SHA-256 that S3 has to find.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ObjectLockMode, ServerSideEncryption};
use backproof_cloud::{Answered, CallError, NewObject, Written};
use backproof_model::LockMode;

use super::{Bucket, id_of, stored_checksum, written_digest};
use crate::convert::date_time;

const CALL: &str = "s3:PutObject";
/// The name under which the content's SHA-256 stands beside the object.
pub(super) const BESIDE: &str = "backproof-sha256";

/// Writes an object in one go.
pub(super) async fn put(bucket: &Bucket, object: &NewObject, body: Vec<u8>) -> Result<Answered<Written>, CallError> {
    let key = &bucket.address.kms_key_arn;
    let request = bucket
        .session
        .s3
        .put_object()
        .bucket(&bucket.address.bucket)
        .set_expected_bucket_owner(bucket.owner())
        .key(&object.key)
        .content_type(&object.content_type)
        .metadata(BESIDE, hex(object.sha256))
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .checksum_sha256(written_digest(object.sha256))
        .set_object_lock_mode(object.retention.map(|(mode, _)| lock_mode(mode)))
        .set_object_lock_retain_until_date(object.retention.map(|(_, until)| date_time(until)))
        .set_server_side_encryption(key.as_ref().map(|_| ServerSideEncryption::AwsKms))
        .set_ssekms_key_id(key.clone())
        .body(ByteStream::from(body));
    let answer = bucket.session.call(CALL, request.send()).await?;
    let request_id = id_of(&answer);
    let checksum = stored_checksum(CALL, answer.checksum_sha256())?;
    Ok(Answered { value: Written { version_id: answer.version_id, checksum }, request_id })
}

pub(super) fn lock_mode(mode: LockMode) -> ObjectLockMode {
    match mode {
        LockMode::Compliance => ObjectLockMode::Compliance,
        LockMode::Governance => ObjectLockMode::Governance,
    }
}

pub(super) fn hex(digest: [u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
