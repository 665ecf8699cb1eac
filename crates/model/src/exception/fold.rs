//! From the events of exceptions to how each stands.
//!
//! What does not fit (an event of an exception that was never opened, a second opening, an acceptance of what is
//! closed) changes nothing; neither does the same event told twice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ExceptionChange, ExceptionEvent, Opened, Subject};
use crate::register::RegisterEvent;

/// One exception, as its events leave it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exception {
    /// Its number, from 1.
    pub id: u64,
    /// What it was opened for.
    pub opened: Opened,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The person who is responsible.
    pub owner: Option<String>,
    /// Where it is followed up.
    pub ticket: Option<String>,
    /// When it is to be resolved.
    pub due: Timestamp,
    /// The root cause.
    pub root_cause: Option<String>,
    /// The response of management.
    pub management_response: Option<String>,
    /// What was written down, the first first.
    pub notes: Vec<Note>,
    /// The last acceptance, whether it still holds or not.
    pub acceptance: Option<Acceptance>,
    /// How it was closed.
    pub closed: Option<Closed>,
    /// Every event that changed it, the first first.
    pub history: Vec<ExceptionEvent>,
}

/// Something that was written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What.
    pub text: String,
}

/// Somebody's acceptance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Why.
    pub reason: String,
    /// The person who answers for it.
    pub person: String,
    /// The first moment at which it no longer holds.
    pub expires: Timestamp,
    /// When it was given.
    pub at: Timestamp,
    /// Who recorded it.
    pub by: String,
}

/// How an exception was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Closed {
    /// By a passed retest.
    ByRetest {
        /// The run.
        run: u64,
        /// The restore test.
        test: u32,
        /// When that was recorded.
        at: Timestamp,
    },
    /// By a deletion that was seen.
    ByDeletion {
        /// The resource.
        arn: String,
        /// When that was recorded.
        at: Timestamp,
    },
}

/// How an exception stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Status {
    /// Somebody has to do something.
    Open,
    /// Somebody has accepted it for now.
    Accepted {
        /// The first moment at which it is open again.
        until: Timestamp,
    },
    /// It is resolved.
    Closed,
}

impl Exception {
    fn new(event: &ExceptionEvent, opened: &Opened) -> Self {
        Self {
            id: event.id,
            opened: opened.clone(),
            opened_at: event.at,
            owner: None,
            ticket: None,
            due: opened.due,
            root_cause: None,
            management_response: None,
            notes: Vec::new(),
            acceptance: None,
            closed: None,
            history: vec![event.clone()],
        }
    }

    /// How it stands at `now`.
    pub fn status(&self, now: Timestamp) -> Status {
        match (&self.closed, &self.acceptance) {
            (Some(_), _) => Status::Closed,
            (None, Some(acceptance)) if now < acceptance.expires => Status::Accepted { until: acceptance.expires },
            (None, Some(_) | None) => Status::Open,
        }
    }

    /// Whether its unit is tested for certain in a draw at `now`: open, and not accepted.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.status(now) == Status::Open
    }

    /// Whether it should have been resolved by `now`. What is accepted is not overdue until the acceptance expires.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.is_open(now) && self.due <= now
    }

    /// Whether this run (and restore test) is in its history already.
    pub fn met(&self, run: u64, test: Option<u32>) -> bool {
        self.met_in().any(|met| met == (run, test))
    }

    /// The last run that met it.
    pub fn last_met(&self) -> u64 {
        self.met_in().map(|(run, _)| run).max().unwrap_or(self.opened.run)
    }

    /// The newest recovery point whose restore test was not passed: when it was made.
    pub fn newest_met(&self) -> Option<Timestamp> {
        let first = match &self.opened.subject {
            Subject::RestoreTest { creation_date, .. } => Some(*creation_date),
            Subject::Leftover { .. } => None,
        };
        let later = self.history.iter().filter_map(|event| match &event.change {
            ExceptionChange::MetAgain { creation_date, .. } => *creation_date,
            ExceptionChange::Opened(_)
            | ExceptionChange::Assigned { .. }
            | ExceptionChange::Noted { .. }
            | ExceptionChange::Accepted { .. }
            | ExceptionChange::ClosedByRetest { .. }
            | ExceptionChange::ClosedByDeletion { .. } => None,
        });
        first.into_iter().chain(later).max()
    }

    fn met_in(&self) -> impl Iterator<Item = (u64, Option<u32>)> {
        self.history.iter().filter_map(|event| match &event.change {
            ExceptionChange::Opened(opened) => Some((opened.run, opened.subject.test())),
            ExceptionChange::MetAgain { run, test, .. } => Some((*run, *test)),
            ExceptionChange::Assigned { .. }
            | ExceptionChange::Noted { .. }
            | ExceptionChange::Accepted { .. }
            | ExceptionChange::ClosedByRetest { .. }
            | ExceptionChange::ClosedByDeletion { .. } => None,
        })
    }

    /// Takes one more event; what does not fit changes nothing.
    fn take(&mut self, event: &ExceptionEvent) {
        if self.history.contains(event) {
            return;
        }
        let ExceptionEvent { at, by, .. } = event;
        let is_closed = self.closed.is_some();
        match &event.change {
            ExceptionChange::Opened(_) => return,
            ExceptionChange::MetAgain { .. }
            | ExceptionChange::Accepted { .. }
            | ExceptionChange::ClosedByRetest { .. }
            | ExceptionChange::ClosedByDeletion { .. }
                if is_closed =>
            {
                return;
            }
            ExceptionChange::MetAgain { .. } => {}
            ExceptionChange::Assigned { owner, ticket, due } => {
                replace(&mut self.owner, owner.as_ref());
                replace(&mut self.ticket, ticket.as_ref());
                self.due = due.unwrap_or(self.due);
            }
            ExceptionChange::Noted { text, root_cause, management_response } => {
                let note = |text: &String| Note { at: *at, by: by.clone(), text: text.clone() };
                self.notes.extend(text.as_ref().map(note));
                replace(&mut self.root_cause, root_cause.as_ref());
                replace(&mut self.management_response, management_response.as_ref());
            }
            ExceptionChange::Accepted { reason, person, expires } => {
                let (reason, person, by) = (reason.clone(), person.clone(), by.clone());
                self.acceptance = Some(Acceptance { reason, person, expires: *expires, at: *at, by });
            }
            ExceptionChange::ClosedByRetest { run, test } => {
                self.closed = Some(Closed::ByRetest { run: *run, test: *test, at: *at });
            }
            ExceptionChange::ClosedByDeletion { arn } => {
                self.closed = Some(Closed::ByDeletion { arn: arn.clone(), at: *at });
            }
        }
        self.history.push(event.clone());
    }
}

fn replace(kept: &mut Option<String>, given: Option<&String>) {
    if let Some(given) = given {
        *kept = Some(given.clone());
    }
}

/// Every exception, by number, from all events in the order of the register.
pub fn exceptions<'a>(events: impl IntoIterator<Item = &'a ExceptionEvent>) -> Vec<Exception> {
    let mut all = BTreeMap::<u64, Exception>::new();
    for event in events {
        match (all.get_mut(&event.id), &event.change) {
            (Some(known), _) => known.take(event),
            (None, ExceptionChange::Opened(opened)) => {
                all.insert(event.id, Exception::new(event, opened));
            }
            (None, _) => {}
        }
    }
    all.into_values().collect()
}

/// Every exception that the register knows, by number.
pub fn of_register<'a>(events: impl IntoIterator<Item = &'a RegisterEvent>) -> Vec<Exception> {
    exceptions(events.into_iter().filter_map(|event| match event {
        RegisterEvent::Exception(event) => Some(event),
        RegisterEvent::RunOpened { .. }
        | RegisterEvent::RunResumed { .. }
        | RegisterEvent::RunClosed { .. }
        | RegisterEvent::RunAborted { .. }
        | RegisterEvent::Scheduled { .. }
        | RegisterEvent::Begun { .. }
        | RegisterEvent::Performed { .. }
        | RegisterEvent::Missed { .. }
        | RegisterEvent::PlanApproved { .. }
        | RegisterEvent::BundleSealed { .. }
        | RegisterEvent::Migrated { .. } => None,
    }))
}
