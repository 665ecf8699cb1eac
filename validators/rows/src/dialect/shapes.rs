//! What a server and its databases consist of, as far as it matters to whoever reads them.

use std::fmt;

/// What a server says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Server {
    /// `PostgreSQL`, `MySQL`, `MariaDB`.
    pub(crate) product: String,
    /// Its version as it says: `15.13`.
    pub(crate) version: String,
    /// The protocol of the encrypted connection: `TLSv1.3`.
    pub(crate) tls: Option<String>,
    /// What else matters to people who read a report: `data checksums: on`.
    pub(crate) remarks: Vec<String>,
}

/// A database of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Database {
    /// Its name.
    pub(crate) name: String,
    /// Why the login cannot look into it, where it cannot.
    pub(crate) closed: Option<String>,
}

/// The name of an object within a database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectName {
    /// Its schema, for engines whose databases have schemas.
    pub(crate) schema: Option<String>,
    /// Its name.
    pub(crate) name: String,
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A table, as far as it matters to whoever reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableShape {
    /// Its name.
    pub(crate) name: ObjectName,
    /// What its rows are read from, quoted: in PostgreSQL `ONLY "public"."orders"`, so that heirs are not read twice.
    pub(crate) from: String,
    /// Every column that is stored.
    pub(crate) columns: Vec<ColumnShape>,
    /// Its primary key, where that is one column of a kind that a grid can be laid over.
    pub(crate) key: Option<Key>,
    /// How many rows the engine's statistics say that it has.
    pub(crate) estimated_rows: Option<u64>,
    /// Why the login cannot read it, where it cannot.
    pub(crate) unreadable: Option<String>,
    /// Why a restore empties it, where it does.
    pub(crate) emptied_by_restore: Option<&'static str>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnShape {
    /// Its name.
    pub(crate) name: String,
    /// Its type as the engine writes it.
    pub(crate) type_name: String,
    /// What the dialect needs to know to hash it; opaque to everybody else.
    pub(crate) hashed_as: String,
    /// Whether it may hold no value.
    pub(crate) nullable: bool,
    /// Whether it holds moments, so that it can say how new a row is.
    pub(crate) tells_time: bool,
}

/// A primary key of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The column.
    pub(crate) column: String,
    /// What it holds.
    pub(crate) kind: KeyKind,
}

/// Keys that a grid can be laid over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// Whole numbers of at most 64 bits with a sign.
    Integer,
    /// UUIDs, by their first byte.
    Uuid,
}

/// A sequence, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sequence {
    /// Its name; for counters that belong to a column, that of the table and column.
    pub(crate) name: String,
    /// The value that it gives next; none where the login may not know.
    pub(crate) next: Option<i128>,
    /// By how much it goes up, or down.
    pub(crate) step: i128,
    /// Whether it begins again at its end.
    pub(crate) cycles: bool,
    /// The table and column that it fills.
    pub(crate) fills: Option<(ObjectName, String)>,
}

/// A reference from the rows of one table to those of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The constraint's name, or `declared`.
    pub(crate) name: String,
    /// The table that refers.
    pub(crate) from: ObjectName,
    /// Its columns.
    pub(crate) columns: Vec<String>,
    /// The table that is referred to.
    pub(crate) to: ObjectName,
    /// Its columns.
    pub(crate) to_columns: Vec<String>,
    /// The operators that compare them, as the engine writes them, where it has several; else empty.
    pub(crate) operators: Vec<String>,
    /// Whether rows were in breach of it may be told from the engine's own words: not validated, not enforced.
    pub(crate) unproven: bool,
    /// Where a partly empty reference is a breach too (`MATCH FULL`).
    pub(crate) full: bool,
}
