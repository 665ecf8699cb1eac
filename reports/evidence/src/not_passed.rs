//! A restore test that did not pass: why, whose fault it is, and what to do about it.

use backproof_model::FaultOwner;
use backproof_model::catalogue::CATALOGUE;
use backproof_model::record::RestoreVerdict;
use schemars::JsonSchema;
use serde::Serialize;

use crate::restore_test::TestEvidence;
use crate::words::{self, sentence};

/// One restore test that did not pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NotPassed {
    /// The restore test's number.
    pub test: u32,
    /// The protected resource.
    pub resource: String,
    /// The recovery point.
    pub recovery_point: String,
    /// What it came to.
    pub outcome: String,
    /// Whose fault it is.
    pub owner: Option<FaultOwner>,
    /// The same in words.
    pub owner_in_words: String,
    /// Why.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

/// `None` for one that passed.
pub(crate) fn not_passed(test: &TestEvidence) -> Option<NotPassed> {
    let reason = test.outcome.reason()?;
    let owner = test.outcome.owner();
    Some(NotPassed {
        test: test.drawn.test,
        resource: test.drawn.point.resource_arn.to_string(),
        recovery_point: test.drawn.point.recovery_point_arn.to_string(),
        outcome: words::outcome(&test.outcome).to_owned(),
        owner,
        owner_in_words: owner.map_or("nobody", words::fault).to_owned(),
        reason: reason.to_owned(),
        remedy: remedy(test),
    })
}

/// What the failure catalogue advises where one of its entries decided, and else what helps by whose fault it is.
fn remedy(test: &TestEvidence) -> String {
    let verdict = test.last_attempt().and_then(|attempt| attempt.ended.as_ref()).map(|ended| &ended.verdict);
    let entry = match verdict {
        Some(RestoreVerdict::NotRestored { catalogue_entry, .. }) => *catalogue_entry,
        Some(RestoreVerdict::Restored) | None => None,
    };
    let advice = entry.and_then(|number| CATALOGUE.iter().find(|entry| entry.number == number));
    advice.map_or_else(|| words::remedy(&test.outcome).to_owned(), |entry| sentence(entry.remedy))
}
