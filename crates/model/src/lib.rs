//! The words of restore testing as types, and the pure decisions on them.
//!
//! Nothing here does I/O, asks a clock, waits, or knows the AWS SDK: time, randomness and AWS's answers come in as
//! arguments. What cannot be decided is a value ([`Verdict::Inconclusive`], [`population::Exclusion`]), never a default.

pub mod archive;
pub mod arn;
pub mod assurance;
pub mod canonical;
pub mod catalogue;
pub mod chain;
pub mod check;
pub mod cost;
pub mod draw;
pub mod exception;
pub mod metadata;
pub mod money;
pub mod names;
pub mod outcome;
pub mod permission;
pub mod phase;
pub mod population;
pub mod ratio;
pub mod record;
pub mod recovery_point;
pub mod register;
pub mod resource_type;
pub mod secret;
pub mod suggest;
pub mod target;

pub use archive::LockMode;
pub use arn::{AccountId, Arn, InvalidArn, RecoveryPointArn, Region, ResourceArn};
pub use check::{Check, Claim, Examined, Observation, ProofLevel, Verdict};
pub use metadata::{MetadataRules, RestoreMetadata, SafeMetadata, UnsafeMetadata};
pub use outcome::{FaultOwner, Outcome};
pub use permission::{Occasion, Permission, Scope};
pub use phase::{Phase, phase_of};
pub use ratio::Ratio;
pub use recovery_point::{PointKind, RecoveryPoint, RecoveryPointStatus, VaultType};
pub use resource_type::ResourceType;
pub use secret::{DatabaseLogin, Secret};
pub use target::{DatabaseEngine, DatabaseTarget, Target};
