//! Whether the control operated as it should, and whether the harness did, apart from what was found of backups.
//!
//! A failed restore test is not a failed control: the test's outcome is the run's verdict, the control's operation and
//! the harness's integrity are read here. Whether the run was on time, or missed, is the register's to say, not one
//! run's; nor is the journal signed.

use backproof_model::record::{ApprovalStanding, Approver, PlanApproval};
use schemars::JsonSchema;
use serde::Serialize;

use crate::grades::Graded;
use crate::run::RunEvidence;
use crate::words::{moment, sentence};

/// How the control operated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ControlOperation {
    /// The verdict.
    pub verdict: ControlVerdict,
    /// The same in a word or two.
    pub word: &'static str,
    /// In one or two sentences.
    pub sentence: String,
    /// Whose signatures held for the plan when the run began to restore.
    pub approvers: Vec<Approver>,
    /// The operator who had an unapproved plan run.
    pub allowed_by: Option<String>,
}

/// The verdict on the control's operation. The first that applies counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ControlVerdict {
    /// A check of one recovery point is no operation of the plan's control.
    NotJudged,
    /// Nobody is shown to have approved this plan before it was run.
    Unapproved,
    /// The run was stopped, or is not closed.
    NotCompleted,
    /// Somebody approved this plan, and nothing says who.
    SignerUnknown,
    /// Performed to its end, under a plan that somebody else than the operator had approved.
    Approved,
}

impl ControlVerdict {
    /// The verdict in a word or two.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotJudged => "not judged",
            Self::Unapproved => "unapproved",
            Self::NotCompleted => "not completed",
            Self::SignerUnknown => "signer unknown",
            Self::Approved => "performed as approved",
        }
    }
}

/// Reads the control's operation from the run's records.
pub fn control(run: &RunEvidence) -> ControlOperation {
    let approval = run.approval.as_ref();
    let (verdict, why) = verdict(run);
    ControlOperation {
        verdict,
        word: verdict.word(),
        sentence: sentence(&why),
        approvers: approval.map(|approval| approval.approvers.clone()).unwrap_or_default(),
        allowed_by: approval.and_then(|approval| approval.allowed_by.clone()),
    }
}

fn verdict(run: &RunEvidence) -> (ControlVerdict, String) {
    if run.is_one_off_check() {
        let why = "one recovery point was checked by itself, which needs no approved plan and is no operation of one";
        return (ControlVerdict::NotJudged, why.into());
    }
    let Some(approval) = &run.approval else {
        let why = "the journal does not record whether anybody had approved this plan".to_owned();
        return (ControlVerdict::Unapproved, why);
    };
    if let Some(why) = why_unapproved(run, approval) {
        let allowed = approval.allowed_by.as_ref();
        let allowed = allowed.map_or_else(String::new, |who| format!("; {who} had it run all the same"));
        return (ControlVerdict::Unapproved, format!("{why}{allowed}"));
    }
    match &run.closed {
        None => return (ControlVerdict::NotCompleted, "the run is not closed".into()),
        Some(closed) if !closed.completed => {
            let why = closed.stopped_because.as_deref().unwrap_or("no reason was recorded");
            return (ControlVerdict::NotCompleted, format!("the run was stopped: {why}"));
        }
        Some(_) => {}
    }
    let verdict = match approval.standing {
        ApprovalStanding::Approved => ControlVerdict::Approved,
        ApprovalStanding::SignerUnknown | ApprovalStanding::Unapproved => ControlVerdict::SignerUnknown,
    };
    (verdict, approval.reason.clone())
}

/// Why what the journal records is no approval, whatever it calls itself.
fn why_unapproved(run: &RunEvidence, approval: &PlanApproval) -> Option<String> {
    let altered = run.opened.as_ref().is_none_or(|opened| opened.plan_sha256 != approval.plan_sha256);
    let restored_from = run.sandbox.as_ref().map(|sandbox| sandbox.isolation.at);
    let in_time = |approver: &Approver| restored_from.is_none_or(|began| approver.approved_at <= began);
    match approval.standing {
        ApprovalStanding::Unapproved => Some(approval.reason.clone()),
        ApprovalStanding::Approved | ApprovalStanding::SignerUnknown if altered => {
            Some("what was approved is another plan than the one that was run".into())
        }
        ApprovalStanding::Approved | ApprovalStanding::SignerUnknown if approval.approvers.is_empty() => {
            Some("the journal calls the plan approved, and names nobody who did".into())
        }
        ApprovalStanding::Approved | ApprovalStanding::SignerUnknown if !approval.approvers.iter().any(in_time) => {
            let began = restored_from.map(moment).unwrap_or_default();
            Some(format!("every approval is dated after the run had entered the sandbox ({began})"))
        }
        ApprovalStanding::Approved | ApprovalStanding::SignerUnknown => None,
    }
}

/// Whether the harness itself can be relied on: its evidence holds together, and its validators notice planted faults.
pub fn integrity(run: &RunEvidence) -> Graded {
    let mut exceptions: Vec<String> = run.problems.iter().map(ToString::to_string).collect();
    let missed = run.planted().filter(|planted| !planted.tried.hold());
    exceptions.extend(missed.map(|planted| format!("{} is not shown to notice faults", planted.tried.validator)));
    let (grade, reason) = match (exceptions.is_empty(), run.is_closed()) {
        (false, _) => ("does not hold", "What is named cannot be relied on."),
        (true, false) => ("not known yet", "The run is not closed."),
        (true, true) => ("holds", "The evidence holds together, and no validator missed a fault that was planted."),
    };
    Graded { grade: grade.to_owned(), reason: reason.to_owned(), exceptions }
}
