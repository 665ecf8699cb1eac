//! Seals the evidence of a run into a directory, packs it into one file, reads it back and verifies it offline.
//!
//! A bundle is a pure function of the run's journal, the register up to the run's closing, the run's files and what is
//! known of the runs before: the same inputs give the same bytes. Its seal is the SHA-256 of its `SHA256SUMS`. What is
//! said of it later lies in `attestations/` and `reports/`, which are not sealed. Nothing here knows AWS, a network or
//! a clock, signs anything, or lays out a report.

mod attested;
mod derived;
mod dossier;
mod draw_file;
mod guide;
mod layout;
mod lines;
mod open;
mod pack;
mod reading;
mod run_file;
mod seal;
mod staging;
mod sums;
mod unfinished;
mod unpack;
mod verify;

pub use attested::{Judged, Kept, judge};
pub use dossier::{DossierError, ReadOptions, dossier, history, read};
pub use draw_file::{DrawFile, DrawnUnit};
pub use layout::{ATTESTATIONS, BUNDLE_FORMAT, REPORTS, SUMS};
pub use open::{BundleFiles, OpenError, open};
pub use pack::{PackError, Packed, pack};
pub use run_file::{RunFile, counts};
pub use seal::{SealError, SealInputs, Sealed, seal};
pub use sums::{SumsProblem, parse_sums};
pub use verify::{CheckStanding, Checked, Verification, VerifyOptions, verify};
