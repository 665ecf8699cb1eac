//! What the evidence of a run is to hold besides what happened: whose report it is, who signs, against which controls.

use serde::{Deserialize, Serialize};

/// What the evidence is to hold. Read again from the `plan.json` of a run when that is sealed, which may be later. Every file is named as it was written; relative ones count from the directory in which
/// the program runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvidencePlan {
    /// The entity that is audited, as reports name it.
    pub entity: Option<String>,
    /// The system that is in scope, as reports name it.
    pub system: Option<String>,
    /// The classification that every page carries.
    pub classification: Option<String>,
    /// A picture (SVG, PNG or JPEG) for the first page: its file.
    pub logo: Option<String>,
    /// Catalogues of controls that reports are assessed against: ids of built-in ones, or files that end in `.toml`.
    pub frameworks: Vec<String>,
    /// A directory of templates that replace built-in ones.
    pub templates: Option<String>,
    /// What the operator signs sealed bundles with. `None`: nobody signs.
    pub signed_with: Option<SigningKeyPlan>,
    /// An authority that puts time-stamps on sealed bundles (RFC 3161).
    pub time_stamps: Option<TimeStampsPlan>,
}

/// Where the operator's key is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SigningKeyPlan {
    /// In a file: an Ed25519 private key (PKCS#8 in PEM).
    File(String),
    /// In AWS KMS: the ARN of a key for signing, `ECC_NIST_P256`.
    Kms(String),
}

/// An authority of time-stamps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeStampsPlan {
    /// Where it is asked.
    pub url: String,
    /// A file with the certificates (PEM) that its answers are verified against. `None`: the answers are kept, and
    /// nothing says whose they are.
    pub certificates: Option<String>,
}
