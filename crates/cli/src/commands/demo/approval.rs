//! The demonstration's approver: a key, a trust file that knows it, and the approval of the plan, made anew each time.

use std::path::Path;

use anyhow::Context;
use backproof_model::canonical::sha256_hex;
use backproof_model::record::PlanApproval;
use backproof_plan::Plan;
use backproof_signing::{Approval, ApprovalFile, PrivateKey, Trust};
use jiff::Timestamp;
use rand::TryRng;

use crate::approval::{TrustFile, examined};
use crate::files;

const KEY: &str = "approver.pem";
const TRUST: &str = "trust.toml";
const APPROVAL: &str = "plan.approval.json";

/// What it leaves in the demonstration's directory.
pub(super) const LEFT: [&str; 3] = [KEY, TRUST, APPROVAL];

/// Approves the plan as Dana Demo, who performs nothing.
pub(super) fn approve(directory: &Path, plan: &Plan, operator: &str, now: Timestamp) -> anyhow::Result<PlanApproval> {
    let mut bytes = [0_u8; 32];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).context("the operating system gave no random numbers")?;
    let key = PrivateKey::of_random_bytes(&bytes);
    files::write_secret(&directory.join(KEY), key.to_pem().trim_end())?;

    let text = format!(
        "# Who may approve the demonstration's plan.\n[[person]]\nname = \"Dana Demo\"\nkey = \"{}\"\nroles = [\"approver\"]\n",
        key.public().to_base64()
    );
    std::fs::write(directory.join(TRUST), &text).context("cannot write the trust file")?;
    let trust = TrustFile { trust: Trust::parse(&text)?, sha256: sha256_hex(&text) };

    let approval = Approval {
        plan_name: plan.name.clone(),
        plan_sha256: plan.digest(),
        ticket: Some("SIM-1".into()),
        approved_at: now,
        expires: None,
    };
    let file = ApprovalFile::of(serde_json::from_str(&plan.canonical_json())?).with(approval.sign(&key));
    let text = file.to_json();
    std::fs::write(directory.join(APPROVAL), &text).context("cannot write the approval")?;
    Ok(examined(plan, Some(text.as_bytes()), Some(&trust), operator, now))
}
