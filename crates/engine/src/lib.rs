//! Performs restore tests: one file per stage, and `run` as the table of contents.
//!
//! The journal is the product: everything that a report says is derived from it. A stage takes one value and gives one;
//! later stages never call earlier ones. No driver, validator, report or SDK is named here: they come in as trait
//! objects.

mod allowance;
mod approving;
mod blame;
mod budget;
mod census;
mod closing;
mod connecting;
mod controls;
mod copies;
mod corroborating;
mod costing;
mod deleting;
mod deletion_rule;
pub mod doctor;
mod drawing;
mod entropy;
mod error;
pub mod exceptions;
mod finding;
mod intent_jobs;
mod joining;
mod journal;
mod keeper;
pub mod keeping;
mod opening;
mod performing;
mod poller;
mod population;
mod preparing;
mod progress;
mod raw_answers;
mod readying;
mod rehearsal;
mod restore_test;
mod restoring;
mod run;
mod sandbox;
mod slots;
mod spans;
mod staging;
mod sweep;
mod teardown;
mod unlocking;
mod validating;
mod waiting;
mod witnesses;
mod world;

pub use budget::estimate_costs;
pub use corroborating::CLOUDTRAIL_FILE;
pub use drawing::RANKING_FILE;
pub use entropy::{CommitmentStamp, NoEntropy, Reveal, Rounds};
pub use error::EngineError;
pub use finding::find_point;
pub use opening::{PIPELINE, PLAN_FILE, may_begin, run_record};
pub use population::{EXCLUDED_FILE, GAPS_FILE, POINTS_FILE, POPULATION_FILE, UNCOVERED_FILE};
pub use progress::Progress;
pub use raw_answers::RAW_FILE;
pub use rehearsal::{Rehearsal, list_population, rehearse};
pub use run::{RunEnd, go_on, one_off, run};
pub use sweep::{
    BreakGlass, Finding, FindingKind, Findings, Source, SweepAction, Swept, Warrant, declare_neighbour, is_stranded,
    kept, plan_sweep, sweep, sweep_stranded, sweep_without_journal,
};
pub use witnesses::Witnesses;
pub use world::{Request, Until, ValidatorList, What, World};
