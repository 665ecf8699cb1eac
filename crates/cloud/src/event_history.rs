//! AWS's own record of what was done in the sandbox account: CloudTrail's event history, and its trails.
//!
//! Read so that somebody who distrusts us can find each restore and deletion in AWS's words. Nothing depends on it: an
//! account may have no trail, and the history lags behind by some minutes and ends after 90 days.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{CallError, Page, PageToken};

/// A trail that records what happens in the account and Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// Its ARN.
    pub arn: String,
    /// Its home Region.
    pub home_region: Option<String>,
    /// Whether it records all Regions.
    pub is_multi_region: bool,
    /// Whether it is the organization's.
    pub is_of_organization: bool,
    /// The bucket that its files go to.
    pub bucket: Option<String>,
    /// What stands before their keys.
    pub key_prefix: Option<String>,
    /// Whether digest files are written, by which a file that was changed or removed is noticed.
    pub log_file_validation: bool,
}

/// Whether a trail is at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailStatus {
    /// Whether it records now.
    pub is_logging: bool,
    /// When it last delivered a digest file.
    pub latest_digest: Option<Timestamp>,
    /// Why it last could not.
    pub digest_problem: Option<String>,
}

/// One event of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEvent {
    /// CloudTrail's id of the event.
    pub event_id: String,
    /// The operation: `StartRestoreJob`.
    pub event_name: String,
    /// When AWS received the request.
    pub event_time: Timestamp,
    /// AWS's id of the request, as its answer carried it.
    pub request_id: Option<String>,
    /// Who asked.
    pub identity_arn: Option<String>,
    /// The code of the error, where the request was refused.
    pub error_code: Option<String>,
    /// Every text in the request's parameters, the answer's elements and the resources of the event: what it is about.
    pub mentions: BTreeSet<String>,
}

/// Reads CloudTrail in the sandbox account, in one Region.
#[async_trait]
pub trait ReadEventHistory: Send + Sync {
    /// `DescribeTrails`: those that record this Region, an organization's among them.
    ///
    /// # Errors
    /// Gives back what AWS answered.
    async fn trails(&self) -> Result<Vec<Trail>, CallError>;

    /// `GetTrailStatus`.
    ///
    /// # Errors
    /// Gives back what AWS answered.
    async fn trail_status(&self, trail_arn: &str) -> Result<TrailStatus, CallError>;

    /// One page of `LookupEvents`: the events of one name between two moments, the latest first.
    ///
    /// # Errors
    /// Gives back what AWS answered.
    async fn events(
        &self,
        event_name: &str,
        between: (Timestamp, Timestamp),
        from: Option<PageToken>,
    ) -> Result<Page<HistoryEvent>, CallError>;
}
