//! Approvals of plans: a statement on the plan's digest, signed by a person before runs are performed.
//!
//! The statement is in-toto's (<https://in-toto.io/Statement/v1>) in a DSSE envelope. The file beside the plan holds the
//! effective plan that was approved and one envelope for each approver. Whether an approval counts is decided in
//! [`examine_approval`].

mod examine;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::envelope::{Envelope, Unsigned, verify};
use crate::key::{PrivateKey, PublicKey};

pub use examine::{ApprovalQuestion, ApprovalState, ExaminedApproval, Signer, examine_approval};

/// The format of the file, and its version.
pub const APPROVAL_FORMAT: &str = "backproof-plan-approval/v1";
/// The type of a signed statement.
pub const STATEMENT_PAYLOAD: &str = "application/vnd.in-toto+json";
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "urn:backproof:plan-approval:v1";

/// What an approver signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The plan's name.
    pub plan_name: String,
    /// SHA-256 of the effective plan in canonical JSON.
    pub plan_sha256: String,
    /// Where the approval is written down.
    pub ticket: Option<String>,
    /// When it is given.
    pub approved_at: Timestamp,
    /// The first moment at which it no longer holds.
    pub expires: Option<Timestamp>,
}

/// The file beside a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalFile {
    /// Always [`APPROVAL_FORMAT`].
    pub format: String,
    /// The effective plan that was approved, so that a changed one can be compared with it. What counts is its digest.
    pub plan: Value,
    /// Who approved it.
    pub approvals: Vec<SignedApproval>,
}

/// One signed approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedApproval {
    /// The key that signed, SPKI in base64. It says of itself who it is; a trust file says whose.
    pub key: String,
    /// The statement.
    pub envelope: Envelope,
}

/// Why a text is no file of approvals.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoApprovalFile {
    /// It is something else, or damaged.
    #[error("the approval cannot be read: {0}; approve the plan anew with `backproof plan approve`")]
    Unreadable(String),
    /// Another version made it.
    #[error("the approval is of format `{found}`, this version reads `{APPROVAL_FORMAT}`")]
    OtherFormat {
        /// What it says.
        found: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<SubjectOf>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Predicate,
}

#[derive(Serialize, Deserialize)]
struct SubjectOf {
    name: String,
    digest: Digest,
}

#[derive(Serialize, Deserialize)]
struct Digest {
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Predicate {
    ticket: Option<String>,
    approved_at: Timestamp,
    expires: Option<Timestamp>,
}

impl Approval {
    /// The approval, signed.
    pub fn sign(&self, key: &PrivateKey) -> SignedApproval {
        SignedApproval { key: key.public().to_base64(), envelope: self.statement().signed_with(key) }
    }

    /// The statement, for a key that is kept elsewhere to sign.
    pub fn statement(&self) -> Unsigned {
        let statement = Statement {
            kind: STATEMENT.to_owned(),
            subject: vec![SubjectOf {
                name: self.plan_name.clone(),
                digest: Digest { sha256: self.plan_sha256.clone() },
            }],
            predicate_type: PREDICATE.to_owned(),
            predicate: Predicate { ticket: self.ticket.clone(), approved_at: self.approved_at, expires: self.expires },
        };
        let payload = serde_json::to_vec(&statement).expect("texts and moments are always JSON");
        Unsigned::new(STATEMENT_PAYLOAD, payload)
    }

    fn of(payload: &[u8]) -> Result<Self, String> {
        let statement: Statement = serde_json::from_slice(payload).map_err(|error| error.to_string())?;
        if statement.kind != STATEMENT || statement.predicate_type != PREDICATE {
            return Err(format!("it states a `{}`, and approves no plan", statement.predicate_type));
        }
        let [subject] = &statement.subject[..] else { return Err("it is not of one plan".into()) };
        Ok(Self {
            plan_name: subject.name.clone(),
            plan_sha256: subject.digest.sha256.clone(),
            ticket: statement.predicate.ticket,
            approved_at: statement.predicate.approved_at,
            expires: statement.predicate.expires,
        })
    }
}

impl SignedApproval {
    /// The key and what it signed, once the signature holds. Says nothing of who that is.
    ///
    /// # Errors
    /// Says in words why it is not believed.
    pub fn verified(&self) -> Result<(PublicKey, Approval), String> {
        let key = PublicKey::parse(&self.key).map_err(|error| error.to_string())?;
        let verified = verify(&self.envelope, STATEMENT_PAYLOAD, std::slice::from_ref(&key));
        let verified = verified.map_err(|error| error.to_string())?;
        Ok((key, Approval::of(&verified.payload)?))
    }
}

impl ApprovalFile {
    /// A file for this effective plan, without an approval yet.
    pub fn of(plan: Value) -> Self {
        Self { format: APPROVAL_FORMAT.to_owned(), plan, approvals: Vec::new() }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`NoApprovalFile`] where it is something else.
    pub fn read(text: &[u8]) -> Result<Self, NoApprovalFile> {
        let file: Self = serde_json::from_slice(text).map_err(|error| NoApprovalFile::Unreadable(error.to_string()))?;
        if file.format == APPROVAL_FORMAT { Ok(file) } else { Err(NoApprovalFile::OtherFormat { found: file.format }) }
    }

    /// With this approval, in the place of an earlier one by the same key.
    #[must_use]
    pub fn with(mut self, approval: SignedApproval) -> Self {
        self.approvals.retain(|other| other.key != approval.key);
        self.approvals.push(approval);
        self
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("what was read from JSON is always JSON");
        text + "\n"
    }
}
