//! Spaces the calls to AWS Backup, and lookups of CloudTrail's events, to their published rates, per account, Region and
//! operation.
//!
//! Each bucket holds one token, so calls come evenly and not in bursts: that keeps below the rate however AWS counts.
//! Other services' rates are far above what is asked of them here, and the SDK's retries deal with the exceptions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backproof_clock::SharedClock;
use backproof_model::{AccountId, Region};
use jiff::{SignedDuration, Timestamp};

use crate::config::RateLimits;

/// Calls per second of all operations of AWS Backup together.
/// Source: AWS General Reference, "AWS Backup endpoints and quotas", as are the rates below.
const ALL_TOGETHER: u32 = 50;

/// The rate of one operation, where one is published.
fn per_second(call: &str) -> Option<u32> {
    match call {
        "backup:StartRestoreJob" | "backup:StartBackupJob" | "backup:DescribeBackupVault" | "backup:TagResource" => {
            Some(5)
        }
        "backup:DeleteRecoveryPoint" | "backup:DescribeProtectedResource" => Some(10),
        "backup:DescribeRestoreJob"
        | "backup:DescribeRecoveryPoint"
        | "backup:GetRecoveryPointRestoreMetadata"
        | "backup:GetBackupVaultAccessPolicy" => Some(15),
        _ if call.starts_with("backup:List") => Some(20),
        // Source: AWS CloudTrail API reference, `LookupEvents`.
        "cloudtrail:LookupEvents" => Some(2),
        _ => None,
    }
}

/// Whether a call has a rate of its own, or counts among all operations of AWS Backup.
fn is_spaced(call: &str) -> bool {
    is_of_backup(call) || per_second(call).is_some()
}

fn is_of_backup(call: &str) -> bool {
    call.starts_with("backup:")
}

/// The gates of all accounts and Regions; shared by all clients of one [`crate::AwsCloud`].
#[derive(Debug)]
pub(crate) struct Rates {
    limits: RateLimits,
    clock: SharedClock,
    gates: Mutex<HashMap<(AccountId, Region), Arc<Gate>>>,
}

impl Rates {
    pub(crate) fn new(limits: RateLimits, clock: SharedClock) -> Self {
        Self { limits, clock, gates: Mutex::default() }
    }

    /// The gate of one account and Region.
    pub(crate) fn gate(&self, account: &AccountId, region: &Region) -> Arc<Gate> {
        let mut gates = lock(&self.gates);
        let gate = gates.entry((account.clone(), region.clone())).or_insert_with(|| {
            Arc::new(Gate { limits: self.limits, clock: self.clock.clone(), next: Mutex::default() })
        });
        gate.clone()
    }
}

/// Lets calls to one account and Region pass, one by one.
#[derive(Debug)]
pub(crate) struct Gate {
    limits: RateLimits,
    clock: SharedClock,
    /// When the next call of each bucket may pass. The empty name stands for all operations together.
    next: Mutex<HashMap<String, Timestamp>>,
}

impl Gate {
    /// Returns when `call` (`backup:StartRestoreJob`) may be sent.
    pub(crate) async fn pass(&self, call: &str) {
        if self.limits == RateLimits::Off || !is_spaced(call) {
            return;
        }
        // First the operation's own bucket, then the common one: waiting for a slow operation must not hold a place
        // among the others.
        if let Some(rate) = per_second(call) {
            self.wait_for(call, rate).await;
        }
        if is_of_backup(call) {
            self.wait_for("", ALL_TOGETHER).await;
        }
    }

    /// Counts a call that the SDK repeated by itself: the next one waits the longer for it.
    pub(crate) fn charge(&self, call: &str) {
        if self.limits == RateLimits::Off || !is_spaced(call) {
            return;
        }
        if let Some(rate) = per_second(call) {
            self.take(call, rate);
        }
        if is_of_backup(call) {
            self.take("", ALL_TOGETHER);
        }
    }

    async fn wait_for(&self, bucket: &str, rate: u32) {
        let turn = self.take(bucket, rate);
        let wait = turn.duration_since(self.clock.now());
        if let Ok(wait) = Duration::try_from(wait) {
            self.clock.sleep(wait).await;
        }
    }

    /// Takes the bucket's next token and says from when on it may be used.
    fn take(&self, bucket: &str, rate: u32) -> Timestamp {
        let interval = SignedDuration::from_secs(1) / rate.try_into().unwrap_or(i32::MAX);
        let now = self.clock.now();
        let mut next = lock(&self.next);
        let turn = next.get(bucket).copied().unwrap_or(now).max(now);
        next.insert(bucket.to_owned(), turn.saturating_add(interval).unwrap_or(Timestamp::MAX));
        turn
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
