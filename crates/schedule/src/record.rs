//! What the register says of a plan's occurrences, folded from its events.

use std::collections::BTreeMap;

use backproof_model::register::RegisterEvent;
use jiff::Timestamp;
use serde::Serialize;

/// What the register says of the occurrences of one plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanRecord {
    plan_name: String,
    by_due: BTreeMap<Timestamp, RecordedOccurrence>,
    /// What was scheduled last, in the order of the register.
    announced_last: Option<(Timestamp, String)>,
    /// Every run of the register, whatever plan and purpose: while one is open, none begins.
    runs: BTreeMap<u64, RunSpan>,
}

/// An occurrence as the register has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecordedOccurrence {
    /// When it was, or will be, due.
    pub due: Timestamp,
    /// The last moment at which a run begins in time.
    pub window_ends: Timestamp,
    /// The schedule that it is of, as the register words it.
    pub schedule: String,
    /// How it stands.
    #[serde(flatten)]
    pub state: OccurrenceState,
}

/// How an occurrence stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum OccurrenceState {
    /// Neither begun nor missed.
    Scheduled,
    /// A run was begun for it, and is not known to have ended.
    Begun {
        /// The run.
        run: u64,
        /// When.
        at: Timestamp,
        /// Why that was after its window, where it was.
        late: Option<String>,
    },
    /// Its run was performed.
    Performed {
        /// The run.
        run: u64,
        /// When it ended.
        at: Timestamp,
        /// What came of it.
        verdict: String,
        /// Why it began after its window, where it did.
        late: Option<String>,
    },
    /// It was missed.
    Missed {
        /// When that was found.
        at: Timestamp,
        /// Why.
        why: String,
    },
}

/// When a run was open.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RunSpan {
    opened_at: Timestamp,
    ended: Option<(Timestamp, RunEnded)>,
}

/// How a run ended, as far as the register says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RunEnded {
    Closed,
    Aborted { why: String },
}

impl PlanRecord {
    /// What these events, in the order of the register, say of the plan of this name.
    pub fn of<'a>(plan_name: &str, events: impl IntoIterator<Item = &'a (Timestamp, RegisterEvent)>) -> Self {
        let mut record = Self { plan_name: plan_name.to_owned(), ..Self::default() };
        for (at, event) in events {
            record.apply(*at, event);
        }
        record
    }

    /// Takes one more event into account. Events of other plans change nothing.
    pub fn apply(&mut self, at: Timestamp, event: &RegisterEvent) {
        match event {
            RegisterEvent::Scheduled { plan_name, due, window_ends, schedule } if *plan_name == self.plan_name => {
                self.announced_last = Some((*due, schedule.clone()));
                let (window_ends, schedule) = (*window_ends, schedule.clone());
                let state = self.by_due.remove(due).map_or(OccurrenceState::Scheduled, |before| before.state);
                self.by_due.insert(*due, RecordedOccurrence { due: *due, window_ends, schedule, state });
            }
            RegisterEvent::Begun { plan_name, due, run, late } if *plan_name == self.plan_name => {
                self.set(*due, OccurrenceState::Begun { run: *run, at, late: late.clone() });
            }
            RegisterEvent::Performed { plan_name, due, run, verdict } if *plan_name == self.plan_name => {
                let late = match self.by_due.get(due).map(|occurrence| &occurrence.state) {
                    Some(OccurrenceState::Begun { late, .. }) => late.clone(),
                    _ => None,
                };
                self.set(*due, OccurrenceState::Performed { run: *run, at, verdict: verdict.clone(), late });
            }
            RegisterEvent::Missed { plan_name, due, why } if *plan_name == self.plan_name => {
                self.set(*due, OccurrenceState::Missed { at, why: why.clone() });
            }
            RegisterEvent::RunOpened { run, .. } => {
                self.runs.insert(*run, RunSpan { opened_at: at, ended: None });
            }
            RegisterEvent::RunClosed { run, .. } => self.end(*run, at, RunEnded::Closed),
            RegisterEvent::RunAborted { run, why } => self.end(*run, at, RunEnded::Aborted { why: why.clone() }),
            RegisterEvent::Scheduled { .. }
            | RegisterEvent::Begun { .. }
            | RegisterEvent::Performed { .. }
            | RegisterEvent::Missed { .. }
            | RegisterEvent::RunResumed { .. }
            | RegisterEvent::PlanApproved { .. }
            | RegisterEvent::Exception(_)
            | RegisterEvent::BundleSealed { .. }
            | RegisterEvent::Migrated { .. } => {}
        }
    }

    fn end(&mut self, run: u64, at: Timestamp, ended: RunEnded) {
        if let Some(span) = self.runs.get_mut(&run) {
            span.ended = Some((at, ended));
        }
    }

    fn set(&mut self, due: Timestamp, state: OccurrenceState) {
        // An end without a beginning would be a gap; it is kept all the same, so that it can be seen.
        let occurrence = self.by_due.entry(due).or_insert_with(|| RecordedOccurrence {
            due,
            window_ends: due,
            schedule: String::new(),
            state: OccurrenceState::Scheduled,
        });
        occurrence.state = state;
    }

    /// The plan's name.
    pub fn plan_name(&self) -> &str {
        &self.plan_name
    }

    /// Every occurrence that the register knows, the earliest first.
    pub fn occurrences(&self) -> impl DoubleEndedIterator<Item = &RecordedOccurrence> {
        self.by_due.values()
    }

    /// The occurrence that is due at `due`, where the register knows it.
    pub fn occurrence(&self, due: Timestamp) -> Option<&RecordedOccurrence> {
        self.by_due.get(&due)
    }

    /// The latest occurrence whose run was performed.
    pub fn last_performed(&self) -> Option<&RecordedOccurrence> {
        self.by_due.values().rfind(|occurrence| matches!(occurrence.state, OccurrenceState::Performed { .. }))
    }

    /// When a run of an occurrence passed last.
    pub fn last_passed(&self) -> Option<Timestamp> {
        self.by_due.values().rev().find_map(|occurrence| match &occurrence.state {
            OccurrenceState::Performed { at, verdict, .. } if verdict == "passed" => Some(*at),
            OccurrenceState::Performed { .. }
            | OccurrenceState::Scheduled
            | OccurrenceState::Begun { .. }
            | OccurrenceState::Missed { .. } => None,
        })
    }

    /// How many occurrences were missed.
    pub fn missed(&self) -> usize {
        self.by_due.values().filter(|known| matches!(known.state, OccurrenceState::Missed { .. })).count()
    }

    /// What was scheduled last, and by which schedule.
    pub(crate) fn announced_last(&self) -> Option<(Timestamp, &str)> {
        self.announced_last.as_ref().map(|(due, schedule)| (*due, schedule.as_str()))
    }

    /// How this run ended, where it did.
    pub(crate) fn ended(&self, run: u64) -> Option<&RunEnded> {
        self.runs.get(&run)?.ended.as_ref().map(|(_, ended)| ended)
    }

    /// The run that was open at `moment`, whatever it was begun for.
    pub(crate) fn open_at(&self, moment: Timestamp) -> Option<u64> {
        let was_open = |span: &RunSpan| {
            span.opened_at <= moment && span.ended.as_ref().is_none_or(|(ended_at, _)| moment < *ended_at)
        };
        // One follows the other, so it is among the last.
        self.runs.iter().rev().find(|(_, span)| was_open(span)).map(|(run, _)| *run)
    }
}
