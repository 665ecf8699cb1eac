//! Tables of a run's evidence, one file each: the same rows for CSV, XLSX and whatever else has cells.
//!
//! Cells are typed, so that a format can show a number as a number. Nothing is decided here, and nothing is left out:
//! a table has one row for each thing that it lists, whatever came of it.

mod checks;
mod coverage;
mod csv;
mod exceptions;
mod population;
mod resources;
mod results;
mod runs;

use backproof_model::money::Money;
use jiff::Timestamp;

pub use checks::checks;
pub use coverage::{coverage, coverage_lines, read_coverage};
pub use csv::{CsvReader, CsvRow, CsvRows, NotCsv, csv_line};
pub use exceptions::exceptions;
pub use population::{EXCLUDED_COLUMNS, POPULATION_COLUMNS, excluded_row, population_row};
pub use resources::resources;
pub use results::results;
pub use runs::{read_summaries, runs};

/// A table: what its columns are, and its rows, each with a cell for each column.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name, which is its file's without an extension: `results`.
    pub name: &'static str,
    /// Its columns, in their order.
    pub columns: &'static [Column],
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name: lower case, words joined by `_`, with the unit behind it where it has one.
    pub name: &'static str,
    /// What stands in it, in a sentence's worth of words.
    pub meaning: &'static str,
}

/// A column of this name and meaning.
const fn column(name: &'static str, meaning: &'static str) -> Column {
    Column { name, meaning }
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing is known, or nothing applies.
    Empty,
    /// Words, names, digests.
    Text(String),
    /// A count or a number.
    Integer(i128),
    /// A length of time in whole seconds.
    Seconds(i64),
    /// A moment.
    Timestamp(Timestamp),
    /// A sum of money; its currency stands in another column.
    Money(Money),
}

impl Value {
    /// A cell with this text.
    #[expect(clippy::needless_pass_by_value, reason = "names, numbers and references are handed over as they are")]
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// `yes` or `no`.
    pub fn yes_or_no(yes: bool) -> Self {
        Self::text(if yes { "yes" } else { "no" })
    }

    /// A length of time, where there is one.
    pub fn seconds(seconds: Option<i64>) -> Self {
        seconds.map_or(Self::Empty, Self::Seconds)
    }

    /// A text, where there is one.
    pub fn optional(text: Option<impl ToString>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Integer(number.into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Integer(number as i128)
    }
}

impl From<Timestamp> for Value {
    fn from(moment: Timestamp) -> Self {
        Self::Timestamp(moment)
    }
}

impl From<Money> for Value {
    fn from(sum: Money) -> Self {
        Self::Money(sum)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}
