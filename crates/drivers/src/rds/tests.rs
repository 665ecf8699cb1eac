//! The driver against databases in memory.

mod deleting;
mod metadata;
mod readying;
mod sandbox;
