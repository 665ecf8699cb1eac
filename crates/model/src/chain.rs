//! The hash chain of the journal.
//!
//! A line is the canonical JSON (RFC 8785) of one [`Entry`]; its `prev` is the SHA-256 of the chain's line before,
//! without the line end. The first line's `prev` is the chain's genesis value. A run has one chain of its own, named
//! `run`, and one per restore test.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{canonical_json, sha256_hex};

/// The version of the journal's format, which every line names.
pub const JOURNAL_VERSION: u32 = 1;
/// The name of the run's own chain.
pub const RUN_CHAIN: &str = "run";
/// The step whose result ends a chain: nothing is written behind it.
pub const CLOSE_STEP: &str = "close";

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Always [`JOURNAL_VERSION`].
    pub v: u32,
    /// The run's number.
    pub run: u64,
    /// The chain: `run`, or the restore test's id such as `test-3`.
    pub chain: String,
    /// The line's number in its chain, from 0.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The SHA-256 of the chain's line before.
    pub prev: String,
    /// What happened.
    pub event: Event,
}

/// What a journal line records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A step is about to have its effect.
    Intent {
        /// The step's name, unique in its chain: `start-restore-job/1`.
        step: String,
        /// What it is about to do.
        input: Value,
    },
    /// A step is done, and this came of it.
    Result {
        /// The step's name.
        step: String,
        /// What came of it.
        output: Value,
    },
    /// Something that we wait for changed its state.
    Status {
        /// What is waited for: `restore-job/1`.
        of: String,
        /// Its state now.
        status: String,
    },
    /// Another process took the chain over after a stop.
    Resumed {
        /// The fencing token under which it now writes.
        token: u64,
    },
}

/// Whether a chain has come to its end.
pub fn is_closed(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| match &entry.event {
        Event::Result { step, .. } => step == CLOSE_STEP,
        Event::Intent { .. } | Event::Status { .. } | Event::Resumed { .. } => false,
    })
}

/// Why lines are not an unbroken chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    /// A line cannot be read.
    #[error("line {line} of chain `{chain}` is no journal entry: {problem}")]
    Unreadable {
        /// The chain.
        chain: String,
        /// The line's number in the chain, from 0.
        line: u64,
        /// What the parser said.
        problem: String,
    },
    /// A line is not in canonical form, so that its digest would be ambiguous.
    #[error("line {line} of chain `{chain}` is not canonical JSON")]
    NotCanonical {
        /// The chain.
        chain: String,
        /// The line's number in the chain, from 0.
        line: u64,
    },
    /// A line does not follow the one before.
    #[error("line {line} of chain `{chain}` does not follow the line before: expected prev {expected}, found {found}")]
    Gap {
        /// The chain.
        chain: String,
        /// The line's number in the chain, from 0.
        line: u64,
        /// The digest of the line before.
        expected: String,
        /// What the line says.
        found: String,
    },
    /// A line stands in the wrong chain, run or place.
    #[error("line {line} of chain `{chain}` belongs elsewhere")]
    Misplaced {
        /// The chain.
        chain: String,
        /// The line's number in the chain, from 0.
        line: u64,
    },
}

/// What the first line of a chain names as its predecessor.
pub fn genesis(run: u64, chain: &str) -> String {
    sha256_hex(format!("backproof-journal/v1\n{run}\n{chain}\n"))
}

/// The entry as its journal line, without a line end.
///
/// # Errors
/// Fails only where the event holds something that is no JSON.
pub fn line_of(entry: &Entry) -> Result<String, serde_json::Error> {
    canonical_json(entry)
}

/// Reads the lines of one chain and checks that none was changed, removed, added or moved.
///
/// Returns the entries and the head: the digest of the last line, or the genesis value of an empty chain.
///
/// # Errors
/// Names the first line that does not fit.
pub fn verify<'a>(
    run: u64,
    chain: &str,
    lines: impl IntoIterator<Item = &'a str>,
) -> Result<(Vec<Entry>, String), BrokenChain> {
    let mut entries = Vec::new();
    let mut head = genesis(run, chain);
    for (number, text) in (0_u64..).zip(lines) {
        let here = || (chain.to_owned(), number);
        let entry: Entry = serde_json::from_str(text).map_err(|error| {
            let (chain, line) = here();
            BrokenChain::Unreadable { chain, line, problem: error.to_string() }
        })?;
        let (chain_name, line) = here();
        if line_of(&entry).ok().as_deref() != Some(text) {
            return Err(BrokenChain::NotCanonical { chain: chain_name, line });
        }
        if entry.run != run || entry.chain != chain || entry.seq != number || entry.v != JOURNAL_VERSION {
            return Err(BrokenChain::Misplaced { chain: chain_name, line });
        }
        if entry.prev != head {
            return Err(BrokenChain::Gap { chain: chain_name, line, expected: head, found: entry.prev });
        }
        head = sha256_hex(text);
        entries.push(entry);
    }
    Ok((entries, head))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chain_of(length: u64) -> Vec<String> {
        let mut prev = genesis(7, "test-1");
        (0..length)
            .map(|seq| {
                let event = Event::Status { of: "restore-job/1".into(), status: format!("RUNNING {seq}") };
                let at = "2026-01-01T00:00:00Z".parse().unwrap();
                let entry = Entry { v: 1, run: 7, chain: "test-1".into(), seq, at, prev: prev.clone(), event };
                let line = line_of(&entry).unwrap();
                prev = sha256_hex(&line);
                line
            })
            .collect()
    }

    fn check(lines: &[String]) -> Result<String, BrokenChain> {
        verify(7, "test-1", lines.iter().map(String::as_str)).map(|(_, head)| head)
    }

    #[test]
    fn an_untouched_chain_verifies_to_the_digest_of_its_last_line() {
        let lines = chain_of(3);
        assert_eq!(check(&lines).unwrap(), sha256_hex(&lines[2]));
        assert_eq!(check(&[]).unwrap(), genesis(7, "test-1"));
    }

    proptest! {
        #[test]
        fn any_changed_byte_is_noticed(at in 0_usize..400, line in 0_usize..4, byte in 0x20_u8..0x7f) {
            let mut lines = chain_of(4);
            let mut bytes = lines[line].clone().into_bytes();
            let at = at % bytes.len();
            prop_assume!(bytes[at] != byte);
            bytes[at] = byte;
            lines[line] = String::from_utf8(bytes).unwrap();
            let before = check(&chain_of(4)).unwrap();
            // A change in the last line shows in the head, which the run's chain records; any other breaks the chain.
            prop_assert!(check(&lines).ok().as_ref() != Some(&before));
        }

        #[test]
        fn a_line_removed_or_moved_is_noticed(from in 0_usize..4, to in 0_usize..4) {
            let mut removed = chain_of(5);
            removed.remove(from);
            prop_assert!(check(&removed).is_err());
            prop_assume!(from != to);
            let mut moved = chain_of(5);
            let line = moved.remove(from);
            moved.insert(to, line);
            prop_assert!(check(&moved).is_err());
        }
    }
}
