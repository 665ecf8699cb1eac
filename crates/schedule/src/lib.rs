//! When runs are due: schedules, blackout windows, and which occurrences were missed. Asks no clock.
//!
//! A [`Schedule`] gives occurrences; [`agenda`] says from the register what is to be done about them now. Nothing here
//! waits, records or begins anything. Only the database of time zones is read, by their names.

mod agenda;
mod blackout;
mod record;
mod schedule;
mod when;
mod wording;
mod zone;

pub use agenda::{Agenda, Begin, Missed, Overdue, agenda};
pub use blackout::{Blackout, BlackoutWindow};
pub use record::{OccurrenceState, PlanRecord, RecordedOccurrence};
pub use schedule::{CatchUp, Occurrence, Schedule, UnfitSchedule};
pub use when::{InvalidWhen, When};
pub use zone::{InvalidZone, zone};
