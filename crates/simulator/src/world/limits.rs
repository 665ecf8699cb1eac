//! Keys, quotas and trails, as a world file states them. What it does not state is there and ample.

use serde::Deserialize;

use super::Span;

/// A KMS key. One that the world does not list is enabled, and every account may see it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyDescription {
    /// Its ARN.
    pub arn: String,
    /// Its state: `Enabled`, `Disabled`, `PendingDeletion`.
    #[serde(default = "enabled")]
    pub state: String,
    /// Whether AWS manages it.
    #[serde(default)]
    pub of_aws: bool,
    /// Accounts besides its owner that its policy lets see it.
    #[serde(default)]
    pub shared_with: Vec<String>,
    /// Whether it signs (`ECC_NIST_P256`) instead of encrypting.
    #[serde(default)]
    pub signs: bool,
}

fn enabled() -> String {
    "Enabled".to_owned()
}

/// A quota of which an account has a value of its own.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaDescription {
    /// The account; the world's default where absent.
    pub account: Option<String>,
    /// The Region; the world's default where absent.
    pub region: Option<String>,
    /// The service's code: `rds`.
    pub service: String,
    /// The quota's code: `L-7B6409FD`.
    pub code: String,
    /// Its value.
    pub value: f64,
}

/// What CloudTrail keeps of the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventHistory {
    /// How long after a call its event is there.
    pub lag: Span,
    /// Whether each account has a trail.
    pub trail: bool,
    /// Whether it writes digest files.
    pub log_file_validation: bool,
}

impl Default for EventHistory {
    fn default() -> Self {
        Self { lag: Span::default(), trail: true, log_file_validation: true }
    }
}
