//! The outcome of a restore test, and whose fault it is when it is not a pass.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::{Check, ProofLevel, Verdict};

/// Whose trouble it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultOwner {
    /// A quota or lack of capacity: the same again later may work.
    Quota,
    /// This program: wrong metadata, a bug, an answer it does not understand.
    Harness,
    /// The validator: it crashed, ran out of time, or missed a planted fault.
    Validator,
    /// The sandbox account: permissions, network, keys.
    Sandbox,
    /// The backup itself. Only this makes a restore test fail.
    Backup,
}

impl FaultOwner {
    /// The owner's name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quota => "quota",
            Self::Harness => "harness",
            Self::Validator => "validator",
            Self::Sandbox => "sandbox",
            Self::Backup => "backup",
        }
    }
}

impl fmt::Display for FaultOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a restore test came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The plan's required level was reached, with at least one check of the data.
    Passed {
        /// The highest level that was reached without a gap in the verdicts.
        level: ProofLevel,
    },
    /// The backup could not be restored, or its data is not what it should be.
    Failed {
        /// Whose fault; of a failure always the backup's.
        owner: FaultOwner,
        /// Why, in words.
        reason: String,
    },
    /// Anything else.
    Inconclusive {
        /// Whose fault.
        owner: FaultOwner,
        /// Why, in words.
        reason: String,
    },
}

impl Outcome {
    /// The backup's own failure.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Failed { owner: FaultOwner::Backup, reason: reason.into() }
    }

    /// Not told, and whose fault that is.
    pub fn inconclusive(owner: FaultOwner, reason: impl Into<String>) -> Self {
        Self::Inconclusive { owner, reason: reason.into() }
    }

    /// The outcome of an examination: the worst check decides, and a pass needs `required` with a check of the data.
    pub fn of_checks(checks: &[Check], required: ProofLevel) -> Self {
        // Of several equally bad ones the first is told: validators go from the plain to the subtle.
        let worst = checks.iter().rev().max_by(|a, b| a.verdict.cmp(&b.verdict));
        let Some(worst) = worst else {
            return Self::inconclusive(FaultOwner::Validator, "nothing was examined");
        };
        let says = || worst.remark.clone().unwrap_or_else(|| format!("{} was {}", worst.name, worst.verdict));
        match &worst.verdict {
            Verdict::Failed => Self::failed(format!("{}: {}", worst.name, says())),
            Verdict::Inconclusive(owner) => Self::inconclusive(*owner, format!("{}: {}", worst.name, says())),
            Verdict::Passed => Self::of_passed_checks(checks, required),
        }
    }

    fn of_passed_checks(checks: &[Check], required: ProofLevel) -> Self {
        let level = checks.iter().filter(|check| check.examined.count > 0).map(|check| check.level).max();
        let data_was_read = checks.iter().any(Check::is_of_data);
        match level {
            Some(level) if level >= required && data_was_read => Self::Passed { level },
            Some(level) if data_was_read => Self::inconclusive(
                FaultOwner::Validator,
                format!("only {level} ({}) was reached, the plan requires {required}", level.describe()),
            ),
            Some(_) | None => Self::inconclusive(FaultOwner::Validator, "restored, but no check read the data"),
        }
    }

    /// `passed`, `failed` or `inconclusive`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed { .. } => "passed",
            Self::Failed { .. } => "failed",
            Self::Inconclusive { .. } => "inconclusive",
        }
    }

    /// Whose fault it is, where it is one.
    pub fn owner(&self) -> Option<FaultOwner> {
        match self {
            Self::Passed { .. } => None,
            Self::Failed { owner, .. } | Self::Inconclusive { owner, .. } => Some(*owner),
        }
    }

    /// Why, where it is not a pass.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Passed { .. } => None,
            Self::Failed { reason, .. } | Self::Inconclusive { reason, .. } => Some(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Claim, Examined};

    fn check(claim: Claim, level: ProofLevel, count: u64, verdict: Verdict) -> Check {
        Check {
            validator: "v".into(),
            name: "c".into(),
            claim,
            level,
            examined: Examined::new(count, "items"),
            expected: None,
            observed: None,
            verdict,
            remark: None,
        }
    }

    #[test]
    fn nothing_examined_is_never_passed() {
        assert_eq!(Outcome::of_checks(&[], ProofLevel::L0).word(), "inconclusive");
        let unread = [check(Claim::DataReadable, ProofLevel::L3, 0, Verdict::Passed)];
        assert_eq!(Outcome::of_checks(&unread, ProofLevel::L0).word(), "inconclusive");
        let settings_only = [check(Claim::SettingsRestored, ProofLevel::L2, 5, Verdict::Passed)];
        assert_eq!(Outcome::of_checks(&settings_only, ProofLevel::L1).word(), "inconclusive");
    }

    #[test]
    fn the_worst_check_decides() {
        let good = check(Claim::DataMatchesBaseline, ProofLevel::L3, 10, Verdict::Passed);
        let undecided = check(Claim::DataFresh, ProofLevel::L3, 10, Verdict::Inconclusive(FaultOwner::Sandbox));
        let bad = check(Claim::DataPresent, ProofLevel::L3, 10, Verdict::Failed);
        assert_eq!(
            Outcome::of_checks(std::slice::from_ref(&good), ProofLevel::L3),
            Outcome::Passed { level: ProofLevel::L3 }
        );
        assert_eq!(
            Outcome::of_checks(&[good.clone(), undecided.clone()], ProofLevel::L3).owner(),
            Some(FaultOwner::Sandbox)
        );
        assert_eq!(Outcome::of_checks(&[good, undecided, bad], ProofLevel::L3).word(), "failed");
    }

    #[test]
    fn a_level_below_the_required_one_is_inconclusive() {
        let read = [check(Claim::DataReadable, ProofLevel::L1, 3, Verdict::Passed)];
        assert_eq!(Outcome::of_checks(&read, ProofLevel::L3).owner(), Some(FaultOwner::Validator));
    }
}
