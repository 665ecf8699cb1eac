//! Restore jobs: how one goes on with time.
//!
//! A job is decided when it is started, except for what it meets when it begins to run: a table or an instance of its
//! name, and the network of an instance. Nothing happens between two calls; whoever asks first after a job is due makes
//! it happen.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::site::Resource;
use super::{Backup, Made, arns};
use crate::dynamodb::{TableSnapshot, Tables};
use crate::rds::Restoration;
use crate::rds::metadata::Moments;
use crate::world::{CreatedResource, DataFaults, RestoreScript, table_at};

/// A restore job.
#[derive(Clone, Debug)]
pub(super) struct RestoreJob {
    pub(super) id: String,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) point_arn: String,
    pub(super) point_created_at: Timestamp,
    /// The moments that its data can be restored to.
    pub(super) moments: Moments,
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
    /// The name of the table or instance that it creates.
    pub(super) target: String,
    /// How it goes, and what becomes of what it creates.
    pub(super) script: Arc<RestoreScript>,
    /// Whether something is there even though the job does not complete.
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

    /// The ARN of the table or instance that it creates.
    pub(super) fn target_arn(&self) -> String {
        arns::resource(&self.account, &self.region, &self.resource.kind, &self.target)
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
                Some(arns::resource("000000000000", &self.region, &self.resource.kind, &self.target))
            }
        }
    }

    /// Whether a table or an instance comes to be.
    fn makes_something(&self) -> bool {
        match &self.end {
            End::Completed { created, .. } => match created {
                CreatedResource::Told | CreatedResource::Untold | CreatedResource::WrongAccount => true,
                CreatedResource::Dangling => false,
            },
            End::Failed(_) | End::Aborted(_) | End::Never => self.leaves_behind,
        }
    }

    /// When it can be used and deleted.
    fn is_ready_at(&self) -> Timestamp {
        let an_hour = || self.starts_at.checked_add(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MAX);
        self.script.creating.after(self.ends_at.unwrap_or_else(an_hour))
    }

    /// The data of `moment`, or older data that the point holds by mistake.
    fn data_moment(&self, moment: Timestamp) -> Timestamp {
        self.data.stale.map_or(moment, |stale| stale.before(moment))
    }
}

impl Backup {
    /// Lets restore jobs begin and end that are due.
    pub(super) fn advance_restores(&mut self, now: Timestamp, made: &mut Made<'_>) {
        let due = |job: &RestoreJob| job.stage == Stage::Pending && job.starts_at <= now;
        let mut starting: Vec<usize> =
            self.active_restores.iter().copied().filter(|place| due(&self.restore_jobs[*place])).collect();
        starting.sort_by_key(|place| self.restore_jobs[*place].starts_at);
        for place in starting {
            self.begin_restore(place, made);
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

    fn begin_restore(&mut self, place: usize, made: &mut Made<'_>) {
        let job = &mut self.restore_jobs[place];
        job.stage = Stage::Running;
        if !job.makes_something() {
            return;
        }
        let begun = match job.resource.kind.as_str() {
            "RDS" => make_instance(job, self.world.start, made),
            _ => make_table(job, self.world.start, made.tables),
        };
        if let Err(message) = begun {
            job.end = End::Failed(message);
            job.ends_at = Some(job.starts_at);
        }
    }
}

fn make_table(job: &RestoreJob, start: Timestamp, tables: &mut Tables) -> Result<(), String> {
    if tables.exists(&job.account, &job.region, &job.target, job.starts_at) {
        return Err(format!("Table already exists: {}", job.target));
    }
    if let Some(snapshot) = snapshot(job, start) {
        let ready_at = job.is_ready_at();
        tables.create_restored(&job.account, &job.region, &job.target, &snapshot, job.starts_at, ready_at);
        if let Some(span) = job.script.refuses_deletion_for {
            tables.refuse_deletion(&job.account, &job.region, &job.target, span.after(ready_at));
        }
    }
    Ok(())
}

fn make_instance(job: &RestoreJob, start: Timestamp, made: &mut Made<'_>) -> Result<(), String> {
    // A job that was started has a resource with a database.
    let description = job.resource.description.as_ref().and_then(|description| description.database.as_ref());
    let Some(source) = description else { return Ok(()) };
    let moment = crate::rds::metadata::moment(&job.metadata, job.moments, job.created_at)?;
    let restoration = Restoration {
        name: &job.target,
        metadata: &job.metadata,
        source,
        data: &job.data,
        script: &job.script,
        moment: job.data_moment(moment),
        start,
        created_at: job.is_ready_at(),
        completes: matches!(job.end, End::Completed { .. }),
        seed: &job.id,
    };
    made.rds.restore(made.networks.of(&job.account, &job.region), &restoration)
}

/// The data that a job restores, with the faults of its recovery point; half of it where the job does not complete.
fn snapshot(job: &RestoreJob, start: Timestamp) -> Option<TableSnapshot> {
    let description = job.resource.description.as_ref()?;
    let table = planted(table_at(description, start, job.data_moment(job.point_created_at))?, &job.data);
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
