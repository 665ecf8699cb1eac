//! Throttling at the published rates: a bucket of tokens per account, Region and operation, and one for all.
//!
//! Source: AWS General Reference, "AWS Backup endpoints and quotas". Only AWS Backup and lookups of CloudTrail's events
//! are throttled; DynamoDB's capacity is not simulated.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::wire::{ApiError, Protocol, Service};

/// Calls per second of all operations together.
const ALL_TOGETHER: u32 = 50;
/// Calls per second of CloudTrail's `LookupEvents`.
/// Source: AWS CloudTrail API reference, `LookupEvents`.
const LOOKUPS: u32 = 2;

/// Calls per second of one operation, in one account and Region; none where no rate is published.
pub(crate) fn calls_per_second(operation: &str) -> Option<u32> {
    match operation {
        "StartRestoreJob" | "StartBackupJob" | "DescribeBackupVault" | "TagResource" => Some(5),
        "DeleteRecoveryPoint" | "DescribeProtectedResource" => Some(10),
        "DescribeRestoreJob" | "DescribeRecoveryPoint" | "GetRecoveryPointRestoreMetadata" => Some(15),
        _ if operation.starts_with("List") => Some(20),
        _ => None,
    }
}

/// The state of all buckets.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    buckets: BTreeMap<(String, String, String), Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_at: Timestamp,
}

impl Throttle {
    /// Takes a token for the call.
    ///
    /// # Errors
    /// The rate is exceeded.
    pub(crate) fn admit(
        &mut self,
        service: Service,
        operation: &str,
        account: &str,
        region: &str,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        if service == Service::CloudTrail && operation == "LookupEvents" {
            let admitted = self.take(account, region, operation, LOOKUPS, now);
            return if admitted { Ok(()) } else { Err(rate_exceeded(service)) };
        }
        if service != Service::Backup {
            return Ok(());
        }
        let own = calls_per_second(operation).is_none_or(|rate| self.take(account, region, operation, rate, now));
        // A call that its own rate refuses does not count against the others.
        if own && self.take(account, region, "*", ALL_TOGETHER, now) { Ok(()) } else { Err(rate_exceeded(service)) }
    }

    fn take(&mut self, account: &str, region: &str, operation: &str, rate: u32, now: Timestamp) -> bool {
        let key = (account.to_owned(), region.to_owned(), operation.to_owned());
        let full = f64::from(rate);
        let bucket = self.buckets.entry(key).or_insert(Bucket { tokens: full, filled_at: now });
        let passed = now.duration_since(bucket.filled_at).as_secs_f64().max(0.0);
        bucket.tokens = (bucket.tokens + passed * full).min(full);
        bucket.filled_at = now;
        if bucket.tokens < 1.0 {
            return false;
        }
        bucket.tokens -= 1.0;
        true
    }
}

/// Too many calls, in the service's own words.
pub(crate) fn rate_exceeded(service: Service) -> ApiError {
    match service.protocol() {
        Protocol::RestJson | Protocol::Json10 | Protocol::Json11 => {
            ApiError::client("ThrottlingException", "Rate exceeded")
        }
        Protocol::Query => ApiError::client("Throttling", "Rate exceeded"),
        Protocol::Ec2 => ApiError::client("RequestLimitExceeded", "Request limit exceeded.").with_status(503),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn a_burst_is_refused_and_a_second_later_admitted() {
        let mut throttle = Throttle::default();
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut start_restores = |calls: usize, account: &str, now: Timestamp| {
            let admit = |_| throttle.admit(Service::Backup, "StartRestoreJob", account, "eu-central-1", now).is_ok();
            (0..calls).map(admit).filter(|admitted| *admitted).count()
        };
        assert_eq!(start_restores(7, "111122223333", start), 5);
        assert_eq!(start_restores(7, "444455556666", start), 5);
        assert_eq!(start_restores(7, "111122223333", start + SignedDuration::from_millis(400)), 2);
        assert_eq!(start_restores(9, "111122223333", start + SignedDuration::from_secs(9)), 5);
    }

    #[test]
    fn all_operations_share_fifty_calls_a_second() {
        let mut throttle = Throttle::default();
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let admitted = ["StartCopyJob", "GetBackupPlan", "DescribeCopyJob"].iter().cycle().take(60);
        let admitted = admitted.filter(|name| throttle.admit(Service::Backup, name, "1", "r", now).is_ok()).count();
        assert_eq!(admitted, 50);
    }
}
