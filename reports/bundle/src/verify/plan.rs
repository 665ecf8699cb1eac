//! The plan: the file is the one whose digest the journal names, in canonical form.

use backproof_model::canonical::{canonical_json, sha256_hex};

use super::{Checked, Known};
use crate::layout::PLAN;

pub(super) fn check(known: &Known<'_>) -> Checked {
    let mut problems = Vec::new();
    match known.bundle.text(PLAN) {
        Err(error) => problems.push(format!("{PLAN} cannot be read: {error}")),
        Ok(text) => of_text(known, &text, &mut problems),
    }
    Checked::of("plan", problems, "it is the plan whose digest the run opened with and the draw was committed with")
}

fn of_text(known: &Known<'_>, text: &str, problems: &mut Vec<String>) {
    let digest = sha256_hex(text);
    let mut equal = |whose: &str, named: &str| {
        if named != digest {
            problems.push(format!("{PLAN} has SHA-256 {digest}, and {whose} names {named}"));
        }
    };
    if let Some(opened) = &known.evidence.opened {
        equal("the journal's opening", &opened.plan_sha256);
    }
    if let Some(commitment) = &known.evidence.commitment {
        equal("the commitment of the draw", &commitment.plan_sha256);
    }
    equal("run.json", &known.run_file.plan_sha256);
    let canonical = serde_json::from_str::<serde_json::Value>(text).ok().and_then(|plan| canonical_json(&plan).ok());
    if canonical.as_deref() != Some(text) {
        problems.push(format!("{PLAN} is not in canonical form (RFC 8785), so that its digest would be ambiguous"));
    }
}
