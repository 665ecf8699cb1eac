//! The validator `rows`: relational databases. It reads PostgreSQL from 12 on, MySQL and MariaDB; of any other engine it
//! tries the port only, and says so.
//!
//! # What it establishes
//!
//! - The server takes encrypted connections under a certificate of the right authority, and lives until all is read (L1).
//! - Every table can be read from its first page to its last, and the engine's own checker finds its structures sound,
//!   indexes among them (L2).
//! - The schema is that of the baseline: tables, columns, types, defaults, indexes, constraints, views, triggers,
//!   routines, sequences with where they stand, extensions, collations, policies, roles, memberships and grants (L2).
//!   Without a baseline: views can be planned, indexes are valid, sequences give no value again.
//! - No row refers to nothing, by the schema's foreign keys and by those that the plan declares (L2).
//! - There are as many rows as the plan or the baseline says, and they are the same rows with the same values: all of
//!   them in a `frozen` table, those up to the baseline's time in an `append` table (L3).
//! - The newest row is as new as the plan demands; how much older it is than the recovery point is the lag (L3).
//! - The plan's own queries give what they must (L3 where they demand that something is there, else L2).
//!
//! L3 needs an expectation of the content. Without one, reading every row is L2. A single empty table of which nothing is
//! said is remarked on; it is inconclusive where the baseline saw rows in it, and where all tables are empty.
//!
//! # How it looks
//!
//! By sessions that are read only, encrypted, and fixed in all settings that change what is read or how it looks. One
//! query for each kind of object, and one pass over each table: the server counts rows, adds up a keyed 64-bit hash of
//! each, and notes the newest moment, so neither order nor physical form matters. What is published is BLAKE3 of that sum
//! under a key of the installation. Definitions are compared as keyed digests, since they may hold literals. Evidence
//! holds names, types, counts, digests and lengths of time, and no value of a row.
//!
//! A table with more rows than `sample_above_rows` is read in ranges of its primary key, where that is a single integer or
//! UUID: which ones follows from the run's committed seed, and the check says what was not examined. Other large tables
//! are read whole, as far as the deadline allows.
//!
//! PostgreSQL's checker is the extension `amcheck`. Where it is missing it is made in a transaction that is rolled back,
//! as long as the login may. The plan's queries run as a subquery in a read-only transaction that is rolled back, under
//! the deadline as the statement's time limit, and at most 1,000 rows are fetched.
//!
//! Views are planned and not run, and foreign tables are never read: nothing outside the restored server is connected to.
//!
//! # What it cannot show
//!
//! - What a `mutable` table should contain: another fingerprint is no failure there, and a lost row goes unnoticed above
//!   the minimum count.
//! - Which row is missing or changed: fingerprints tell that, and not which.
//! - What lies in the ranges of a large table that were not drawn.
//! - Large objects, full-text configurations, operators, casts, foreign servers, statistics, comments, settings of roles
//!   and databases, versions of extensions; passwords of roles.
//! - A difference that the type itself does not know, such as `1.0` and `1.00`.
//! - Faults of indexes that the engine's checker does not know: in PostgreSQL, all but B-trees.
//! - That the server's name is right, through a tunnel: there its authority is all that is checked. The authorities of the
//!   operating system are believed besides those of `ca_file`.
//! - Whether the application works with the data.
//!
//! # Permissions
//!
//! None of AWS's: the login does it. It needs to read every table (in PostgreSQL from 14 on, membership of
//! `pg_read_all_data`; in MySQL and MariaDB `SELECT`, `SHOW VIEW`, `TRIGGER`, `EVENT`), `EXECUTE` on the functions of
//! `amcheck` or the right to make the extension, and `CREATEDB` or `CREATE` for the scratch database of the negative
//! controls. The master user of RDS has these, but for tables that belong to roles which it is no member of.

mod baseline;
mod capture;
mod compare;
mod controls;
mod dialect;
mod fingerprint;
mod held;
mod inventory;
mod look;
mod mysql;
mod postgres;
mod question;
mod rows;
mod sample;
mod settings;
mod sql;
mod trouble;
mod words;

pub use baseline::{
    CellBaseline, DatabaseBaseline, FORMAT, GridBaseline, GridKind, Loaded, Manifest, NoProposal, ObjectBaseline,
    ObjectsBaseline, OneDatabaseBaseline, PAYLOAD_TYPE, Proposal, SequenceBaseline, SettledBaseline, Snapshot,
    TableBaseline, Trust, as_classes, load, propose,
};
pub use capture::{Begin, CaptureError, CaptureOrder, ClassEntry, Classes, Event, Gentleness, WritableLogin, capture};
pub use fingerprint::{Fingerprint, InvalidFingerprint};
pub use inventory::ObjectKind;
pub use rows::Rows;
pub use settings::{
    Class, DEFAULT_SAMPLE_ABOVE_ROWS, DEFAULT_SAMPLE_RANGES, DEFAULT_SKEW, DeclaredReference, Expect, Integrity,
    RowsSettings, SqlExpectation, TableEntry, Unsigned,
};
