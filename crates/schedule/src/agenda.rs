//! What is to be done about a plan's schedule now: a pure function of the schedule, the register and the time.
//!
//! Each occurrence is entered into the register when the one before it is due, hence nobody can take one out unnoticed
//! by changing the schedule. Each gets exactly one end: performed, or missed with the reason. Who follows the agenda,
//! how often, and how many of them, makes no difference to that.

use jiff::Timestamp;
use serde::Serialize;

use crate::record::RunEnded;
use crate::schedule::words;
use crate::{CatchUp, Occurrence, OccurrenceState, PlanRecord, RecordedOccurrence, Schedule};

/// What is to be done, in this order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agenda {
    /// Occurrences that are to be entered as scheduled.
    pub schedule: Vec<Occurrence>,
    /// Occurrences that are to be entered as missed.
    pub miss: Vec<Missed>,
    /// Occurrences whose run was closed: to be entered as performed.
    pub settle: Vec<(Timestamp, u64)>,
    /// The occurrence and run that was begun and is to be gone on with.
    pub go_on: Option<(Timestamp, u64)>,
    /// The occurrence that is to be begun now.
    pub begin: Option<Begin>,
    /// The next occurrence.
    pub next: Option<Occurrence>,
    /// When to look again, if nothing happens before.
    pub look_again: Option<Timestamp>,
    /// That nothing was performed for too long.
    pub overdue: Option<Overdue>,
}

/// An occurrence that is missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The occurrence.
    pub due: Timestamp,
    /// Why.
    pub why: String,
}

/// An occurrence that is to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begin {
    /// The occurrence.
    pub due: Timestamp,
    /// Why it begins after its window, where it does.
    pub late: Option<String>,
}

/// A plan for which nothing was performed for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Overdue {
    /// The first occurrence since which nothing was performed.
    pub due: Timestamp,
    /// Since when the plan is overdue.
    pub since: Timestamp,
}

/// What is to be done now about `schedule`, given what the register says. A plan without a schedule only ends what was
/// scheduled before.
pub fn agenda(schedule: Option<&Schedule>, record: &PlanRecord, installation: &str, now: Timestamp) -> Agenda {
    let worded = schedule.map(Schedule::worded);
    let announced = schedule.map_or_else(Vec::new, |schedule| announce(schedule, record, installation, now));
    let mut agenda = Agenda::default();
    let mut waiting: Vec<Occurrence> = Vec::new();
    for occurrence in record.occurrences().filter(|known| announced.iter().all(|new| new.due != known.due)) {
        match &occurrence.state {
            OccurrenceState::Begun { run, .. } => match record.ended(*run) {
                None => agenda.go_on = Some((occurrence.due, *run)),
                Some(RunEnded::Closed) => agenda.settle.push((occurrence.due, *run)),
                Some(RunEnded::Aborted { why }) => {
                    agenda.miss.push(Missed { due: occurrence.due, why: format!("run {run} was given up: {why}") });
                }
            },
            OccurrenceState::Scheduled => match schedule {
                Some(schedule) if Some(&occurrence.schedule) == worded.as_ref() => {
                    let Occurrence { begins, .. } = schedule.occurrence(occurrence.due, installation);
                    waiting.push(Occurrence { due: occurrence.due, begins, window_ends: occurrence.window_ends });
                }
                Some(_) | None if occurrence.due > now => agenda.watch(now, occurrence.due),
                Some(_) | None => {
                    agenda.miss.push(Missed { due: occurrence.due, why: gone(occurrence, worded.as_deref()) });
                }
            },
            OccurrenceState::Performed { .. } | OccurrenceState::Missed { .. } => {}
        }
    }
    waiting.extend(announced.iter().copied());
    waiting.sort_by_key(|occurrence| occurrence.due);
    agenda.schedule = announced;
    if let Some(schedule) = schedule {
        let (due, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|occurrence| occurrence.due <= now);
        agenda.next = later.first().copied();
        if let Some(next) = agenda.next {
            agenda.watch(now, next.due);
        }
        agenda.decide(schedule, record, &due, now);
        agenda.overdue(schedule, record, &due, now);
    }
    agenda.miss.sort_by_key(|missed| missed.due);
    agenda
}

/// Occurrences that the register does not know yet, up to and including the first that is still to come.
fn announce(schedule: &Schedule, record: &PlanRecord, installation: &str, now: Timestamp) -> Vec<Occurrence> {
    let worded = schedule.worded();
    // Whoever meets a schedule for the first time begins with the occurrence whose window is open, if there is one.
    let first_look = || now.checked_sub(schedule.start_window).unwrap_or(Timestamp::MIN);
    let (anchor, is_new) = match record.announced_last() {
        Some((due, by)) if by == worded => (due, false),
        Some(_) | None => (first_look(), true),
    };
    let mut unknown = schedule.occurrences(anchor, now, installation);
    if anchor <= now {
        unknown.extend(schedule.next(now, installation));
    } else if let Some(known) = record.occurrence(anchor) {
        // The window of one that is still to come follows the plan.
        let again = schedule.occurrence(anchor, installation);
        unknown.extend((again.window_ends != known.window_ends).then_some(again));
    }
    unknown.retain(|new| {
        record.occurrence(new.due).is_none_or(|known| {
            known.state == OccurrenceState::Scheduled
                && (known.schedule != worded || (new.due > now && (is_new || known.window_ends != new.window_ends)))
        })
    });
    unknown
}

fn gone(occurrence: &RecordedOccurrence, worded: Option<&str>) -> String {
    match worded {
        Some(worded) => {
            format!("the schedule was changed from `{}` to `{worded}` before it was due", occurrence.schedule)
        }
        None => format!("the schedule `{}` was removed from the plan before it was due", occurrence.schedule),
    }
}

impl Agenda {
    /// Remembers to look again at `moment`, unless that is past.
    fn watch(&mut self, now: Timestamp, moment: Timestamp) {
        if moment > now {
            self.look_again = Some(self.look_again.map_or(moment, |earlier| earlier.min(moment)));
        }
    }

    /// Of all that are due, only the latest can still be begun.
    fn decide(&mut self, schedule: &Schedule, record: &PlanRecord, due: &[Occurrence], now: Timestamp) {
        let Some((latest, superseded)) = due.split_last() else { return };
        for occurrence in superseded {
            let why = why_not(schedule, record, occurrence);
            self.miss.push(Missed { due: occurrence.due, why: format!("{why}, and by now a later one is due") });
        }
        if schedule.fills(latest) {
            self.miss.push(Missed { due: latest.due, why: why_not(schedule, record, latest) });
            return;
        }
        let is_late = now > latest.window_ends;
        if is_late && schedule.catch_up == CatchUp::Never {
            self.miss.push(Missed { due: latest.due, why: why_not(schedule, record, latest) });
            return;
        }
        self.watch(
            now,
            latest.window_ends.saturating_add(jiff::SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX),
        );
        if self.go_on.is_some() {
            return;
        }
        let begins = latest.begins.min(latest.window_ends);
        if now < begins {
            self.watch(now, begins);
            return;
        }
        if let Some((end, _)) = schedule.after_blackouts(now, Timestamp::MAX) {
            self.watch(now, end);
            return;
        }
        let late = is_late.then(|| {
            let by = words(now.duration_since(latest.window_ends));
            format!("it began {by} after its window, because {}", why_not(schedule, record, latest))
        });
        self.begin = Some(Begin { due: latest.due, late });
    }

    /// Whether nothing was performed for too long since some occurrence.
    fn overdue(&mut self, schedule: &Schedule, record: &PlanRecord, due: &[Occurrence], now: Timestamp) {
        let performed = record.last_performed().map(|occurrence| occurrence.due);
        let known = record.occurrences().map(|occurrence| occurrence.due);
        let dues = known.chain(due.iter().map(|occurrence| occurrence.due)).filter(|due| *due <= now);
        let Some(first) = dues.filter(|due| performed.is_none_or(|performed| *due > performed)).min() else { return };
        let since = first.checked_add(schedule.overdue_after).unwrap_or(Timestamp::MAX);
        if since <= now {
            self.overdue = Some(Overdue { due: first, since });
        } else {
            self.watch(now, since);
        }
    }
}

/// Why an occurrence was not begun within its window.
fn why_not(schedule: &Schedule, record: &PlanRecord, occurrence: &Occurrence) -> String {
    if let Some((_, why)) = schedule.after_blackouts(occurrence.window_ends, occurrence.window_ends) {
        return format!("a blackout ({why}) lasted beyond its window");
    }
    if let Some(run) = record.open_at(occurrence.window_ends) {
        return format!("run {run} was still under way");
    }
    "it was not begun within its window".to_owned()
}
