//! What the tests of this binary share: a scenario, a play of it, and what must hold whatever went wrong.

mod all_cases;
mod authority;
mod memory;
mod play;
mod scenario;
mod statements;

pub(crate) use all_cases::all_cases;
pub(crate) use play::{Play, Seen, whole_run, world_of};
pub(crate) use scenario::{
    FOUR_TABLES, MARKED, ONE_DATABASE, ONE_TABLE, SANDBOX, SOURCE, Scenario, fingerprint_key_bytes,
};
pub(crate) use statements::{Reference, what_does_not_hold};
