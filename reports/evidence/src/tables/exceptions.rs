//! Every exception that the register knows, as it stands at one moment.

use backproof_model::exception::{Closed, Exception, Status};
use jiff::Timestamp;

use super::{Column, Table, Value, column};

const COLUMNS: [Column; 27] = [
    column("exception", "its number"),
    column("plan_name", "the plan whose run opened it"),
    column("status", "open, accepted or closed, at the moment that the run ended"),
    column("overdue", "whether it should have been resolved by then"),
    column("opened_at", "when it was opened"),
    column("opened_by_run", "the run that opened it"),
    column("opened_by_test", "the restore test that did; empty for something left behind"),
    column("about", "the unit, or the resource that was left"),
    column("outcome", "what was found: failed, inconclusive, left behind"),
    column("fault_owner", "whose fault it is"),
    column("why", "what was found, in words"),
    column("impact_shares", "what other recovery points share with it"),
    column("impact_points", "how many do"),
    column("last_met_by_run", "the last run that met it"),
    column("owner", "who is responsible"),
    column("ticket", "where it is followed up"),
    column("due", "when it is to be resolved"),
    column("root_cause", "the root cause, as somebody entered it"),
    column("management_response", "the management's response, as somebody entered it"),
    column("accepted_by", "the person who accepted the risk"),
    column("accepted_because", "why"),
    column("accepted_until", "until when"),
    column("closed_at", "when it was closed"),
    column("closed_by", "a passed retest, or a deletion that was seen"),
    column("closed_by_run", "the run whose retest passed"),
    column("closed_by_test", "the restore test that passed"),
    column("notes", "how many notes were taken"),
];

/// The table `exceptions`, as they stand at `now`.
pub fn exceptions(all: &[Exception], now: Timestamp) -> Table {
    Table { name: "exceptions", columns: &COLUMNS, rows: all.iter().map(|exception| row(exception, now)).collect() }
}

fn row(exception: &Exception, now: Timestamp) -> Vec<Value> {
    let opened = &exception.opened;
    let impact = opened.subject.impact();
    let acceptance = exception.acceptance.as_ref();
    let status = match exception.status(now) {
        Status::Open => "open",
        Status::Accepted { .. } => "accepted",
        Status::Closed => "closed",
    };
    let mut row = vec![
        exception.id.into(),
        Value::text(&opened.plan_name),
        Value::text(status),
        Value::yes_or_no(exception.is_overdue(now)),
        exception.opened_at.into(),
        opened.run.into(),
        opened.subject.test().into(),
        Value::text(opened.subject.name()),
        Value::text(opened.subject.word()),
        Value::text(opened.fault_owner),
        Value::text(&opened.why),
        Value::optional(impact.map(|impact| &impact.shares)),
        impact.map(|impact| impact.total).into(),
        exception.last_met().into(),
        Value::optional(exception.owner.as_ref()),
        Value::optional(exception.ticket.as_ref()),
        exception.due.into(),
        Value::optional(exception.root_cause.as_ref()),
        Value::optional(exception.management_response.as_ref()),
        Value::optional(acceptance.map(|acceptance| &acceptance.person)),
        Value::optional(acceptance.map(|acceptance| &acceptance.reason)),
        acceptance.map(|acceptance| acceptance.expires).into(),
    ];
    row.extend(closing(exception.closed.as_ref()));
    row.push(exception.notes.len().into());
    row
}

fn closing(closed: Option<&Closed>) -> [Value; 4] {
    match closed {
        None => [Value::Empty, Value::Empty, Value::Empty, Value::Empty],
        Some(Closed::ByRetest { run, test, at }) => {
            [(*at).into(), Value::text("retest"), (*run).into(), (*test).into()]
        }
        Some(Closed::ByDeletion { at, .. }) => [(*at).into(), Value::text("deletion"), Value::Empty, Value::Empty],
    }
}
