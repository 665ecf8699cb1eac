//! What is wrong with a catalogue's file, where, and how to mend it: every problem at once.

use std::fmt;
use std::ops::Range;

/// One problem of a catalogue's file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CatalogueProblem {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong: a lower-case fragment.
    pub message: String,
    /// How to mend it.
    pub hint: String,
}

/// Everything that is wrong with a catalogue's file, in the order of the file; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueProblems {
    name: String,
    problems: Vec<CatalogueProblem>,
}

impl CatalogueProblems {
    /// The problems, in the order of the file.
    pub fn as_slice(&self) -> &[CatalogueProblem] {
        &self.problems
    }
}

impl fmt::Display for CatalogueProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |CatalogueProblem { line, message, hint }: &CatalogueProblem| {
            format!("{}:{line}: {message}\n  = hint: {hint}", self.name)
        };
        f.write_str(&self.problems.iter().map(told).collect::<Vec<_>>().join("\n"))
    }
}

impl std::error::Error for CatalogueProblems {}

/// Collects what is wrong while a file is read.
pub(crate) struct Findings {
    /// Where lines end, in bytes.
    ends: Vec<usize>,
    found: Vec<CatalogueProblem>,
}

impl Findings {
    /// Nothing found yet in this file.
    pub(crate) fn of(text: &str) -> Self {
        Self { ends: text.match_indices('\n').map(|(end, _)| end).collect(), found: Vec::new() }
    }

    /// Adds a problem at a place, in bytes.
    pub(crate) fn add(&mut self, place: &Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        let message = message.into().replace(char::is_control, "\u{fffd}");
        let line = self.ends.partition_point(|end| *end < place.start) + 1;
        self.found.push(CatalogueProblem { line, message, hint: hint.into() });
    }

    /// What was read, if nothing is wrong with it.
    pub(crate) fn finish<T>(mut self, name: &str, read: Option<T>) -> Result<T, CatalogueProblems> {
        match read {
            Some(read) if self.found.is_empty() => Ok(read),
            Some(_) | None => {
                self.found.sort();
                self.found.dedup();
                Err(CatalogueProblems { name: name.to_owned(), problems: self.found })
            }
        }
    }
}
