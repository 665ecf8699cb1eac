//! The validator against real programs: well-behaved, sloppy and hostile ones.

mod hostile;
mod kit;
mod limits;
mod protocol;
mod secrets;
mod support;
mod verdicts;
