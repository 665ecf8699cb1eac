//! Numbers that bound a run: objectives, concurrency, deadlines, limits, each with its default.

use std::time::Duration;

use serde::{Serialize, Serializer};

const HOUR: u64 = 3600;

/// What recovery has to achieve.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ObjectivesPlan {
    /// Recovery time objective in seconds: from the start of the restore until the data is known to be good.
    pub rto: Option<i64>,
    /// Recovery point objective in seconds, compared with the longest gap between points of a resource.
    pub rpo_gap: Option<i64>,
}

/// How much happens at the same time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Concurrency {
    /// Restore tests between restore and deletion, in all.
    pub restores: u32,
    /// Of these, in one account, Region and resource type.
    pub per_resource_type: u32,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self { restores: 8, per_resource_type: 4 }
    }
}

/// How long each phase of a restore test may take. As JSON each is a whole number of seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deadlines {
    /// Copying the recovery point into the sandbox.
    #[serde(serialize_with = "whole_seconds")]
    pub copy: Duration,
    /// The restore job.
    #[serde(serialize_with = "whole_seconds")]
    pub restore: Duration,
    /// Making the restored resource ready to be examined.
    #[serde(serialize_with = "whole_seconds")]
    pub ready: Duration,
    /// All validators of one restored resource.
    #[serde(serialize_with = "whole_seconds")]
    pub validate: Duration,
    /// Deleting it, until it is seen absent.
    #[serde(serialize_with = "whole_seconds")]
    pub delete: Duration,
    /// Until AWS's event history shows what the run did, once all is deleted. It lags behind by some minutes, and what it
    /// does not show by then is said to be uncorroborated.
    #[serde(serialize_with = "whole_seconds")]
    pub event_history: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            copy: Duration::from_secs(6 * HOUR),
            restore: Duration::from_secs(6 * HOUR),
            ready: Duration::from_secs(HOUR),
            validate: Duration::from_secs(2 * HOUR),
            delete: Duration::from_secs(HOUR),
            event_history: Duration::from_mins(5),
        }
    }
}

/// Which recovery points are left out for their size or age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Points larger than this many GiB are excluded; none means no limit.
    pub max_backup_size_gib: Option<u64>,
    /// Points that their lifecycle deletes within this time are excluded. As JSON a whole number of seconds.
    #[serde(serialize_with = "whole_seconds")]
    pub expires_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_backup_size_gib: None, expires_within: Duration::from_secs(24 * HOUR) }
    }
}

/// Serialises a length of time as its whole seconds.
pub(crate) fn whole_seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}
