//! Where sealed bundles are kept so that nobody can change them.

use backproof_model::{AccountId, LockMode, Region};
use serde::{Deserialize, Serialize};

/// Where sealed bundles are kept, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivePlan {
    /// `s3://bucket/prefix`, or the path of a directory.
    pub to: String,
    /// How many years from a run's closing.
    pub retention_years: u32,
    /// Who may end the retention before its time; of a bucket.
    pub mode: LockMode,
    /// The bucket's Region; `None` for a directory.
    pub region: Option<Region>,
    /// The account that the bucket must belong to.
    pub account: Option<AccountId>,
    /// The role to assume; without one the credentials at hand are used.
    pub role_arn: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// The KMS key that objects are encrypted with; without one the bucket decides.
    pub kms_key: Option<String>,
    /// Why a bucket without Object Lock is accepted; without a reason it is refused.
    pub unlocked_because: Option<String>,
}

impl ArchivePlan {
    /// The bucket and the prefix within it; `None` for a directory.
    pub fn bucket(&self) -> Option<(&str, &str)> {
        let rest = self.to.strip_prefix("s3://")?;
        Some(rest.split_once('/').map_or((rest, ""), |(bucket, prefix)| (bucket, prefix.trim_end_matches('/'))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_told_from_a_directory() {
        let of = |to: &str| ArchivePlan {
            to: to.to_owned(),
            retention_years: 7,
            mode: LockMode::Compliance,
            region: None,
            account: None,
            role_arn: None,
            external_id: None,
            kms_key: None,
            unlocked_because: None,
        };
        assert_eq!(of("s3://log-archive/a/b/").bucket(), Some(("log-archive", "a/b")));
        assert_eq!(of("s3://log-archive").bucket(), Some(("log-archive", "")));
        assert_eq!(of("/mnt/evidence").bucket(), None);
    }
}
