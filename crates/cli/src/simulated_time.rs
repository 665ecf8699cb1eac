//! Time that runs faster than the wall, for a simulator and for those who test against it.
//!
//! `30@2026-03-01T12:00:00Z` is a clock that read that moment at that moment and has gone thirty times as fast since.
//! Every process that is told the same reads the same time, also after a restart.

use std::str::FromStr;
use std::sync::Arc;

use backproof_clock::{Clock, RealClock, ScaledClock, SharedClock};
use jiff::{SignedDuration, Timestamp};

/// A factor, and since when it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SimulatedTime {
    factor: u32,
    since: Timestamp,
}

/// Why a text is no simulated time.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no simulated time: expected a factor and a moment that has passed, such as 30@2026-03-01T12:00:00Z")]
pub(crate) struct InvalidSimulatedTime(String);

impl SimulatedTime {
    /// Runs `factor` times as fast as the wall from now on.
    pub(crate) fn beginning_now(factor: u32) -> Self {
        Self { factor: factor.max(1), since: RealClock.now() }
    }

    /// A clock that reads this time.
    pub(crate) fn clock(self) -> SharedClock {
        Arc::new(ScaledClock::starting_at(self.at(RealClock.now()), self.factor))
    }

    /// How many times as fast as the wall.
    pub(crate) fn factor(self) -> u32 {
        self.factor
    }

    fn at(self, now: Timestamp) -> Timestamp {
        let passed = now.duration_since(self.since);
        let passed = SignedDuration::from_millis(0).max(passed).checked_mul(factor_of(self.factor));
        self.since.saturating_add(passed.unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
    }
}

fn factor_of(factor: u32) -> i32 {
    i32::try_from(factor).unwrap_or(i32::MAX)
}

impl FromStr for SimulatedTime {
    type Err = InvalidSimulatedTime;

    fn from_str(text: &str) -> Result<Self, InvalidSimulatedTime> {
        let refuse = || InvalidSimulatedTime(text.to_owned());
        let (factor, since) = text.split_once('@').ok_or_else(refuse)?;
        let factor: u32 = factor.parse().ok().filter(|factor| *factor > 0).ok_or_else(refuse)?;
        let since = since.parse().map_err(|_| refuse())?;
        if since > RealClock.now() { Err(refuse()) } else { Ok(Self { factor, since }) }
    }
}

impl std::fmt::Display for SimulatedTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.factor, self.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_after_the_moment_half_an_hour_has_passed_at_factor_thirty() {
        let time: SimulatedTime = "30@2026-03-01T12:00:00Z".parse().unwrap();
        let minute_later: Timestamp = "2026-03-01T12:01:00Z".parse().unwrap();
        assert_eq!(time.at(minute_later).to_string(), "2026-03-01T12:30:00Z");
        assert_eq!(time.to_string(), "30@2026-03-01T12:00:00Z");
    }

    #[test]
    fn what_is_no_factor_with_a_past_moment_is_refused() {
        for text in ["", "30", "0@2026-03-01T12:00:00Z", "x@2026-03-01T12:00:00Z", "30@soon", "30@9000-01-01T00:00:00Z"]
        {
            assert!(text.parse::<SimulatedTime>().is_err(), "{text}");
        }
    }
}
