//! Whose fault a call that failed is.

use backproof_cloud::{CallError, Trouble};
use backproof_model::FaultOwner;
use backproof_model::catalogue::{self, Classified, During, classify};

/// Classifies a call's error by the failure catalogue, and by its kind where the catalogue does not know it.
pub(crate) fn blame(error: &CallError, phase: During, resource_type: &str) -> Classified {
    let classified = classify(&catalogue::Trouble {
        resource_type,
        status: None,
        message: &error.message,
        code: error.code.as_deref(),
        phase,
        newest_of_resource: None,
    });
    if classified.entry.is_some() {
        return classified;
    }
    Classified { owner: owner_of(error), may_pass: error.may_pass(), is_backup_defect: false, ..classified }
}

/// Whose fault a call's error is, by its kind alone.
pub(crate) fn owner_of(error: &CallError) -> FaultOwner {
    match error.trouble {
        Trouble::Denied | Trouble::SignedOut | Trouble::NotFound | Trouble::NoAnswer | Trouble::ServiceFault => {
            FaultOwner::Sandbox
        }
        Trouble::Throttled | Trouble::Quota => FaultOwner::Quota,
        Trouble::Conflict | Trouble::Invalid | Trouble::Unreadable => FaultOwner::Harness,
    }
}
