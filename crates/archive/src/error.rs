//! Why something could not be archived: what, where, and how to mend it.

use std::io;
use std::path::PathBuf;

use backproof_cloud::{BucketAddress, CallError, Trouble};
use jiff::Timestamp;

use crate::{Content, TermsError};

/// Why something could not be archived.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file of this computer.
    #[error("{path} could not be {doing}: {source}")]
    Files {
        /// What was being done.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// A file is not what it was when it was first read.
    #[error("{0} changed while it was being archived; nobody may write to a sealed bundle: archive it again")]
    Changed(String),
    /// The retention cannot be meant.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// The bucket is not there.
    #[error(
        "there is no bucket {bucket} in {region}: create it with Object Lock enabled (docs/archive.md), or correct \
         archive.to and archive.region ({error})"
    )]
    NoSuchBucket {
        /// The bucket.
        bucket: String,
        /// Where it was looked for.
        region: String,
        /// What S3 said.
        error: Box<CallError>,
    },
    /// The bucket is in another Region.
    #[error(
        "bucket {bucket} is not in {region}: write its Region as archive.region; `aws s3api get-bucket-location \
         --bucket {bucket}` tells it ({error})"
    )]
    OtherRegion {
        /// The bucket.
        bucket: String,
        /// Where it was looked for.
        region: String,
        /// What S3 said.
        error: Box<CallError>,
    },
    /// A permission is missing, or the bucket is somebody else's.
    #[error(
        "{who} may not {permission} in bucket {bucket}: allow it in the policy of {who} and in the bucket's, and see that \
         no service control policy denies it{owner} ({error})"
    )]
    Denied {
        /// Who was denied.
        who: String,
        /// What is missing.
        permission: String,
        /// The bucket.
        bucket: String,
        /// What to look at where an owner is expected.
        owner: String,
        /// What S3 said.
        error: Box<CallError>,
    },
    /// The key of the bucket or of the plan cannot be used.
    #[error(
        "{who} may not use the KMS key of bucket {bucket}: allow kms:GenerateDataKey and kms:Decrypt on it, in the policy \
         of {who} and in the key's, and see that it is enabled ({error})"
    )]
    KeyDenied {
        /// Who was denied.
        who: String,
        /// The bucket.
        bucket: String,
        /// What S3 said.
        error: Box<CallError>,
    },
    /// The time of this computer is not that of AWS.
    #[error("the clock of this computer is more than a quarter of an hour from that of S3: set it, by NTP ({error})")]
    ClockSkew {
        /// What S3 said.
        error: Box<CallError>,
    },
    /// Nobody is signed in.
    #[error("nobody is signed in to AWS who could archive: {error}")]
    SignedOut {
        /// What AWS or the SDK said.
        error: Box<CallError>,
    },
    /// Object Lock is off.
    #[error(
        "bucket {bucket} has no Object Lock, so whatever is in it can be deleted: enable it (`aws s3api \
         put-object-lock-configuration --bucket {bucket} --object-lock-configuration ObjectLockEnabled=Enabled`, after \
         versioning), or say archive.lock = \"none-accepted\" with a reason, which every receipt repeats"
    )]
    LockOff {
        /// The bucket.
        bucket: String,
    },
    /// What was read back is less than what was asked for.
    #[error("{key} was written to bucket {bucket}, but {what}: {mend}")]
    NotKept {
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
        /// What was read back.
        what: String,
        /// How to mend it.
        mend: &'static str,
    },
    /// The retention that was asked for is over before it began.
    #[error(
        "run {run} would be kept until {until}, which is over: it was closed too long ago for archive.retention_years; \
         set more years"
    )]
    Over {
        /// The run.
        run: u64,
        /// Until when.
        until: Timestamp,
    },
    /// Anything else that AWS or the connection answered.
    #[error("bucket {bucket}: {error}; nothing that was written is lost, archive again to go on")]
    Call {
        /// The bucket.
        bucket: String,
        /// What was answered.
        error: Box<CallError>,
    },
}

impl ArchiveError {
    /// What went wrong with a content that is being read.
    pub(crate) fn reading(content: &Content) -> impl FnOnce(io::Error) -> Self {
        let path = PathBuf::from(content.name());
        move |source| Self::Files { doing: "read", path, source }
    }

    /// What went wrong with a file, by what was being done.
    pub(crate) fn files(doing: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Files { doing, path, source }
    }

    /// What S3's answer means for this bucket.
    pub(crate) fn of_call(address: &BucketAddress) -> impl Fn(CallError) -> Self + '_ {
        |error| {
            let (bucket, region) = (address.bucket.clone(), address.region.to_string());
            let who = address.role_arn.clone().unwrap_or_else(|| "the identity at hand".to_owned());
            let code = error.code.clone().unwrap_or_default();
            let (code, error) = (code.as_str(), Box::new(error));
            match error.trouble {
                _ if code == "NoSuchBucket" => Self::NoSuchBucket { bucket, region, error },
                _ if matches!(
                    code,
                    "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException"
                ) =>
                {
                    Self::OtherRegion { bucket, region, error }
                }
                _ if matches!(code, "RequestTimeTooSkewed" | "RequestExpired") => Self::ClockSkew { error },
                _ if is_of_key(code, &error.message) => Self::KeyDenied { who, bucket, error },
                Trouble::SignedOut => Self::SignedOut { error },
                Trouble::Denied => {
                    let owner = address.owner.as_ref().map_or_else(String::new, |owner| {
                        format!("; S3 denies the same where the bucket is not of account {owner} (archive.account)")
                    });
                    Self::Denied { who, permission: error.call.clone(), bucket, owner, error }
                }
                Trouble::Throttled
                | Trouble::NotFound
                | Trouble::Conflict
                | Trouble::Quota
                | Trouble::Invalid
                | Trouble::ServiceFault
                | Trouble::NoAnswer
                | Trouble::Unreadable => Self::Call { bucket, error },
            }
        }
    }
}

/// Whether S3 repeats what KMS said.
fn is_of_key(code: &str, message: &str) -> bool {
    code.starts_with("KMS.") || (code == "AccessDenied" && message.contains("kms:"))
}

impl Content {
    /// The file's path, or that it is none.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Bytes(_) => "the register's head".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str, trouble: Trouble, message: &str) -> String {
        let address = BucketAddress {
            bucket: "log-archive".into(),
            region: "eu-central-1".parse().unwrap(),
            owner: Some("555566667777".parse().unwrap()),
            role_arn: None,
            external_id: None,
            kms_key_arn: None,
        };
        let code = Some(code.to_owned());
        let (call, message) = ("s3:PutObject".to_owned(), message.to_owned());
        ArchiveError::of_call(&address)(CallError { call, trouble, code, message, request_id: None }).to_string()
    }

    #[test]
    fn every_refusal_says_how_to_mend_it() {
        for (code, trouble, message, mend) in [
            ("NoSuchBucket", Trouble::NotFound, "", "create it with Object Lock enabled"),
            ("PermanentRedirect", Trouble::Invalid, "", "archive.region"),
            ("RequestTimeTooSkewed", Trouble::Denied, "", "NTP"),
            ("AccessDenied", Trouble::Denied, "", "may not s3:PutObject in bucket log-archive"),
            ("AccessDenied", Trouble::Denied, "", "not of account 555566667777"),
            ("AccessDenied", Trouble::Denied, "not authorized to perform: kms:GenerateDataKey", "kms:Decrypt"),
            ("KMS.DisabledException", Trouble::Invalid, "", "it is enabled"),
            ("SlowDown", Trouble::Throttled, "", "archive again to go on"),
        ] {
            let said = said(code, trouble, message);
            assert!(said.contains(mend), "{code}: {said}");
        }
    }
}
