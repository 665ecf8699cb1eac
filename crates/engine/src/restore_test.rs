//! The journey of one drawn recovery point: bring it in, restore it, examine what came back, delete it.
//!
//! This reads as the design says it, and is durable: it may be stopped anywhere and started again from the top, and
//! finished steps answer from the journal. Deletion follows on every way out but one: where the journal itself cannot
//! be written, nothing more is done, and the next start goes on from there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use backproof_cloud::{Driver, SandboxAccess};
use backproof_model::names::{Installation, ResourceName, TAG_EXPIRES, TAG_INSTALLATION, TAG_RUN, TAG_TEST};
use backproof_model::record::{
    Admission, Deleted, DrawnPoint, Located, ReachState, ResourceReady, RestoreEnded, RestoreStarted, RestoreVerdict,
    TestClosed, Validated, ValidatorControls, test_step,
};
use backproof_model::{Check, FaultOwner, Outcome, PointKind, Verdict};
use jiff::{SignedDuration, Timestamp};

use crate::budget::{self, Budget};
use crate::error::{EngineError, Result};
use crate::journal::Journal;
use crate::poller::Poller;
use crate::progress::Progress;
use crate::world::World;
use crate::{closing, costing, deleting, preparing, readying, restoring, spans, staging, validating};

/// How long after its run a resource of ours may be swept away by anybody who finds it.
const EXPIRES_AFTER: SignedDuration = SignedDuration::from_hours(48);

/// What a restore test works with.
pub(crate) struct TestContext<'a> {
    pub(crate) world: &'a World,
    pub(crate) run: u64,
    /// When the population was frozen: ages count from here.
    pub(crate) as_of: Timestamp,
    pub(crate) drawn: &'a DrawnPoint,
    pub(crate) driver: Arc<dyn Driver>,
    pub(crate) access: SandboxAccess,
    pub(crate) poller: Arc<Poller>,
    /// Validators that missed a planted fault in this run; their verdicts are not believed.
    pub(crate) voided: &'a BTreeSet<String>,
    /// Whether the sandbox's network was shown to isolate.
    pub(crate) isolated: bool,
    /// Whether validators can reach into the sandbox's network, as far as it was tried, and what was seen.
    pub(crate) reach: Option<(ReachState, String)>,
    /// The seed of the run's draw in hexadecimal, or what stands for it where one point was asked for.
    pub(crate) draw_seed: &'a str,
    /// The resource's longest gap between recovery points, in seconds, where it is known.
    pub(crate) gap_seconds: Option<i64>,
    /// The run's estimate and budget.
    pub(crate) budget: &'a Budget,
    /// For how long what did not pass is held for inspection.
    pub(crate) keep: Option<SignedDuration>,
}

impl TestContext<'_> {
    /// The name of what an attempt restores.
    pub(crate) fn name(&self, attempt: u32) -> ResourceName {
        let installation: Installation = self.world.store.installation().clone();
        ResourceName { installation, run: self.run, test: self.drawn.test, attempt }
    }

    /// The tags of what this test makes.
    pub(crate) fn tags(&self) -> BTreeMap<String, String> {
        tags(self.world.store.installation(), self.run, self.drawn.test, self.as_of)
    }

    pub(crate) fn tell(&self, phase: impl Into<String>) {
        let phase = phase.into();
        spans::tell_phase(&phase);
        self.world.tell(Progress::TestPhase { test: self.drawn.test, phase });
    }
}

/// The tags of a resource of ours; `test` 0 is the run itself.
pub(crate) fn tags(installation: &Installation, run: u64, test: u32, as_of: Timestamp) -> BTreeMap<String, String> {
    tags_until(installation, run, test, as_of.saturating_add(EXPIRES_AFTER).unwrap_or(Timestamp::MAX))
}

/// The tags of a resource of ours that may be swept away after a moment.
pub(crate) fn tags_until(
    installation: &Installation,
    run: u64,
    test: u32,
    expires: Timestamp,
) -> BTreeMap<String, String> {
    BTreeMap::from([
        (TAG_INSTALLATION.to_owned(), installation.to_string()),
        (TAG_RUN.to_owned(), run.to_string()),
        (TAG_TEST.to_owned(), test.to_string()),
        (TAG_EXPIRES.to_owned(), expires.to_string()),
    ])
}

/// The name of a step of one attempt.
pub(crate) fn step(name: &str, attempt: u32) -> String {
    format!("{name}/{attempt}")
}

/// What came of one attempt, before it is judged.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) number: u32,
    pub(crate) located: Option<Located>,
    pub(crate) started: Option<RestoreStarted>,
    pub(crate) ended: Option<RestoreEnded>,
    pub(crate) ready: Option<ResourceReady>,
    pub(crate) validated: Option<Validated>,
    pub(crate) deleted: Option<Deleted>,
    /// What it came to, before negative controls are taken into account.
    pub(crate) outcome: Outcome,
    /// Whether another attempt may come out otherwise.
    pub(crate) may_pass: bool,
}

impl Attempt {
    pub(crate) fn new(number: u32) -> Self {
        let outcome = Outcome::inconclusive(FaultOwner::Harness, "it was not performed");
        Self {
            number,
            located: None,
            started: None,
            ended: None,
            ready: None,
            validated: None,
            deleted: None,
            outcome,
            may_pass: false,
        }
    }
}

/// Performs (or finishes) the restore test and closes its chain.
pub(crate) async fn restore_test(test: &TestContext<'_>, journal: &mut Journal) -> Result<TestClosed> {
    if let Some(closed) = journal.recorded(test_step::CLOSE)? {
        return Ok(closed);
    }
    if test.world.stop.is_cancelled() && journal.is_empty() {
        return closing::close_test(test, journal, &Attempt::not_begun()).await;
    }
    if let Admission::Beyond { reason } = budget::admit(test, journal, 1).await? {
        return closing::close_test(test, journal, &Attempt::withheld(&reason)).await;
    }
    let mut number = 1;
    loop {
        let mut attempt = perform(test, journal, number).await?;
        costing::account_for(test, journal, &attempt).await?;
        let clean = attempt.deleted.as_ref().is_none_or(|deleted| deleted.stranded().next().is_none());
        // A next attempt begins only when nothing of this one is left.
        if attempt.may_pass && clean && number < test.world.plan.max_attempts && !test.world.stop.is_cancelled() {
            match budget::admit(test, journal, number + 1).await? {
                Admission::Within => {
                    number += 1;
                    continue;
                }
                Admission::Beyond { reason } => {
                    attempt.outcome = budget::without_another_attempt(attempt.outcome, &reason);
                }
            }
        }
        return closing::close_test(test, journal, &attempt).await;
    }
}

/// One attempt: restore, examine, and delete whatever that made.
async fn perform(test: &TestContext<'_>, journal: &mut Journal, number: u32) -> Result<Attempt> {
    let mut attempt = Attempt::new(number);
    let examined = restore_and_examine(test, journal, &mut attempt).await;
    if let Err(EngineError::Store(error)) = examined {
        return Err(error.into());
    }
    attempt.deleted = Some(deleting::delete_attempt(test, journal, &attempt).await?);
    examined.map(|()| attempt)
}

async fn restore_and_examine(test: &TestContext<'_>, journal: &mut Journal, attempt: &mut Attempt) -> Result<()> {
    let located = staging::bring_in(test, journal, attempt.number).await?;
    attempt.located = Some(located.clone());
    if let Located::NotReached { owner, reason } = located {
        return attempt.end(Outcome::inconclusive(owner, reason), false);
    }
    let order = match preparing::prepare(test, journal, attempt.number, &located).await? {
        preparing::Prepared::Ready(order) => order,
        preparing::Prepared::Refused { outcome, may_pass } => return attempt.end(outcome, may_pass),
    };
    let started = restoring::start(test, journal, attempt.number, &order).await?;
    attempt.started = Some(started.clone());
    let (job, asked) = match started {
        RestoreStarted::Job { restore_job_id, asked, .. } => (restore_job_id, asked),
        RestoreStarted::Refused { owner, reason, may_pass } => return attempt.end(refusal(owner, reason), may_pass),
    };
    let ended = restoring::await_end(test, journal, attempt.number, &job, asked).await?;
    attempt.ended = Some(ended.clone());
    if let RestoreVerdict::NotRestored { owner, reason, may_pass, .. } = ended.verdict {
        return attempt.end(refusal(owner, reason), may_pass);
    }
    let (ready, login) = readying::ready(test, journal, attempt.number, &ended).await?;
    attempt.ready = Some(ready.clone());
    let target = match ready {
        ResourceReady::Ready { target, .. } => target,
        ResourceReady::NotReady { owner, reason } => return attempt.end(refusal(owner, reason), false),
    };
    let restored = validating::Restored { target, login, data_time: data_time(test, &order, asked) };
    let validated = validating::validate(test, journal, attempt.number, restored).await?;
    attempt.outcome = Outcome::of_checks(&believed(test, &validated), test.world.plan.required_level);
    attempt.validated = Some(validated);
    Ok(())
}

/// The moment that the restored data is of. A snapshot has one; of a continuous point a moment was asked for, or the
/// latest there is.
fn data_time(test: &TestContext<'_>, order: &preparing::Order, asked: Timestamp) -> Timestamp {
    match test.drawn.point.kind() {
        PointKind::Snapshot => test.drawn.point.creation_date,
        PointKind::Continuous => {
            let moment = order.metadata.as_metadata().get("RestoreTime").and_then(|moment| moment.parse().ok());
            moment.unwrap_or(asked)
        }
    }
}

/// The checks as they count: a validator that missed a planted fault could not tell.
///
/// Where controls beside the restored data could not be tried at all, what the validator passed does not count. What it
/// failed does: it noticed something, and a server that died of its data can have no scratch database.
fn believed(test: &TestContext<'_>, validated: &Validated) -> Vec<Check> {
    let beside = |check: &Check| validated.controls.iter().find(|tried| tried.validator == check.validator);
    let believe = |check: &Check| {
        let void = |remark: String| Check {
            verdict: Verdict::Inconclusive(FaultOwner::Validator),
            remark: Some(remark),
            ..check.clone()
        };
        if test.voided.contains(&check.validator) {
            return void("the validator missed a planted fault in this run, or could not be tried".into());
        }
        match beside(check) {
            None => check.clone(),
            Some(tried) if tried.hold() => check.clone(),
            Some(ValidatorControls { problem: Some(problem), .. }) => match check.verdict {
                Verdict::Passed => void(format!("no fault could be planted beside the restored data: {problem}")),
                Verdict::Failed | Verdict::Inconclusive(_) => check.clone(),
            },
            Some(_) => void("the validator missed a fault that was planted beside the restored data".into()),
        }
    };
    validated.checks.iter().map(believe).collect()
}

/// Only the backup's own fault is a failure.
fn refusal(owner: FaultOwner, reason: String) -> Outcome {
    match owner {
        FaultOwner::Backup => Outcome::failed(reason),
        FaultOwner::Quota | FaultOwner::Harness | FaultOwner::Validator | FaultOwner::Sandbox => {
            Outcome::inconclusive(owner, reason)
        }
    }
}

impl Attempt {
    fn withheld(reason: &str) -> Self {
        Self { outcome: budget::withheld(reason), ..Self::new(0) }
    }

    fn not_begun() -> Self {
        let outcome = Outcome::inconclusive(FaultOwner::Harness, "the run was stopped before this restore test began");
        Self { outcome, ..Self::new(0) }
    }

    #[expect(clippy::unnecessary_wraps, reason = "ends the caller's stage in one line")]
    fn end(&mut self, outcome: Outcome, may_pass: bool) -> Result<()> {
        self.outcome = outcome;
        self.may_pass = may_pass;
        Ok(())
    }
}
