//! How long what is archived has to be kept, and by whom it may be ended.

use backproof_model::LockMode;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// What is asked of the place where evidence is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Who may end the retention before its time.
    pub mode: LockMode,
    /// How many years, counted from the run's closing. Seven where nothing else is said.
    pub retention_years: u32,
    /// What becomes of a bucket that has no Object Lock.
    pub unlocked: Unlocked,
}

/// What becomes of a bucket without Object Lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlocked {
    /// It is refused.
    Refused,
    /// It is taken, and every receipt says so, with this reason.
    Accepted {
        /// Why.
        reason: String,
    },
}

impl Default for Terms {
    fn default() -> Self {
        Self { mode: LockMode::Compliance, retention_years: 7, unlocked: Unlocked::Refused }
    }
}

/// A retention that cannot be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{years} years after {from} is no date: set a smaller archive.retention_years")]
pub struct TermsError {
    years: u32,
    from: Timestamp,
}

/// The moment until which something that was closed at `from` is kept: the same day and time so many years later, in
/// UTC, rounded up to the second. The 29th of February becomes the 28th.
///
/// # Errors
/// The calendar ends before.
pub fn retain_until(from: Timestamp, years: u32) -> Result<Timestamp, TermsError> {
    let error = TermsError { years, from };
    let span = i32::try_from(years).ok().and_then(|years| Span::new().try_years(years).ok()).ok_or(error)?;
    let until = from.to_zoned(TimeZone::UTC).checked_add(span).map_err(|_| error)?.timestamp();
    let whole = if until.subsec_nanosecond() == 0 { until.as_second() } else { until.as_second() + 1 };
    Timestamp::from_second(whole).map_err(|_| error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(from: &str, years: u32) -> String {
        retain_until(from.parse().unwrap(), years).unwrap().to_string()
    }

    #[test]
    fn years_are_those_of_the_calendar() {
        assert_eq!(until("2026-11-22T11:00:00Z", 7), "2033-11-22T11:00:00Z");
        assert_eq!(until("2028-02-29T23:59:59Z", 7), "2035-02-28T23:59:59Z");
    }

    #[test]
    fn a_retention_is_never_rounded_to_less() {
        assert_eq!(until("2026-11-22T11:00:00.000000001Z", 1), "2027-11-22T11:00:01Z");
    }

    #[test]
    fn a_retention_beyond_the_calendar_is_refused() {
        let error = retain_until("2026-11-22T11:00:00Z".parse().unwrap(), u32::MAX).unwrap_err();
        assert!(error.to_string().contains("retention_years"), "{error}");
    }
}
