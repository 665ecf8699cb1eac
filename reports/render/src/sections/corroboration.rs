//! What AWS itself has of a run: its answers as they were kept, and the events of its own history. Part of the evidence
//! index and of each restore test.

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{counted, grouped, moment};
use backproof_model::record::{CorroboratedEvent, TrailSeen, Uncorroborated};

use super::NOT_RECORDED;
use crate::compose::{LONGEST_LIST, Words, callout, cell, fact, facts, heading, mark, name, paragraph, table, words};
use crate::document::{Block, Cell, Fact, Text, Tone};

/// The blocks of the evidence index.
pub(super) fn blocks(record: &RunRecord) -> Vec<Block> {
    let mut blocks = vec![heading("What AWS itself has of this run")];
    blocks.extend(answers(record));
    let Some(seen) = &record.evidence.corroboration else {
        blocks.push(paragraph(
            "Uncorroborated: AWS's own event history (CloudTrail) was not looked through, or the journal does not say so. \
             The commands beside each restore job ask AWS directly; its event history ends after 90 days.",
        ));
        return blocks;
    };
    let tone = if seen.missing() == 0 && seen.sought > 0 { Tone::Good } else { Tone::Doubt };
    blocks.push(callout(
        tone,
        "Event history of AWS (CloudTrail)",
        format!(
            "Looked through at {}. Of {}, {} in it, {} not.",
            moment(seen.looked),
            counted(seen.sought, "restore or deletion").replace("deletions", "deletion"),
            are(seen.found),
            are(seen.missing())
        ),
    ));
    let titles = ["Region", "Trail", "Records now", "Log files validated", "Digest files"];
    blocks.push(
        table("Trails that record the sandbox", &titles)
            .rows(seen.regions.iter().map(trail))
            .block_or("No Region was looked at."),
    );
    let titles = ["#Restore test", "Event", "What", "Event id", "When", "By"];
    blocks.push(
        table("The first events that show restores and deletions of this run", &titles)
            .rows(seen.events.iter().map(event))
            .note("All of them stand in cloudtrail.tsv. Restore test 0 is the run itself.")
            .block_or("No event was found."),
    );
    if !seen.uncorroborated.is_empty() {
        let rows = seen.uncorroborated.iter().map(|it: &Uncorroborated| {
            [cell(number(it.test)), cell(it.event_name.as_str()), cell(name(&it.subject)), cell(it.why.as_str())]
        });
        let titles = ["#Restore test", "Event", "What", "Why there is none"];
        blocks.push(table("Uncorroborated: the first that the event history did not show", &titles).rows(rows).block());
    }
    blocks
}

fn are(count: u64) -> String {
    format!("{} {}", grouped(count), if count == 1 { "is" } else { "are" })
}

fn number(test: u32) -> String {
    test.to_string()
}

fn trail(seen: &TrailSeen) -> [Cell; 5] {
    let Some(trail) = &seen.trail else {
        let why = seen.problem.as_deref().unwrap_or("none records this Region");
        return [cell(seen.region.to_string()), mark(Tone::Doubt, why), cell(""), cell(""), cell("")];
    };
    let records = match trail.is_logging {
        Some(true) => mark(Tone::Good, "yes"),
        Some(false) => mark(Tone::Bad, "no"),
        None => mark(Tone::Doubt, "could not be read"),
    };
    let validated = if trail.log_file_validation { mark(Tone::Good, "yes") } else { mark(Tone::Doubt, "no") };
    let latest = trail.latest_digest.map_or_else(String::new, |at| format!(", the latest of {}", moment(at)));
    let digests =
        trail.digest_files.as_ref().map_or_else(|| NOT_RECORDED.text(), |place| [name(place), words(latest)].text());
    [cell(seen.region.to_string()), cell(name(&trail.arn)), records, validated, cell(digests)]
}

fn event(it: &CorroboratedEvent) -> [Cell; 6] {
    [
        cell(number(it.test)),
        cell(it.event_name.as_str()),
        cell(name(&it.subject)),
        cell(name(&it.event_id)),
        cell(moment(it.event_time)),
        cell(it.identity_arn.as_ref().map_or_else(|| NOT_RECORDED.text(), |arn| name(arn).text())),
    ]
}

/// What the event history has of one restore test.
pub(super) fn of_test(record: &RunRecord, test: u32) -> Fact {
    let Some(seen) = &record.evidence.corroboration else {
        return fact("CloudTrail", "uncorroborated: its event history was not looked through");
    };
    let mut told: Text = Vec::new();
    for it in seen.events.iter().filter(|it| it.test == test).take(LONGEST_LIST) {
        told.push(words(format!("{}{} ", if told.is_empty() { "" } else { "; " }, it.event_name)));
        told.push(name(&it.event_id));
        told.push(words(format!(", {}", moment(it.event_time))));
    }
    for it in seen.uncorroborated.iter().filter(|it| it.test == test).take(LONGEST_LIST) {
        told.push(words(format!(
            "{}{} uncorroborated: {}",
            if told.is_empty() { "" } else { "; " },
            it.event_name,
            it.why
        )));
    }
    fact("CloudTrail", if told.is_empty() { "see cloudtrail.tsv".text() } else { told })
}

/// AWS's answers, as they were kept.
fn answers(record: &RunRecord) -> Vec<Block> {
    let Some(raw) = &record.evidence.raw else {
        return vec![paragraph("AWS's answers themselves were not kept, or the journal does not say so.")];
    };
    let mut blocks = vec![facts(vec![
        fact(
            "AWS's answers, redacted",
            format!(
                "{} in {}, {} bytes",
                counted(raw.answers, "answer"),
                counted(raw.lines, "line"),
                grouped(raw.bytes)
            ),
        ),
        fact("Digest", name(&raw.sha256)),
        fact(
            "Not kept",
            format!(
                "{} repeated, {} beyond the number that is kept, {} lost, {} torn",
                grouped(raw.repeated),
                grouped(raw.beyond),
                grouped(raw.lost),
                grouped(raw.torn)
            ),
        ),
        fact("Processes that were cut off", grouped(raw.interrupted)),
    ])];
    if let Some(problem) = &raw.problem {
        blocks.push(callout(Tone::Doubt, "Answers that could not be kept", problem.as_str()));
    }
    blocks
}
