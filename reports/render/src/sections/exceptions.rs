//! Section 11: what was not as it should be, why, what is done about it, and whether a retest passed.

use std::collections::BTreeMap;

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{counted, fault, grouped, moment};
use backproof_evidence::{Dossier, TestEvidence};
use backproof_model::exception::{Closed, Exception, ExceptionChange, Impact};
use backproof_model::record::{ExceptionTouched, Touch};

use super::information::exceptions_card;
use super::{NOT_RECORDED, of_each_run};
use crate::compose::{
    LONGEST_LIST, Words, cell, details, fact, facts, heading, link, list, mark, name, paragraph, rest, table, words,
};
use crate::document::{Block, Cell, Fact, Text, Tone};

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    let mut blocks = of_each_run(dossier, "exceptions that it touched", of_run);
    blocks.push(heading("Every exception of the register"));
    if dossier.exceptions.is_empty() {
        blocks.push(paragraph("No register of exceptions was at hand, or it knows none."));
        return blocks;
    }
    let as_of = super::dated(dossier);
    let rows = dossier.exceptions.iter().take(LONGEST_LIST).map(|it| summary(it, as_of));
    let titles = ["#Exception", "About", "Was", "Opened", "Owner", "Due", "State", "Retest"];
    blocks.push(
        table("Every exception, in the order of their numbers", &titles)
            .rows(rows)
            .note_if(rest(dossier.exceptions.len(), LONGEST_LIST, "stand in", "exceptions.csv"))
            .block(),
    );
    blocks.extend(dossier.exceptions.iter().take(LONGEST_LIST).map(|it| of_exception(it, dossier)));
    blocks.push(details("Where this list comes from: exceptions", exceptions_card(dossier).blocks()));
    blocks
}

fn of_run(record: &RunRecord) -> Vec<Block> {
    let mut blocks = vec![paragraph(record.conclusion.exceptions_sentence.as_str())];
    let Some(recorded) = &record.conclusion.exceptions else { return blocks };
    if recorded.touched.is_empty() {
        return blocks;
    }
    let titles = [
        "#Exception",
        "This run",
        "About",
        "Opened by",
        "Owner",
        "Ticket",
        "Due",
        "Other recovery points that share the cause",
    ];
    let tests: BTreeMap<u32, &TestEvidence> =
        record.evidence.tests.iter().rev().map(|test| (test.drawn.test, test)).collect();
    blocks.push(
        table("What the run opened, met again and closed, as it stood when the run was closed", &titles)
            .rows(recorded.touched.iter().take(LONGEST_LIST).map(|it| touched(record, it, &tests)))
            .note_if(rest(
                recorded.touched.len(),
                LONGEST_LIST,
                "stand in the journal, in the record of step",
                "record-exceptions",
            ))
            .block(),
    );
    blocks.push(paragraph(
        "What is open and not accepted is tested for certain in the plan's next draw. What happens to an exception after \
         this run stands in the register, and in the next report.",
    ));
    blocks
}

fn touched(record: &RunRecord, it: &ExceptionTouched, tests: &BTreeMap<u32, &TestEvidence>) -> [Cell; 8] {
    let (tone, did) = match it.how {
        Touch::Opened => (Tone::Bad, "opened it"),
        Touch::MetAgain => (Tone::Doubt, "met it again"),
        Touch::Closed => (Tone::Good, "closed it"),
    };
    let mut told = did.text();
    if let Some(test) = it.test.and_then(|number| tests.get(&number)) {
        let target = super::restore_test::target(&record.evidence, test);
        told.extend([words(" by "), link(format!("restore test {}", test.drawn.test), format!("#{target}"))]);
    }
    [
        cell(it.id.to_string()),
        mark(tone, told),
        cell(name(&it.about)),
        cell(format!("run {}", it.opened_by_run)),
        cell(it.owner.as_deref().unwrap_or("nobody yet")),
        cell(it.ticket.as_deref().unwrap_or("none")),
        cell(day(it.due)),
        cell(impact(it.impact.as_ref())),
    ]
}

fn impact(impact: Option<&Impact>) -> String {
    match impact {
        Some(impact) if impact.total > 0 => format!("{} with {}", grouped(impact.total), impact.shares),
        Some(_) | None => "none known".to_owned(),
    }
}

fn summary(it: &Exception, as_of: Option<jiff::Timestamp>) -> [Cell; 8] {
    let overdue = it.closed.is_none() && as_of.is_some_and(|as_of| it.due < as_of);
    let accepted = it.acceptance.as_ref().filter(|acceptance| as_of.is_none_or(|as_of| as_of < acceptance.expires));
    let state = match (&it.closed, accepted, overdue) {
        (Some(_), _, _) => mark(Tone::Good, "closed"),
        (None, Some(acceptance), _) => mark(Tone::Doubt, format!("accepted until {}", day(acceptance.expires))),
        (None, None, true) => mark(Tone::Bad, "open, overdue"),
        (None, None, false) => mark(Tone::Doubt, "open"),
    };
    [
        cell(it.id.to_string()),
        cell(name(it.opened.subject.name())),
        cell(it.opened.subject.word()),
        cell(format!("run {}, {}", it.opened.run, day(it.opened_at))),
        cell(it.owner.as_deref().unwrap_or("nobody yet")),
        cell(day(it.due)),
        state,
        cell(closed(it)),
    ]
}

fn closed(it: &Exception) -> String {
    match &it.closed {
        None => "none has passed".to_owned(),
        Some(Closed::ByRetest { run, test, at }) => format!("passed: run {run}, restore test {test}, {}", day(*at)),
        Some(Closed::ByDeletion { arn, at }) => format!("{arn} seen absent, {}", moment(*at)),
    }
}

/// All that is known of one exception.
fn of_exception(it: &Exception, dossier: &Dossier) -> Block {
    let person = |text: &Option<String>| text.clone().unwrap_or_else(|| NOT_RECORDED.to_owned());
    let mut rows = vec![
        fact("About", name(it.opened.subject.name())),
        fact("Fault of, as far as the run could tell", fault(it.opened.fault_owner)),
        fact("Why", it.opened.why.as_str()),
        fact("Root cause", person(&it.root_cause)),
        fact("Response of management", person(&it.management_response)),
        fact("Owner", person(&it.owner)),
        fact("Ticket", person(&it.ticket)),
        fact("Opened, due", format!("{}, {}", moment(it.opened_at), moment(it.due))),
        fact("Other recovery points that share the cause", impact(it.opened.subject.impact())),
        fact("Retest", closed(it)),
    ];
    rows.extend(it.acceptance.as_ref().map(|acceptance| {
        fact(
            "Accepted",
            format!("by {} until {}: {}", acceptance.person, moment(acceptance.expires), acceptance.reason),
        )
    }));
    rows.extend(decisions(it.id, dossier));
    let mut blocks = vec![facts(rows)];
    if !it.notes.is_empty() {
        blocks.push(list(it.notes.iter().map(|note| format!("{}, {}: {}", moment(note.at), note.by, note.text))));
    }
    let history = it
        .history
        .iter()
        .map(|event| -> Text { format!("{}, {}: {}", moment(event.at), event.by, change(&event.change)).text() });
    blocks.push(Block::List { ordered: true, items: history.collect() });
    let age = super::dated(dossier).map(|as_of| (as_of.as_second() - it.opened_at.as_second()).max(0) / 86_400);
    let age = age
        .filter(|_| it.closed.is_none())
        .map_or_else(String::new, |days| format!(", open for {}", counted(days.unsigned_abs(), "day")));
    details(format!("Exception {}: {}{age}", it.id, it.opened.subject.word()), blocks)
}

/// A day, where the time of day does not matter.
fn day(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// What reviewers decided of it when they signed a bundle off.
fn decisions(id: u64, dossier: &Dossier) -> Vec<Fact> {
    let all = dossier.runs.iter().flat_map(|run| &run.attestations);
    all.flat_map(|attestation| {
        attestation.decisions.iter().filter(move |decision| decision.exception == id).map(|decision| {
            fact(
                "Decided at sign-off",
                format!("{}: {}", attestation.by.as_deref().unwrap_or("an unknown person"), decision.decision),
            )
        })
    })
    .collect()
}

fn change(change: &ExceptionChange) -> String {
    match change {
        ExceptionChange::Opened(opened) => format!("opened by run {}", opened.run),
        ExceptionChange::MetAgain { run, why, .. } => format!("met again by run {run}: {why}"),
        ExceptionChange::Assigned { owner, ticket, due } => {
            let due = due.map(|due| format!("due {}", moment(due)));
            let told: Vec<String> = [owner.clone(), ticket.clone(), due].into_iter().flatten().collect();
            format!("assigned: {}", told.join(", "))
        }
        ExceptionChange::Noted { text, root_cause, management_response } => {
            let of = |what: &str, text: &Option<String>| text.as_ref().map(|text| format!("{what}: {text}"));
            let told =
                [of("note", text), of("root cause", root_cause), of("response of management", management_response)];
            told.into_iter().flatten().collect::<Vec<_>>().join("; ")
        }
        ExceptionChange::Accepted { reason, person, expires } => {
            format!("accepted by {person} until {}: {reason}", moment(*expires))
        }
        ExceptionChange::ClosedByRetest { run, test } => {
            format!("closed by restore test {test} of run {run}, which passed")
        }
        ExceptionChange::ClosedByDeletion { arn } => format!("closed: {arn} was seen absent"),
    }
}
