//! Takes a journal apart into its chains and verifies each.
//!
//! Of a broken chain the lines before the break are kept and the others left out. What the lines say is not read here.

use std::collections::BTreeMap;

use backproof_model::chain::{BrokenChain, Entry, RUN_CHAIN, genesis, verify};
use serde::Deserialize;

use crate::problem::Problem;
use crate::run::ChainHead;

/// The lines of one run's chains, by the chain's name, not verified yet.
#[derive(Debug, Default)]
pub(crate) struct Chains<'a> {
    /// The run's number, as the run's chain (else the first line) names it.
    pub(crate) run: u64,
    lines: BTreeMap<String, Vec<&'a str>>,
}

/// As much of a line as tells where it belongs.
#[derive(Deserialize)]
struct Address {
    run: u64,
    chain: String,
}

impl<'a> Chains<'a> {
    /// Sorts the lines of a `journal.jsonl` by chain; lines of several chains may stand in any order among chains.
    pub(crate) fn read(journal: &'a str, problems: &mut Vec<Problem>) -> Self {
        let mut chains = Self::default();
        let mut run = None;
        for (number, line) in (1..).zip(journal.lines()) {
            match serde_json::from_str::<Address>(line) {
                Ok(address) => {
                    if run.is_none() || (address.chain == RUN_CHAIN && !chains.lines.contains_key(RUN_CHAIN)) {
                        run = Some(address.run);
                    }
                    chains.lines.entry(address.chain).or_default().push(line);
                }
                Err(error) => problems.push(Problem::UnreadableLine { line: number, problem: error.to_string() }),
            }
        }
        chains.run = run.unwrap_or_default();
        chains
    }

    /// Whether no line told where it belongs.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Names of all chains.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.lines.keys().map(String::as_str)
    }

    /// Verifies one chain and gives its entries, up to the first that does not fit, and its end. Entries are given
    /// away, not kept, so that no more than one chain is in memory at a time. `None` where it has no line.
    pub(crate) fn verified(&self, name: &str, problems: &mut Vec<Problem>) -> Option<(Vec<Entry>, ChainHead)> {
        let lines = self.lines.get(name)?;
        let (entries, head, whole) = match verify(self.run, name, lines.iter().copied()) {
            Ok((entries, head)) => (entries, head, true),
            Err(broken) => {
                let fitting = usize::try_from(first_misfit(&broken)).unwrap_or(usize::MAX).min(lines.len());
                problems.push(Problem::BrokenChain(broken));
                // The lines before the first misfit have just been verified; verifying them again yields their entries.
                let (entries, head) = verify(self.run, name, lines[..fitting].iter().copied())
                    .unwrap_or_else(|_| (Vec::new(), genesis(self.run, name)));
                (entries, head, false)
            }
        };
        let head = ChainHead { name: name.to_owned(), lines: entries.len(), head, whole };
        Some((entries, head))
    }
}

fn first_misfit(broken: &BrokenChain) -> u64 {
    match broken {
        BrokenChain::Unreadable { line, .. }
        | BrokenChain::NotCanonical { line, .. }
        | BrokenChain::Gap { line, .. }
        | BrokenChain::Misplaced { line, .. } => *line,
    }
}
