//! Evidence in the formats of others: tables, a workbook, OSCAL, OCSF, `JUnit`, and the packet of what an auditor sampled.
//!
//! Each format is a pure function of a [`Dossier`](backproof_evidence::Dossier) and of what catalogues say of it: the same
//! evidence gives the same bytes. Nothing here asks a clock, judges evidence or reads AWS; what a format cannot say stays
//! unsaid, and what it could mistake for success is spelled as an error. `docs/formats.md` says who reads which.

pub mod csv;
pub mod junit;
pub mod ocsf;
pub mod oscal;
pub mod packet;
pub mod population;
mod safe;
mod sample;
pub mod xlsx;

pub use population::{ListProblem, Lists};
