//! All that a validator needs: the [`Validator`] trait, what it is given and what it gives back.
//!
//! A validator looks, expects and compares. It returns checks, never an error: what it could not see is a check as
//! well, and an inconclusive one. It does not decide on outcomes, does not render and does not delete.

mod deadline;
mod settings;
mod statement;

use std::collections::BTreeMap;

use async_trait::async_trait;
use backproof_model::record::Control;
use backproof_model::{Check, Claim, Target};
use jiff::Timestamp;
use serde_json::Value;

pub use deadline::{Deadline, TimeIsUp};
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
}

/// Examines restored data and says what it found.
#[async_trait]
pub trait Validator: Send + Sync {
    /// Its name, as plans write it.
    fn name(&self) -> &'static str;

    /// What a pass can establish.
    fn claims(&self) -> &'static [Claim];

    /// Whether these settings can be used; asked before a run starts.
    ///
    /// # Errors
    /// Says what is wrong, where, and how to mend it.
    fn check_settings(&self, settings: &Value) -> Result<(), InvalidSettings>;

    /// Whether it can examine such a target.
    fn accepts(&self, target: &Target) -> bool;

    /// Examines the target. Never fails: what could not be seen is an inconclusive check.
    async fn examine(&self, examination: &Examination) -> Examined;

    /// The faults that it can plant in a scratch resource, or `None` where it has no negative controls.
    fn controls(&self) -> Option<&dyn NegativeControls>;
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
