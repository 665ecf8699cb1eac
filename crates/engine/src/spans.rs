//! Spans and events of runs and restore tests, for logs and traces. The journal is what proves; these only help to look.
//!
//! Their fields hold numbers, names and statuses, and never what was restored.

use backproof_model::Outcome;
use backproof_store::RegisteredRun;
use tracing::field::Empty;
use tracing::{Span, info, info_span};

use crate::restore_test::TestContext;
use crate::world::World;

/// Around everything that is done for a run.
pub(crate) fn of_run(world: &World, registered: &RegisteredRun) -> Span {
    info_span!("run", run = registered.run, plan = world.plan.name)
}

/// Around everything that is done for one restore test.
pub(crate) fn of_restore_test(test: &TestContext<'_>) -> Span {
    let point = &test.drawn.point;
    info_span!(
        "restore-test",
        run = test.run,
        test = test.drawn.test,
        recovery_point.arn = %point.recovery_point_arn,
        resource.type = %point.resource_type,
        restore_job.id = Empty,
        outcome = Empty,
    )
}

/// A restore job has taken the restore: from now on its id is with everything that is logged of this restore test.
pub(crate) fn tell_job(attempt: u32, restore_job_id: &str) {
    Span::current().record("restore_job.id", restore_job_id);
    info!(attempt, phase = "restoring", "the restore job is under way");
}

/// The restore job has ended, or nobody can tell.
pub(crate) fn tell_end(attempt: u32, status: &str) {
    info!(attempt, phase = "restored", status, "the restore job has ended");
}

/// A phase has begun, or a look was taken in it.
pub(crate) fn tell_phase(phase: &str) {
    tracing::debug!(phase, "the restore test goes on");
}

/// The restore test is closed.
pub(crate) fn tell_outcome(outcome: &Outcome) {
    let word = match outcome {
        Outcome::Passed { .. } => "passed",
        Outcome::Failed { .. } => "failed",
        Outcome::Inconclusive { .. } => "inconclusive",
    };
    Span::current().record("outcome", word);
    info!(phase = "closed", outcome = word, "the restore test is closed");
}
