//! The register: everything that happens around runs, as one hash chain without gaps.
//!
//! Each entry is a line of the chain [`REGISTER_CHAIN`] of run [`REGISTER_RUN`]: an [`Event::Result`] whose step is
//! [`RegisterEvent::step`] and whose output is the event. What can be read from it (how runs stand, which occurrences of
//! a schedule were performed, which exceptions are open) is folded from the events by pure functions, so nothing can be
//! taken out without breaking the chain.
//!
//! [`Event::Result`]: crate::chain::Event::Result

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::exception::ExceptionEvent;
use crate::record::Purpose;

/// The run number under which the register's chain stands. No run has it.
pub const REGISTER_RUN: u64 = 0;
/// The name of the register's chain.
pub const REGISTER_CHAIN: &str = "register";

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RegisterEvent {
    /// A run got its number.
    RunOpened {
        /// Its number.
        run: u64,
        /// The plan's name.
        plan_name: String,
        /// Why it is performed.
        purpose: Purpose,
        /// The version of the pipeline.
        pipeline: u32,
        /// The process that opened it, in its own words.
        by: String,
    },
    /// A process went on with a run that another had begun.
    RunResumed {
        /// The run.
        run: u64,
        /// The process, in its own words.
        by: String,
    },
    /// A run was closed: its chains grow no more.
    RunClosed {
        /// The run.
        run: u64,
        /// SHA-256 of the last line of its own chain, which holds the heads of all its others.
        head: String,
    },
    /// A run was given up before anything had been created.
    RunAborted {
        /// The run.
        run: u64,
        /// Why.
        why: String,
    },
    /// An occurrence of a plan's schedule was entered, which is done when the one before it is due. Entered again before
    /// it is due, the last entry holds.
    Scheduled {
        /// The plan's name.
        plan_name: String,
        /// The moment at which it was due.
        due: Timestamp,
        /// When a start begins to be late.
        window_ends: Timestamp,
        /// The schedule as the plan words it.
        schedule: String,
    },
    /// A run was begun for an occurrence.
    Begun {
        /// The plan's name.
        plan_name: String,
        /// The occurrence.
        due: Timestamp,
        /// The run.
        run: u64,
        /// Why it began after its window, where it did.
        late: Option<String>,
    },
    /// The run of an occurrence is closed.
    Performed {
        /// The plan's name.
        plan_name: String,
        /// The occurrence.
        due: Timestamp,
        /// The run.
        run: u64,
        /// The run's verdict as its exit code says it: `passed`, `failed`, `inconclusive`, `stranded`.
        verdict: String,
    },
    /// An occurrence was not performed, and will not be.
    Missed {
        /// The plan's name.
        plan_name: String,
        /// The occurrence.
        due: Timestamp,
        /// Why.
        why: String,
    },
    /// A plan's digest was approved.
    PlanApproved {
        /// The plan's name.
        plan_name: String,
        /// SHA-256 of the effective plan.
        plan_sha256: String,
        /// The person, where the trust file knew the key.
        person: Option<String>,
        /// The key, by its id.
        key_id: String,
    },
    /// Something about an exception.
    Exception(ExceptionEvent),
    /// The evidence of a closed run was sealed. It is entered behind the run's closing, so the next bundle holds it.
    BundleSealed {
        /// The run.
        run: u64,
        /// SHA-256 of the bundle's `SHA256SUMS`.
        sha256: String,
    },
    /// The tables of the state directory were brought to another version.
    Migrated {
        /// The version before.
        from: i64,
        /// The version since.
        to: i64,
        /// The file with the state as it was before.
        backup: String,
    },
}

impl RegisterEvent {
    /// The name of the step under which the event is journalled.
    pub fn step(&self) -> &'static str {
        match self {
            Self::RunOpened { .. } => "run-opened",
            Self::RunResumed { .. } => "run-resumed",
            Self::RunClosed { .. } => "run-closed",
            Self::RunAborted { .. } => "run-aborted",
            Self::Scheduled { .. } => "scheduled",
            Self::Begun { .. } => "begun",
            Self::Performed { .. } => "performed",
            Self::Missed { .. } => "missed",
            Self::PlanApproved { .. } => "plan-approved",
            Self::Exception(_) => "exception",
            Self::BundleSealed { .. } => "bundle-sealed",
            Self::Migrated { .. } => "migrated",
        }
    }
}
