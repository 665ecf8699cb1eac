//! Closes a restore test: its outcome, its times, its objectives, and what is left of it.

use backproof_model::record::{
    Deleted, DeletionEnd, Leftover, Located, Objectives, PhaseTimes, ResourceReady, RestoreStarted, TestClosed,
    Validated, test_step,
};
use jiff::Timestamp;

use crate::error::Result;
use crate::journal::Journal;
use crate::progress::Progress;
use crate::restore_test::{Attempt, TestContext};
use crate::spans;

/// Journals the last record of a restore test.
pub(crate) async fn close_test(test: &TestContext<'_>, journal: &mut Journal, attempt: &Attempt) -> Result<TestClosed> {
    let closed = journal.observe(test_step::CLOSE, async { Ok(summary(test, attempt)) }).await?;
    spans::tell_outcome(&closed.outcome);
    test.world.tell(Progress::TestClosed { test: test.drawn.test, outcome: closed.outcome.clone() });
    Ok(closed)
}

fn summary(test: &TestContext<'_>, attempt: &Attempt) -> TestClosed {
    let times = times(attempt);
    let objectives = Objectives {
        rto_seconds: test.world.plan.objectives.rto,
        recovery_seconds: times.recovery_seconds(),
        rpo_gap_seconds: test.world.plan.objectives.rpo_gap,
        gap_seconds: test.gap_seconds,
        lag_seconds: attempt.validated.as_ref().and_then(|validated| validated.lag_seconds),
    };
    let stranded = attempt.deleted.iter().flat_map(Deleted::stranded).map(|deletion| Leftover {
        arn: deletion.arn.clone(),
        why: match &deletion.end {
            DeletionEnd::Stranded { reason } => reason.clone(),
            DeletionEnd::SeenAbsent { .. } | DeletionEnd::WasAbsent { .. } | DeletionEnd::Kept { .. } => String::new(),
        },
    });
    TestClosed {
        outcome: attempt.outcome.clone(),
        attempts: attempt.number,
        times,
        objectives,
        age_at_test_seconds: seconds(test.drawn.point.creation_date, test.as_of),
        stranded: stranded.collect(),
    }
}

/// How long each phase took. Where the job's running was never seen, all of the job counts as running.
fn times(attempt: &Attempt) -> PhaseTimes {
    let asked = match &attempt.started {
        Some(RestoreStarted::Job { asked, .. }) => Some(*asked),
        Some(RestoreStarted::Refused { .. }) | None => None,
    };
    let ended = attempt.ended.as_ref();
    let completed = ended.and_then(|ended| ended.completion_date);
    // We see a job running only when we look, which can be after it was done.
    let running = ended
        .and_then(|ended| ended.running_since.or(ended.creation_date))
        .map(|running| completed.map_or(running, |completed| running.min(completed)));
    let ready = match &attempt.ready {
        Some(ResourceReady::Ready { at, .. }) => Some(*at),
        Some(ResourceReady::NotReady { .. }) | None => None,
    };
    let stage = match &attempt.located {
        Some(Located::Copied { started, finished, .. }) => Some(seconds(*started, *finished)),
        Some(Located::AsItIs { .. } | Located::NotReached { .. }) | None => None,
    };
    let deletions =
        attempt.deleted.iter().flat_map(|deleted| &deleted.resources).filter_map(|deletion| match deletion.end {
            DeletionEnd::SeenAbsent { asked, absent } => Some(seconds(asked, absent)),
            DeletionEnd::WasAbsent { .. } | DeletionEnd::Kept { .. } | DeletionEnd::Stranded { .. } => None,
        });
    PhaseTimes {
        stage,
        queue: asked.zip(running).map(|(from, to)| seconds(from, to)),
        job: running.zip(completed).map(|(from, to)| seconds(from, to)),
        ready: completed.zip(ready).map(|(from, to)| seconds(from, to)),
        validate: attempt.validated.as_ref().map(|Validated { started, finished, .. }| seconds(*started, *finished)),
        delete: deletions.max(),
    }
}

/// Whole seconds from one moment to a later one; clocks that disagree do not make it negative.
fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs().max(0)
}
