//! Journals whose numbers are as large or as small as a journal can write: chained as they must be, so that only the
//! numbers themselves are what a reader has to bear.

use std::collections::BTreeSet;

use backproof_model::chain::{Entry, Event, RUN_CHAIN};
use backproof_model::record::run_step;
use serde_json::{Value, json};

use super::JournalWriter;
use crate::problem::Problem;
use crate::run::RunEvidence;

/// The journal retold for every kind of record and every extreme: each number of such records that can be so large or
/// so small is. Then for every numbered step, with the highest attempts that can be named. Each with what was done.
pub fn extremes(journal: &str) -> Vec<(String, String)> {
    let entries = entries(journal);
    let steps = entries.iter().filter_map(|entry| match &entry.event {
        Event::Result { step, .. } => Some(step.as_str()),
        Event::Intent { .. } | Event::Status { .. } | Event::Resumed { .. } => None,
    });
    let steps: BTreeSet<&str> = steps.collect();
    let kinds: BTreeSet<&str> = steps.iter().map(|step| kind_of(step)).collect();
    // Numbers of canonical JSON are those of IEEE 754: these are the outermost that are still whole ones of 64 bits.
    let numbers = [
        json!(18_446_744_073_709_550_000_u64),
        json!(9_223_372_036_854_775_000_i64),
        json!(-9_223_372_036_854_775_000_i64),
        json!(u32::MAX),
        json!(-1),
        json!(0),
    ];
    let mut told = Vec::new();
    for kind in kinds {
        told.extend(numbers.iter().map(|number| (format!("{number} in {kind}"), with_number(&entries, kind, number))));
    }
    for step in steps.into_iter().filter(|step| step.contains('/')) {
        let of_step = |attempt: u32| (format!("{attempt} of {step}"), renamed(&entries, step, attempt));
        told.extend([u32::MAX, u32::MAX - 1, 0].map(of_step));
    }
    told
}

/// The journal with a step said to be of another attempt: `stage/1` of the second.
pub fn with_attempt(journal: &str, step: &str, attempt: u32) -> String {
    renamed(&entries(journal), step, attempt)
}

fn entries(journal: &str) -> Vec<Entry> {
    journal.lines().map(|line| serde_json::from_str(line).expect("a journal of a test is sound")).collect()
}

/// A step's name without its attempt.
fn kind_of(step: &str) -> &str {
    step.split_once('/').map_or(step, |(kind, _)| kind)
}

fn with_number(entries: &[Entry], kind: &str, number: &Value) -> String {
    let retold_with = |places: &BTreeSet<String>| {
        retold(entries, |event| {
            if let Event::Result { step, output } = event
                && kind_of(step) == kind
            {
                each_number(&mut String::new(), output, &mut |place, value| {
                    if places.contains(place) {
                        value.clone_from(number);
                    }
                });
            }
        })
    };
    let all = places(entries, kind);
    let retold_whole = retold_with(&all);
    if is_readable(&retold_whole) {
        return retold_whole;
    }
    let mut put = BTreeSet::new();
    for place in all {
        put.insert(place.clone());
        if !is_readable(&retold_with(&put)) {
            put.remove(&place);
        }
    }
    retold_with(&put)
}

fn is_readable(journal: &str) -> bool {
    RunEvidence::from_journal(journal)
        .is_ok_and(|run| !run.problems.iter().any(|problem| matches!(problem, Problem::UnreadableRecord { .. })))
}

fn renamed(entries: &[Entry], from: &str, attempt: u32) -> String {
    let to = format!("{}/{attempt}", kind_of(from));
    retold(entries, |event| match event {
        Event::Intent { step, .. } | Event::Result { step, .. } if step == from => step.clone_from(&to),
        Event::Intent { .. } | Event::Result { .. } | Event::Status { .. } | Event::Resumed { .. } => {}
    })
}

/// Every place of such records that holds a number: `times.queue`. Entries of a list are one place.
fn places(entries: &[Entry], kind: &str) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for entry in entries {
        if let Event::Result { step, output } = &entry.event
            && kind_of(step) == kind
        {
            each_number(&mut String::new(), &mut output.clone(), &mut |place, _| {
                places.insert(place.to_owned());
            });
        }
    }
    places
}

fn each_number(place: &mut String, value: &mut Value, visit: &mut impl FnMut(&str, &mut Value)) {
    let length = place.len();
    match value {
        Value::Number(_) => visit(place, value),
        Value::Array(values) => {
            place.push_str(".*");
            for value in values {
                each_number(place, value, visit);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                place.push('.');
                place.push_str(name);
                each_number(place, value, visit);
                place.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
    place.truncate(length);
}

/// The same entries, altered and chained anew; the closing record names the heads that come of it.
fn retold(entries: &[Entry], alter: impl Fn(&mut Event)) -> String {
    let Some(first) = entries.first() else { return String::new() };
    let mut journal = JournalWriter::new(first.run, first.at);
    for Entry { chain, event, .. } in entries.iter().cloned() {
        let mut event = event;
        alter(&mut event);
        if let Event::Result { step, output } = &mut event
            && (chain.as_str(), step.as_str()) == (RUN_CHAIN, run_step::CLOSE)
        {
            output["heads"] = json!(journal.test_heads());
        }
        journal.event(&chain, event);
    }
    journal.text()
}
