//! What an engine needs so that faults can be planted in it.

use async_trait::async_trait;
use sqlx::SqlStr;

use super::known::Value;
use crate::dialect::{Dialect, Opening};
use crate::sql::Quotes;
use crate::trouble::Trouble;

/// What an engine needs for it. Statements of the scratch database are this crate's own and hold no value of anybody's.
#[async_trait]
pub(crate) trait Planting: Dialect {
    /// Opens a session that may write.
    async fn open_to_write(&self, opening: &Opening<'_>) -> Result<Box<dyn Writer>, Trouble>;

    /// The statements.
    fn statements(&self) -> &'static dyn Statements;
}

/// A session that may write.
#[async_trait]
pub(crate) trait Writer: Send {
    /// Runs one or several statements without parameters.
    async fn run(&mut self, sql: SqlStr) -> Result<(), Trouble>;

    /// Says goodbye.
    async fn close(self: Box<Self>);
}

/// The statements of one engine.
pub(crate) trait Statements: Sync {
    /// Makes the database.
    fn create(&self, name: &str) -> String;

    /// Drops it, if it is there.
    fn drop(&self, name: &str, version: &str) -> String;

    /// Makes the tables and all other objects, without rows. What only holds up another object is named `crutch`: it is
    /// not part of the baseline, so that its loss shows by what leans on it only.
    fn objects(&self) -> &'static str;

    /// The schema's name in front of those of its tables.
    fn schema(&self) -> Option<&'static str>;

    /// What the sequence is called.
    fn sequence(&self) -> &'static str;

    /// A value of a row, of the type of its column.
    fn literal(&self, value: &Value) -> String;

    /// Plants a fault, or says that this version of the engine has no such thing.
    fn plant(&self, kind: Kind, version: &str) -> Option<&'static str>;

    /// Mends what [`Statements::plant`] did; none where that takes nothing but the known rows again.
    fn mend(&self, kind: Kind) -> Option<&'static str>;

    /// How names are quoted.
    fn quotes(&self) -> Quotes;
}

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One row less.
    MissingRow,
    /// Another number in one row.
    ChangedValue,
    /// One row less and another one more.
    ExchangedRow,
    /// No rows.
    EmptyTable,
    /// All rows are a month older.
    StaleData,
    /// A row refers to nothing.
    OrphanRow,
    /// An index is gone.
    DroppedIndex,
    /// A foreign key is gone.
    DroppedConstraint,
    /// A trigger does not fire.
    DisabledTrigger,
    /// A view cannot be read.
    BrokenView,
    /// A sequence would give values again.
    SequenceSetBack,
}
