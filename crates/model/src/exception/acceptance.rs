//! Whether an exception may be accepted: by a person, for a reason, and not for ever.

use jiff::{SignedDuration, Timestamp};

use super::fold::{Exception, Status};

/// Nobody accepts a risk for longer than a year without looking at it again.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);

/// Why an exception is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    /// It is closed.
    #[error("exception {id} is closed, so there is nothing to accept")]
    Closed {
        /// Its number.
        id: u64,
    },
    /// A reason or a person is missing.
    #[error("an acceptance needs a {what}: somebody must be able to ask later why, and whom")]
    Missing {
        /// What is missing.
        what: &'static str,
    },
    /// It would have expired already.
    #[error("an acceptance until {expires} has expired already: name a moment after {now}")]
    Past {
        /// When it would expire.
        expires: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// It would hold too long.
    #[error("an acceptance holds for a year at most: name a moment before {latest}, and look at it again then")]
    TooLong {
        /// The latest moment.
        latest: Timestamp,
    },
}

/// Whether `exception` may be accepted by `person` for `reason` until `expires`.
///
/// # Errors
/// Says why not, and what would do.
pub fn may_accept(
    exception: &Exception,
    (reason, person): (&str, &str),
    expires: Timestamp,
    now: Timestamp,
) -> Result<(), NotAccepted> {
    match exception.status(now) {
        Status::Closed => return Err(NotAccepted::Closed { id: exception.id }),
        Status::Open | Status::Accepted { .. } => {}
    }
    for (what, given) in [("reason", reason), ("person", person)] {
        if given.trim().is_empty() {
            return Err(NotAccepted::Missing { what });
        }
    }
    if expires <= now {
        return Err(NotAccepted::Past { expires, now });
    }
    let latest = now.saturating_add(LONGEST).unwrap_or(Timestamp::MAX);
    if expires > latest {
        return Err(NotAccepted::TooLong { latest });
    }
    Ok(())
}
