//! One sweep of `ListRestoreJobs` for all restore tests that wait in an account and Region.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backproof_clock::SharedClock;
use backproof_cloud::{CallError, Cursor, RestoreJob, RunRestores};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

/// AWS's and our clocks may differ by this much when jobs are looked for by their date.
pub(crate) const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// How long after a look the next one comes: a sixtieth of the youngest job's age, between these. Whoever waits for
/// hours learns of the end a little later, and fewer calls are spent.
const PAUSES: (Duration, Duration) = (Duration::from_secs(15), Duration::from_mins(1));

/// What a sweep saw of one job.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) job: RestoreJob,
    /// Other jobs of the same recovery point since then: a duplicate would be among them.
    pub(crate) siblings: Vec<RestoreJob>,
}

type Answer = std::result::Result<Look, CallError>;

/// Looks at restore jobs for everybody who waits for one.
pub(crate) struct Poller {
    waiting: Arc<Waiting>,
    sweeper: JoinHandle<()>,
}

#[derive(Default)]
struct Waiting {
    tests: Mutex<Vec<Waiter>>,
    arrived: Notify,
}

struct Waiter {
    job: String,
    since: Timestamp,
    tell: oneshot::Sender<Answer>,
}

impl Poller {
    /// Begins to sweep as soon as somebody waits.
    pub(crate) fn begin(restores: Arc<dyn RunRestores>, clock: SharedClock) -> Arc<Self> {
        let waiting = Arc::new(Waiting::default());
        let sweeper = tokio::spawn(sweep_for_ever(waiting.clone(), restores, clock));
        Arc::new(Self { waiting, sweeper })
    }

    /// The job as the next sweep sees it; `since` is when it was asked for.
    pub(crate) async fn next_look(&self, job: &str, since: Timestamp) -> Option<Answer> {
        let (tell, told) = oneshot::channel();
        self.waiting.lock().push(Waiter { job: job.to_owned(), since, tell });
        self.waiting.arrived.notify_one();
        told.await.ok()
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.sweeper.abort();
    }
}

impl Waiting {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Waiter>> {
        self.tests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn sweep_for_ever(waiting: Arc<Waiting>, restores: Arc<dyn RunRestores>, clock: SharedClock) {
    loop {
        let youngest = waiting.lock().iter().map(|waiter| waiter.since).max();
        let Some(youngest) = youngest else {
            waiting.arrived.notified().await;
            continue;
        };
        let age = Duration::try_from(clock.now().duration_since(youngest)).unwrap_or_default();
        clock.sleep((age / 60).clamp(PAUSES.0, PAUSES.1)).await;
        let waiters = std::mem::take(&mut *waiting.lock());
        answer(waiters, restores.as_ref()).await;
    }
}

async fn answer(waiters: Vec<Waiter>, restores: &dyn RunRestores) {
    let Some(oldest) = waiters.iter().map(|waiter| waiter.since).min() else { return };
    let jobs = jobs_since(restores, oldest).await;
    for waiter in waiters {
        let answer = match &jobs {
            Err(error) => Err(error.clone()),
            Ok(jobs) => match jobs.get(&waiter.job) {
                Some(job) => Ok(Look { job: job.clone(), siblings: siblings(job, jobs) }),
                // Listings lag behind; the job itself is asked before anybody concludes anything.
                None => {
                    restores.describe_restore(&waiter.job).await.map(|job| Look { siblings: siblings(&job, jobs), job })
                }
            },
        };
        // Whoever has stopped waiting needs no answer.
        waiter.tell.send(answer).ok();
    }
}

fn siblings(job: &RestoreJob, jobs: &HashMap<String, RestoreJob>) -> Vec<RestoreJob> {
    let of_same_point = |other: &&RestoreJob| {
        other.recovery_point_arn == job.recovery_point_arn && other.restore_job_id != job.restore_job_id
    };
    jobs.values().filter(of_same_point).cloned().collect()
}

/// Every restore job created since a moment, by its id.
pub(crate) async fn jobs_since(
    restores: &dyn RunRestores,
    since: Timestamp,
) -> std::result::Result<HashMap<String, RestoreJob>, CallError> {
    let since = since.saturating_sub(CLOCK_TOLERANCE).unwrap_or(Timestamp::MIN);
    let mut jobs = HashMap::new();
    let mut cursor = Cursor::of("backup:ListRestoreJobs");
    while let Some(from) = cursor.next() {
        let page = restores.restore_jobs_since(since, from).await?;
        jobs.extend(page.items.into_iter().map(|job| (job.restore_job_id.clone(), job)));
        cursor.advance(page.next)?;
    }
    Ok(jobs)
}
