//! What people are told of, in words that may leave the host: names of plans, numbers, times.

use std::collections::BTreeMap;
use std::time::Duration;

use backproof_alarms::{Alarm, AlarmKind};
use backproof_schedule::{Missed, Overdue};
use jiff::Timestamp;

use crate::host::Obstacle;
use crate::work::later;

/// The plan's name in alarms that are about no plan.
pub(crate) const NO_PLAN: &str = "none";

/// Remembers what was told, so that a lasting state is told of once.
#[derive(Debug, Default)]
pub(crate) struct Told(BTreeMap<String, (String, Timestamp)>);

impl Told {
    /// Whether this state of `subject` is new.
    pub(crate) fn is_news(&mut self, subject: &str, state: &str) -> bool {
        self.is_news_again(subject, state, Timestamp::MIN, Duration::MAX)
    }

    /// Whether this state of `subject` is new, or was told of so long ago that it is told of again.
    pub(crate) fn is_news_again(&mut self, subject: &str, state: &str, now: Timestamp, again_after: Duration) -> bool {
        let is_known = self.0.get(subject).is_some_and(|(known, at)| known == state && now < later(*at, again_after));
        if !is_known {
            self.0.insert(subject.to_owned(), (state.to_owned(), now));
        }
        !is_known
    }

    /// The state has passed: the next one is news again.
    pub(crate) fn has_passed(&mut self, subject: &str) {
        self.0.remove(subject);
    }
}

pub(crate) fn overdue(plan_name: &str, overdue: &Overdue, now: Timestamp) -> Alarm {
    let summary = format!("plan {plan_name} is overdue: nothing was performed for what was due {}", overdue.due);
    Alarm::new(AlarmKind::Overdue, plan_name, now, summary)
        .about(overdue.due.to_string())
        .with("due", &overdue.due)
        .with("overdue since", &overdue.since)
}

pub(crate) fn missed(plan_name: &str, missed: &Missed, now: Timestamp) -> Alarm {
    let summary = format!("what was due {} by the schedule of plan {plan_name} was missed", missed.due);
    Alarm::new(AlarmKind::Missed, plan_name, now, summary)
        .about(missed.due.to_string())
        .with("due", &missed.due)
        .with("why", &missed.why)
}

pub(crate) fn obstacle(plan_name: &str, about: &str, obstacle: &Obstacle, now: Timestamp) -> Alarm {
    Alarm::new(obstacle.kind, plan_name, now, obstacle.summary.clone()).about(about)
}

pub(crate) fn unreadable(file: &str, now: Timestamp) -> Alarm {
    let summary = format!("the plan file {file} cannot be used; nothing is begun for it until it is mended");
    Alarm::new(AlarmKind::ServiceTrouble, NO_PLAN, now, summary).about(format!("plan file {file}"))
}

pub(crate) fn examined(plan_name: &str, wrong: &[String], now: Timestamp) -> Alarm {
    let summary = format!("the next run of plan {plan_name} would meet trouble: {} found", wrong.len());
    let alarm = Alarm::new(AlarmKind::DoctorFoundTrouble, plan_name, now, summary);
    wrong.iter().zip(1..).fold(alarm, |alarm, (what, number)| alarm.with(&format!("trouble {number}"), what))
}

pub(crate) fn left(plan_name: &str, left: &[(String, String)], now: Timestamp) -> Alarm {
    let summary = format!("{} left in the sandbox by earlier runs of plan {plan_name} will not go", left.len());
    let alarm = Alarm::new(AlarmKind::LeftBehind, plan_name, now, summary).about("sweep");
    left.iter().zip(1..).fold(alarm, |alarm, ((what, _), number)| alarm.with(&format!("left {number}"), what))
}

pub(crate) fn exception_overdue(plan_name: &str, id: u64, due: Timestamp, now: Timestamp) -> Alarm {
    let summary = format!("exception {id} of plan {plan_name} is open beyond its due date");
    Alarm::new(AlarmKind::ExceptionOverdue, plan_name, now, summary).about(format!("exception {id}")).with("due", &due)
}
