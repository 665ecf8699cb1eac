//! `HeadObject` and `GetObject`, of one version.

use aws_sdk_s3::types::ChecksumMode;
use backproof_cloud::{Answered, CallError, ObjectFacts, Trouble};

use super::{Bucket, id_of, stored_checksum};
use crate::convert::{count, moment, need, unreadable};

/// The permission to read a named version.
const OF_VERSION: &str = "s3:GetObjectVersion";
/// The permission to read the latest version.
const OF_LATEST: &str = "s3:GetObject";

fn call_for(version_id: Option<&str>) -> &'static str {
    match version_id {
        Some(_) => OF_VERSION,
        None => OF_LATEST,
    }
}

/// What S3 says of a version.
pub(super) async fn head(
    bucket: &Bucket,
    key: &str,
    version_id: Option<&str>,
) -> Result<Answered<ObjectFacts>, CallError> {
    let call = call_for(version_id);
    let request = bucket
        .session
        .s3
        .head_object()
        .bucket(&bucket.address.bucket)
        .set_expected_bucket_owner(bucket.owner())
        .key(key)
        .set_version_id(version_id.map(str::to_owned))
        .checksum_mode(ChecksumMode::Enabled);
    // An answer to HEAD has no body that could hold a code.
    let send = async {
        match request.send().await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.raw_response().is_some_and(|answer| answer.status().as_u16() == 404) => Ok(None),
            Err(error) => Err(error),
        }
    };
    let Some(answer) = bucket.session.call(call, send).await? else {
        let message = format!("{key} is not in the bucket{}", version_id.map(of_version).unwrap_or_default());
        let call = call.to_owned();
        return Err(CallError { call, trouble: Trouble::NotFound, code: None, message, request_id: None });
    };
    let request_id = id_of(&answer);
    let bytes = need(count(answer.content_length()), "Content-Length").map_err(|problem| unreadable(call, problem))?;
    let facts = ObjectFacts {
        bytes,
        checksum: stored_checksum(call, answer.checksum_sha256())?,
        last_modified: answer.last_modified().copied().and_then(moment),
        kms_key: answer.ssekms_key_id,
        version_id: answer.version_id,
    };
    Ok(Answered { value: facts, request_id })
}

fn of_version(version_id: &str) -> String {
    format!(" as version {version_id}")
}

/// Some of the bytes of a version.
pub(super) async fn get(
    bucket: &Bucket,
    key: &str,
    version_id: Option<&str>,
    offset: u64,
    length: u64,
) -> Result<Answered<Vec<u8>>, CallError> {
    let call = call_for(version_id);
    let last = offset.saturating_add(length).saturating_sub(1);
    let request = bucket
        .session
        .s3
        .get_object()
        .bucket(&bucket.address.bucket)
        .set_expected_bucket_owner(bucket.owner())
        .key(key)
        .set_version_id(version_id.map(str::to_owned))
        .range(format!("bytes={offset}-{last}"));
    let answer = bucket.session.call(call, request.send()).await?;
    let request_id = id_of(&answer);
    let body = answer.body.collect().await.map_err(|error| unreadable(call, error.to_string()))?;
    Ok(Answered { value: body.into_bytes().to_vec(), request_id })
}
