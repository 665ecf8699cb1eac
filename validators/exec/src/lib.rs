//! The validator `exec`: any program of the user's own.
//!
//! # What it establishes
//!
//! - What the program says, in checks of the same kind as every other validator's: each with a claim, a level, how much
//!   was examined, and a verdict. A program can make statements of levels L1 to L3, and of L4 (the application answers)
//!   where the plan's `max_level` allows it.
//! - Which program said so: its SHA-256, and that of every file that the plan hands to it, stand in the evidence.
//!
//! Anything short of a whole answer is inconclusive, whatever was said before it: an exit code other than 0, an answer
//! that is not of the protocol or does not end as it must, too much output, a deadline that passed.
//!
//! # How it looks
//!
//! The program is started in an empty directory of its own, with a memory limit, in a process group that is killed at
//! the end. It reads one JSON object from its standard input, and secrets (the database's login, the sandbox's
//! credentials where the plan lends them) from file descriptor 3, and writes one JSON object per line to its standard
//! output. The protocol is written down in [external-validators.md](external-validators.md), with a JSON Schema;
//! `backproof validator test PROGRAM` tries a program against it.
//!
//! Settings, below `[validators.settings]`:
//!
//! - `program`: the program and its arguments, `["./check-orders.sh", "--quick"]`. The program is a path: absolute, or
//!   relative to the directory that backproof is started in. Arguments are handed over as they are.
//! - `name`: put in front of the names of its checks and facts, so that two programs in one plan are told apart.
//! - `max_level`: the highest level that its checks may have, `L3` (the default) or `L4`.
//! - `settings`: anything that the program wants to know; handed over as it is. No place for secrets.
//! - `files`: files that the program reads, by names of your own: `{ checks = "./orders.yml" }`. Handed over as absolute
//!   paths; their digests stand in the evidence.
//! - `sha256`: the digest that the program must have. Another one is not run.
//! - `timeout`: the longest it may take, `30m`; never longer than the plan's own deadline.
//! - `memory_mib`: the address space that each of its processes may have, 1024 where it is not said. Programs in Java,
//!   Go or JavaScript reserve much more than they use.
//! - `max_output_bytes`: how much it may write to its standard output, 1048576 where it is not said.
//! - `environment`: names of variables that it inherits. Otherwise it gets `PATH`, `LANG`, `TZ`, `HOME` and `TMPDIR`
//!   alone.
//! - `aws_credentials`: whether it is lent the credentials of the sandbox session, `false` where it is not said.
//!
//! # What it cannot show
//!
//! - Whether the program looks at what it says it looks at. No faults are planted for it, so what it would notice stays
//!   unproved; reports say so.
//! - What its interpreter and the programs that it calls are: the digest is of the file that the plan names.
//! - That it keeps customer data out of what it writes. Texts are cut short, and secrets that it was handed are taken
//!   out of them; the rest is up to the program.
//! - That it is harmless: it runs as the user who runs backproof, and can do what that user can. A process that leaves
//!   its group and hides its environment is not found. Credentials that are lent can do what the sandbox role can.
//!
//! # Permissions
//!
//! None of its own. With `aws_credentials` the program uses those of the sandbox role.

mod answer;
mod child;
pub mod conformance;
mod environment;
mod exec;
mod judging;
mod processes;
mod program;
mod reading;
mod request;
mod scrubber;
mod settings;

pub use exec::Exec;
pub use request::PROTOCOL;
pub use settings::ExecSettings;

/// The JSON Schema of the protocol: `$defs/request`, `$defs/secrets` and `$defs/answer`.
pub const SCHEMA: &str = include_str!("../protocol.schema.json");
