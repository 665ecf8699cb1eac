//! Writes journals for tests, chained as the engine chains them.
//!
//! Only for tests of this crate and of renderers, behind the feature `testing`. What the lines say is up to the test:
//! see [`Story`] for a run that can be told in full and then altered.

mod extremes;
mod frozen;
mod records;
mod story;

use std::collections::BTreeMap;

use backproof_model::canonical::sha256_hex;
use backproof_model::chain::{Entry, Event, JOURNAL_VERSION, genesis, line_of};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

pub use extremes::{extremes, with_attempt};
pub use frozen::{RunLists, register, with_record, without_population};
pub use records::{check, cost, drawn_point, passing_attempt, planted, prices};
pub use story::{Story, TestStory};

/// A journal under construction. Its time advances by a second with each line.
pub struct JournalWriter {
    run: u64,
    now: Timestamp,
    lines: Vec<String>,
    chains: BTreeMap<String, (u64, String)>,
}

impl JournalWriter {
    /// An empty journal of run `run`, which begins at `now`.
    pub fn new(run: u64, now: Timestamp) -> Self {
        Self { run, now, lines: Vec::new(), chains: BTreeMap::new() }
    }

    /// Appends one event to `chain`.
    pub fn event(&mut self, chain: &str, event: Event) {
        let (run, at) = (self.run, self.now);
        let (seq, prev) = self.chains.entry(chain.to_owned()).or_insert_with(|| (0, genesis(run, chain)));
        let entry =
            Entry { v: JOURNAL_VERSION, run, chain: chain.to_owned(), seq: *seq, at, prev: prev.clone(), event };
        let line = line_of(&entry).expect("every event of a test is plain JSON");
        *seq += 1;
        *prev = sha256_hex(&line);
        self.lines.push(line);
        self.now += SignedDuration::from_secs(1);
    }

    /// Appends a step with its intent and its result.
    pub fn step(&mut self, chain: &str, step: &str, output: &impl Serialize) {
        self.event(chain, Event::Intent { step: step.to_owned(), input: Value::Null });
        let output = serde_json::to_value(output).expect("every record is plain JSON");
        self.event(chain, Event::Result { step: step.to_owned(), output });
    }

    /// Appends the step where there is an output, and else nothing.
    pub fn step_if(&mut self, chain: &str, step: &str, output: Option<&impl Serialize>) {
        if let Some(output) = output {
            self.step(chain, step, output);
        }
    }

    /// The head of every restore test's chain.
    pub fn test_heads(&self) -> BTreeMap<String, String> {
        let of_tests = self.chains.iter().filter(|(chain, _)| chain.starts_with("test-"));
        of_tests.map(|(chain, (_, head))| (chain.clone(), head.clone())).collect()
    }

    /// The journal's text.
    pub fn text(&self) -> String {
        self.lines.iter().fold(String::new(), |text, line| text + line + "\n")
    }
}
