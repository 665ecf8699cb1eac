//! What an auditor who samples a period chooses from: every occurrence of the schedule, and every other run.
//!
//! Missed occurrences belong to it. Nothing is chosen here, and no size is suggested: both are the auditor's.

use backproof_evidence::dossier::{Period, RegisterReading, RegisterRun};
use backproof_evidence::words::{counted, moment};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

/// Everything that can be sampled in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SampleFrame {
    /// The days that it is about.
    pub period: Period,
    /// Every occurrence that was due in the period, and every run of it that no occurrence asked for; numbered from 1
    /// in the order of time.
    pub occurrences: Vec<SampleOccurrence>,
    /// Occurrences of the schedule.
    pub scheduled: u64,
    /// Those of them that were performed, late ones left out.
    pub performed: u64,
    /// Those that were performed or begun late.
    pub late: u64,
    /// Those that were missed.
    pub missed: u64,
    /// Those of which nothing else is known: still to come, under way, or in a state that this version does not know.
    pub undecided: u64,
    /// Runs in the period that no occurrence asked for, checks of one recovery point among them.
    pub outside_schedule: u64,
    /// How to read it, and what keeps it from being complete.
    pub sentences: Vec<String>,
}

/// One thing that can be sampled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SampleOccurrence {
    /// Its number in the frame, from 1.
    pub number: usize,
    /// The plan's name.
    pub plan_name: String,
    /// When it was due, or when the run began that no occurrence asked for.
    pub due: Timestamp,
    /// Whether the schedule asked for it.
    pub is_scheduled: bool,
    /// Whether one recovery point was checked by itself, which is no operation of the control.
    pub is_check: bool,
    /// How it stands, in the register's words: `performed`, `late`, `missed` …; of a run outside the schedule the run's
    /// own: `closed`, `open`, `aborted`.
    pub state: String,
    /// The run.
    pub run: Option<u64>,
    /// What it came to.
    pub verdict: Option<String>,
    /// Why it was late or missed.
    pub why: Option<String>,
    /// The seal of the run's bundle, to be asked for by it.
    pub bundle_sha256: Option<String>,
}

/// Lists what can be sampled in a period, by the register.
pub fn samples(period: Period, register: &RegisterReading) -> SampleFrame {
    let mut occurrences: Vec<SampleOccurrence> = scheduled(period, register).chain(others(period, register)).collect();
    occurrences.sort_by(|one, other| (one.due, &one.plan_name, one.run).cmp(&(other.due, &other.plan_name, other.run)));
    for (number, occurrence) in (1..).zip(&mut occurrences) {
        occurrence.number = number;
    }
    let count = |state: &str| {
        occurrences.iter().filter(|occurrence| occurrence.is_scheduled && occurrence.state == state).count() as u64
    };
    let (performed, late, missed) = (count("performed"), count("late"), count("missed"));
    let scheduled = occurrences.iter().filter(|occurrence| occurrence.is_scheduled).count() as u64;
    let frame = SampleFrame {
        period,
        scheduled,
        performed,
        late,
        missed,
        undecided: scheduled - performed - late - missed,
        outside_schedule: occurrences.len() as u64 - scheduled,
        occurrences,
        sentences: Vec::new(),
    };
    SampleFrame { sentences: sentences(&frame, register), ..frame }
}

fn within(period: Period, at: Timestamp) -> bool {
    (period.from..=period.to).contains(&at.to_zoned(TimeZone::UTC).date())
}

fn scheduled(period: Period, register: &RegisterReading) -> impl Iterator<Item = SampleOccurrence> {
    let due = register.occurrences.iter().filter(move |occurrence| within(period, occurrence.due));
    due.map(|occurrence| {
        let run = register.runs.iter().find(|run| Some(run.run) == occurrence.run);
        SampleOccurrence {
            number: 0,
            plan_name: occurrence.plan_name.clone(),
            due: occurrence.due,
            is_scheduled: true,
            is_check: false,
            state: occurrence.state.to_owned(),
            run: occurrence.run,
            verdict: occurrence.verdict.clone(),
            why: occurrence.why.clone(),
            bundle_sha256: run.and_then(|run| run.bundle_sha256.clone()),
        }
    })
}

fn others(period: Period, register: &RegisterReading) -> impl Iterator<Item = SampleOccurrence> {
    let asked_for = |run: &RegisterRun| register.occurrences.iter().any(|occurrence| occurrence.run == Some(run.run));
    let runs = register.runs.iter().filter(move |run| within(period, run.opened_at) && !asked_for(run));
    runs.map(|run| SampleOccurrence {
        number: 0,
        plan_name: run.plan_name.clone(),
        due: run.opened_at,
        is_scheduled: false,
        is_check: run.is_check,
        state: run.state.to_owned(),
        run: Some(run.run),
        verdict: run.summary.as_ref().map(|summary| summary.verdict.clone()),
        why: None,
        bundle_sha256: run.bundle_sha256.clone(),
    })
}

fn sentences(frame: &SampleFrame, register: &RegisterReading) -> Vec<String> {
    let Period { from, to } = frame.period;
    let mut sentences = vec![format!(
        "The schedule had {} from {from} to {to}: {} performed in time, {} late, {} missed, {} undecided.",
        counted(frame.scheduled, "occurrence"),
        frame.performed,
        frame.late,
        frame.missed,
        frame.undecided
    )];
    if frame.outside_schedule > 0 {
        let runs = counted(frame.outside_schedule, "run");
        sentences.push(format!("{runs} of the period began outside the schedule; they are listed beside it."));
    }
    if frame.scheduled == 0 {
        sentences.push("No schedule was in force: nothing says how many runs there should have been.".into());
    }
    for occurrence in frame.occurrences.iter().filter(|occurrence| occurrence.state == "missed") {
        let (due, why) = (moment(occurrence.due), occurrence.why.as_deref().unwrap_or("no reason was recorded"));
        sentences.push(format!("Missed: {} of {}: {why}.", due, occurrence.plan_name));
    }
    sentences
        .push("Choose from all numbers, missed ones included, and ask for the bundle of each run by its seal.".into());
    if !register.problems.is_empty() {
        sentences.push(format!(
            "The register does not hold together in {}, so this list may be incomplete: {}.",
            counted(register.problems.len() as u64, "place"),
            register.problems.join("; ")
        ));
    }
    sentences
}
