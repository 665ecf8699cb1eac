//! Something that is not in order: where, what, and how to mend it.

use std::fmt;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The file, from the root.
    pub(crate) file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub(crate) line: usize,
    /// What is wrong.
    pub(crate) what: String,
    /// How to mend it.
    pub(crate) mend: String,
}

impl Finding {
    pub(crate) fn new(file: impl Into<String>, line: usize, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { file: file.into(), line, what: what.into(), mend: mend.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, what, mend } = self;
        match line {
            0 => write!(f, "{file}: {what}\n    mend: {mend}"),
            line => write!(f, "{file}:{line}: {what}\n    mend: {mend}"),
        }
    }
}
