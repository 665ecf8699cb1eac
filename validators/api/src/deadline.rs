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

    /// Whether nothing may be examined any more.
    pub fn is_up(&self) -> bool {
        self.left().is_zero()
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use backproof_clock::{Clock, VirtualRuntime};

    fn runtime() -> VirtualRuntime {
        VirtualRuntime::starting_at("2026-01-01T00:00:00Z".parse().unwrap()).unwrap()
    }

    #[test]
    fn work_that_is_done_in_time_gives_its_result() {
        let runtime = runtime();
        let clock = runtime.clock();
        let deadline = Deadline::after(Arc::new(runtime.clock()), Duration::from_mins(1));
        let done = runtime.block_on(deadline.hold(async {
            clock.sleep(Duration::from_secs(59)).await;
            7
        }));
        assert_eq!(done, Ok(7));
        assert_eq!(deadline.left(), Duration::from_secs(1));
        assert!(!deadline.is_up());
    }

    #[test]
    fn work_that_hangs_is_dropped_at_the_deadline_and_nothing_begins_after_it() {
        let runtime = runtime();
        let deadline = Deadline::after(Arc::new(runtime.clock()), Duration::from_mins(1));
        assert_eq!(runtime.block_on(deadline.hold(std::future::pending::<()>())), Err(TimeIsUp));
        assert_eq!(runtime.clock().now().to_string(), "2026-01-01T00:01:00Z");
        assert!(deadline.is_up());
        assert_eq!(runtime.block_on(deadline.hold(async {})), Err(TimeIsUp));
    }
}
