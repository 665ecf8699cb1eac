//! The engine over the simulator, whole: real SDK clients on the wire, real journals on disk, virtual time.
//!
//! A test plays a [`support::Scenario`] and reads what the journal proves of it. `data`, `databases`, `restores` and `population`
//! say what each thing that can be wrong comes to; `guard`, `stopping` and `budget` what is never done; `runs` how runs follow
//! each other, and `doctor` what is said beforehand. `faults` and `kills` let every call and every journal entry of a run go wrong. In
//! `several_processes` it is several programs that work on one state, and in `upgrades` another version than began. `soak` leaves a
//! service alone for a year. In
//! `third_parties` an RDS that nobody here wrote restores, and in `archive` an S3 that nobody here wrote keeps what it is given.
//! `raw_answers` and `corroboration` are what an auditor can hold a run to, and `markers` looks for customer data in everything
//! that was written.

mod support;

mod approvals;
mod archive;
mod beacon;
mod budget;
mod corroboration;
mod data;
mod databases;
mod doctor;
mod exceptions;
mod faults;
mod guard;
mod hostile;
mod kills;
mod markers;
mod population;
mod raw_answers;
mod restores;
mod runs;
mod several_processes;
mod soak;
mod stopping;
mod third_parties;
mod upgrades;
