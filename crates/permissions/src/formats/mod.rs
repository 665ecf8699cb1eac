//! The forms in which roles are written.

pub(crate) mod cloudformation;
pub(crate) mod hcl;
pub(crate) mod json;
pub(crate) mod terraform;
