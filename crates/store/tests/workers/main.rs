//! Several processes on one state: whatever dies, hangs or comes back, a chain has one writer at a time, and what a
//! restore test started it started once.

mod killed;
mod leases;
mod rounds;
