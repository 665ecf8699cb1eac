//! A clock that runs a whole number of times faster than the wall.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use crate::Clock;

/// Starts at a given moment and runs `factor` times as fast as real time.
#[derive(Clone, Copy, Debug)]
pub struct ScaledClock {
    origin: Timestamp,
    started: Instant,
    factor: u32,
}

impl ScaledClock {
    /// A clock that reads `origin` now; each real second is `factor` seconds on it. A factor of 0 counts as 1.
    pub fn starting_at(origin: Timestamp, factor: u32) -> Self {
        Self { origin, started: Instant::now(), factor: factor.max(1) }
    }
}

#[async_trait]
impl Clock for ScaledClock {
    fn now(&self) -> Timestamp {
        let passed = self.started.elapsed().saturating_mul(self.factor);
        let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
        self.origin.saturating_add(passed).unwrap_or(Timestamp::MAX)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration / self.factor).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_hour_of_sleep_takes_a_moment_and_reads_as_an_hour() {
        let origin: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let clock = ScaledClock::starting_at(origin, 360_000);
        clock.sleep(Duration::from_hours(1)).await;
        assert!(clock.now().duration_since(origin) >= SignedDuration::from_secs(3600));
    }
}
