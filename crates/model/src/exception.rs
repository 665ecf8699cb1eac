//! Exceptions: what a failed or undecided restore test, or something that would not be deleted, leaves to people.
//!
//! An exception is the fold of its events in the register ([`exceptions`]). It is opened by a run, worked on by people,
//! and closed by a passed retest or by a deletion that was seen; an acceptance holds until it expires. What a run does
//! to exceptions is [`settle`]; nothing here reads the register or asks a clock.

mod acceptance;
mod cause;
mod fold;
mod recorded;
mod settle;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FaultOwner, ResourceArn};

pub use acceptance::{NotAccepted, may_accept};
pub use cause::{SharedCause, shared_cause};
pub use fold::{Acceptance, Closed, Exception, Note, Status, exceptions, of_register};
pub use recorded::recorded;
pub use settle::{RunCame, TestCame, deletions, settle};

/// Who opens and closes exceptions where no person does.
pub const BY_PROGRAM: &str = "backproof";
/// A failed restore test is to be resolved within a month.
pub const DUE_AFTER_FAILED: SignedDuration = SignedDuration::from_hours(24 * 30);
/// One that could not be told, before the next quarter's run.
pub const DUE_AFTER_INCONCLUSIVE: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Restored data that nobody deletes costs money and may be seen: by the next day.
pub const DUE_AFTER_LEFTOVER: SignedDuration = SignedDuration::from_hours(24);
/// The longest text that one event keeps, in bytes; a line of the register holds no more than 64 KiB.
pub const LONGEST_TEXT: usize = 4_000;
/// Recovery points that an impact lists by name.
pub const LISTED_IMPACT: usize = 20;

/// One thing that happened to an exception.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExceptionEvent {
    /// The exception's number, from 1, in the order of opening.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// Who: a person as typed, or [`BY_PROGRAM`] for what a run or a sweep found.
    pub by: String,
    /// What.
    pub change: ExceptionChange,
}

/// What happened to an exception.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum ExceptionChange {
    /// It was opened.
    Opened(Box<Opened>),
    /// The same was met again: by a later run, or by another restore test of the same unit.
    MetAgain {
        /// The run.
        run: u64,
        /// The restore test; `None` for something that could not be deleted.
        test: Option<u32>,
        /// When the recovery point was made whose restore test was not passed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        creation_date: Option<Timestamp>,
        /// What came of it, in words.
        why: String,
    },
    /// Somebody was made responsible. What is `None` stays as it was.
    Assigned {
        /// The person.
        owner: Option<String>,
        /// Where it is followed up.
        ticket: Option<String>,
        /// When it is to be resolved.
        due: Option<Timestamp>,
    },
    /// Something was written down. What is `None` stays as it was.
    Noted {
        /// Free text.
        text: Option<String>,
        /// The root cause.
        root_cause: Option<String>,
        /// The response of management.
        management_response: Option<String>,
    },
    /// Somebody accepts it for a time.
    Accepted {
        /// Why.
        reason: String,
        /// The person who answers for it.
        person: String,
        /// Until when.
        expires: Timestamp,
    },
    /// A retest passed.
    ClosedByRetest {
        /// The run.
        run: u64,
        /// The restore test.
        test: u32,
    },
    /// What was left behind was seen absent.
    ClosedByDeletion {
        /// The resource.
        arn: String,
    },
}

/// What an exception was opened for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// The plan's name.
    pub plan_name: String,
    /// The run.
    pub run: u64,
    /// What it is about.
    pub subject: Subject,
    /// Whose fault, as far as the run could tell.
    pub fault_owner: FaultOwner,
    /// Why, in the words of the outcome.
    pub why: String,
    /// When it is to be resolved.
    pub due: Timestamp,
}

/// What an exception is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "there are few, and most are restore tests")]
pub enum Subject {
    /// A restore test that was not passed.
    RestoreTest {
        /// The restore test.
        test: u32,
        /// `failed` or `inconclusive`.
        outcome: String,
        /// The unit's stratum.
        stratum: String,
        /// The unit, which is tested for certain until this is closed or accepted.
        unit: String,
        /// The protected resource.
        resource_arn: ResourceArn,
        /// The recovery point.
        recovery_point_arn: String,
        /// When that was made: an older one proves nothing of this one.
        creation_date: Timestamp,
        /// Other recovery points that share the cause: how many, and the first of them.
        impact: Impact,
    },
    /// Something that could not be deleted.
    Leftover {
        /// The resource.
        arn: String,
    },
}

impl Subject {
    /// The unit, or the resource that was left.
    pub fn name(&self) -> &str {
        match self {
            Self::RestoreTest { unit, .. } => unit,
            Self::Leftover { arn } => arn,
        }
    }

    /// `failed`, `inconclusive` or `left behind`.
    pub fn word(&self) -> &str {
        match self {
            Self::RestoreTest { outcome, .. } => outcome,
            Self::Leftover { .. } => "left behind",
        }
    }

    /// The restore test that opened it, where one did.
    pub fn test(&self) -> Option<u32> {
        match self {
            Self::RestoreTest { test, .. } => Some(*test),
            Self::Leftover { .. } => None,
        }
    }

    /// Other recovery points that share the cause; nothing that is left behind has any.
    pub fn impact(&self) -> Option<&Impact> {
        match self {
            Self::RestoreTest { impact, .. } => Some(impact),
            Self::Leftover { .. } => None,
        }
    }
}

/// Which other recovery points an exception may be about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Impact {
    /// What they share, in words: the same resource, the same vault and key.
    pub shares: String,
    /// How many there are.
    pub total: u64,
    /// The first of them.
    pub first: Vec<String>,
}

/// `text` with at most [`LONGEST_TEXT`] bytes, and a word where it was cut.
pub(crate) fn shortened(text: &str) -> String {
    if text.len() <= LONGEST_TEXT {
        return text.to_owned();
    }
    let end = (0..=LONGEST_TEXT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{} [cut short]", &text[..end])
}
