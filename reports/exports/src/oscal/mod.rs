//! OSCAL (NIST's Open Security Controls Assessment Language), JSON: assessment plan, assessment results, and plan of action
//! and milestones.
//!
//! Findings stand on the controls that official OSCAL catalogues have, as catalogues of ours name them (NIST SP 800-53);
//! criteria of other standards have no such catalogue and are carried as properties of our namespace. Identifiers are
//! UUIDs of version 5, made from what they identify, so that the same evidence gives the same bytes and a later document
//! names the same thing alike. `satisfied` means that the evidence supports an objective; what that is worth is the
//! assessor's to say. Nothing here assesses.

mod common;
mod exceptions;
pub(crate) mod findings;
mod observations;
mod people;
mod plan;
mod poam;
mod results;

use std::fmt;
use std::str::FromStr;

use backproof_evidence::Dossier;
use backproof_frameworks::Assessment;
use serde_json::Value;

use common::Context;

/// The namespace of every property that is ours.
pub const NAMESPACE: &str = "urn:backproof:oscal:v1";

/// How the documents are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OscalOptions {
    /// The version of OSCAL that they name.
    pub version: OscalVersion,
    /// Where the system security plan is, as a URI or relative path; without it the documents say that it is to be named.
    pub system_security_plan: Option<String>,
    /// Where the assessment plan will be, seen from the assessment results.
    pub assessment_plan: String,
    /// Where the sealed files of a single run are, seen from the documents; ends with `/`.
    pub bundle: String,
}

impl Default for OscalOptions {
    fn default() -> Self {
        Self {
            version: OscalVersion::default(),
            system_security_plan: None,
            assessment_plan: "./oscal-assessment-plan.json".into(),
            bundle: "../".into(),
        }
    }
}

/// A version of OSCAL whose schema these documents are valid by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OscalVersion(&'static str);

/// Versions that the documents were validated by, or that changed nothing that they use.
const VERSIONS: [&str; 8] = ["1.1.0", "1.1.1", "1.1.2", "1.1.3", "1.2.0", "1.2.1", "1.2.2", "1.2.3"];

/// A version that these documents are not known to be valid by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a version of OSCAL that can be written: use one of {list}", list = VERSIONS.join(", "))]
pub struct UnknownVersion(String);

impl Default for OscalVersion {
    fn default() -> Self {
        Self("1.2.1")
    }
}

impl FromStr for OscalVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        VERSIONS.into_iter().find(|known| *known == text).map(Self).ok_or_else(|| UnknownVersion(text.to_owned()))
    }
}

impl fmt::Display for OscalVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The three documents, each as the text of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OscalDocuments {
    /// What was to be assessed, and how.
    pub assessment_plan: String,
    /// What was found.
    pub assessment_results: String,
    /// What is to be done about exceptions; `None` where the register knows none, because a plan without an item is no
    /// valid document.
    pub plan_of_action: Option<String>,
}

/// Writes a dossier, and what catalogues say of it, as OSCAL.
pub fn oscal(dossier: &Dossier, assessments: &[Assessment], options: &OscalOptions) -> OscalDocuments {
    let context = Context::new(dossier, assessments, options);
    OscalDocuments {
        assessment_plan: text("assessment-plan", plan::plan(&context)),
        assessment_results: text("assessment-results", results::results(&context)),
        plan_of_action: poam::poam(&context).map(|poam| text("plan-of-action-and-milestones", poam)),
    }
}

/// The document's text: indented, members in the order of their names, without anything empty.
fn text(root: &str, document: Value) -> String {
    let document = Value::Object([(root.to_owned(), common::pruned(document))].into_iter().collect());
    format!("{document:#}\n")
}
