//! The state directory: the journal and the register in SQLite, and the files of each run.
//!
//! Several processes may work in a state directory of one computer. Each chain of the journal has one owner at a time,
//! by a fencing token that every insert checks; the register's chain belongs to nobody and is appended to in single
//! transactions. With a mirror everything is written a second time before anybody relies on it. The store knows of the
//! entries' meaning only what the register's events say, and that nothing follows the end of a chain.

mod appending;
mod audit;
mod chain;
mod database;
mod ephemeral;
mod error;
mod events;
mod files;
mod giving_back;
mod lease;
mod migration;
mod mirror;
mod mirror_files;
mod open;
mod rebuild;
mod register;
mod register_log;
mod space;
mod workers;

pub use appending::Appended;
pub use chain::ChainWriter;
pub use ephemeral::{PlaceFacts, is_ephemeral, place_facts};
pub use error::StoreError;
pub use files::{RunFiles, Written};
pub use lease::{Slot, Taken};
pub use mirror::STATE_FILES;
pub use open::{OpenOptions, Store};
pub use register::{Opened, RegisteredRun, RunState};
pub use register_log::{DatedEvent, RegisterLog};
pub use workers::Worker;
