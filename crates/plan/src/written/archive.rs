//! The table that says where sealed bundles are kept.

use backproof_model::{AccountId, LockMode, Region};

use super::choices::NoLock;
use super::table::toml_table;
use super::texts::{TextForm, kept_text};
use super::{Choice, KeyArn, NonEmpty, Number, Optional, Required, RoleArn, Text};

toml_table! {
    /// Where sealed bundles are kept so that nobody can change them: a bucket with Object Lock, or a directory.
    ArchiveTable {
        /// `s3://bucket/prefix`, or the path of a directory, which is never immutable.
        to: Required<Text<ArchivePlace>>,
        /// How many years from a run's closing. Default: 7.
        retention_years: Optional<Number<1, 100>>,
        /// The retention mode of Object Lock. compliance: nobody can end it before its time. governance: whoever has
        /// the permission to bypass it can. Default: compliance.
        mode: Optional<Choice<LockMode>>,
        /// The bucket's Region. Default: the sandbox's first.
        region: Optional<Text<Region>>,
        /// The account that the bucket must belong to: S3 then refuses another's. Default: any.
        account: Optional<Text<AccountId>>,
        /// The role to assume for it. Default: the credentials at hand.
        role_arn: Optional<Text<RoleArn>>,
        /// The external id that the role's trust policy asks for.
        external_id: Optional<Text<NonEmpty>>,
        /// The KMS key that objects are encrypted with, by its ARN. Default: what the bucket says.
        kms_key: Optional<Text<KeyArn>>,
        /// Set to "none-accepted" for a bucket without Object Lock; receipts and reports say so.
        lock: Optional<Choice<NoLock>>,
        /// Why that is accepted.
        lock_reason: Optional<Text<NonEmpty>>,
    }
}

kept_text!(
    /// A bucket or a directory.
    ArchivePlace,
    "a bucket as `s3://bucket/prefix`, or the path of a directory",
    "s3://log-archive/backproof",
    "^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()/-]*)?|[^:]+)$",
    |text| {
        let Some(rest) = text.strip_prefix("s3://") else {
            return !text.trim().is_empty() && !text.contains("://") && !text.chars().any(char::is_control);
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        is_bucket(bucket) && is_prefix(prefix.strip_suffix('/').unwrap_or(prefix))
    }
);

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn is_bucket(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [name.bytes().next(), name.bytes().next_back()];
    (3..=63).contains(&name.len())
        && name.bytes().all(|byte| is_letter(byte) || byte == b'.' || byte == b'-')
        && ends.into_iter().flatten().all(is_letter)
        && !name.contains("..")
}

/// Letters that need no care in a key. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
fn is_prefix(prefix: &str) -> bool {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"!-_.*'()".contains(&byte);
    let is_part = |part: &str| !part.is_empty() && part != "." && part != ".." && part.bytes().all(is_safe);
    prefix.is_empty() || prefix.split('/').all(is_part)
}
