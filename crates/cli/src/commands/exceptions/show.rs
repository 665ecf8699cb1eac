//! Exceptions in words.

use backproof_model::exception::{Closed, Exception, ExceptionChange, ExceptionEvent, Subject};
use jiff::Timestamp;

use super::status;
use crate::output::{counted, print_table};

/// A table of some, one line each.
pub(super) fn list(exceptions: &[Exception], all: bool, now: Timestamp) {
    if exceptions.is_empty() {
        println!("{}", if all { "There was never an exception." } else { "No exception is open or accepted." });
        return;
    }
    let mut rows = vec![["id", "status", "due", "owner", "ticket", "run", "what", "about"].map(str::to_owned).to_vec()];
    for exception in exceptions {
        rows.push(vec![
            exception.id.to_string(),
            status(exception, now).to_owned(),
            due(exception, now),
            exception.owner.clone().unwrap_or_else(|| "nobody".into()),
            exception.ticket.clone().unwrap_or_default(),
            exception.opened.run.to_string(),
            exception.opened.subject.word().to_owned(),
            exception.opened.subject.name().to_owned(),
        ]);
    }
    print_table(&rows);
    let overdue = exceptions.iter().filter(|exception| exception.is_overdue(now)).count() as u64;
    if overdue > 0 {
        println!();
        println!("{} overdue.", counted(overdue, "exception"));
    }
}

fn due(exception: &Exception, now: Timestamp) -> String {
    let day = exception.due.strftime("%Y-%m-%d").to_string();
    if exception.is_overdue(now) { format!("{day} OVERDUE") } else { day }
}

/// One, with its history.
pub(super) fn one(exception: &Exception, now: Timestamp) {
    let opened = &exception.opened;
    fact("exception", &format!("{} ({})", exception.id, status(exception, now)));
    fact("about", opened.subject.name());
    match &opened.subject {
        Subject::RestoreTest { test, outcome, recovery_point_arn, impact, .. } => {
            fact("point", recovery_point_arn);
            fact(
                "opened by",
                &format!("restore test {test} of run {} of plan {}: {outcome}", opened.run, opened.plan_name),
            );
            fact("impact", &format!("{} with {}", counted(impact.total, "other recovery point"), impact.shares));
            for arn in &impact.first {
                fact("", arn);
            }
            if let Some(more) = impact.total.checked_sub(impact.first.len() as u64).filter(|more| *more > 0) {
                fact("", &format!("and {more} more"));
            }
        }
        Subject::Leftover { .. } => {
            fact("opened by", &format!("run {} of plan {}: could not be deleted", opened.run, opened.plan_name));
        }
    }
    fact("why", &opened.why);
    fact("fault of", opened.fault_owner.as_str());
    fact("due", &due(exception, now));
    fact("owner", exception.owner.as_deref().unwrap_or("nobody"));
    fact("ticket", exception.ticket.as_deref().unwrap_or("none"));
    fact("root cause", exception.root_cause.as_deref().unwrap_or("not known"));
    fact("response", exception.management_response.as_deref().unwrap_or("none"));
    if let Some(acceptance) = &exception.acceptance {
        let until = if acceptance.expires <= now { "until it expired at" } else { "until" };
        fact("accepted", &format!("by {} {until} {}: {}", acceptance.person, acceptance.expires, acceptance.reason));
    }
    match &exception.closed {
        Some(Closed::ByRetest { run, test, at }) => {
            fact("closed", &format!("by restore test {test} of run {run}, which passed ({at})"));
        }
        Some(Closed::ByDeletion { at, .. }) => fact("closed", &format!("it was seen absent ({at})")),
        None => {}
    }
    println!();
    for ExceptionEvent { at, by, change, .. } in &exception.history {
        println!("{at}  {by}: {}", happened(change).replace(char::is_control, "\u{fffd}"));
    }
}

fn fact(name: &str, words: &str) {
    println!("{name:<11}{}", words.replace(char::is_control, "\u{fffd}"));
}

fn happened(change: &ExceptionChange) -> String {
    match change {
        ExceptionChange::Opened(opened) => format!("opened by run {}", opened.run),
        ExceptionChange::MetAgain { run, test: Some(test), why, .. } => {
            format!("met again by restore test {test} of run {run}: {why}")
        }
        ExceptionChange::MetAgain { run, test: None, why, .. } => format!("met again by run {run}: {why}"),
        ExceptionChange::Assigned { owner, ticket, due } => {
            let due = due.map(|due| due.to_string());
            said("assigned", &[("owner", owner), ("ticket", ticket), ("due", &due)])
        }
        ExceptionChange::Noted { text, root_cause, management_response } => {
            said("noted", &[("text", text), ("root cause", root_cause), ("response", management_response)])
        }
        ExceptionChange::Accepted { reason, person, expires } => {
            format!("accepted by {person} until {expires}: {reason}")
        }
        ExceptionChange::ClosedByRetest { run, test } => format!("closed by restore test {test} of run {run}"),
        ExceptionChange::ClosedByDeletion { arn } => format!("closed: {arn} was seen absent"),
    }
}

fn said(what: &str, named: &[(&str, &Option<String>)]) -> String {
    let named = named.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)));
    format!("{what}: {}", named.collect::<Vec<_>>().join(", "))
}
