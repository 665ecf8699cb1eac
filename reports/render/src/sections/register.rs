//! Section 4: the register. Which runs were scheduled, performed, late, missed or aborted, without a gap in their
//! numbers: the population that an auditor samples runs from.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::{RegisterOccurrence, RegisterRun, RunRecord};
use backproof_evidence::words::{counted, duration, grouped, moment};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::information::{Card, register_card};
use super::{NOT_RECORDED, when};
use crate::charts;
use crate::compose::{Words, callout, cell, details, fact, facts, heading, list, mark, name, paragraph, table};
use crate::document::{Block, Cell, Tone};

/// What became of the occurrences of schedules within the report's days.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Schedule {
    due: u64,
    performed: u64,
    late: u64,
    missed: u64,
    open: u64,
}

impl Schedule {
    /// Counts them.
    pub(super) fn of(dossier: &Dossier) -> Self {
        let mut schedule = Self::default();
        for occurrence in occurrences(dossier) {
            schedule.due += 1;
            match occurrence.state {
                "performed" => schedule.performed += 1,
                "late" => schedule.late += 1,
                "missed" => schedule.missed += 1,
                _ => schedule.open += 1,
            }
        }
        schedule
    }

    /// The verdict in a word or two.
    pub(super) fn word(self) -> String {
        match (self.missed, self.late, self.due) {
            (_, _, 0) => "Nothing was due".to_owned(),
            (0, 0, _) if self.open > 0 => "Not all performed yet".to_owned(),
            (0, 0, _) => "On time".to_owned(),
            (0, late, _) => format!("{} late", grouped(late)),
            (missed, _, _) => format!("{} missed", grouped(missed)),
        }
    }

    /// In one sentence.
    pub(super) fn sentence(self) -> String {
        format!(
            "{}: {} performed on time, {} late, {} missed, {} not decided yet.",
            counted(self.due, "scheduled occurrence"),
            grouped(self.performed),
            grouped(self.late),
            grouped(self.missed),
            grouped(self.open)
        )
    }

    /// How that is meant.
    pub(super) fn tone(self) -> Tone {
        match (self.missed, self.late, self.due) {
            (0, 0, due) if due > 0 && self.open == 0 => Tone::Good,
            (0, _, _) => Tone::Doubt,
            (_, _, _) => Tone::Bad,
        }
    }
}

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    let register = &dossier.register;
    if register.entries == 0 && register.runs.is_empty() {
        return vec![
            callout(
                Tone::Doubt,
                "No register was at hand",
                "This report cannot tell whether runs were missed, late or dropped.",
            ),
            of_these_runs(dossier),
            information(dossier),
        ];
    }
    let mut blocks = vec![paragraph(
        "Every run gets its number here before it does anything, without a gap; nothing is ever taken out. A register \
         that is not anchored outside its owner's reach can still be cut off at its end.",
    )];
    if register.problems.is_empty() {
        blocks.push(paragraph("Its chain holds, and no number is missing."));
    } else {
        blocks.push(callout(
            Tone::Bad,
            "The register does not hold",
            format!("{} found.", counted(register.problems.len() as u64, "problem")),
        ));
        blocks.push(list(register.problems.iter().map(String::as_str)));
    }
    blocks.push(facts(vec![
        fact("Lines", grouped(register.entries)),
        fact("Head of the chain", register.head.as_ref().map_or_else(|| NOT_RECORDED.text(), |head| name(head).text())),
        fact(
            "Schedule",
            if register.occurrences.is_empty() {
                "the register knows no schedule".to_owned()
            } else {
                Schedule::of(dossier).sentence()
            },
        ),
    ]));
    blocks.push(heading("Scheduled against performed"));
    blocks.push(scheduled(dossier));
    blocks.push(heading("Every run"));
    blocks.push(runs(dossier));
    let of_days: Vec<&RegisterRun> =
        register.runs.iter().filter(|run| !run.is_check && in_days(dossier, run.opened_at)).collect();
    blocks.extend(charts::trend::chart(&of_days));
    if dossier.runs.len() > 1 {
        blocks.push(heading("Sampling runs for an audit"));
        blocks.push(paragraph(
            "To test the operation of the control, take the table of scheduled occurrences above as the population of \
             control instances, choose the instances, and open the bundle of each chosen run: its seal stands in the \
             table of runs. How many instances suffice is a convention of the auditor's, not a statistic; confidence is \
             stated for recovery points within a run only.",
        ));
        blocks.push(of_these_runs(dossier));
    }
    blocks.push(information(dossier));
    blocks
}

fn scheduled(dossier: &Dossier) -> Block {
    let rows = occurrences(dossier).map(|it| {
        let (tone, word) = match it.state {
            "performed" => (Tone::Good, "performed"),
            "late" => (Tone::Bad, "late"),
            "missed" => (Tone::Bad, "missed"),
            other => (Tone::Doubt, other),
        };
        [
            cell(moment(it.due)),
            cell(it.plan_name.as_str()),
            mark(tone, word),
            cell(it.run.map_or_else(|| "none".to_owned(), |run| run.to_string())),
            it.verdict.as_ref().map_or_else(|| cell("none"), |verdict| mark(tone_of_word(verdict), verdict.as_str())),
            cell(it.why.as_deref().unwrap_or("")),
        ]
    });
    let titles = ["Due", "Plan", "State", "Run", "Came to", "Why"];
    table("Each occurrence of a schedule, oldest first", &titles)
        .rows(rows)
        .block_or("No occurrence of a schedule is in the register for these days.")
}

fn runs(dossier: &Dossier) -> Block {
    let register = &dossier.register;
    let of_days = register.runs.iter().filter(|run| in_days(dossier, run.opened_at));
    let outside = register.runs.iter().filter(|run| !in_days(dossier, run.opened_at)).count() as u64;
    let rows = of_days.map(row);
    let titles = ["#Run", "Plan", "Opened", "Closed", "State", "Came to", "#Drawn", "#Passed", "Sealed as"];
    table("Every number that the register gave away, in their order", &titles)
        .rows(rows)
        .note_if(
            (outside > 0).then(|| format!("{} outside these days stand in register.jsonl.", counted(outside, "run"))),
        )
        .block_or("No run was opened in these days.")
}

fn row(run: &RegisterRun) -> [Cell; 9] {
    let state = match run.state {
        "closed" => cell("closed"),
        "aborted" => mark(Tone::Bad, "aborted"),
        other => mark(Tone::Doubt, other),
    };
    let summary = run.summary.as_ref();
    let count = |count: Option<u64>| cell(count.map_or_else(|| "?".to_owned(), grouped));
    let plan = if run.is_check { "check of one recovery point".to_owned() } else { run.plan_name.clone() };
    let resumed = if run.resumed == 0 { String::new() } else { format!(", resumed {}", counted(run.resumed, "time")) };
    [
        cell(run.run.to_string()),
        cell(plan + &resumed),
        cell(moment(run.opened_at)),
        cell(run.closed_at.map_or_else(|| "not closed".to_owned(), moment)),
        state,
        summary.map_or_else(|| cell("not at hand"), |it| mark(tone_of_word(&it.verdict), it.verdict.as_str())),
        count(summary.map(|it| it.drawn)),
        count(summary.map(|it| it.passed)),
        run.bundle_sha256.as_ref().map_or_else(|| cell("not sealed, or not recorded"), |sha256| cell(name(sha256))),
    ]
}

/// The runs that this report holds in full.
fn of_these_runs(dossier: &Dossier) -> Block {
    let rows = dossier.runs.iter().map(|record| {
        let conclusion = &record.conclusion;
        let counts = conclusion.counts;
        [
            cell(record.evidence.run.to_string()),
            cell(when(record.evidence.began)),
            mark(super::tone_of_verdict(conclusion.verdict), conclusion.verdict.word()),
            cell(format!("{} of {}", grouped(counts.passed), grouped(counts.drawn))),
            cell(conclusion.control.word),
            cell(conclusion.draw_grade.grade.as_str()),
            cell(conclusion.figures.recovery_longest_seconds.map_or_else(|| "not measured".to_owned(), duration)),
            cell(bound(record)),
        ]
    });
    let titles = ["#Run", "Began", "Restore tests", "Passed", "Control", "Draw", "Longest recovery", "At most failing"];
    table("The runs that this report holds in full, side by side", &titles).rows(rows).block()
}

fn bound(record: &RunRecord) -> String {
    match &record.conclusion.assurance.statement {
        Some(statement) => format!("{} of {}", grouped(statement.reading.bound), grouped(statement.reading.population)),
        None => "no statement".to_owned(),
    }
}

fn information(dossier: &Dossier) -> Block {
    let card: Card = register_card(dossier);
    details("Where this list comes from: register of runs", card.blocks())
}

fn occurrences(dossier: &Dossier) -> impl Iterator<Item = &RegisterOccurrence> {
    dossier.register.occurrences.iter().filter(|it| in_days(dossier, it.due))
}

/// Whether a moment is within the days of the report; the report of one run speaks of all.
fn in_days(dossier: &Dossier, at: jiff::Timestamp) -> bool {
    let day: Date = at.to_zoned(TimeZone::UTC).date();
    dossier.period.is_none_or(|period| period.from <= day && day <= period.to)
}

fn tone_of_word(verdict: &str) -> Tone {
    match verdict {
        "passed" => Tone::Good,
        "failed" | "left-behind" => Tone::Bad,
        _ => Tone::Doubt,
    }
}
