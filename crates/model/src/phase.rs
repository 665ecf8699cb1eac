//! The phase of a restore test that people are shown, folded from the entries of its chain.
//!
//! A phase is never stored and never decides anything: the pipeline's own position is in its steps. Entries that this
//! version does not know change nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::chain::{Entry, Event};
use crate::record::{Deleted, RestoreEnded, RestoreVerdict, TestClosed, test_step};
use crate::{FaultOwner, Outcome};

/// Where a restore test stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Nothing has been done for it yet.
    Waiting,
    /// The recovery point is brought to where it can be restored, and the restore is prepared.
    Staging,
    /// AWS Backup restores it.
    Restoring {
        /// The job's status as AWS spells it, or `asked` until one was seen.
        status: String,
    },
    /// The restored resource is made ready to be examined.
    Readying,
    /// Validators examine it.
    Validating,
    /// What was created is deleted.
    Deleting,
    /// It is over, and nothing is left.
    Closed {
        /// What it came to.
        outcome: Outcome,
    },
    /// Something that it created could not be deleted: a person must act.
    Stranded,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting => f.write_str("waiting"),
            Self::Staging => f.write_str("staging"),
            Self::Restoring { status } => write!(f, "restoring ({})", status.to_lowercase()),
            Self::Readying => f.write_str("readying"),
            Self::Validating => f.write_str("validating"),
            Self::Deleting => f.write_str("deleting"),
            Self::Closed { outcome } => f.write_str(outcome.word()),
            Self::Stranded => f.write_str("stranded"),
        }
    }
}

/// The phase after `entries`, the entries of one restore test's chain in their order.
pub fn phase_of(entries: &[Entry]) -> Phase {
    entries.iter().fold(Phase::Waiting, |phase, entry| after(phase, &entry.event))
}

fn after(phase: Phase, event: &Event) -> Phase {
    match event {
        Event::Intent { step, .. } => begun(phase, name_of(step)),
        Event::Result { step, output } => done(phase, name_of(step), output),
        Event::Status { of, status } => status_seen(phase, name_of(of), status),
        Event::Resumed { .. } => phase,
    }
}

/// A step's name without its attempt.
fn name_of(step: &str) -> &str {
    step.split_once('/').map_or(step, |(name, _)| name)
}

fn begun(phase: Phase, step: &str) -> Phase {
    match step {
        test_step::STAGE | test_step::PREPARE => Phase::Staging,
        test_step::START => Phase::Restoring { status: "asked".into() },
        test_step::AWAIT => match phase {
            Phase::Restoring { status } => Phase::Restoring { status },
            _ => Phase::Restoring { status: "asked".into() },
        },
        test_step::READY => Phase::Readying,
        test_step::VALIDATE => Phase::Validating,
        test_step::DELETE => Phase::Deleting,
        // Closing only writes down what is already so; the result says what.
        _ => phase,
    }
}

fn done(phase: Phase, step: &str, output: &serde_json::Value) -> Phase {
    match step {
        test_step::STAGE | test_step::PREPARE => Phase::Staging,
        test_step::AWAIT => match serde_json::from_value::<RestoreEnded>(output.clone()).map(|ended| ended.verdict) {
            Ok(RestoreVerdict::Restored) => Phase::Readying,
            // Nothing to examine: what the job may have left behind is next.
            Ok(RestoreVerdict::NotRestored { .. }) | Err(_) => Phase::Deleting,
        },
        test_step::DELETE => match serde_json::from_value::<Deleted>(output.clone()) {
            Ok(deleted) if deleted.stranded().next().is_none() => Phase::Deleting,
            Ok(_) | Err(_) => Phase::Stranded,
        },
        test_step::CLOSE => closed(output),
        _ => phase,
    }
}

fn closed(output: &serde_json::Value) -> Phase {
    match serde_json::from_value::<TestClosed>(output.clone()) {
        Ok(closed) if closed.stranded.is_empty() => Phase::Closed { outcome: closed.outcome },
        Ok(_) => Phase::Stranded,
        Err(_) => Phase::Closed {
            outcome: Outcome::inconclusive(FaultOwner::Harness, "this version cannot read how the restore test closed"),
        },
    }
}

/// A job's status shows only while its own phase lasts; a job that reports late does not bring it back.
fn status_seen(phase: Phase, of: &str, status: &str) -> Phase {
    match (of, phase) {
        ("restore-job", Phase::Restoring { .. }) => Phase::Restoring { status: status.to_owned() },
        (_, phase) => phase,
    }
}
