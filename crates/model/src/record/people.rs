//! What people decide of a run: whether its plan was approved, and what it left them as exceptions.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exception::Impact;

/// Whether the plan was approved before the run restored anything, as far as could be told then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanApproval {
    /// The digest of the plan that was asked about. An approval counts for no other.
    pub plan_sha256: String,
    /// How it stands.
    pub standing: ApprovalStanding,
    /// Why it is no better, or who approved it: one sentence's worth of words.
    pub reason: String,
    /// Whose signatures hold for this very plan now, whether they count or not.
    pub approvers: Vec<Approver>,
    /// SHA-256 of the trust file that said who the approvers are; `None` where there was none.
    pub trust_sha256: Option<String>,
    /// The operator who had the run performed all the same, where it is not approved.
    pub allowed_by: Option<String>,
}

/// How a plan's approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalStanding {
    /// A person whom the trust file names as approver, and who is not the operator, signed this very plan.
    Approved,
    /// Somebody signed this very plan, and there is no trust file that could say who.
    SignerUnknown,
    /// Anything else: no signature, one for another plan, an expired one, one by the operator, one that cannot be read.
    Unapproved,
}

/// Whoever signed an approval that holds for the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Approver {
    /// The person, where the trust file knows the key.
    pub person: Option<String>,
    /// SHA-256 of the key.
    pub key_id: String,
    /// Where the approval is written down.
    pub ticket: Option<String>,
    /// When it was given, by the approver's own clock.
    pub approved_at: Timestamp,
    /// Until when it holds.
    pub expires: Option<Timestamp>,
}

impl PlanApproval {
    /// Nobody approved this plan, for this reason.
    pub fn missing(plan_sha256: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            plan_sha256: plan_sha256.into(),
            standing: ApprovalStanding::Unapproved,
            reason: reason.into(),
            approvers: Vec::new(),
            trust_sha256: None,
            allowed_by: None,
        }
    }

    /// The same, where the operator has the run performed in spite of it. What is approved needs no such leave.
    #[must_use]
    pub fn allowed_by(self, operator: &str) -> Self {
        match self.standing {
            ApprovalStanding::Approved => self,
            ApprovalStanding::SignerUnknown | ApprovalStanding::Unapproved => {
                Self { allowed_by: Some(operator.to_owned()), ..self }
            }
        }
    }

    /// Whether a run of the plan with this digest may restore.
    ///
    /// A signer whom nothing could tell is let pass, and graded; one whom a trust file does not know is not.
    pub fn lets_run(&self, plan_sha256: &str) -> bool {
        let stands = match self.standing {
            ApprovalStanding::Approved => true,
            ApprovalStanding::SignerUnknown => self.trust_sha256.is_none(),
            ApprovalStanding::Unapproved => false,
        };
        self.plan_sha256 == plan_sha256 && (stands || self.allowed_by.is_some())
    }
}

/// What the run did to exceptions, and how many of its plan's stand open after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExceptionsRecorded {
    /// Each exception that the run opened, met again or closed.
    pub touched: Vec<ExceptionTouched>,
    /// Exceptions of the plan that are open and not accepted.
    pub open: u64,
    /// Of these: those that should have been resolved by now.
    pub overdue: u64,
    /// Exceptions of the plan that somebody has accepted, and until later than now.
    pub accepted: u64,
}

/// One exception that a run had to do with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExceptionTouched {
    /// Its number.
    pub id: u64,
    /// What the run did.
    pub how: Touch,
    /// The restore test that did; `None` for something that could not be deleted.
    pub test: Option<u32>,
    /// The unit, or the resource that was left.
    pub about: String,
    /// The run that opened it.
    pub opened_by_run: u64,
    /// Who is responsible.
    pub owner: Option<String>,
    /// Where it is followed up.
    pub ticket: Option<String>,
    /// When it is to be resolved.
    pub due: Timestamp,
    /// Other recovery points that share the cause.
    pub impact: Option<Impact>,
}

/// What a run did to an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Touch {
    /// Opened it.
    Opened,
    /// Met again what an earlier run had opened, or a second restore test of the same unit.
    MetAgain,
    /// Closed it by a passed retest.
    Closed,
}

#[cfg(test)]
mod tests {
    use super::ApprovalStanding::{Approved, SignerUnknown, Unapproved};
    use super::*;

    #[test]
    fn only_an_approval_of_this_very_plan_or_the_operators_leave_lets_it_run() {
        let of = |standing, trust: Option<&str>, allowed: bool| {
            let approval = PlanApproval {
                standing,
                trust_sha256: trust.map(str::to_owned),
                ..PlanApproval::missing("aa", "nobody has")
            };
            if allowed { approval.allowed_by("rosa") } else { approval }
        };
        for (approval, runs) in [
            (of(Approved, Some("t"), false), true),
            (of(SignerUnknown, None, false), true),
            (of(SignerUnknown, Some("t"), false), false),
            (of(SignerUnknown, Some("t"), true), true),
            (of(Unapproved, None, false), false),
            (of(Unapproved, None, true), true),
        ] {
            assert_eq!(approval.lets_run("aa"), runs, "{approval:?}");
            assert!(!approval.lets_run("bb"), "of another plan: {approval:?}");
        }
        assert_eq!(of(Approved, None, true).allowed_by, None, "what is approved needs no leave");
    }
}
