//! Exceptions as risks: what was found, how it stands, who is responsible, until when, and what happened to it.

use backproof_model::exception::{Closed, Exception, ExceptionChange, ExceptionEvent, Status};
use serde_json::{Value, json};

use super::common::{Context, prop, prop_if};
use crate::csv::as_of;
use crate::safe::markup;

impl Context<'_> {
    /// Every exception of the register, as a risk.
    pub(super) fn risks(&self) -> Vec<Value> {
        self.dossier.exceptions.iter().map(|exception| self.of_exception(exception)).collect()
    }

    /// References to the first so many risks that are not closed.
    pub(super) fn open_risks(&self, most: usize) -> Vec<Value> {
        let open = self.dossier.exceptions.iter().filter(|exception| exception.closed.is_none());
        open.take(most).map(|exception| json!({ "risk-uuid": self.risk(exception) })).collect()
    }

    /// References to the observations that an exception came of, as far as their runs are in the dossier.
    pub(super) fn observed(&self, exception: &Exception) -> Vec<Value> {
        let opened = (exception.opened.run, exception.opened.subject.test());
        let met = exception.history.iter().filter_map(|event| match &event.change {
            ExceptionChange::MetAgain { run, test, .. } => Some((*run, *test)),
            ExceptionChange::ClosedByRetest { run, test } => Some((*run, Some(*test))),
            ExceptionChange::Opened(_)
            | ExceptionChange::Assigned { .. }
            | ExceptionChange::Noted { .. }
            | ExceptionChange::Accepted { .. }
            | ExceptionChange::ClosedByDeletion { .. } => None,
        });
        let mut all: Vec<(u64, u32)> =
            std::iter::once(opened).chain(met).filter_map(|(run, it)| Some((run, it?))).collect();
        all.sort_unstable();
        all.dedup();
        let known = all.into_iter().filter(|(run, number)| self.has_test(*run, *number));
        known.map(|(run, test)| json!({ "observation-uuid": self.observation(run, test) })).collect()
    }

    fn has_test(&self, run: u64, number: u32) -> bool {
        let mut runs = self.dossier.runs.iter().filter(|record| record.evidence.run == run);
        runs.any(|record| record.evidence.tests.iter().any(|test| test.drawn.test == number))
    }

    fn of_exception(&self, exception: &Exception) -> Value {
        let opened = &exception.opened;
        let impact = opened.subject.impact().filter(|impact| impact.total > 0);
        let shares = impact.map(|it| format!(" {} other recovery points share {}.", it.total, it.shares));
        let entries: Vec<Value> = (1_u64..).zip(&exception.history).map(|(it, event)| self.entry(it, event)).collect();
        json!({
            "uuid": self.risk(exception),
            "title": markup(&format!("Exception {}: {}", exception.id, opened.subject.name())),
            "description": markup(&opened.why),
            "statement": markup(&format!(
                "Until it is resolved, {} cannot be relied on to be restored, or to be gone from the sandbox.{}",
                opened.subject.name(),
                shares.unwrap_or_default()
            )),
            "status": self.status(exception),
            "deadline": exception.due.to_string(),
            "origins": self.origins(),
            "props": [
                prop("exception", exception.id),
                prop("outcome", opened.subject.word()),
                prop("fault-owner", opened.fault_owner),
                prop_if("owner", exception.owner.as_ref()),
                prop_if("ticket", exception.ticket.as_ref()),
                prop_if("root-cause", exception.root_cause.as_ref()),
                prop_if("accepted-by", exception.acceptance.as_ref().map(|acceptance| &acceptance.person)),
                prop_if("accepted-until", exception.acceptance.as_ref().map(|acceptance| acceptance.expires)),
            ],
            "remediations": self.remediations(exception),
            "risk-log": { "entries": entries },
            "related-observations": self.observed(exception),
        })
    }

    fn status(&self, exception: &Exception) -> &'static str {
        match exception.status(as_of(&self.dossier.latest().evidence)) {
            Status::Closed => "closed",
            Status::Accepted { .. } => "deviation-approved",
            Status::Open if exception.root_cause.is_some() => "remediating",
            Status::Open if exception.owner.is_some() => "investigating",
            Status::Open => "open",
        }
    }

    fn remediations(&self, exception: &Exception) -> Vec<Value> {
        let response = exception.management_response.as_ref().map(|text| {
            let title = "The management's response";
            json!({ "uuid": self.remediation(exception, title), "lifecycle": "planned", "title": title,
                    "description": markup(text) })
        });
        let closed = exception.closed.as_ref().map(|closed| {
            let (title, description) = match closed {
                Closed::ByRetest { run, test, .. } => ("Retested", format!("Restore test {test} of run {run} passed.")),
                Closed::ByDeletion { arn, .. } => ("Deleted", format!("{arn} was seen absent.")),
            };
            json!({ "uuid": self.remediation(exception, title), "lifecycle": "completed", "title": title,
                    "description": markup(&description) })
        });
        response.into_iter().chain(closed).collect()
    }

    fn remediation(&self, exception: &Exception, title: &str) -> String {
        self.id("remediation", format_args!("{}/{title}", exception.id))
    }

    fn entry(&self, number: u64, event: &ExceptionEvent) -> Value {
        let (title, description, status) = told(&event.change);
        json!({
            "uuid": self.id("risk-log", format_args!("{}/{number}", event.id)),
            "title": title,
            "description": markup(&format!("{description} (recorded by {})", event.by)),
            "start": event.at.to_string(),
            "status-change": status,
        })
    }
}

/// An event's title, description, and the status that it leads to where it leads to one.
fn told(change: &ExceptionChange) -> (&'static str, String, Option<&'static str>) {
    let given = |name: &str, text: Option<&String>| text.map(|text| format!("{name}: {text}. ")).unwrap_or_default();
    match change {
        ExceptionChange::Opened(opened) => ("Opened", format!("Run {}: {}", opened.run, opened.why), Some("open")),
        ExceptionChange::MetAgain { run, why, .. } => ("Met again", format!("Run {run}: {why}"), None),
        ExceptionChange::Assigned { owner, ticket, due } => {
            let due = due.map(|due| format!("Due: {due}.")).unwrap_or_default();
            let text = format!("{}{}{due}", given("Owner", owner.as_ref()), given("Ticket", ticket.as_ref()));
            ("Assigned", text, Some("investigating"))
        }
        ExceptionChange::Noted { text, root_cause, management_response } => {
            let text = [
                given("Note", text.as_ref()),
                given("Root cause", root_cause.as_ref()),
                given("Management's response", management_response.as_ref()),
            ];
            ("Noted", text.concat(), None)
        }
        ExceptionChange::Accepted { reason, person, expires } => {
            ("Accepted", format!("{person}: {reason}. Until {expires}."), Some("deviation-approved"))
        }
        ExceptionChange::ClosedByRetest { run, test } => {
            ("Retested", format!("Restore test {test} of run {run} passed."), Some("closed"))
        }
        ExceptionChange::ClosedByDeletion { arn } => ("Deleted", format!("{arn} was seen absent."), Some("closed")),
    }
}
