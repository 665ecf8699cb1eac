//! All that a validator needs: the [`Validator`] trait, what it is given and what it gives back.
//!
//! A validator looks, expects and compares. It returns checks, never an error: what it could not see is a check as
//! well, and an inconclusive one. It does not decide on outcomes, does not render and does not delete.

mod connection;
mod deadline;
mod fingerprint_key;
mod settings;
mod statement;

use std::collections::BTreeMap;

use async_trait::async_trait;
use backproof_model::record::Control;
use backproof_model::{Check, Claim, Permission, Target};
use jiff::Timestamp;
use serde_json::Value;

pub use connection::{Connection, Logins, OneLogin};
pub use deadline::{Deadline, TimeIsUp};
pub use fingerprint_key::FingerprintKey;
pub use settings::{InvalidSettings, LengthOfTime, read_settings};
pub use statement::{Describe, Statement};

/// What a validator is asked to examine, and what it should find.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The restored resource.
    pub target: Target,
    /// The plan's settings for this validator, already accepted by [`Validator::check_settings`].
    pub settings: Value,
    /// The recovery point's creation date: data can be no newer.
    pub data_time: Timestamp,
    /// The name of the protected resource, by which settings address it.
    pub source_name: String,
    /// How to connect, for targets that are connected to.
    pub connection: Option<Connection>,
    /// Decides what is looked at where not all of it is. It follows from the run's committed draw and the recovery
    /// point, so neither the operator nor the validator chooses it, and an auditor can work it out again.
    pub seed: [u8; 32],
    /// When to stop looking.
    pub deadline: Deadline,
}

/// What an examination gave.
#[derive(Clone, Debug, Default)]
pub struct Examined {
    /// Every check, in the order in which it was made.
    pub checks: Vec<Check>,
    /// `data_time` minus the newest data, in seconds, where it was measured.
    pub lag_seconds: Option<i64>,
    /// What the validator worked with, for the record: the server's version, digests of programs and baselines. Names
    /// and values hold no customer data and no secret.
    pub facts: BTreeMap<String, String>,
}

/// Examines restored data and says what it found.
#[async_trait]
pub trait Validator: Send + Sync {
    /// Its name, as plans write it.
    fn name(&self) -> &'static str;

    /// What a pass can establish.
    fn claims(&self) -> &'static [Claim];

    /// What the sandbox role must be allowed for it, each action once; nothing where it makes no call of AWS's.
    fn permissions(&self) -> &'static [Permission] {
        &[]
    }

    /// Whether these settings can be used; asked before a run starts.
    ///
    /// # Errors
    /// Says what is wrong, where, and how to mend it.
    fn check_settings(&self, settings: &Value) -> Result<(), InvalidSettings>;

    /// Whether it can examine such a target.
    fn accepts(&self, target: &Target) -> bool;

    /// Examines the target. Never fails: what could not be seen is an inconclusive check.
    async fn examine(&self, examination: &Examination) -> Examined;

    /// The faults that it can plant.
    fn controls(&self) -> Controls<'_>;
}

/// How a validator shows that it notices faults.
pub enum Controls<'a> {
    /// It cannot; what it would notice stays unproved, and reports say so.
    None,
    /// In a scratch resource of its own, once per run, before anything is restored.
    InScratchResource(&'a dyn NegativeControls),
    /// Beside the restored data on the same server, in each restore test, after the data was examined.
    BesideTarget(&'a dyn ControlsBesideTarget),
}

/// Plants faults in a scratch resource of the sandbox and sees whether the validator notices.
///
/// The engine chooses the scratch resource's name, journals it beforehand and deletes it afterwards.
#[async_trait]
pub trait NegativeControls: Send + Sync {
    /// The type of the scratch resource, by which a driver can delete it.
    fn scratch_type(&self) -> &'static str;

    /// Creates the scratch resource under `name`, tries the untouched copy and every fault.
    ///
    /// # Errors
    /// Says in words what kept the controls from being tried; the validator's verdicts are then not believed.
    async fn try_all(
        &self,
        name: &str,
        tags: &BTreeMap<String, String>,
        deadline: Deadline,
    ) -> Result<Vec<Control>, String>;
}

/// Plants faults in a scratch database on the restored server, and sees whether the validator notices.
///
/// The restored data has been examined before and is not touched. The scratch database goes when the resource does.
#[async_trait]
pub trait ControlsBesideTarget: Send + Sync {
    /// Creates the scratch database under `name`, tries the untouched copy and every fault, and drops it again.
    ///
    /// # Errors
    /// Says in words what kept the controls from being tried; the validator's verdicts are then not believed.
    async fn try_beside(&self, name: &str, examination: &Examination) -> Result<Vec<Control>, String>;
}
