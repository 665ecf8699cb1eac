//! Restore jobs: how one goes on with time.
//!
//! A job is decided when it is started, except for what it meets when it begins to run: a table of its name. Nothing
//! happens between two calls; whoever asks first after a job is due makes it happen.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Backup;
use super::arns;
use super::site::Resource;
use crate::dynamodb::{TableSnapshot, Tables};
use crate::world::{CreatedResource, DataFaults, Span, table_at};

/// A restore job.
#[derive(Clone, Debug)]
pub(super) struct RestoreJob {
    pub(super) id: String,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) point_arn: String,
    pub(super) point_created_at: Timestamp,
    pub(super) source_arn: String,
    pub(super) vault_arn: String,
    pub(super) role_arn: String,
    pub(super) size: Option<u64>,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) created_at: Timestamp,
    /// When it begins to run.
    pub(super) starts_at: Timestamp,
    /// When it ends; never, where there is none.
    pub(super) ends_at: Option<Timestamp>,
    pub(super) stage: Stage,
    pub(super) end: End,
    pub(super) resource: Arc<Resource>,
    pub(super) data: Arc<DataFaults>,
    /// The name of the table that it creates.
    pub(super) target: String,
    /// How long after the end the table is still `CREATING`.
    pub(super) creating: Span,
    /// Whether a table is there even though the job does not complete.
    pub(super) leaves_behind: bool,
    pub(super) validation: Option<Validation>,
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Pending,
    Running,
    Ended,
}

/// How a job ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    Completed { message: Option<String>, created: CreatedResource },
    Failed(String),
    Aborted(String),
    Never,
}

/// What somebody said of the restored resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Validation {
    pub(super) status: String,
    pub(super) message: Option<String>,
}

impl RestoreJob {
    /// `RestoreJobStatus`.
    pub(super) fn status(&self) -> &'static str {
        match (self.stage, &self.end) {
            (Stage::Pending, _) => "PENDING",
            (Stage::Running, _) | (Stage::Ended, End::Never) => "RUNNING",
            (Stage::Ended, End::Completed { .. }) => "COMPLETED",
            (Stage::Ended, End::Failed(_)) => "FAILED",
            (Stage::Ended, End::Aborted(_)) => "ABORTED",
        }
    }

    /// Whether it ended well.
    pub(super) fn completed(&self) -> bool {
        self.status() == "COMPLETED"
    }

    /// AWS Backup's remark on the status.
    pub(super) fn status_message(&self) -> Option<&str> {
        match (self.stage, &self.end) {
            (Stage::Pending | Stage::Running, _) | (Stage::Ended, End::Never) => None,
            (Stage::Ended, End::Completed { message, .. }) => message.as_deref(),
            (Stage::Ended, End::Failed(message) | End::Aborted(message)) => Some(message),
        }
    }

    /// From 0 to 100.
    pub(super) fn percent_done(&self, now: Timestamp) -> f64 {
        let length = self.ends_at.map_or(3600.0, |end| end.duration_since(self.starts_at).as_secs_f64());
        match self.stage {
            Stage::Pending => 0.0,
            Stage::Running => {
                (now.duration_since(self.starts_at).as_secs_f64() / length.max(1.0) * 100.0).clamp(0.0, 99.0)
            }
            Stage::Ended => 100.0,
        }
    }

    /// The ARN of the table that it creates.
    pub(super) fn target_arn(&self) -> String {
        arns::resource(&self.account, &self.region, "DynamoDB", &self.target)
    }

    /// What it says that it created: late, and not always what is there.
    pub(super) fn created_resource_arn(&self, now: Timestamp) -> Option<String> {
        let End::Completed { created, .. } = &self.end else { return None };
        match (self.stage, created) {
            (Stage::Pending, _)
            | (_, CreatedResource::Untold)
            | (Stage::Running, CreatedResource::WrongAccount | CreatedResource::Dangling) => None,
            (Stage::Running, CreatedResource::Told) => (self.percent_done(now) >= 50.0).then(|| self.target_arn()),
            (Stage::Ended, CreatedResource::Told | CreatedResource::Dangling) => Some(self.target_arn()),
            (Stage::Ended, CreatedResource::WrongAccount) => {
                Some(arns::resource("000000000000", &self.region, "DynamoDB", &self.target))
            }
        }
    }

    /// Whether a table comes to be.
    fn makes_a_table(&self) -> bool {
        match &self.end {
            End::Completed { created, .. } => match created {
                CreatedResource::Told | CreatedResource::Untold | CreatedResource::WrongAccount => true,
                CreatedResource::Dangling => false,
            },
            End::Failed(_) | End::Aborted(_) | End::Never => self.leaves_behind,
        }
    }

    /// When the table can be used and deleted.
    fn table_is_ready_at(&self) -> Timestamp {
        let an_hour = || self.starts_at.checked_add(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MAX);
        self.creating.after(self.ends_at.unwrap_or_else(an_hour))
    }
}

impl Backup {
    /// Lets restore jobs begin and end that are due.
    pub(super) fn advance_restores(&mut self, now: Timestamp, tables: &mut Tables) {
        let due = |job: &RestoreJob| job.stage == Stage::Pending && job.starts_at <= now;
        let mut starting: Vec<usize> =
            self.active_restores.iter().copied().filter(|place| due(&self.restore_jobs[*place])).collect();
        starting.sort_by_key(|place| self.restore_jobs[*place].starts_at);
        for place in starting {
            self.begin_restore(place, tables);
        }
        for place in &self.active_restores {
            let job = &mut self.restore_jobs[*place];
            if job.stage == Stage::Running && job.ends_at.is_some_and(|end| end <= now) {
                job.stage = Stage::Ended;
                if let Some(ended_at) = job.ends_at.filter(|_| job.completed()) {
                    self.last_restores.insert(job.point_arn.clone(), ended_at);
                }
            }
        }
        self.active_restores.retain(|place| self.restore_jobs[*place].stage != Stage::Ended);
    }

    fn begin_restore(&mut self, place: usize, tables: &mut Tables) {
        let job = &mut self.restore_jobs[place];
        job.stage = Stage::Running;
        if !job.makes_a_table() {
            return;
        }
        if tables.exists(&job.account, &job.region, &job.target, job.starts_at) {
            job.end = End::Failed(format!("Table already exists: {}", job.target));
            job.ends_at = Some(job.starts_at);
            return;
        }
        let snapshot = snapshot(job, self.world.start);
        if let Some(snapshot) = snapshot {
            let ready_at = job.table_is_ready_at();
            tables.create_restored(&job.account, &job.region, &job.target, &snapshot, job.starts_at, ready_at);
        }
    }
}

/// The data that a job restores, with the faults of its recovery point; half of it where the job does not complete.
fn snapshot(job: &RestoreJob, start: Timestamp) -> Option<TableSnapshot> {
    let description = job.resource.description.as_ref()?;
    let moment = job.data.stale.map_or(job.point_created_at, |stale| stale.before(job.point_created_at));
    let table = planted(table_at(description, start, moment)?, &job.data);
    let half = table.count() / 2;
    Some(match &job.end {
        End::Completed { .. } => table,
        End::Failed(_) | End::Aborted(_) | End::Never => table.truncated_to(half),
    })
}

fn planted(table: TableSnapshot, data: &DataFaults) -> TableSnapshot {
    let number = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    let mut table = table
        .without_items(number(data.missing_items))
        .with_changed_items(number(data.changed_items))
        .with_extra_items(number(data.extra_items));
    if let Some(count) = data.truncated_to {
        table = table.truncated_to(number(count));
    }
    if data.empty {
        table = table.emptied();
    }
    if let Some(index) = &data.drop_index {
        table = table.without_index(index);
    }
    if data.reordered {
        table = table.reordered();
    }
    if data.rewritten_numbers {
        table = table.with_numbers_rewritten();
    }
    table
}
