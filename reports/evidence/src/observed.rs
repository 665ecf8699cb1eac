//! Reads the typed records out of a chain's entries.
//!
//! A record that cannot be read is a problem and otherwise as if absent; absence is handled by who asks.

use std::collections::{BTreeMap, BTreeSet};

use backproof_model::chain::{Entry, Event};
use backproof_model::record::test_step;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::problem::Problem;

/// The results of a chain's steps, by the step's name.
pub(crate) struct Records<'a> {
    chain: &'a str,
    outputs: BTreeMap<&'a str, &'a Value>,
    /// The last step that was begun and has no result.
    pub(crate) unfinished: Option<&'a str>,
}

impl<'a> Records<'a> {
    /// The records of a verified chain. Where a step has two results, the later one counts.
    pub(crate) fn of(chain: &'a str, entries: &'a [Entry]) -> Self {
        let mut outputs = BTreeMap::new();
        let mut unfinished = None;
        for entry in entries {
            match &entry.event {
                Event::Intent { step, .. } => unfinished = Some(step.as_str()),
                Event::Result { step, output } => {
                    unfinished = unfinished.filter(|begun| begun != step);
                    outputs.insert(step.as_str(), output);
                }
                Event::Status { .. } | Event::Resumed { .. } => {}
            }
        }
        Self { chain, outputs, unfinished }
    }

    /// The record that a step left, if it left one that can be read.
    pub(crate) fn take<T: DeserializeOwned>(&self, step: &str, problems: &mut Vec<Problem>) -> Option<T> {
        let output = *self.outputs.get(step)?;
        T::deserialize(output)
            .map_err(|error| {
                problems.push(Problem::UnreadableRecord {
                    chain: self.chain.to_owned(),
                    step: step.to_owned(),
                    problem: error.to_string(),
                });
            })
            .ok()
    }

    /// The attempts that steps name, `stage/2` being of the second, the first first: a number alone makes no others.
    /// Asking the budget whether it may begin makes none.
    pub(crate) fn attempts(&self) -> BTreeSet<u32> {
        self.numbered().filter(|(step, _)| *step != test_step::BUDGET).map(|(_, number)| number).collect()
    }

    /// The attempts of which the budget was asked whether they may begin.
    pub(crate) fn attempts_put_to_the_budget(&self) -> BTreeSet<u32> {
        self.numbered().filter(|(step, _)| *step == test_step::BUDGET).map(|(_, number)| number).collect()
    }

    fn numbered(&self) -> impl Iterator<Item = (&str, u32)> {
        self.outputs.keys().copied().chain(self.unfinished).filter_map(|step| {
            let (step, number) = step.rsplit_once('/')?;
            Some((step, number.parse().ok().filter(|number| *number > 0)?))
        })
    }
}
