//! The channels, one file each.

pub(crate) mod mail;
pub(crate) mod slack;
pub(crate) mod topic;
pub(crate) mod webhook;
