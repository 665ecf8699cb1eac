//! `GetBucketVersioning` and `GetObjectLockConfiguration`.

use aws_sdk_s3::types::{DefaultRetention as SdkDefault, ObjectLockEnabled};
use backproof_cloud::{BucketFacts, CallError, DefaultRetention};

use super::{Bucket, id_of};

const VERSIONING: &str = "s3:GetBucketVersioning";
const LOCK: &str = "s3:GetBucketObjectLockConfiguration";
/// What S3 says where a bucket has no Object Lock.
const NO_LOCK: &str = "ObjectLockConfigurationNotFoundError";

/// What the bucket says of itself.
pub(super) async fn facts(bucket: &Bucket) -> Result<BucketFacts, CallError> {
    let (s3, name) = (&bucket.session.s3, &bucket.address.bucket);
    let request = s3.get_bucket_versioning().bucket(name).set_expected_bucket_owner(bucket.owner());
    let versioning = bucket.session.call(VERSIONING, request.send()).await?;
    let mut request_ids: Vec<String> = id_of(&versioning).into_iter().collect();

    let request = s3.get_object_lock_configuration().bucket(name).set_expected_bucket_owner(bucket.owner());
    let configuration = match bucket.session.call(LOCK, request.send()).await {
        Ok(answer) => {
            request_ids.extend(id_of(&answer));
            answer.object_lock_configuration
        }
        Err(error) if error.code.as_deref() == Some(NO_LOCK) => {
            request_ids.extend(error.request_id);
            None
        }
        Err(error) => return Err(error),
    };
    let lock_enabled = configuration
        .as_ref()
        .and_then(|configuration| configuration.object_lock_enabled())
        .is_some_and(|enabled| *enabled == ObjectLockEnabled::Enabled);
    Ok(BucketFacts {
        versioning: versioning.status.map(|status| status.as_str().to_owned()),
        lock_enabled,
        default_retention: configuration
            .and_then(|configuration| configuration.rule)
            .and_then(|rule| rule.default_retention)
            .and_then(|default| default_retention(&default)),
        owner: bucket.address.owner.clone(),
        request_ids,
    })
}

fn default_retention(default: &SdkDefault) -> Option<DefaultRetention> {
    let number = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    Some(DefaultRetention {
        mode: default.mode.as_ref()?.as_str().to_owned(),
        days: number(default.days),
        years: number(default.years),
    })
}
