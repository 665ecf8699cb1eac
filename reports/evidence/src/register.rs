//! The register's lines, read: every run, every occurrence of a schedule, and what is wrong with the chain.
//!
//! The lines are those of `register.jsonl`. What cannot be read is named and left out; nothing is mended.

use std::collections::{BTreeMap, BTreeSet};

use backproof_model::chain::{BrokenChain, Entry, Event, genesis, verify};
use backproof_model::exception::{Exception, of_register};
use backproof_model::record::Purpose;
use backproof_model::register::{REGISTER_CHAIN, REGISTER_RUN, RegisterEvent};
use backproof_schedule::{OccurrenceState, PlanRecord, RecordedOccurrence};
use jiff::Timestamp;

use crate::dossier::{PreviousBundle, RegisterOccurrence, RegisterReading, RegisterRun, RunSummary};

/// How the steps of sweeps begin, which older versions journalled in the register.
const SWEEP: &str = "sweep";

/// The register, read and verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Register {
    /// Every event that could be read, with the moment at which it was entered, up to the first line that does not fit.
    pub events: Vec<(Timestamp, RegisterEvent)>,
    /// How many lines were verified.
    pub lines: u64,
    /// SHA-256 of the last of them; the genesis value where there is none.
    pub head: String,
    /// What is wrong, a sentence each.
    pub problems: Vec<String>,
}

impl Register {
    /// Reads the text of a `register.jsonl`.
    pub fn read(text: &str) -> Self {
        let lines: Vec<&str> = text.split_terminator('\n').collect();
        let mut problems = Vec::new();
        let (entries, head) = match verify(REGISTER_RUN, REGISTER_CHAIN, lines.iter().copied()) {
            Ok(verified) => verified,
            Err(broken) => {
                let fitting = usize::try_from(misfit(&broken)).unwrap_or(usize::MAX).min(lines.len());
                problems.push(format!("{broken}; this line and what follows it have not been used"));
                verify(REGISTER_RUN, REGISTER_CHAIN, lines[..fitting].iter().copied())
                    .unwrap_or_else(|_| (Vec::new(), genesis(REGISTER_RUN, REGISTER_CHAIN)))
            }
        };
        let verified = entries.len() as u64;
        let mut events = Vec::with_capacity(entries.len());
        for entry in entries {
            let (at, line) = (entry.at, entry.seq);
            match event_of(entry) {
                Ok(event) => events.extend(event.map(|event| (at, event))),
                Err(why) => problems.push(format!("line {line} of the register {why}")),
            }
        }
        Self { events, lines: verified, head, problems }
    }

    /// The seal that was entered last: the bundle before the next.
    pub fn last_sealed(&self) -> Option<PreviousBundle> {
        self.events.iter().rev().find_map(|(_, event)| {
            let RegisterEvent::BundleSealed { run, sha256 } = event else { return None };
            Some(PreviousBundle { run: *run, sha256: sha256.clone() })
        })
    }

    /// The head with which a run was closed.
    pub fn head_of(&self, run: u64) -> Option<&str> {
        self.events.iter().find_map(|(_, event)| {
            let RegisterEvent::RunClosed { run: closed, head } = event else { return None };
            (*closed == run).then_some(head.as_str())
        })
    }

    /// Every exception that the register knows, in the order of their numbers.
    pub fn exceptions(&self) -> Vec<Exception> {
        of_register(self.events.iter().map(|(_, event)| event))
    }

    /// What reports say of it, with what is known of its runs.
    pub fn reading(&self, summaries: &BTreeMap<u64, RunSummary>) -> RegisterReading {
        let mut problems = self.problems.clone();
        let mut runs = runs(&self.events, &mut problems);
        for run in runs.values_mut() {
            run.summary = summaries.get(&run.run).cloned();
        }
        RegisterReading {
            entries: self.lines,
            head: (self.lines > 0).then(|| self.head.clone()),
            occurrences: occurrences(&self.events, &runs),
            runs: runs.into_values().collect(),
            problems,
        }
    }
}

/// The lines of `register` up to and with the one that closed `run`, each with its LF. `None` where none did.
pub fn up_to_closing(register: &str, run: u64) -> Option<&str> {
    let mut end = 0;
    for line in register.split_inclusive('\n') {
        end += line.len();
        let entry: Option<Entry> = serde_json::from_str(line.trim_end_matches('\n')).ok();
        if let Some(Ok(Some(RegisterEvent::RunClosed { run: closed, .. }))) = entry.map(event_of)
            && closed == run
        {
            return Some(&register[..end]);
        }
    }
    None
}

fn misfit(broken: &BrokenChain) -> u64 {
    match broken {
        BrokenChain::Unreadable { line, .. }
        | BrokenChain::NotCanonical { line, .. }
        | BrokenChain::Gap { line, .. }
        | BrokenChain::Misplaced { line, .. } => *line,
    }
}

/// The event of a line; `None` for what older versions journalled here of their sweeps.
fn event_of(entry: Entry) -> Result<Option<RegisterEvent>, String> {
    let (step, output) = match entry.event {
        Event::Result { step, output } if !step.starts_with(SWEEP) => (step, output),
        Event::Result { .. } | Event::Intent { .. } | Event::Status { .. } | Event::Resumed { .. } => return Ok(None),
    };
    let event: RegisterEvent = serde_json::from_value(output)
        .map_err(|problem| format!("holds an event `{step}` that this version cannot read: {problem}"))?;
    let expected = event.step();
    if step == expected { Ok(Some(event)) } else { Err(format!("calls an event `{expected}` by the name `{step}`")) }
}

fn runs(events: &[(Timestamp, RegisterEvent)], problems: &mut Vec<String>) -> BTreeMap<u64, RegisterRun> {
    let mut runs = BTreeMap::<u64, RegisterRun>::new();
    for (at, event) in events {
        match event {
            RegisterEvent::RunOpened { run, plan_name, purpose, .. } => {
                let expected = runs.len() as u64 + 1;
                if *run != expected {
                    problems.push(format!("run {run} was opened where run {expected} was next"));
                }
                runs.insert(*run, opened(*run, plan_name, purpose, *at));
            }
            RegisterEvent::RunResumed { run, .. } => match runs.get_mut(run).filter(|known| known.state == "open") {
                Some(known) => known.resumed += 1,
                None => problems.push(format!("run {run} was gone on with, and was not open")),
            },
            RegisterEvent::RunClosed { run, head } => {
                end(&mut runs, problems, *run, (*at, "closed", Some(head.clone())));
            }
            RegisterEvent::RunAborted { run, .. } => end(&mut runs, problems, *run, (*at, "aborted", None)),
            RegisterEvent::BundleSealed { run, sha256 } => {
                match runs.get_mut(run).filter(|known| known.state == "closed") {
                    Some(RegisterRun { bundle_sha256: Some(before), .. }) if before != sha256 => {
                        problems.push(format!("run {run} was sealed as {before}, and again as {sha256}"));
                    }
                    Some(known) => known.bundle_sha256 = Some(sha256.clone()),
                    None => problems.push(format!("run {run} was sealed, and was not closed")),
                }
            }
            RegisterEvent::Scheduled { .. }
            | RegisterEvent::Begun { .. }
            | RegisterEvent::Performed { .. }
            | RegisterEvent::Missed { .. }
            | RegisterEvent::PlanApproved { .. }
            | RegisterEvent::Exception(_)
            | RegisterEvent::Migrated { .. } => {}
        }
    }
    runs
}

fn opened(run: u64, plan_name: &str, purpose: &Purpose, at: Timestamp) -> RegisterRun {
    RegisterRun {
        run,
        plan_name: plan_name.to_owned(),
        is_check: *purpose == Purpose::Check,
        opened_at: at,
        closed_at: None,
        state: "open",
        resumed: 0,
        head: None,
        bundle_sha256: None,
        summary: None,
    }
}

fn end(
    runs: &mut BTreeMap<u64, RegisterRun>,
    problems: &mut Vec<String>,
    run: u64,
    (at, state, head): (Timestamp, &'static str, Option<String>),
) {
    match runs.get_mut(&run) {
        Some(known) if known.state == "open" => {
            (known.state, known.closed_at, known.head) = (state, Some(at), head);
        }
        Some(_) => problems.push(format!("run {run} was ended twice")),
        None => problems.push(format!("run {run} was ended and never opened")),
    }
}

fn occurrences(events: &[(Timestamp, RegisterEvent)], runs: &BTreeMap<u64, RegisterRun>) -> Vec<RegisterOccurrence> {
    let plans: BTreeSet<&str> = events.iter().filter_map(|(_, event)| plan_of_occurrence(event)).collect();
    let mut all: Vec<RegisterOccurrence> = Vec::new();
    for plan in plans {
        let record = PlanRecord::of(plan, events);
        all.extend(record.occurrences().map(|occurrence| told(plan, occurrence, runs)));
    }
    all.sort_by(|a, b| (a.due, &a.plan_name).cmp(&(b.due, &b.plan_name)));
    all
}

fn plan_of_occurrence(event: &RegisterEvent) -> Option<&str> {
    match event {
        RegisterEvent::Scheduled { plan_name, .. }
        | RegisterEvent::Begun { plan_name, .. }
        | RegisterEvent::Performed { plan_name, .. }
        | RegisterEvent::Missed { plan_name, .. } => Some(plan_name),
        RegisterEvent::RunOpened { .. }
        | RegisterEvent::RunResumed { .. }
        | RegisterEvent::RunClosed { .. }
        | RegisterEvent::RunAborted { .. }
        | RegisterEvent::PlanApproved { .. }
        | RegisterEvent::Exception(_)
        | RegisterEvent::BundleSealed { .. }
        | RegisterEvent::Migrated { .. } => None,
    }
}

fn told(plan: &str, occurrence: &RecordedOccurrence, runs: &BTreeMap<u64, RegisterRun>) -> RegisterOccurrence {
    let done = |late: &Option<String>| if late.is_some() { "late" } else { "performed" };
    let closed = |run: &u64| runs.get(run).is_some_and(|run| run.state == "closed");
    let (state, run, verdict, why) = match &occurrence.state {
        OccurrenceState::Scheduled => ("scheduled", None, None, None),
        // The run's closing is entered before its occurrence is called performed.
        OccurrenceState::Begun { run, late, .. } if closed(run) => (done(late), Some(*run), None, late.clone()),
        OccurrenceState::Begun { run, late, .. } => ("under way", Some(*run), None, late.clone()),
        OccurrenceState::Performed { run, verdict, late, .. } => {
            (done(late), Some(*run), Some(verdict.clone()), late.clone())
        }
        OccurrenceState::Missed { why, .. } => ("missed", None, None, Some(why.clone())),
    };
    RegisterOccurrence { plan_name: plan.to_owned(), due: occurrence.due, state, run, verdict, why }
}
