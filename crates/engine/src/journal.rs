//! Durable steps: what a pipeline did before a crash is answered from the journal, and not done again.
//!
//! A step that only looks is journalled when it is done. A step that has an effect is journalled before, with what it
//! is about to do, and after, with what came of it; where only the first is found after a restart, the effect may or
//! may not have happened, and the step is told so. Nothing between steps may depend on the clock, on chance or on
//! anything else that a restart would answer differently.

use std::collections::HashMap;
use std::future::Future;

use backproof_model::chain::{Entry, Event};
use backproof_store::{ChainWriter, Store};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{EngineError, Result};

/// One chain of the journal, with what it already holds.
#[derive(Debug)]
pub(crate) struct Journal {
    writer: ChainWriter,
    results: HashMap<String, Value>,
    intents: HashMap<String, Timestamp>,
    statuses: HashMap<String, (String, Timestamp)>,
}

/// Whether a step with an effect may have had it already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prior {
    /// It is done for the first time.
    First,
    /// It was intended before a stop, and nobody knows what came of it.
    Interrupted {
        /// When it was intended.
        since: Timestamp,
    },
}

impl Journal {
    /// Takes a chain over, with all that it holds.
    pub(crate) async fn take(store: &Store, run: u64, chain: &str) -> Result<Self> {
        let (writer, entries) = store.take_chain(run, chain).await?;
        let mut journal = Self { writer, results: HashMap::new(), intents: HashMap::new(), statuses: HashMap::new() };
        for entry in entries {
            journal.learn(entry);
        }
        Ok(journal)
    }

    fn learn(&mut self, entry: Entry) {
        match entry.event {
            Event::Intent { step, .. } => {
                // The first intent counts: whatever was created, it was created after that.
                self.intents.entry(step).or_insert(entry.at);
            }
            Event::Result { step, output } => {
                self.results.insert(step, output);
            }
            Event::Status { of, status } => {
                self.statuses.insert(of, (status, entry.at));
            }
            Event::Resumed { .. } => {}
        }
    }

    /// The result of a finished step.
    pub(crate) fn recorded<T: DeserializeOwned>(&self, step: &str) -> Result<Option<T>> {
        let Some(output) = self.results.get(step) else { return Ok(None) };
        serde_json::from_value(output.clone())
            .map(Some)
            .map_err(|problem| EngineError::Internal(format!("the result of step `{step}` cannot be read: {problem}")))
    }

    /// When a step with an effect was first intended.
    pub(crate) fn intended(&self, step: &str) -> Option<Timestamp> {
        self.intents.get(step).copied()
    }

    /// A step that changes nothing outside: done once, and from then on answered from the journal.
    pub(crate) async fn observe<T, F>(&mut self, step: &str, look: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T>>,
    {
        if let Some(known) = self.recorded(step)? {
            return Ok(known);
        }
        let seen = look.await?;
        self.finish(step, &seen).await?;
        Ok(seen)
    }

    /// Journals what is about to be done, unless that was journalled before a stop.
    pub(crate) async fn intend(&mut self, step: &str, input: &impl Serialize) -> Result<Prior> {
        if let Some(since) = self.intended(step) {
            return Ok(Prior::Interrupted { since });
        }
        let input = serde_json::to_value(input).map_err(EngineError::internal)?;
        let entry = self.writer.append(Event::Intent { step: step.to_owned(), input }).await?;
        self.learn(entry);
        Ok(Prior::First)
    }

    /// Journals what came of a step.
    pub(crate) async fn finish(&mut self, step: &str, output: &impl Serialize) -> Result<()> {
        let output = serde_json::to_value(output).map_err(EngineError::internal)?;
        let entry = self.writer.append(Event::Result { step: step.to_owned(), output }).await?;
        self.learn(entry);
        Ok(())
    }

    /// Journals the state of something that is waited for, if it is another than before; gives since when it holds.
    pub(crate) async fn status(&mut self, of: &str, status: &str) -> Result<Timestamp> {
        if let Some((known, since)) = self.statuses.get(of)
            && known == status
        {
            return Ok(*since);
        }
        let entry = self.writer.append(Event::Status { of: of.to_owned(), status: status.to_owned() }).await?;
        let at = entry.at;
        self.learn(entry);
        Ok(at)
    }

    /// The last state of something that is waited for.
    pub(crate) fn last_status(&self, of: &str) -> Option<&str> {
        self.statuses.get(of).map(|(status, _)| status.as_str())
    }

    /// Whether nothing was done under this chain yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.results.is_empty() && self.intents.is_empty()
    }

    /// The digest of the chain's last line.
    pub(crate) fn head(&self) -> &str {
        self.writer.head()
    }

    /// The chain's name.
    pub(crate) fn chain(&self) -> &str {
        self.writer.name()
    }
}
