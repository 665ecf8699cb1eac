//! Blackout windows: times in which nothing may begin.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use crate::When;

/// A time in which no run may begin. What is under way goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blackout {
    /// When it is.
    #[serde(flatten)]
    pub window: BlackoutWindow,
    /// Why, as people are told.
    pub why: String,
}

/// When a blackout is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum BlackoutWindow {
    /// Once, by the local clock.
    Once {
        /// Its first moment.
        from: DateTime,
        /// The first moment after it.
        until: DateTime,
    },
    /// Again and again.
    Recurring {
        /// Its first moments.
        at: When,
        /// How long it lasts. As JSON a whole number of seconds.
        #[serde(serialize_with = "whole_seconds")]
        lasts: Duration,
    },
}

impl Blackout {
    /// The first moment after the window that `moment` is in, or `None` where it is in none.
    pub(crate) fn end_at(&self, moment: Timestamp, time_zone: &TimeZone) -> Option<Timestamp> {
        match &self.window {
            BlackoutWindow::Once { from, until } => {
                // Local times that the clocks skip or repeat count as RFC 5545 has them: the offset before a skip, the
                // earlier of two.
                let at = |local: &DateTime| Some(time_zone.to_ambiguous_zoned(*local).compatible().ok()?.timestamp());
                let (from, until) = (at(from)?, at(until)?);
                (from <= moment && moment < until).then_some(until)
            }
            BlackoutWindow::Recurring { at, lasts } => {
                let lasts = SignedDuration::try_from(*lasts).ok()?;
                // The latest window that could still be going on began at most `lasts` ago.
                let begun = at.after(moment.checked_sub(lasts).ok()?, time_zone)?;
                (begun <= moment).then(|| begun.checked_add(lasts).ok())?
            }
        }
    }
}

/// Serialises a length of time as its whole seconds.
pub(crate) fn whole_seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}
