//! The engine over the simulator, whole: real SDK clients on the wire, real journals on disk, virtual time.
//!
//! A test plays a [`support::Scenario`] and reads what the journal proves of it. `data`, `databases`, `restores` and `population`
//! say what each thing that can be wrong comes to; `guard` and `stopping` what is never done; `runs` how runs follow
//! each other. `faults` and `kills` let every call and every journal entry of a run go wrong. In
//! `third_parties` an RDS that nobody here wrote restores.

mod support;

mod data;
mod databases;
mod faults;
mod guard;
mod kills;
mod population;
mod restores;
mod runs;
mod stopping;
mod third_parties;
