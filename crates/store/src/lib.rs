//! The state directory: the journal and the register of runs in SQLite, and the files of each run.
//!
//! One process at a time owns a state directory, by a lock that the operating system releases when the process dies.
//! Within it each chain of the journal has one owner, by a fencing token that every insert checks. The store knows
//! nothing of what the entries mean.

mod chain;
mod error;
mod files;
mod open;
mod register;

pub use chain::ChainWriter;
pub use error::StoreError;
pub use files::{RunFiles, Written};
pub use open::Store;
pub use register::{RegisteredRun, RunState};
