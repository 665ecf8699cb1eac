//! The binary `backproof`, run as people and schedules run it, against a simulated AWS on a socket.
//!
//! The simulator lives in the test's process, so that a test can wait for a call instead of for a time. Binary and
//! simulator are told the same fast clock. What the engine decides is tested elsewhere; here it is exit codes, words,
//! files, signals and kills.

mod auditor;
mod bad_input;
mod baseline;
mod check;
mod demo;
mod draw;
mod evidence;
mod exit_codes;
mod iam;
mod interrupted;
mod killed;
mod killed_binary;
mod state_directory;
mod support;
mod sweep;
mod unattended;
mod validator;
mod with_a_plan;
