//! What is to be captured and how, what is told on the way, and why it failed.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backproof_clock::SharedClock;
use backproof_model::DatabaseEngine;
use backproof_validators_api::{Connection, FingerprintKey};
use jiff::{SignedDuration, Timestamp};

use super::Classes;

/// What is to be captured, and how.
#[derive(Clone)]
pub struct CaptureOrder {
    /// What the server speaks.
    pub engine: DatabaseEngine,
    /// Where it is, and the login.
    pub connection: Connection,
    /// The databases to read; none named means all.
    pub databases: Vec<String>,
    /// How the rows of tables change.
    pub classes: Classes,
    /// The key under which content is hashed.
    pub key: FingerprintKey,
    /// How far clocks may be apart and how late writes may arrive.
    pub skew: SignedDuration,
    /// Rows dated up to then are settled. None means: up to the snapshot, less the skew.
    pub settled_up_to: Option<Timestamp>,
    /// How the server is spared.
    pub gentleness: Gentleness,
    /// What to do about a login that could write.
    pub writable_login: WritableLogin,
    /// Where finished tables are kept until the capture is complete.
    pub progress_file: PathBuf,
    /// Where to begin.
    pub begin: Begin,
    /// This program and its version, for the manifest.
    pub program: String,
    /// The time.
    pub clock: SharedClock,
    /// Set from outside to stop after the piece under way.
    pub stop: Arc<AtomicBool>,
    /// Is told how far it is.
    pub listener: Arc<dyn Fn(Event) + Send + Sync>,
}

impl fmt::Debug for CaptureOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaptureOrder").field("connection", &self.connection).finish_non_exhaustive()
    }
}

impl CaptureOrder {
    pub(super) fn tell(&self, event: Event) {
        (self.listener)(event);
    }

    pub(super) fn go_on_or_stop(&self) -> Result<(), CaptureError> {
        if self.stop.load(Ordering::Relaxed) { Err(CaptureError::Stopped) } else { Ok(()) }
    }

    pub(super) async fn pause(&self) {
        if !self.gentleness.pause.is_zero() {
            self.clock.sleep(self.gentleness.pause).await;
        }
    }
}

/// How the server is spared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gentleness {
    /// How long to leave it alone between two pieces of work.
    pub pause: Duration,
    /// How long one statement may take.
    pub statement_timeout: Duration,
    /// About how many rows one statement reads, where a table can be divided by its key.
    pub rows_at_once: u64,
}

/// What to do about a login that could write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WritableLogin {
    /// Nothing is read with it.
    Refused,
    /// It is used; nothing is written either way.
    Accepted,
}

/// Where to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// With the first table, whatever was finished before.
    Anew,
    /// Where an earlier capture to the same file was stopped, if one was.
    WhereStopped,
}

/// How far a capture is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An earlier capture is gone on with.
    GoesOn {
        /// So many tables were finished.
        tables: usize,
    },
    /// A table's turn has come.
    Table {
        /// Its database.
        database: String,
        /// Its name.
        table: String,
        /// Its place among the database's tables, from 1.
        place: usize,
        /// How many the database has.
        of: usize,
    },
}

/// Why there is no baseline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// The order asks for what cannot be.
    #[error("{0}")]
    Unfit(String),
    /// The login could write.
    #[error(
        "the login can do more than read: {0}; give it a login of its own that only reads, or take this one with \
         --allow-writable-login"
    )]
    Writable(String),
    /// The login may not read everything.
    #[error(
        "the login may not read everything, and a baseline of a part would pass for the whole: {0}; see \
         docs/baselines.md for what to grant, or leave rows unread by `structure_only` in the classes"
    )]
    Unreadable(String),
    /// What an earlier capture left cannot be gone on with.
    #[error("{0}; --fresh begins anew")]
    Progress(String),
    /// It was told to stop.
    #[error("stopped; what is finished is kept, and the same command goes on from there")]
    Stopped,
    /// A table is not what it was when the snapshot began.
    #[error(
        "table {0} was truncated or rewritten after the snapshot began, so its rows cannot be seen as of then; what is \
         finished is kept, and the same command goes on with a new snapshot"
    )]
    Rewritten(String),
    /// The server did not do what it was asked.
    #[error("{doing}: {why}")]
    Server {
        /// What was being done.
        doing: String,
        /// Why not, without anything of the data.
        why: String,
    },
}
