//! Plan files: what is tested, where it is restored, by whose leave, and against which objectives.
//!
//! A plan is TOML. [`parse`] reads it in two stages: first each value by itself, with its place in the file, then the
//! values together, with the defaults applied. Every problem of the file is reported at once, with line, text and
//! hint. Nothing here opens a file, asks a clock or calls AWS: the text comes in, and so do the names of the
//! validators and of the resource types that the program drives.

mod alarms;
mod archive;
mod budget;
mod checks;
mod duration;
mod effective;
mod evidence;
mod objectives;
mod parse;
mod plan;
mod problem;
mod sandbox;
mod schema;
mod scope;
mod selection;
mod validators;
mod wildcard;
mod written;

pub use alarms::{
    AlarmLevel, AlarmsPlan, HeartbeatPlan, MailPlan, SecretSource, TopicPlan, WebhookFormat, WebhookPlan,
};
pub use archive::ArchivePlan;
pub use backproof_schedule::{Blackout, BlackoutWindow, CatchUp, Schedule};
pub use budget::{BudgetPlan, UnknownCost};
pub use evidence::{EvidencePlan, SigningKeyPlan, TimeStampsPlan};
pub use objectives::{Concurrency, Deadlines, Limits, ObjectivesPlan};
pub use parse::{Parsed, parse};
pub use plan::{NotAuthorised, Plan};
pub use problem::{PlanProblem, PlanProblems};
pub use sandbox::{DatabasesPlan, LoginKind, NetworkPlan, ReachKind, ResidencyRule, Route, SandboxPlan};
pub use schema::{TEMPLATE, json_schema};
pub use scope::{Conditions, Scope, SourceAccount, TagCondition, VaultPattern};
pub use selection::{EntropyKind, SampleSize, Selection, StratumDimension, UnitKind};
pub use validators::ValidatorAssignment;
pub use wildcard::wildcard_matches;
