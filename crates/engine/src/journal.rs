//! Durable steps: what a pipeline did before a crash is answered from the journal, and not done again.
//!
//! A step that only looks is journalled when it is done. A step that has an effect is journalled before, with what it
//! is about to do, and after, with what came of it; where only the first is found after a restart, the effect may or
//! may not have happened, and the step is told so. Nothing between steps may depend on the clock, on chance or on
//! anything else that a restart would answer differently.

use std::collections::HashMap;
use std::future::Future;

use backproof_model::chain::{Entry, Event};
use backproof_store::{ChainWriter, Slot, Store};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{EngineError, Result};

/// What a chain holds.
#[derive(Debug, Default)]
pub(crate) struct Known {
    results: HashMap<String, Value>,
    finished: HashMap<String, Timestamp>,
    intents: HashMap<String, Timestamp>,
    statuses: HashMap<String, (String, Timestamp)>,
}

/// One chain of the journal that is ours to write, with what it already holds.
#[derive(Debug)]
pub(crate) struct Journal {
    writer: ChainWriter,
    known: Known,
}

/// What came of trying to take a chain.
#[derive(Debug)]
pub(crate) enum Taken {
    /// It is ours.
    Ours(Journal),
    /// It has come to its end: what it holds, and the digest of its last line.
    Closed(Known, String),
    /// Somebody who lives works on it, in their own words.
    HeldBy(String),
    /// As much is under way as may be.
    NoSlot,
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

impl Known {
    /// What a chain holds at this moment, whoever writes to it.
    pub(crate) async fn read(store: &Store, run: u64, chain: &str) -> Result<Self> {
        Ok(Self::of(store.entries(run, chain).await?.0))
    }

    fn of(entries: Vec<Entry>) -> Self {
        let mut known = Self::default();
        for entry in entries {
            known.learn(entry);
        }
        known
    }

    fn learn(&mut self, entry: Entry) {
        match entry.event {
            Event::Intent { step, .. } => {
                // The first intent counts: whatever was created, it was created after that.
                self.intents.entry(step).or_insert(entry.at);
            }
            Event::Result { step, output } => {
                self.finished.insert(step.clone(), entry.at);
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

    /// The number of the last attempt of which anything is written: what stands behind the `/` of its steps.
    pub(crate) fn last_attempt(&self) -> Option<u32> {
        let steps = self.results.keys().chain(self.intents.keys()).chain(self.statuses.keys());
        steps.filter_map(|step| step.rsplit_once('/')?.1.parse().ok()).max()
    }
}

impl Journal {
    /// Takes a chain over where nobody who lives works on it.
    pub(crate) async fn try_take(store: &Store, run: u64, chain: &str, slots: &[Slot]) -> Result<Taken> {
        Ok(match store.try_take_chain(run, chain, slots).await? {
            backproof_store::Taken::Yes(writer, entries) => Taken::Ours(Self { writer, known: Known::of(entries) }),
            backproof_store::Taken::Closed(entries, head) => Taken::Closed(Known::of(entries), head),
            backproof_store::Taken::HeldBy(owner) => Taken::HeldBy(owner),
            backproof_store::Taken::NoSlot => Taken::NoSlot,
        })
    }

    /// What the chain holds.
    pub(crate) fn known(&self) -> &Known {
        &self.known
    }

    /// The result of a finished step.
    pub(crate) fn recorded<T: DeserializeOwned>(&self, step: &str) -> Result<Option<T>> {
        self.known.recorded(step)
    }

    /// When a step was finished.
    pub(crate) fn finished(&self, step: &str) -> Option<Timestamp> {
        self.known.finished.get(step).copied()
    }

    /// When a step with an effect was first intended.
    pub(crate) fn intended(&self, step: &str) -> Option<Timestamp> {
        self.known.intents.get(step).copied()
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
            // Nothing is appended that would show whether the chain is still ours.
            self.writer.confirm().await?;
            return Ok(Prior::Interrupted { since });
        }
        let input = serde_json::to_value(input).map_err(EngineError::internal)?;
        let entry = self.writer.append(Event::Intent { step: step.to_owned(), input }).await?;
        self.known.learn(entry);
        Ok(Prior::First)
    }

    /// Makes sure that the chain is still ours, right before something is done on its behalf that was intended long
    /// before: a lease may have run out in a wait.
    pub(crate) async fn confirm(&mut self) -> Result<()> {
        Ok(self.writer.confirm().await?)
    }

    /// Journals what came of a step.
    pub(crate) async fn finish(&mut self, step: &str, output: &impl Serialize) -> Result<()> {
        let output = serde_json::to_value(output).map_err(EngineError::internal)?;
        let entry = self.writer.append(Event::Result { step: step.to_owned(), output }).await?;
        self.known.learn(entry);
        Ok(())
    }

    /// Journals the state of something that is waited for, if it is another than before; gives since when it holds.
    pub(crate) async fn status(&mut self, of: &str, status: &str) -> Result<Timestamp> {
        if let Some((known, since)) = self.known.statuses.get(of)
            && known == status
        {
            return Ok(*since);
        }
        let entry = self.writer.append(Event::Status { of: of.to_owned(), status: status.to_owned() }).await?;
        let at = entry.at;
        self.known.learn(entry);
        Ok(at)
    }

    /// The last state of something that is waited for.
    pub(crate) fn last_status(&self, of: &str) -> Option<&str> {
        self.known.statuses.get(of).map(|(status, _)| status.as_str())
    }

    /// Whether nothing was done under this chain yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.known.results.is_empty() && self.known.intents.is_empty()
    }

    /// The digest of the chain's last line.
    pub(crate) fn head(&self) -> &str {
        self.writer.head()
    }
}
