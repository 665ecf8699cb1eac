//! A service with a host that only pretends to restore, in virtual time, on a real state directory.

mod answers;
mod loops;
mod rounds;
mod stage;
