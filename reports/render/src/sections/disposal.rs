//! Section 12: how restored data was handled, and proof that it was disposed of.

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{counted, duration, grouped, moment};
use backproof_evidence::{Attempt, Dossier, TestEvidence};
use backproof_model::record::{Census, Deletion, DeletionEnd};

use super::attempt::end;
use super::of_each_run;
use crate::compose::{
    LONGEST_LIST, callout, cell, fact, facts, heading, list, mark, name, paragraph, rest, table, words,
};
use crate::document::{Block, Cell, Tone};

/// Deletions listed at most.
const MOST_DELETIONS: usize = 200;

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    let mut blocks = vec![paragraph(
        "Restored data is production data. It exists only in the sandbox account, from the end of the restore job \
             until it is deleted, and is read there by the validators alone. No row, item, object or secret enters the \
             evidence: it holds counts, keyed digests, identifiers and times.",
    )];
    blocks.extend(of_each_run(dossier, "data handling and disposal", of_run));
    blocks
}

fn of_run(record: &RunRecord) -> Vec<Block> {
    let remains = &record.conclusion.remains;
    let mut blocks = vec![
        paragraph(record.conclusion.remains_sentence.as_str()),
        paragraph(format!(
            "Created {} = seen absent {} + kept {} + stranded {} + unaccounted {}.",
            grouped(remains.created),
            grouped(remains.deleted),
            grouped(remains.kept.len() as u64),
            grouped(remains.stranded),
            grouped(remains.unaccounted.len() as u64)
        )),
        facts(vec![
            fact("Who could read restored data", who_could_read(record)),
            fact("Classes of data", classes(record)),
            fact("Longest exposure", exposure(record)),
            fact("Kept on purpose", kept(record)),
        ]),
    ];
    if !remains.left.is_empty() {
        blocks.push(callout(
            Tone::Bad,
            "Not disposed of",
            format!("{} may still be there.", counted(remains.left.len() as u64, "resource")),
        ));
        blocks.push(list(remains.left.iter().map(|left| [name(&left.arn), words(format!(": {}", left.why))])));
    }
    blocks.push(heading("Every deletion"));
    blocks.push(deletions(record));
    blocks.push(heading("Closing census"));
    match &record.evidence.census {
        None => blocks.push(callout(
            Tone::Doubt,
            "No closing census was taken",
            "Nobody looked whether anything else is left in the sandbox.",
        )),
        Some(census) => blocks.extend(of_census(census)),
    }
    blocks
}

fn who_could_read(record: &RunRecord) -> String {
    match &record.evidence.sandbox {
        Some(sandbox) => format!(
            "principals of sandbox account {} with leave to read; the harness entered as {}",
            sandbox.account, sandbox.caller_arn
        ),
        None => "no sandbox was entered".to_owned(),
    }
}

fn classes(record: &RunRecord) -> String {
    match record.evidence.opened.as_ref().and_then(|opened| opened.authorisation.as_ref()) {
        Some(authorisation) if !authorisation.data_classes.is_empty() => authorisation.data_classes.join(", "),
        Some(_) | None => "none named".to_owned(),
    }
}

fn kept(record: &RunRecord) -> String {
    let kept: Vec<String> =
        record.conclusion.remains.kept.iter().map(|it| format!("{} until {}", it.arn, moment(it.until))).collect();
    if kept.is_empty() { "nothing".to_owned() } else { kept.join("; ") }
}

/// From the end of the restore job until seen absent, the longest of all restore tests.
fn exposure(record: &RunRecord) -> String {
    let exposed = |attempt: &Attempt| {
        let since = attempt.ended.as_ref().and_then(|ended| ended.completion_date)?;
        let until = attempt.deleted.as_ref()?.resources.iter().filter_map(absent).max()?;
        Some(until.as_second() - since.as_second())
    };
    let all = record.evidence.tests.iter().flat_map(|test| &test.attempts);
    match all.filter_map(exposed).max() {
        Some(seconds) => {
            format!("{}, from the end of a restore job until what it made was seen absent", duration(seconds.max(0)))
        }
        None => "not measured: nothing was restored and seen absent".to_owned(),
    }
}

fn absent(deletion: &Deletion) -> Option<jiff::Timestamp> {
    match &deletion.end {
        DeletionEnd::SeenAbsent { absent, .. } => Some(*absent),
        DeletionEnd::WasAbsent { .. } | DeletionEnd::Kept { .. } | DeletionEnd::Stranded { .. } => None,
    }
}

fn deletions(record: &RunRecord) -> Block {
    let of_test = |test: &TestEvidence| -> Vec<(String, Deletion)> {
        let deleted = test.attempts.iter().filter_map(|attempt| attempt.deleted.as_ref());
        deleted
            .flat_map(|deleted| &deleted.resources)
            .map(|it| (format!("restore test {}", test.drawn.test), it.clone()))
            .collect()
    };
    let of_controls =
        record.evidence.planted().filter_map(|planted| Some((planted.tried, planted.tried.deletion.as_ref()?)));
    let of_controls = of_controls.flat_map(|(tried, deleted)| {
        deleted.resources.iter().map(move |it| (format!("faults planted for {}", tried.validator), it.clone()))
    });
    let all: Vec<(String, Deletion)> = record.evidence.tests.iter().flat_map(of_test).chain(of_controls).collect();
    let row = |(made_by, deletion): &(String, Deletion)| -> [Cell; 4] {
        let tone = match &deletion.end {
            DeletionEnd::SeenAbsent { .. } | DeletionEnd::WasAbsent { .. } => Tone::Good,
            DeletionEnd::Kept { .. } => Tone::Doubt,
            DeletionEnd::Stranded { .. } => Tone::Bad,
        };
        [
            cell(name(&deletion.arn)),
            cell(made_by.as_str()),
            mark(tone, end(&deletion.end)),
            cell(deletion.ownership.as_str()),
        ]
    };
    table("What was made, and what became of it", &["Resource", "Made by", "Deletion", "Ours by"])
        .rows(all.iter().take(MOST_DELETIONS).map(row))
        .note_if(rest(all.len(), MOST_DELETIONS, "stand in", "resources.csv"))
        .block_or("Nothing was deleted.")
}

fn of_census(census: &Census) -> Vec<Block> {
    let rows = census.looked.iter().map(|look| {
        [
            cell(look.resource_type.as_str()),
            cell(look.region.to_string()),
            cell(grouped(look.seen)),
            match &look.problem {
                Some(problem) => mark(Tone::Bad, format!("no: {problem}")),
                None => mark(Tone::Good, "yes"),
            },
        ]
    });
    let table = table("Closing census of the sandbox", &["Type", "Region", "#Seen, ours or not", "Read"]).rows(rows);
    let mut blocks = vec![table.block_or("The census looked at nothing.")];
    if census.ours.is_empty() {
        blocks.push(paragraph("Nothing of this installation was found where the census could read."));
    } else {
        let shown = census.ours.iter().take(LONGEST_LIST);
        blocks.push(list(shown.map(|left| [name(&left.arn), words(format!(": {}", left.why))])));
        blocks.extend(
            rest(census.ours.len(), LONGEST_LIST, "stand in the journal, in the record of step", "census")
                .map(paragraph),
        );
    }
    blocks
}
