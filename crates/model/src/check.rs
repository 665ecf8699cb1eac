//! A check: one statement about restored data, with what was expected, what was observed and how much was examined.
//!
//! A validator returns checks and never an error. What could not be looked at is a check too, and an inconclusive one.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::FaultOwner;

/// What one check established about one restored resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The validator that looked.
    pub validator: String,
    /// The check's name, unique within its validator: `item-count`, `key-schema`.
    pub name: String,
    /// What a pass establishes.
    pub claim: Claim,
    /// The proof level that a pass reaches.
    pub level: ProofLevel,
    /// How much was examined. Nothing examined is never passed.
    pub examined: Examined,
    /// What should have been there, or `None` where the check only observes.
    pub expected: Option<Observation>,
    /// What was there, or `None` where it could not be seen.
    pub observed: Option<Observation>,
    /// Passed, failed, or could not tell.
    pub verdict: Verdict,
    /// In words, for people: why it failed or could not be told. Never holds customer data.
    pub remark: Option<String>,
}

impl Check {
    /// Whether a pass of this check says that data itself was read (rather than settings or reachability).
    pub fn is_of_data(&self) -> bool {
        self.claim.is_of_data() && self.examined.count > 0
    }
}

/// How much a check looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examined {
    /// The number of things examined.
    pub count: u64,
    /// What was counted, in the plural: `items`, `indexes`.
    pub unit: String,
}

impl Examined {
    /// `count` things of kind `unit` (in the plural).
    pub fn new(count: u64, unit: &str) -> Self {
        Self { count, unit: unit.to_owned() }
    }
}

/// Passed, failed, or could not tell; nothing turns the third into the first.
///
/// Ordered from good to bad, so that the worst of several is their maximum.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Examined, and as expected.
    Passed,
    /// Could not be told; says whose fault that is.
    Inconclusive(FaultOwner),
    /// Examined, and different. The fault is the backup's.
    Failed,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed => "passed",
            Self::Inconclusive(_) => "inconclusive",
            Self::Failed => "failed",
        })
    }
}

/// What a check establishes. Controls of a framework map to claims, so a new validator changes no framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// The restore job made a resource.
    RestoreCompleted,
    /// The resource answers.
    ResourceReachable,
    /// Keys, indexes and other structure are as expected.
    StructureComplete,
    /// Data was read from end to end.
    DataReadable,
    /// There is at least as much data as expected.
    DataPresent,
    /// The data equals a baseline taken at backup time.
    DataMatchesBaseline,
    /// The newest data is as new as the plan demands.
    DataFresh,
    /// Settings that a restore brings back are as they were.
    SettingsRestored,
    /// The data equals what the last passed test saw.
    UnchangedSinceLastTest,
}

impl Claim {
    /// Whether this is a statement about the data itself.
    pub fn is_of_data(self) -> bool {
        match self {
            Self::DataReadable
            | Self::DataPresent
            | Self::DataMatchesBaseline
            | Self::DataFresh
            | Self::UnchangedSinceLastTest => true,
            Self::RestoreCompleted | Self::ResourceReachable | Self::StructureComplete | Self::SettingsRestored => {
                false
            }
        }
    }

    /// The claim's name in plans, catalogues and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RestoreCompleted => "restore-completed",
            Self::ResourceReachable => "resource-reachable",
            Self::StructureComplete => "structure-complete",
            Self::DataReadable => "data-readable",
            Self::DataPresent => "data-present",
            Self::DataMatchesBaseline => "data-matches-baseline",
            Self::DataFresh => "data-fresh",
            Self::SettingsRestored => "settings-restored",
            Self::UnchangedSinceLastTest => "unchanged-since-last-test",
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How far the proof goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ProofLevel {
    /// Restored: AWS made a resource.
    L0,
    /// Reachable: the resource answers.
    L1,
    /// Structure complete: keys, indexes, schema objects.
    L2,
    /// Content compared with an expectation.
    L3,
    /// The application answers.
    L4,
}

impl fmt::Display for ProofLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl ProofLevel {
    /// The level in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::L0 => "restored",
            Self::L1 => "reachable",
            Self::L2 => "structure complete",
            Self::L3 => "content compared",
            Self::L4 => "application answers",
        }
    }
}

/// A value that was expected or seen. Typed, so that reports can say how far apart two of them are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Observation {
    /// A number of things.
    Count(u64),
    /// A keyed or plain digest in hexadecimal, its algorithm first: `blake3-keyed:ab…`.
    Digest(String),
    /// A moment.
    Instant(Timestamp),
    /// A length of time in seconds.
    Seconds(i64),
    /// Names or settings; never customer data.
    Text(String),
    /// A set of names or settings; never customer data.
    List(Vec<String>),
}

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Digest(text) | Self::Text(text) => f.write_str(text),
            Self::Instant(moment) => write!(f, "{moment}"),
            Self::Seconds(seconds) => write!(f, "{seconds} s"),
            Self::List(names) if names.is_empty() => f.write_str("none"),
            Self::List(names) => f.write_str(&names.join(", ")),
        }
    }
}
