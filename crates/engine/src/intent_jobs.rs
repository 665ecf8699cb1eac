//! Which restore jobs a restore test's intent has, what they created, and which of them go on.

use std::collections::HashMap;

use backproof_cloud::{CallError, RestoreJob, RunRestores};
use backproof_model::record::{Located, RestoreStarted};
use backproof_model::{RecoveryPointArn, ResourceArn};
use jiff::Timestamp;

use crate::poller::jobs_since;
use crate::restore_test::{Attempt, TestContext};
use crate::restoring::carries_name;

/// Whether a job's message says that it found its name taken.
pub(crate) fn says_name_was_taken(status: &str, message: Option<&str>) -> bool {
    let message = message.unwrap_or_default().to_ascii_lowercase();
    status == "FAILED" && (message.contains("already exists") || message.contains("alreadyexists"))
}

/// What a job says that it created.
pub(crate) struct Created {
    pub(crate) job: String,
    /// When AWS created the job.
    pub(crate) job_date: Option<Timestamp>,
    pub(crate) resource: ResourceArn,
}

/// The restore jobs of one attempt.
#[derive(Default)]
pub(crate) struct JobsOfIntent {
    /// What jobs of this intent say they created, in the sandbox.
    pub(crate) created: Vec<Created>,
    /// What they say they created elsewhere.
    pub(crate) elsewhere: Vec<Created>,
    /// Jobs of this intent that have not ended, or of which nobody can tell.
    pub(crate) unfinished: Vec<(String, String)>,
    /// When AWS created the first job of this intent.
    pub(crate) first_job: Option<Timestamp>,
    /// How many jobs there are, and how many of them found their name taken.
    jobs: usize,
    refused_for_name: usize,
}

impl JobsOfIntent {
    fn take(&mut self, test: &TestContext<'_>, job: &RestoreJobSeen<'_>) {
        self.jobs += 1;
        self.refused_for_name += usize::from(says_name_was_taken(job.status, job.status_message));
        self.first_job = [self.first_job, job.creation_date].into_iter().flatten().min();
        let Some(resource) = job.created_resource_arn.cloned() else { return };
        let list = if test.access.sandbox.holds(&resource) { &mut self.created } else { &mut self.elsewhere };
        list.push(Created { job: job.id.to_owned(), job_date: job.creation_date, resource });
    }

    /// Whether every job of this intent was refused because the name was taken.
    pub(crate) fn found_name_taken(&self, resource: &ResourceArn) -> bool {
        let made = self.created.iter().any(|created| created.resource == *resource);
        self.jobs > 0 && self.refused_for_name == self.jobs && self.unfinished.is_empty() && !made
    }
}

/// What matters here of a restore job, as the journal or AWS tells it.
struct RestoreJobSeen<'a> {
    id: &'a str,
    status: &'a str,
    status_message: Option<&'a str>,
    creation_date: Option<Timestamp>,
    created_resource_arn: Option<&'a ResourceArn>,
}

/// The jobs of this attempt: the one that we know, and any other that carries our name.
pub(crate) async fn jobs_of_intent(test: &TestContext<'_>, attempt: &Attempt, intended: Timestamp) -> JobsOfIntent {
    let mut found = JobsOfIntent::default();
    let known = match &attempt.started {
        Some(RestoreStarted::Job { restore_job_id, .. }) => Some(restore_job_id.as_str()),
        Some(RestoreStarted::Refused { .. }) | None => None,
    };
    let ended_well = attempt.ended.as_ref().filter(|ended| {
        matches!(ended.status.as_str(), "COMPLETED" | "FAILED" | "ABORTED") && ended.duplicates.is_empty()
    });
    if let (Some(job), Some(ended)) = (known, ended_well) {
        found.take(
            test,
            &RestoreJobSeen {
                id: job,
                status: &ended.status,
                status_message: ended.status_message.as_deref(),
                creation_date: ended.creation_date,
                created_resource_arn: ended.created_resource_arn.as_ref(),
            },
        );
        return found;
    }
    // The job's end is not known, or it is not the only one: ask for all jobs of this point since the intent.
    let jobs = match jobs_of(test.access.restores.as_ref(), intended, known).await {
        Ok(jobs) => jobs,
        Err(error) => {
            let job = known.unwrap_or("of an unknown id");
            found.unfinished.push((job.to_owned(), format!("in an unknown state ({error})")));
            return found;
        }
    };
    let name = test.name(attempt.number).to_string();
    let point = restored_from(test, attempt);
    for job in jobs.into_values().filter(|job| job.recovery_point_arn.as_ref().is_none_or(|arn| arn == point)) {
        let is_known = known == Some(job.restore_job_id.as_str());
        let ours = if is_known { Ok(true) } else { carries_name(test, &job, &name).await };
        match ours {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) => {
                found.unfinished.push((job.restore_job_id, format!("perhaps ours ({error})")));
                continue;
            }
        }
        found.take(
            test,
            &RestoreJobSeen {
                id: &job.restore_job_id,
                status: job.status.as_str(),
                status_message: job.status_message.as_deref(),
                creation_date: job.creation_date,
                created_resource_arn: job.created_resource_arn.as_ref(),
            },
        );
        if !job.status.is_terminal() {
            found.unfinished.push((job.restore_job_id, job.status.as_str().to_owned()));
        }
    }
    found
}

/// Every job since the intent, and the one that is known in any case: a listing may lag behind, and a clock of ours that
/// is ahead of AWS's asks for jobs that are younger than ours.
async fn jobs_of(
    restores: &dyn RunRestores,
    intended: Timestamp,
    known: Option<&str>,
) -> std::result::Result<HashMap<String, RestoreJob>, CallError> {
    let mut jobs = jobs_since(restores, intended).await?;
    if let Some(known) = known.filter(|known| !jobs.contains_key(*known)) {
        let job = restores.describe_restore(known).await?;
        jobs.insert(job.restore_job_id.clone(), job);
    }
    Ok(jobs)
}

/// The recovery point that the attempt's restore job was asked for: the drawn one, or its copy.
fn restored_from<'a>(test: &'a TestContext<'_>, attempt: &'a Attempt) -> &'a RecoveryPointArn {
    match &attempt.located {
        Some(Located::Copied { recovery_point_arn, .. } | Located::AsItIs { recovery_point_arn, .. }) => {
            recovery_point_arn
        }
        Some(Located::NotReached { .. }) | None => &test.drawn.point.recovery_point_arn,
    }
}
