//! What every engine can be asked, and in which form it answers.
//!
//! One folder per engine implements this, with the same file names side by side. A dialect asks and reads answers; it
//! neither waits, nor tries again, nor judges. Nothing that it gives back holds a value of a row, except where a field
//! says so.

mod reading;
mod shapes;

use async_trait::async_trait;
use backproof_model::DatabaseLogin;
use backproof_validators_api::Connection;
use jiff::{SignedDuration, Timestamp};

use crate::inventory::Inventory;
use crate::settings::Integrity;
use crate::trouble::Trouble;

pub(crate) use reading::{Ages, Answer, Grid, IntegrityScope, Part, Pile, Scan, Scanned, Structure, StructureKind};
pub(crate) use shapes::{ColumnShape, Database, Key, KeyKind, ObjectName, Reference, Sequence, Server, TableShape};

/// How hard a server may be worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// A restored copy: as fast as it goes, in parallel.
    Full,
    /// A server that has other work: one worker.
    Gentle,
}

/// How to open a session.
#[derive(Clone, Debug)]
pub(crate) struct Opening<'a> {
    /// Where to, and whom to believe.
    pub(crate) connection: &'a Connection,
    /// Who to be.
    pub(crate) login: DatabaseLogin,
    /// The database; none means the one that every server of the engine has.
    pub(crate) database: Option<&'a str>,
    /// How hard the server may be worked.
    pub(crate) load: Load,
}

/// An engine: opens sessions.
#[async_trait]
pub(crate) trait Dialect: Send + Sync {
    /// Opens a session with TLS and fixed settings: read only, UTC, no search path, nothing that an owner of the data
    /// could have set for databases or roles.
    async fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn Session>, Trouble>;
}

/// A session in one database. Unless stated otherwise a method may be called in any order and any number of times.
#[async_trait]
pub(crate) trait Session: Send {
    /// What the server says of itself.
    async fn server(&mut self) -> Result<Server, Trouble>;

    /// Limits every following statement to so many milliseconds on the server.
    async fn limit(&mut self, milliseconds: u64) -> Result<(), Trouble>;

    /// Every database that people keep data in; none of the engine's or of RDS's own.
    async fn databases(&mut self) -> Result<Vec<Database>, Trouble>;

    /// What belongs to the server and to no database: roles, memberships.
    async fn server_objects(&mut self) -> Result<Inventory, Trouble>;

    /// Everything that this database's schema consists of.
    async fn objects(&mut self) -> Result<Inventory, Trouble>;

    /// Every table that holds rows of its own.
    async fn tables(&mut self) -> Result<Vec<TableShape>, Trouble>;

    /// Every sequence and where it stands.
    async fn sequences(&mut self) -> Result<Vec<Sequence>, Trouble>;

    /// Every foreign key.
    async fn references(&mut self) -> Result<Vec<Reference>, Trouble>;

    /// Every view.
    async fn views(&mut self) -> Result<Vec<ObjectName>, Trouble>;

    /// Plans and opens a view without fetching a row.
    async fn open_view(&mut self, view: &ObjectName) -> Result<(), Trouble>;

    /// Reads a table in one pass: counts, sums of hashes, newest moments.
    async fn scan(&mut self, scan: &Scan<'_>) -> Result<Scanned, Trouble>;

    /// The smallest and largest key of a table's integer key, from its index. Values: they are used to lay a grid, and
    /// go nowhere.
    async fn key_bounds(&mut self, table: &ObjectName, column: &str) -> Result<Option<(i64, i64)>, Trouble>;

    /// The largest value of an integer column. A value: it is compared, and goes nowhere.
    async fn largest(&mut self, table: &ObjectName, column: &str) -> Result<Option<i128>, Trouble>;

    /// How many rows refer to nothing.
    async fn orphans(&mut self, reference: &Reference) -> Result<u64, Trouble>;

    /// Prepares for checks of physical structure, and says what can be checked.
    /// `demanded` is the plan's word on how thoroughly; an engine whose one checker is thorough does not ask.
    async fn begin_integrity(&mut self, demanded: Option<Integrity>) -> Result<IntegrityScope, Trouble>;

    /// Checks one structure. What is wrong is the answer; a trouble means that it could not be checked.
    async fn check_structure(&mut self, structure: &Structure) -> Result<Vec<String>, Trouble>;

    /// Undoes what [`Session::begin_integrity`] prepared.
    async fn end_integrity(&mut self) -> Result<(), Trouble>;

    /// Runs one query of the plan, wrapped, read only, and reads at most `limit` rows.
    async fn ask(&mut self, query: &str, limit: u32) -> Result<Answer, Trouble>;

    /// Holds one consistent view of the database from now on.
    async fn begin_snapshot(&mut self) -> Result<(), Trouble>;

    /// Ends it.
    async fn end_snapshot(&mut self) -> Result<(), Trouble>;

    /// What the login could change, in words without secrets; nothing means that it can only read.
    async fn powers(&mut self) -> Result<Vec<String>, Trouble>;

    /// Within a snapshot: keeps the definition of a table as it is until [`Session::release`]. False where the table was
    /// truncated or rewritten since the snapshot began, so that its rows are not those of the snapshot.
    async fn hold(&mut self, table: &ObjectName) -> Result<bool, Trouble>;

    /// Within a snapshot: gives back what [`Session::hold`] keeps others from, so that they need not wait for the end of
    /// the snapshot.
    async fn release(&mut self) -> Result<(), Trouble>;

    /// The name of the way in which [`Session::scan`] hashes rows; sums of different names cannot be compared.
    fn algorithm(&self) -> &'static str;

    /// Since when the server has lived without dying in between; none where the login may not know.
    async fn life(&mut self) -> Result<Option<Life>, Trouble>;

    /// Says goodbye.
    async fn close(self: Box<Self>);
}

/// A server's present life, by its own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    /// When it began.
    pub(crate) since: Timestamp,
    /// How far two tellings of the same life may be apart.
    pub(crate) give_or_take: SignedDuration,
}

impl Life {
    /// Whether the server died between that life and this one.
    pub(crate) fn is_another_than(&self, before: &Self) -> bool {
        self.since.duration_since(before.since) > self.give_or_take
    }
}
