//! How an archive keeps what was put into it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The retention mode of S3 Object Lock: who may end the retention of an object's version before its time.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockMode {
    /// Nobody, the account's root included.
    #[default]
    Compliance,
    /// Whoever has the permission `s3:BypassGovernanceRetention`.
    Governance,
}

impl LockMode {
    /// As S3 writes it.
    pub fn as_aws(self) -> &'static str {
        match self {
            Self::Compliance => "COMPLIANCE",
            Self::Governance => "GOVERNANCE",
        }
    }

    /// The mode that S3 calls so; none where it is one that nobody here knows.
    pub fn of_aws(words: &str) -> Option<Self> {
        [Self::Compliance, Self::Governance].into_iter().find(|mode| mode.as_aws() == words)
    }

    /// Whether what is kept in this mode is kept at least as well as in `wished`.
    pub fn is_at_least(self, wished: Self) -> bool {
        match (self, wished) {
            (Self::Compliance, _) | (Self::Governance, Self::Governance) => true,
            (Self::Governance, Self::Compliance) => false,
        }
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_aws())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn governance_is_never_taken_for_compliance() {
        assert!(LockMode::Compliance.is_at_least(LockMode::Governance));
        assert!(!LockMode::Governance.is_at_least(LockMode::Compliance));
    }

    #[test]
    fn a_mode_that_nobody_knows_is_none() {
        assert_eq!(LockMode::of_aws("COMPLIANCE"), Some(LockMode::Compliance));
        assert_eq!(LockMode::of_aws("compliance"), None);
        assert_eq!(LockMode::of_aws("LEGAL"), None);
    }
}
