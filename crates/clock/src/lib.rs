//! The one source of time: engine, simulator and the AWS SDK all ask a [`Clock`].
//!
//! Three kinds exist. [`RealClock`] is used against AWS. [`ScaledClock`] runs faster than the wall, for the
//! demonstration. [`VirtualClock`] stands still until every task of its runtime waits, and then jumps to the
//! next moment that somebody waits for: an hour of polling passes in milliseconds, and always in the same order.
//!
//! This crate does not know what is being waited for.

mod real;
mod scaled;
mod virtual_time;
mod wall;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

pub use real::RealClock;
pub use scaled::ScaledClock;
pub use virtual_time::{VirtualClock, VirtualRuntime};
pub use wall::{TookTooLong, within_wall};

/// A clock that is handed to everything that needs the time.
pub type SharedClock = Arc<dyn Clock>;

/// Tells the time and waits.
#[async_trait]
pub trait Clock: Debug + Send + Sync {
    /// The present moment, in UTC.
    fn now(&self) -> Timestamp;

    /// Returns when `duration` has passed on this clock.
    async fn sleep(&self, duration: Duration);

    /// Marks work that happens outside the async runtime (a database thread, a socket, a child process).
    ///
    /// While any guard lives, a virtual clock does not jump. Real clocks have nothing to do.
    fn busy(&self) -> Busy {
        Busy { release: None }
    }
}

/// Keeps a virtual clock from jumping for as long as it lives.
#[must_use = "the clock may jump as soon as the guard is dropped"]
pub struct Busy {
    release: Option<Box<dyn FnOnce() + Send>>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(release) = self.release.take() {
            release();
        }
    }
}

impl Debug for Busy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Busy")
    }
}
