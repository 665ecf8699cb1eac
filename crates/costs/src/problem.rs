//! What is wrong with a file of prices.

use std::fmt;

/// Why a file of prices cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceFileError {
    /// It is no TOML, or not of the form of a price file.
    #[error(
        "the price file `{file}` cannot be read: {problem}; docs/costs.md shows the form, and the built-in table is \
         an example of it"
    )]
    Form {
        /// The file.
        file: String,
        /// What the reader said, with the line.
        problem: String,
    },
    /// Its values do not hold.
    #[error("the price file `{file}` cannot be used: {}", all(problems))]
    Values {
        /// The file.
        file: String,
        /// Everything that is wrong, in the order of the file.
        problems: Vec<PriceProblem>,
    },
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceProblem {
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

impl fmt::Display for PriceProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        write!(f, "{}: {}", self.what, self.mend)
    }
}

fn all(problems: &[PriceProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
