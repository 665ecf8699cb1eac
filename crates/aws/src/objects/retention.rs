//! `GetObjectRetention` and `PutObjectRetention`, of one version.

use aws_sdk_s3::types::{ObjectLockRetention, ObjectLockRetentionMode};
use backproof_cloud::{Answered, CallError, Retention};
use backproof_model::LockMode;
use jiff::Timestamp;

use super::{Bucket, id_of};
use crate::convert::{date_time, moment, need, unreadable};

const READ: &str = "s3:GetObjectRetention";
const EXTEND: &str = "s3:PutObjectRetention";
/// What S3 says of a version that has no retention.
const NONE: &str = "NoSuchObjectLockConfiguration";

/// Until when a version is kept.
pub(super) async fn read(
    bucket: &Bucket,
    key: &str,
    version_id: &str,
) -> Result<Answered<Option<Retention>>, CallError> {
    let request = bucket
        .session
        .s3
        .get_object_retention()
        .bucket(&bucket.address.bucket)
        .set_expected_bucket_owner(bucket.owner())
        .key(key)
        .version_id(version_id);
    let answer = match bucket.session.call(READ, request.send()).await {
        Ok(answer) => answer,
        Err(error) if error.code.as_deref() == Some(NONE) => {
            return Ok(Answered { value: None, request_id: error.request_id });
        }
        Err(error) => return Err(error),
    };
    let request_id = id_of(&answer);
    let value = answer.retention.map(understood).transpose().map_err(|problem| unreadable(READ, problem))?;
    Ok(Answered { value, request_id })
}

fn understood(retention: ObjectLockRetention) -> Result<Retention, String> {
    let until = need(retention.retain_until_date, "RetainUntilDate")?;
    Ok(Retention {
        mode: need(retention.mode, "Mode")?.as_str().to_owned(),
        until: moment(until).ok_or("RetainUntilDate is out of range")?,
    })
}

/// Keeps a version longer. Never asks to bypass anything.
pub(super) async fn extend(
    bucket: &Bucket,
    key: &str,
    version_id: &str,
    mode: LockMode,
    until: Timestamp,
) -> Result<Answered<()>, CallError> {
    let mode = match mode {
        LockMode::Compliance => ObjectLockRetentionMode::Compliance,
        LockMode::Governance => ObjectLockRetentionMode::Governance,
    };
    let retention = ObjectLockRetention::builder().mode(mode).retain_until_date(date_time(until)).build();
    let request = bucket
        .session
        .s3
        .put_object_retention()
        .bucket(&bucket.address.bucket)
        .set_expected_bucket_owner(bucket.owner())
        .key(key)
        .version_id(version_id)
        .retention(retention);
    let answer = bucket.session.call(EXTEND, request.send()).await?;
    Ok(Answered { value: (), request_id: id_of(&answer) })
}
