//! What a run's journal proves: read, verified, folded into typed evidence, and put into words.
//!
//! The journal is the only input. Nothing here reads files, asks a clock or knows AWS, and nothing here lays out a
//! page: renderers take a [`RunEvidence`] and its [`Conclusion`] and decide nothing themselves.

pub mod assured;
mod chains;
pub mod conclusion;
pub mod control;
pub mod costs;
pub mod created;
pub mod dossier;
mod exceptions;
pub mod figures;
mod fold;
pub mod grades;
pub mod history;
pub mod limits;
pub mod not_passed;
mod observed;
mod planted;
pub mod points;
pub mod problem;
pub mod register;
pub mod remains;
pub mod restore_test;
pub mod results;
mod run;
mod schema;
pub mod shell;
pub mod tables;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod tie_out;
pub mod words;

pub use assured::{Assured, StratumOutcomes};
pub use conclusion::{Conclusion, Counts, RunVerdict, conclude};
pub use control::{ControlOperation, ControlVerdict};
pub use costs::{Costs, TestCosts};
pub use dossier::Dossier;
pub use history::{CoverageReader, History, LastTested};
pub use not_passed::NotPassed;
pub use planted::{ControlsReading, Planted};
pub use problem::Problem;
pub use register::Register;
pub use restore_test::{Attempt, Progress, StatusSeen, TestEvidence};
pub use results::{RESULTS_FORMAT, Results, results};
pub use run::{ChainHead, NoJournal, RunEvidence};
pub use schema::results_schema;
