//! Holds a restored resource that did not pass for somebody to look at, instead of deleting it at once.
//!
//! Only where that was asked for, only what validators examined, and never for ever: the journal says until when, a tag
//! says it again, and a sweep deletes it then. What is held is neither stranded nor left behind.

use backproof_model::Outcome;
use backproof_model::ResourceArn;
use backproof_model::record::{Deletion, DeletionEnd};
use jiff::{SignedDuration, Timestamp};

use crate::restore_test::{Attempt, TestContext, tags_until};

/// Production data stays in the sandbox for no longer.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(72);

/// What is held, and until when: the one resource that the validators of this attempt examined, where they did not let
/// it pass. `began` is when its deletion was due.
pub(crate) fn held<'a>(
    test: &TestContext<'_>,
    attempt: &'a Attempt,
    began: Timestamp,
) -> Option<(&'a ResourceArn, Timestamp)> {
    let keep = test.keep?;
    attempt.validated.as_ref()?;
    match attempt.outcome {
        Outcome::Passed { .. } => return None,
        Outcome::Failed { .. } | Outcome::Inconclusive { .. } => {}
    }
    let resource = attempt.ended.as_ref()?.created_resource_arn.as_ref()?;
    let until = began.saturating_add(keep.min(LONGEST)).unwrap_or(began);
    (test.access.sandbox.holds(resource)).then_some((resource, until))
}

/// Says on the resource until when it is held, and gives what the journal says of it.
pub(crate) async fn hold(test: &TestContext<'_>, resource: &ResourceArn, until: Timestamp) -> Deletion {
    let tags = tags_until(test.world.store.installation(), test.run, test.drawn.test, until);
    // The journal decides; the tag is for whoever finds the resource.
    let tagged = test.driver.tag(&test.access, resource, &tags).await;
    let ownership = match tagged {
        Ok(()) => "held for inspection, and tagged so".to_owned(),
        Err(error) => format!("held for inspection; could not be tagged: {error}"),
    };
    Deletion { arn: resource.to_string(), ownership, end: DeletionEnd::Kept { until } }
}
