//! What goes wrong with single calls.

use serde::Deserialize;

use super::Span;

/// A fault of a world file: which calls meet it, and what happens to them.
///
/// Without `nth` and `rate` every call of the operation meets it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallFault {
    /// `backup`, `dynamodb`, `sts`, `rds`, `ec2`, `logs`, `secretsmanager`, `ssm`, `iam`, `kms`,
    /// `servicequotas`, `sns`, `cloudtrail`; every service where absent.
    pub service: Option<String>,
    /// The operation's name; every operation where absent.
    pub operation: Option<String>,
    /// The account that calls; every account where absent.
    pub account: Option<String>,
    /// Only these calls of the operation, counted from 1.
    #[serde(default)]
    pub nth: Vec<u64>,
    /// This share of the calls, from 0 to 1: which of them is always the same.
    pub rate: Option<f64>,
    /// Only calls so long after the world's start, or later.
    pub after: Option<Span>,
    /// Only calls earlier than so long after the world's start.
    pub until: Option<Span>,
    /// What happens.
    pub kind: FaultKind,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Refused with `ThrottlingException` (`RequestLimitExceeded` by EC2). Nothing is done.
    Throttle,
    /// HTTP 500. Nothing is done.
    ServerError,
    /// Done, but the connection dies before the answer.
    LostAnswer,
    /// Nothing is done and nothing is answered for an hour; then the connection dies.
    Timeout,
    /// Refused for lack of a permission. Nothing is done.
    AccessDenied,
    /// Refused because the session has expired. Nothing is done.
    ExpiredToken,
    /// Done, but a listing answers the page token that it was asked with, again and again.
    RepeatPageToken,
    /// Done, but only half of the body arrives.
    TruncatedBody,
    /// A later page of a listing of AWS Backup begins with the last result of the page before: something was put before
    /// it meanwhile.
    PageBeginsEarlier,
    /// A later page of a listing of AWS Backup leaves its first result out: something before it went meanwhile.
    PageBeginsLater,
}

impl FaultKind {
    /// Every kind, for tests that try them all.
    pub const ALL: [Self; 10] = [
        Self::Throttle,
        Self::ServerError,
        Self::LostAnswer,
        Self::Timeout,
        Self::AccessDenied,
        Self::ExpiredToken,
        Self::RepeatPageToken,
        Self::TruncatedBody,
        Self::PageBeginsEarlier,
        Self::PageBeginsLater,
    ];
}
