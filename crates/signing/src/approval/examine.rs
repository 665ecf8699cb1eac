//! Whether the approvals beside a plan count: for this very plan, now, by somebody who may.
//!
//! Whatever cannot be read, has expired, is not valid yet, is of another plan or of somebody who may not approve is told
//! and never counts.

use jiff::Timestamp;

use super::{Approval, ApprovalFile, SignedApproval};
use crate::trust::{Person, Role, Trust};

/// What is asked of approvals.
#[derive(Clone, Copy, Debug)]
pub struct ApprovalQuestion<'a> {
    /// The plan's name.
    pub plan_name: &'a str,
    /// The digest of the effective plan as it is now.
    pub plan_sha256: &'a str,
    /// Who performs the run: a name, or `login on host`.
    pub operator: &'a str,
    /// The time now.
    pub now: Timestamp,
}

/// How a plan's approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    /// An approver of the trust file, who is not the operator, signed this very plan.
    Approved,
    /// Somebody signed this very plan, and nothing here says who.
    SignerUnknown,
    /// Anything else.
    Unapproved,
}

/// What is known of a plan's approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExaminedApproval {
    /// How it stands.
    pub state: ApprovalState,
    /// Why, in words.
    pub reason: String,
    /// Whose signatures hold for this very plan at this moment, whether they count or not.
    pub signers: Vec<Signer>,
}

/// Whoever signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The person, where the trust file knows the key.
    pub person: Option<String>,
    /// The key's id.
    pub key_id: String,
    /// What was signed.
    pub approval: Approval,
}

/// What one approval comes to, with its signer where the signature holds for the plan.
struct Judged {
    state: ApprovalState,
    words: String,
    signer: Option<Signer>,
}

/// How the approval of a plan stands: from the text of the file beside it, where there is one, and the trust file.
pub fn examine_approval(
    text: Option<&[u8]>,
    trust: Option<&Trust>,
    question: &ApprovalQuestion<'_>,
) -> ExaminedApproval {
    let unapproved =
        |reason: String| ExaminedApproval { state: ApprovalState::Unapproved, reason, signers: Vec::new() };
    let Some(text) = text else {
        return unapproved("nobody has approved this plan: `backproof plan approve` signs it".into());
    };
    let file = match ApprovalFile::read(text) {
        Ok(file) => file,
        Err(problem) => return unapproved(problem.to_string()),
    };
    let judged: Vec<Judged> = file.approvals.iter().map(|signed| judge(signed, trust, question)).collect();
    let best = [ApprovalState::Approved, ApprovalState::SignerUnknown]
        .into_iter()
        .find(|state| judged.iter().any(|one| one.state == *state))
        .unwrap_or(ApprovalState::Unapproved);
    // What approves it is told alone; what does not, all together.
    let told = judged.iter().filter(|one| best != ApprovalState::Approved || one.state == best);
    let mut reasons: Vec<&str> = told.map(|one| one.words.as_str()).collect();
    reasons.dedup();
    let reason = if reasons.is_empty() { "the approval carries no signature".to_owned() } else { reasons.join("; ") };
    ExaminedApproval { state: best, reason, signers: judged.into_iter().filter_map(|one| one.signer).collect() }
}

fn in_words(signer: &Signer) -> String {
    let ticket = signer.approval.ticket.as_ref().map_or_else(String::new, |ticket| format!(" ({ticket})"));
    let person = signer.person.as_deref().unwrap_or("an unknown key");
    format!("approved by {person} at {:.0}{ticket}", signer.approval.approved_at)
}

/// What one approval comes to.
fn judge(signed: &SignedApproval, trust: Option<&Trust>, question: &ApprovalQuestion<'_>) -> Judged {
    let never = |words: String| Judged { state: ApprovalState::Unapproved, words, signer: None };
    let (key, approval) = match signed.verified() {
        Ok(verified) => verified,
        Err(why) => return never(format!("an approval is not believed: {why}")),
    };
    if let Err(why) = holds(&approval, question) {
        return never(why);
    }
    let owner = trust.and_then(|trust| trust.owner_of(key.id()));
    let by = Signer { person: owner.map(|owner| owner.name.clone()), key_id: key.id().to_owned(), approval };
    let (state, words) = match (trust, owner) {
        (None, _) => (
            ApprovalState::SignerUnknown,
            format!("key {} signed this plan, and no trust file says whose that is (--trust FILE)", key.id()),
        ),
        (Some(_), None) => (
            ApprovalState::SignerUnknown,
            format!("key {} signed this plan, and the trust file does not know it", key.id()),
        ),
        (Some(trust), Some(owner)) => match may_approve(owner, trust, &by.approval, question) {
            Ok(()) => (ApprovalState::Approved, in_words(&by)),
            Err(why) => (ApprovalState::Unapproved, why),
        },
    };
    Judged { state, words, signer: Some(by) }
}

/// Whether what was signed is of this plan and of now.
fn holds(approval: &Approval, question: &ApprovalQuestion<'_>) -> Result<(), String> {
    if approval.plan_sha256 != question.plan_sha256 {
        return Err(format!(
            "the approval is for another digest ({}; the plan's is {}): `backproof plan diff` shows what was changed \
             since",
            approval.plan_sha256, question.plan_sha256
        ));
    }
    if approval.plan_name != question.plan_name {
        return Err(format!("the approval is for a plan named `{}`", approval.plan_name));
    }
    if question.now < approval.approved_at {
        return Err(format!(
            "the approval is dated {}, which is still to come: look at the clocks",
            approval.approved_at
        ));
    }
    match approval.expires {
        Some(expires) if expires <= question.now => {
            Err(format!("the approval expired at {expires}: have the plan approved anew"))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether this person may approve a run that the operator performs.
fn may_approve(
    owner: &Person,
    trust: &Trust,
    approval: &Approval,
    question: &ApprovalQuestion<'_>,
) -> Result<(), String> {
    let name = &owner.name;
    if !owner.may(Role::Approver) {
        return Err(format!("{name} signed this plan, but is no approver by the trust file"));
    }
    if !owner.holds_at(question.now) || !owner.holds_at(approval.approved_at) {
        return Err(format!("{name} signed this plan with a key that the trust file does not let hold at that time"));
    }
    if owner.is_called(question.operator) {
        return Err(format!("{name} signed this plan and performs the run: another person must approve it"));
    }
    let operator = trust.operator(question.operator);
    if owner.may(Role::Operator) && operator.is_none_or(|operator| operator.name == *name) {
        return Err(format!(
            "{name} signed this plan and may operate too; the trust file does not show that the operator ({}) is \
             somebody else: name the operator with --operator",
            question.operator
        ));
    }
    Ok(())
}
