//! The evidence of one restore test: the drawn recovery point, every attempt, and what it came to.
//!
//! What never happened is `None`. The outcome is never better than the records carry.

use backproof_model::chain::{Entry, Event};
use backproof_model::record::{
    Admission, CostComputed, Deleted, DrawnPoint, Located, ResourceReady, RestoreEnded, RestorePrepared,
    RestoreStarted, TestClosed, Validated, test_step,
};
use backproof_model::{Check, FaultOwner, Outcome};
use jiff::Timestamp;

use crate::observed::Records;
use crate::problem::Problem;

/// How far a restore test came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has no record at all.
    NotPerformed,
    /// It began, and is not closed: the run still goes on, or was stopped.
    Unfinished {
        /// The step that was begun last and has no result.
        during: Option<String>,
    },
    /// It is closed.
    Closed,
}

/// The evidence of one restore test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestEvidence {
    /// The recovery point and how it was drawn.
    pub drawn: DrawnPoint,
    /// The restore test's chain: `test-<number>`.
    pub chain: String,
    /// How far it came.
    pub progress: Progress,
    /// The outcome that counts. Not performed and unfinished are inconclusive.
    pub outcome: Outcome,
    /// Every attempt that left a record, the first first.
    pub attempts: Vec<Attempt>,
    /// Why the budget did not let it, or another attempt at it, begin.
    pub held_back: Option<String>,
    /// Its closing record.
    pub closed: Option<TestClosed>,
    /// Each change of status that was waited for.
    pub statuses: Vec<StatusSeen>,
    /// When its first line was written.
    pub began: Option<Timestamp>,
    /// When its last line was written.
    pub last_entry: Option<Timestamp>,
}

/// One attempt at restoring a recovery point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempt {
    /// The attempt, from 1.
    pub number: u32,
    /// Where the recovery point was restored from.
    pub located: Option<Located>,
    /// The restore as it was to be asked for.
    pub prepared: Option<RestorePrepared>,
    /// What came of asking.
    pub started: Option<RestoreStarted>,
    /// How the restore job ended.
    pub ended: Option<RestoreEnded>,
    /// Whether the resource could be examined.
    pub ready: Option<ResourceReady>,
    /// What the validators found.
    pub validated: Option<Validated>,
    /// What became of what was made.
    pub deleted: Option<Deleted>,
    /// What it came to.
    pub cost: Option<CostComputed>,
}

/// A status that something was seen to take on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusSeen {
    /// When it was written down.
    pub at: Timestamp,
    /// What changed: `restore-job/1`.
    pub of: String,
    /// Its status from then on.
    pub status: String,
}

impl TestEvidence {
    /// The checks of the last attempt that was examined.
    pub fn checks(&self) -> &[Check] {
        self.validated().map_or(&[], |found| &found.checks)
    }

    /// What the validators found in the last attempt that was examined.
    pub fn validated(&self) -> Option<&Validated> {
        self.attempts.iter().rev().find_map(|attempt| attempt.validated.as_ref())
    }

    /// The last attempt.
    pub fn last_attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// Whether the budget did not let it begin at all.
    pub fn was_held_back(&self) -> bool {
        self.held_back.is_some() && self.attempts.is_empty()
    }

    /// Whether this restore test is part of the sample that the assurance statement counts.
    pub fn is_of_sample(&self) -> bool {
        self.drawn.rank.is_some()
    }
}

impl Attempt {
    /// Whether anything was asked for that could cost: a copy, or a restore.
    pub fn began(&self) -> bool {
        self.started.is_some() || matches!(self.located, Some(Located::Copied { .. } | Located::NotReached { .. }))
    }

    /// The restore job, once AWS Backup took it.
    pub fn restore_job_id(&self) -> Option<&str> {
        match self.started.as_ref()? {
            RestoreStarted::Job { restore_job_id, .. } => Some(restore_job_id),
            RestoreStarted::Refused { .. } => None,
        }
    }

    /// When AWS Backup was asked for the restore, once it took it.
    pub fn asked(&self) -> Option<Timestamp> {
        match self.started.as_ref()? {
            RestoreStarted::Job { asked, .. } => Some(*asked),
            RestoreStarted::Refused { .. } => None,
        }
    }

    /// The resource that AWS says the restore job made.
    pub fn created_resource_arn(&self) -> Option<String> {
        self.ended.as_ref()?.created_resource_arn.as_ref().map(ToString::to_string)
    }
}

/// Folds the chain of one drawn recovery point. `stopped` says in words why nothing more may be expected of it.
pub(crate) fn fold(drawn: DrawnPoint, entries: &[Entry], stopped: &str, problems: &mut Vec<Problem>) -> TestEvidence {
    let chain = format!("test-{}", drawn.test);
    let records = Records::of(&chain, entries);
    let attempts = records.attempts().into_iter().map(|number| attempt(number, &records, problems)).collect();
    let held_back = held_back(&records, problems);
    let closed: Option<TestClosed> = records.take(test_step::CLOSE, problems);
    let progress = match (&closed, entries.is_empty()) {
        (Some(_), _) => Progress::Closed,
        (None, true) => Progress::NotPerformed,
        (None, false) => Progress::Unfinished { during: records.unfinished.map(str::to_owned) },
    };
    let outcome = match (&closed, &progress) {
        (Some(closed), _) => closed.outcome.clone(),
        (None, Progress::NotPerformed) => {
            Outcome::inconclusive(FaultOwner::Harness, format!("not performed: {stopped}"))
        }
        (None, Progress::Unfinished { during: Some(step) }) => {
            Outcome::inconclusive(FaultOwner::Harness, format!("not finished, stopped during `{step}`: {stopped}"))
        }
        (None, Progress::Unfinished { during: None } | Progress::Closed) => {
            Outcome::inconclusive(FaultOwner::Harness, format!("not finished: {stopped}"))
        }
    };
    TestEvidence {
        progress,
        outcome,
        attempts,
        held_back,
        closed,
        statuses: statuses(entries),
        began: entries.first().map(|entry| entry.at),
        last_entry: entries.last().map(|entry| entry.at),
        drawn,
        chain,
    }
}

/// The refusal of the budget. An attempt that it let begin is no refusal, and there is none after one.
fn held_back(records: &Records<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let of = |number: u32| format!("{}/{number}", test_step::BUDGET);
    let asked = records.attempts_put_to_the_budget().into_iter();
    let mut decisions = asked.filter_map(|number| records.take::<Admission>(&of(number), problems));
    decisions.find_map(|admission| admission.refusal().map(str::to_owned))
}

fn attempt(number: u32, records: &Records<'_>, problems: &mut Vec<Problem>) -> Attempt {
    let of = |step: &str| format!("{step}/{number}");
    Attempt {
        number,
        located: records.take(&of(test_step::STAGE), problems),
        prepared: records.take(&of(test_step::PREPARE), problems),
        started: records.take(&of(test_step::START), problems),
        ended: records.take(&of(test_step::AWAIT), problems),
        ready: records.take(&of(test_step::READY), problems),
        validated: records.take(&of(test_step::VALIDATE), problems),
        deleted: records.take(&of(test_step::DELETE), problems),
        cost: records.take(&of(test_step::COST), problems),
    }
}

fn statuses(entries: &[Entry]) -> Vec<StatusSeen> {
    entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Status { of, status } => Some(StatusSeen { at: entry.at, of: of.clone(), status: status.clone() }),
            Event::Intent { .. } | Event::Result { .. } | Event::Resumed { .. } => None,
        })
        .collect()
}
