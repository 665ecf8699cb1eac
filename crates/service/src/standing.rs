//! How a plan's schedule stands, for people who ask.

use backproof_model::register::RegisterEvent;
use backproof_schedule::{OccurrenceState, Overdue, PlanRecord, RecordedOccurrence, Schedule, agenda};
use jiff::Timestamp;
use serde::Serialize;

/// How a plan's schedule stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// The plan's name.
    pub plan: String,
    /// The schedule in words, where there is one.
    pub schedule: Option<String>,
    /// When it is due next.
    pub next_due: Option<Timestamp>,
    /// When that would begin: after jitter and blackouts.
    pub next_begins: Option<Timestamp>,
    /// What is due now and not begun.
    pub waiting: Option<Timestamp>,
    /// The last occurrence whose run was performed.
    pub last_performed: Option<RecordedOccurrence>,
    /// How many occurrences were performed in time.
    pub performed_in_time: usize,
    /// How many were performed late.
    pub performed_late: usize,
    /// How many were missed.
    pub missed: usize,
    /// The last occurrence that was missed.
    pub last_missed: Option<RecordedOccurrence>,
    /// Since when the plan is overdue, where it is.
    pub overdue: Option<Overdue>,
}

/// How the schedule of a plan stands at `now`, by the register's events. Enters nothing. Without a schedule, because the
/// plan has none or is not at hand, it says what became of what was scheduled before.
pub fn standing<'a>(
    plan_name: &str,
    schedule: Option<&Schedule>,
    events: impl IntoIterator<Item = &'a (Timestamp, RegisterEvent)>,
    installation: &str,
    now: Timestamp,
) -> Standing {
    let record = PlanRecord::of(plan_name, events);
    let agenda = agenda(schedule, &record, installation, now);
    let count = |which: fn(&OccurrenceState) -> bool| record.occurrences().filter(|known| which(&known.state)).count();
    Standing {
        plan: plan_name.to_owned(),
        schedule: schedule.map(Schedule::describe),
        next_due: agenda.next.map(|next| next.due),
        next_begins: agenda.next.map(|next| next.begins),
        waiting: agenda.begin.map(|begin| begin.due),
        last_performed: record.last_performed().cloned(),
        performed_in_time: count(|state| matches!(state, OccurrenceState::Performed { late: None, .. })),
        performed_late: count(|state| matches!(state, OccurrenceState::Performed { late: Some(_), .. })),
        missed: count(|state| matches!(state, OccurrenceState::Missed { .. })),
        last_missed: record.occurrences().rfind(|known| matches!(known.state, OccurrenceState::Missed { .. })).cloned(),
        overdue: agenda.overdue,
    }
}
