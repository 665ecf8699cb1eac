//! AWS's answers as they came, for an auditor who trusts no record of ours.
//!
//! What is handed over is redacted already, and only of calls whose answers hold no customer data: what a restored
//! resource contains is never among them, not even as a digest. Where it is kept, and how much of it, is the sink's.

use backproof_model::{AccountId, Region};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// One answer of AWS to one attempt of a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RawAnswer {
    /// The call: `backup:StartRestoreJob`.
    pub call: String,
    /// The account that was asked; none where nobody had said yet whose the credentials are.
    pub account: Option<AccountId>,
    /// The Region that was asked.
    pub region: Option<Region>,
    /// The request's parameters. Values that are not known to be harmless are replaced by their type and length.
    pub asked: Value,
    /// The HTTP status.
    pub status: u16,
    /// AWS's id of the request (`x-amzn-requestid`), which CloudTrail's events carry too.
    pub request_id: Option<String>,
    /// AWS's clock: the `Date` header, as it came.
    pub aws_date: Option<String>,
    /// Our clock when the request was sent.
    pub sent: Timestamp,
    /// Our clock when the answer was there.
    pub received: Timestamp,
    /// How many bytes the body had.
    pub body_bytes: u64,
    /// SHA-256 of the body as it came, in hexadecimal.
    pub body_sha256: String,
    /// The body, as JSON also where it came as XML. Values that are not known to be harmless are replaced by their type
    /// and length.
    pub body: Value,
    /// What tells whether the same was asked before: a digest of the whole request. Not written down.
    #[serde(skip)]
    pub question: String,
}

/// Takes AWS's answers while they come.
pub trait RawAnswers: Send + Sync {
    /// An answer came. Called in the task that asked, and must not wait.
    fn seen(&self, answer: RawAnswer);
}
