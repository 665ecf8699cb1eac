//! Making checks so that nothing examined is never passed.

use backproof_model::check::Examined;
use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel, Verdict};

/// What a check is about, before it is known how it came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The validator that looks.
    pub validator: &'static str,
    /// The check's name, unique within the validator.
    pub name: &'static str,
    /// What a pass establishes.
    pub claim: Claim,
    /// The proof level that a pass reaches.
    pub level: ProofLevel,
}

impl Statement {
    /// Examined, and as expected. Where nothing was examined, the check is inconclusive instead.
    pub fn passed(self, examined: Examined) -> Check {
        if examined.count == 0 {
            let remark = format!("no {} were examined, so nothing can be said", examined.unit);
            return self.inconclusive(FaultOwner::Validator, examined, remark);
        }
        self.check(examined, Verdict::Passed)
    }

    /// Examined, and different. The remark must hold no customer data.
    pub fn failed(self, examined: Examined, remark: impl Into<String>) -> Check {
        Check { remark: Some(remark.into()), ..self.check(examined, Verdict::Failed) }
    }

    /// Could not be told, and whose fault that is. The remark must hold no customer data.
    pub fn inconclusive(self, owner: FaultOwner, examined: Examined, remark: impl Into<String>) -> Check {
        Check { remark: Some(remark.into()), ..self.check(examined, Verdict::Inconclusive(owner)) }
    }

    fn check(self, examined: Examined, verdict: Verdict) -> Check {
        Check {
            validator: self.validator.to_owned(),
            name: self.name.to_owned(),
            claim: self.claim,
            level: self.level,
            examined,
            expected: None,
            observed: None,
            verdict,
            remark: None,
        }
    }
}

/// Adds to a check what was expected and seen.
pub trait Describe: Sized {
    /// What should have been there.
    #[must_use]
    fn expecting(self, expected: Observation) -> Self;

    /// What was there.
    #[must_use]
    fn seeing(self, observed: Observation) -> Self;

    /// Something that people should know, without customer data. Keeps a remark that is already there in front.
    #[must_use]
    fn remarking(self, remark: impl Into<String>) -> Self;
}

impl Describe for Check {
    fn expecting(self, expected: Observation) -> Self {
        Self { expected: Some(expected), ..self }
    }

    fn seeing(self, observed: Observation) -> Self {
        Self { observed: Some(observed), ..self }
    }

    fn remarking(self, remark: impl Into<String>) -> Self {
        let more = remark.into();
        let remark = match &self.remark {
            Some(first) => format!("{first}; {more}"),
            None => more,
        };
        Self { remark: Some(remark), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATEMENT: Statement =
        Statement { validator: "items", name: "item-count", claim: Claim::DataPresent, level: ProofLevel::L3 };

    #[test]
    fn nothing_examined_is_inconclusive_and_not_passed() {
        let check = STATEMENT.passed(Examined::new(0, "items"));
        assert_eq!(check.verdict, Verdict::Inconclusive(FaultOwner::Validator));
        assert!(check.remark.unwrap().contains("no items were examined"));
        assert_eq!(STATEMENT.passed(Examined::new(1, "items")).verdict, Verdict::Passed);
    }

    #[test]
    fn remarks_are_added_behind_each_other() {
        let check = STATEMENT.failed(Examined::new(4, "items"), "1 of 5 items missing");
        let check = check.expecting(Observation::Count(5)).seeing(Observation::Count(4)).remarking("2 have no time");
        assert_eq!(check.remark.as_deref(), Some("1 of 5 items missing; 2 have no time"));
        assert_eq!((check.expected, check.observed), (Some(Observation::Count(5)), Some(Observation::Count(4))));
    }
}
