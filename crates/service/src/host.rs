//! What a service asks of the program around it.

use std::fmt;

use async_trait::async_trait;
use backproof_alarms::{Alarm, AlarmKind};
use backproof_model::money::Money;
use backproof_model::record::RunClosed;
use backproof_plan::Plan;
use backproof_store::RegisteredRun;

/// The program around a service: reads plans, performs runs, tells people.
///
/// Each method may be called again at any time; a run that was stopped in the middle is gone on with.
#[async_trait]
pub trait Host: Send + Sync + 'static {
    /// Every plan as its file stands now.
    async fn plans(&self) -> Vec<PlanSeen>;

    /// Whether a run of this plan may begin now: authorised, approved, its sandbox ours. Begins nothing.
    async fn may_begin(&self, plan: &Plan) -> Result<(), Obstacle>;

    /// Goes on with this open run, under the plan that it was begun with, as far as it goes. `plan` is the plan as it
    /// stands now, where there still is one of that name.
    async fn go_on(&self, run: &RegisteredRun, plan: Option<&Plan>) -> Result<(), Obstacle>;

    /// What a closed run came to.
    async fn figures(&self, run: u64) -> Result<RunFigures, Obstacle>;

    /// Examines what would fail on the day; gives what is wrong, one sentence each.
    async fn examine(&self, plan: &Plan) -> Result<Vec<String>, Obstacle>;

    /// Deletes what earlier runs left in the sandbox; gives what is still there: the resource, and why.
    async fn sweep(&self, plan: &Plan) -> Result<Vec<(String, String)>, Obstacle>;

    /// Tells people. Returns at once.
    fn raise(&self, alarm: Alarm);

    /// Says that the service is alive.
    fn beat(&self);
}

/// A plan file as it was read.
#[derive(Clone, Debug)]
pub struct PlanSeen {
    /// The file's name.
    pub file: String,
    /// The plan, or all that is wrong with it.
    pub read: Result<Plan, String>,
}

/// Why something could not be done. It may pass; it is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What people are told of.
    pub kind: AlarmKind,
    /// Why, for the log: may repeat what AWS said.
    pub why: String,
    /// Why, in words that may leave the host.
    pub summary: String,
}

impl Obstacle {
    /// Trouble of the program itself.
    pub fn trouble(summary: impl Into<String>, why: impl fmt::Display) -> Self {
        Self { kind: AlarmKind::ServiceTrouble, why: why.to_string(), summary: summary.into() }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// What a closed run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct RunFigures {
    /// The run's verdict as its exit code says it: `passed`, `failed`, `inconclusive`, `stranded`.
    pub verdict: String,
    /// Its last record.
    pub closed: RunClosed,
    /// What it was estimated to cost, and the currency, where that is known.
    pub estimate: Option<(Money, String)>,
}
