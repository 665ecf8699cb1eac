//! What becomes of a run that is closed: it is sealed, signed, time-stamped, reported on and archived.
//!
//! Each step looks first whether it was done, so that whatever was cut off or failed is made good the next time.

pub(crate) mod archiving;
pub(crate) mod attesting;
pub(crate) mod bundles;
pub(crate) mod finishing;
pub(crate) mod reporting;
