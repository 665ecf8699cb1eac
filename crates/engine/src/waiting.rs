//! Waiting for something to change, and tokens that make a repeated call harmless.

use std::time::Duration;

use backproof_clock::SharedClock;
use backproof_model::names::ResourceName;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// How often one looks, and until when. Counts from a moment in the journal, so that a restart waits no longer.
#[derive(Debug)]
pub(crate) struct Patience {
    clock: SharedClock,
    since: Timestamp,
    allowed: Duration,
}

impl Patience {
    pub(crate) fn new(clock: SharedClock, since: Timestamp, allowed: Duration) -> Self {
        Self { clock, since, allowed }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.passed() >= self.allowed
    }

    /// What is allowed, in words.
    pub(crate) fn allowed(&self) -> String {
        SignedDuration::try_from(self.allowed).map_or_else(|_| "for ever".into(), |allowed| format!("{allowed:#}"))
    }

    /// Waits a little: the longer it has taken, the longer it will take.
    pub(crate) async fn pause(&self) {
        self.clock.sleep(pause_after(self.passed())).await;
    }

    fn passed(&self) -> Duration {
        Duration::try_from(self.clock.now().duration_since(self.since)).unwrap_or(Duration::ZERO)
    }
}

/// A tenth of what has passed, between 5 and 30 seconds: a table takes some seconds to come or go, and each look is a
/// call.
pub(crate) fn pause_after(passed: Duration) -> Duration {
    (passed / 10).clamp(Duration::from_secs(5), Duration::from_secs(30))
}

/// An idempotency token: the same for the same attempt, in whatever process.
pub(crate) fn token(purpose: &str, name: &ResourceName) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("backproof/{purpose}/{name}").as_bytes()).to_string()
}
