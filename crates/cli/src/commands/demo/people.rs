//! The demonstration's people, made anew each time: who approves the plan, who performs it and signs its evidence, who
//! reviews it, and the trust file that knows their keys.

use std::path::{Path, PathBuf};

use anyhow::Context;
use backproof_model::canonical::sha256_hex;
use backproof_model::record::PlanApproval;
use backproof_plan::Plan;
use backproof_signing::{Approval, ApprovalFile, PrivateKey, Trust};
use jiff::Timestamp;
use rand::TryRng;

use crate::approval::{TrustFile, examined};
use crate::files;

const APPROVER: &str = "approver.pem";
const OPERATOR: &str = "operator.pem";
const REVIEWER: &str = "reviewer.pem";
const TRUST: &str = "trust.toml";
const APPROVAL: &str = "plan.approval.json";

/// What they leave in the demonstration's directory.
pub(super) const LEFT: [&str; 5] = [APPROVER, OPERATOR, REVIEWER, TRUST, APPROVAL];

/// The people, once each has a key.
pub(super) struct People {
    directory: PathBuf,
    approver: PrivateKey,
    operator: String,
    trust: TrustFile,
}

impl People {
    /// Gives everybody a key. `directory` is absolute.
    pub(super) fn begin(directory: &Path, operator: &str) -> anyhow::Result<Self> {
        let keys = [APPROVER, OPERATOR, REVIEWER].map(|name| key(&directory.join(name)));
        let [approver, own, reviewer] = keys;
        let (approver, own, reviewer) = (approver?, own?, reviewer?);
        let person = |name: &str, key: &PrivateKey, role: &str| {
            let name = toml::Value::String(name.to_owned());
            format!("\n[[person]]\nname = {name}\nkey = \"{}\"\nroles = [\"{role}\"]\n", key.public().to_base64())
        };
        let text = format!(
            "# Whose key is whose, and who may do what.\n{}{}{}",
            person("Dana Demo", &approver, "approver"),
            person(operator, &own, "operator"),
            person("Rita Review", &reviewer, "reviewer"),
        );
        std::fs::write(directory.join(TRUST), &text).context("cannot write the trust file")?;
        let trust = TrustFile { trust: Trust::parse(&text)?, sha256: sha256_hex(&text) };
        Ok(Self { directory: directory.to_owned(), approver, operator: operator.to_owned(), trust })
    }

    /// What the plan says of its evidence.
    pub(super) fn plan_with_evidence(&self) -> String {
        let key = toml::Value::String(self.directory.join(OPERATOR).display().to_string());
        format!(
            "\n[evidence]\nentity = \"Example Shop Ltd\"\nsystem = \"Shop and analytics\"\nclassification = \"Demonstration\"\n\
             frameworks = [\"soc2\", \"iso27001\"]\nsign_with = {key}\n"
        )
    }

    /// Approves the plan as Dana Demo, who performs nothing.
    pub(super) fn approve(&self, plan: &Plan, now: Timestamp) -> anyhow::Result<PlanApproval> {
        let approval = Approval {
            plan_name: plan.name.clone(),
            plan_sha256: plan.digest(),
            ticket: Some("SIM-1".into()),
            approved_at: now,
            expires: None,
        };
        let file = ApprovalFile::of(serde_json::from_str(&plan.canonical_json())?).with(approval.sign(&self.approver));
        let text = file.to_json();
        std::fs::write(self.directory.join(APPROVAL), &text).context("cannot write the approval")?;
        Ok(examined(plan, Some(text.as_bytes()), Some(&self.trust), &self.operator, now))
    }

    /// The trust file.
    pub(super) fn trust_file(&self) -> PathBuf {
        self.directory.join(TRUST)
    }
}

fn key(path: &Path) -> anyhow::Result<PrivateKey> {
    let mut bytes = [0_u8; 32];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).context("the operating system gave no random numbers")?;
    let key = PrivateKey::of_random_bytes(&bytes);
    files::write_secret(path, key.to_pem().trim_end())?;
    Ok(key)
}
