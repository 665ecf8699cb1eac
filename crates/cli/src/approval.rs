//! Whether the plan is approved: reads the approval beside it and the trust file, and asks `backproof-signing`.
//!
//! Nothing here stops a command: what cannot be read leaves the plan unapproved, with the reason.

use std::io::ErrorKind;
use std::path::PathBuf;

use backproof_model::canonical::sha256_hex;
use backproof_model::record::{ApprovalStanding, Approver, PlanApproval};
use backproof_plan::Plan;
use backproof_signing::{ApprovalQuestion, ApprovalState, ExaminedApproval, Signer, Trust, examine_approval};
use jiff::Timestamp;

use crate::args::Common;

/// The trust file with its digest.
pub(crate) struct TrustFile {
    pub(crate) trust: Trust,
    pub(crate) sha256: String,
}

/// The file of approvals beside the plan: `backproof.toml` has `backproof.approval.json`.
pub(crate) fn path(common: &Common) -> PathBuf {
    common.plan.with_extension("approval.json")
}

/// The trust file that is named, if one is.
///
/// # Errors
/// Says what is wrong with it: every problem, with its line.
pub(crate) fn trust(common: &Common) -> Result<Option<TrustFile>, String> {
    let Some(path) = &common.trust else { return Ok(None) };
    let name = path.display().to_string();
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read the trust file `{name}`: {error}"))?;
    let trust = Trust::parse(&text).map_err(|problems| {
        format!("the trust file cannot be used, so nobody is trusted\n{}", problems.render(&name))
    })?;
    Ok(Some(TrustFile { trust, sha256: sha256_hex(&text) }))
}

/// How the plan's approval stands at `now`.
pub(crate) fn of_plan(common: &Common, plan: &Plan, now: Timestamp) -> PlanApproval {
    let operator = crate::wiring::operator_of(common);
    let trust = match trust(common) {
        Ok(trust) => trust,
        Err(problem) => return PlanApproval::missing(plan.digest(), problem),
    };
    let path = path(common);
    let text = match std::fs::read(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            let problem = format!("cannot read the approval `{}`: {error}", path.display());
            return PlanApproval::missing(plan.digest(), problem);
        }
    };
    examined(plan, text.as_deref(), trust.as_ref(), &operator, now)
}

/// The same for texts that were read already.
pub(crate) fn examined(
    plan: &Plan,
    text: Option<&[u8]>,
    trust: Option<&TrustFile>,
    operator: &str,
    now: Timestamp,
) -> PlanApproval {
    let digest = plan.digest();
    let question = ApprovalQuestion { plan_name: &plan.name, plan_sha256: &digest, operator, now };
    let ExaminedApproval { state, reason, signers } =
        examine_approval(text, trust.map(|trust| &trust.trust), &question);
    PlanApproval {
        standing: match state {
            ApprovalState::Approved => ApprovalStanding::Approved,
            ApprovalState::SignerUnknown => ApprovalStanding::SignerUnknown,
            ApprovalState::Unapproved => ApprovalStanding::Unapproved,
        },
        reason,
        approvers: signers.into_iter().map(approver).collect(),
        trust_sha256: trust.map(|trust| trust.sha256.clone()),
        allowed_by: None,
        plan_sha256: digest,
    }
}

fn approver(signer: Signer) -> Approver {
    Approver {
        person: signer.person,
        key_id: signer.key_id,
        ticket: signer.approval.ticket,
        approved_at: signer.approval.approved_at,
        expires: signer.approval.expires,
    }
}
