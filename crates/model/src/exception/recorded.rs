//! What the journal of a run says of exceptions.

use jiff::Timestamp;

use super::fold::{Exception, Status};
use super::{ExceptionChange, ExceptionEvent};
use crate::record::{ExceptionTouched, ExceptionsRecorded, Touch};

/// What `run` did to exceptions by their histories, and how its plan's stand at `now`.
pub fn recorded(all: &[Exception], plan_name: &str, run: u64, now: Timestamp) -> ExceptionsRecorded {
    let of_plan = || all.iter().filter(|exception| exception.opened.plan_name == plan_name);
    let count = |number: usize| number as u64;
    let accepted = |exception: &&Exception| match exception.status(now) {
        Status::Accepted { .. } => true,
        Status::Open | Status::Closed => false,
    };
    ExceptionsRecorded {
        touched: all.iter().flat_map(|exception| touched(exception, run)).collect(),
        open: count(of_plan().filter(|exception| exception.is_open(now)).count()),
        overdue: count(of_plan().filter(|exception| exception.is_overdue(now)).count()),
        accepted: count(of_plan().filter(accepted).count()),
    }
}

fn touched(exception: &Exception, run: u64) -> impl Iterator<Item = ExceptionTouched> {
    exception.history.iter().filter_map(move |event| touch(event, run)).map(|(how, test)| ExceptionTouched {
        id: exception.id,
        how,
        test,
        about: exception.opened.subject.name().to_owned(),
        opened_by_run: exception.opened.run,
        owner: exception.owner.clone(),
        ticket: exception.ticket.clone(),
        due: exception.due,
        impact: exception.opened.subject.impact().cloned(),
    })
}

fn touch(event: &ExceptionEvent, run: u64) -> Option<(Touch, Option<u32>)> {
    match &event.change {
        ExceptionChange::Opened(opened) => (opened.run == run).then(|| (Touch::Opened, opened.subject.test())),
        ExceptionChange::MetAgain { run: met, test, .. } => (*met == run).then_some((Touch::MetAgain, *test)),
        ExceptionChange::ClosedByRetest { run: closed, test } => {
            (*closed == run).then_some((Touch::Closed, Some(*test)))
        }
        ExceptionChange::Assigned { .. }
        | ExceptionChange::Noted { .. }
        | ExceptionChange::Accepted { .. }
        | ExceptionChange::ClosedByDeletion { .. } => None,
    }
}
