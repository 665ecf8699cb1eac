//! Performs restore tests: one file per stage, and `run` as the table of contents.
//!
//! The journal is the product: everything that a report says is derived from it. A stage takes one value and gives one;
//! later stages never call earlier ones. No driver, validator, report or SDK is named here: they come in as trait
//! objects.

mod blame;
mod census;
mod closing;
mod connecting;
mod controls;
mod copies;
mod deleting;
mod deletion_rule;
pub mod doctor;
mod drawing;
mod error;
mod finding;
mod journal;
mod opening;
mod poller;
mod population;
mod preparing;
mod progress;
mod readying;
mod rehearsal;
mod restore_test;
mod restoring;
mod run;
mod sandbox;
mod staging;
mod sweep;
mod unlocking;
mod validating;
mod waiting;
mod world;

pub use drawing::RANKING_FILE;
pub use error::EngineError;
pub use finding::find_point;
pub use opening::{PIPELINE, PLAN_FILE, run_record};
pub use population::{EXCLUDED_FILE, GAPS_FILE, POINTS_FILE, POPULATION_FILE, UNCOVERED_FILE};
pub use progress::Progress;
pub use rehearsal::{Rehearsal, list_population, rehearse};
pub use run::{RunEnd, run};
pub use sweep::{SweepAction, SweepItem, SweepKind, is_stranded, plan_sweep, sweep};
pub use world::{Request, Until, ValidatorList, What, World};
