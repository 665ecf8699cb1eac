//! The population of a run: what can be drawn, what cannot and why, and how complete the listing was.
//!
//! Pure judgement on what listings gave. It lists nothing and writes no file.

mod completeness;
mod exclusion;
mod file;
mod gaps;
mod judge;
mod strata;

pub use completeness::{ListingFacts, SecondCount, grade_completeness};
pub use exclusion::Exclusion;
pub use file::{BadPopulation, LineCheck, PopulationLine, excluded_line, frozen_line, parse_population};
pub use gaps::GapAccumulator;
pub use judge::{Eligibility, PlanSays, Reach, Routes, judge, reach};
pub use strata::{StratumDimension, UnitKind, stratum_of, unit_of};
