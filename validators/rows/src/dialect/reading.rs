//! What is to be read or checked, and what that gave.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{KeyKind, ObjectName, TableShape};

/// What to read of a table.
#[derive(Clone, Debug)]
pub(crate) struct Scan<'a> {
    /// The table.
    pub(crate) table: &'a TableShape,
    /// The columns to hash, in this order; none means that rows are counted and not hashed.
    pub(crate) hash: Option<&'a [String]>,
    /// Where the hashes start.
    pub(crate) seed: [u8; 16],
    /// How to tell old rows from new ones.
    pub(crate) ages: Option<Ages<'a>>,
    /// Integer columns whose largest values are wanted.
    pub(crate) largest: &'a [String],
    /// Which rows.
    pub(crate) part: Part<'a>,
}

/// By which column rows are dated, and where one age ends and the next begins.
///
/// A column of dates tells the day only: a row is settled when its day had ended by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ages<'a> {
    /// The column.
    pub(crate) column: &'a str,
    /// Rows up to then are settled.
    pub(crate) settled_up_to: Option<Timestamp>,
    /// Rows later than that have a wrong clock.
    pub(crate) newest_possible: Timestamp,
}

/// Which rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// All of them, as one.
    Whole,
    /// All of them, told apart by the cell of the grid that their key falls into.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests hold the ranges of cells against it, in one pass"))]
    EveryCell(Grid<'a>),
    /// Those whose keys fall into this cell of the grid.
    Cell(Grid<'a>, i64),
}

/// A grid over a key. Integers: cell `n` holds keys from `n * width` up to and without `(n + 1) * width`. UUIDs: cell
/// `n` holds those whose first byte is `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid<'a> {
    /// The key's column.
    pub(crate) column: &'a str,
    /// What it holds.
    pub(crate) kind: KeyKind,
    /// How many keys a cell spans; 1 for UUIDs.
    pub(crate) width: i64,
}

/// What a pass over a table gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// One for each cell that holds rows, or a single one. A table without rows has one with nothing in it, or none.
    pub(crate) piles: Vec<Pile>,
    /// The largest values that were wanted, of columns that hold any.
    pub(crate) largest: BTreeMap<String, i128>,
}

/// Rows of one cell, or of a whole table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pile {
    /// The cell, where rows were told apart by cells.
    pub(crate) cell: Option<i64>,
    /// How many rows.
    pub(crate) rows: u64,
    /// The sum of all their hashes; 0 where they were not hashed.
    pub(crate) sum: i128,
    /// How many of them are settled.
    pub(crate) settled_rows: u64,
    /// The sum of the hashes of these.
    pub(crate) settled_sum: i128,
    /// How many carry no moment that can be used (none, or an infinite one).
    pub(crate) undated: u64,
    /// How many are later than [`Ages::newest_possible`].
    pub(crate) ahead: u64,
    /// The newest moment among those that are not.
    pub(crate) newest: Option<Timestamp>,
}

/// What of a database's physical structure can be checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IntegrityScope {
    /// What can be checked.
    pub(crate) structures: Vec<Structure>,
    /// Why what could be checked cannot be, in words.
    pub(crate) unchecked: Vec<String>,
    /// What the engine's checker does not know at all, in words.
    pub(crate) limits: Vec<String>,
}

/// A physical structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Structure {
    /// What it is.
    pub(crate) kind: StructureKind,
    /// The object.
    pub(crate) name: ObjectName,
}

/// Kinds of physical structures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StructureKind {
    /// A table's pages.
    Table,
    /// An index's pages, and that it holds what its table holds.
    Index,
}

/// What a query of the plan gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// How many rows came, up to the limit.
    pub(crate) rows: u64,
    /// The only column of the first row, where that is a whole number. It is compared; a count is all that is shown.
    pub(crate) number: Option<i64>,
}
