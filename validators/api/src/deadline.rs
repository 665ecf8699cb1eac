//! When a validator must stop looking.

use std::future::Future;
use std::time::Duration;

use backproof_clock::SharedClock;
use jiff::{SignedDuration, Timestamp};

/// A moment on the run's clock after which nothing is examined any more.
#[derive(Clone, Debug)]
pub struct Deadline {
    clock: SharedClock,
    at: Timestamp,
}

/// The deadline has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the deadline passed before the examination was done")]
pub struct TimeIsUp;

impl Deadline {
    /// A deadline `allowed` from now.
    pub fn after(clock: SharedClock, allowed: Duration) -> Self {
        let allowed = SignedDuration::try_from(allowed).unwrap_or(SignedDuration::MAX);
        let at = clock.now().saturating_add(allowed).unwrap_or(Timestamp::MAX);
        Self { clock, at }
    }

    /// The run's clock.
    pub fn clock(&self) -> &SharedClock {
        &self.clock
    }

    /// How much time is left; zero when it is up.
    pub fn left(&self) -> Duration {
        Duration::try_from(self.at.duration_since(self.clock.now())).unwrap_or(Duration::ZERO)
    }

    /// Runs `work` until the deadline.
    ///
    /// # Errors
    /// [`TimeIsUp`] where it was not done by then; the work is dropped.
    pub async fn hold<T: Send>(&self, work: impl Future<Output = T> + Send) -> Result<T, TimeIsUp> {
        let left = self.left();
        if left.is_zero() {
            return Err(TimeIsUp);
        }
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = self.clock.sleep(left) => Err(TimeIsUp),
        }
    }
}
