//! Restore jobs, looked at: described, listed, their metadata, and what is said of them.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::epoch::{Epoch, moment};
use super::errors::{invalid_parameter, invalid_request, missing_parameter, not_found};
use super::paging::Page;
use super::restore::{RestoreJob, Stage, Validation};
use super::{Asked, Backup};
use crate::wire::{Answer, ApiError, CallContext};

/// One restore job as a test sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSummary {
    /// Its id.
    pub id: String,
    /// The account that it restores into.
    pub account: String,
    /// The recovery point.
    pub recovery_point_arn: String,
    /// The protected resource.
    pub source_resource_arn: String,
    /// `RestoreJobStatus`.
    pub status: String,
    /// The name of the table or instance that it creates.
    pub target: String,
    /// When it was started.
    pub created_at: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described<'a> {
    account_id: &'a str,
    restore_job_id: &'a str,
    recovery_point_arn: &'a str,
    source_resource_arn: &'a str,
    backup_vault_arn: &'a str,
    creation_date: Epoch,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_date: Option<Epoch>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<&'a str>,
    percent_done: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    backup_size_in_bytes: Option<u64>,
    iam_role_arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_completion_time_minutes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_resource_arn: Option<String>,
    resource_type: &'a str,
    recovery_point_creation_date: Epoch,
    is_parent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_status_message: Option<&'a str>,
}

fn described(job: &RestoreJob, now: Timestamp) -> Described<'_> {
    let expected = job.ends_at.map(|end| end.duration_since(job.created_at).as_mins());
    Described {
        account_id: &job.account,
        restore_job_id: &job.id,
        recovery_point_arn: &job.point_arn,
        source_resource_arn: &job.source_arn,
        backup_vault_arn: &job.vault_arn,
        creation_date: Epoch(job.created_at),
        completion_date: job.ends_at.filter(|_| job.stage == Stage::Ended).map(Epoch),
        status: job.status(),
        status_message: job.status_message(),
        percent_done: format!("{:.2}%", job.percent_done(now)),
        backup_size_in_bytes: job.size,
        iam_role_arn: &job.role_arn,
        expected_completion_time_minutes: expected,
        created_resource_arn: job.created_resource_arn(now),
        resource_type: &job.resource.kind,
        recovery_point_creation_date: Epoch(job.point_created_at),
        is_parent: false,
        validation_status: job.validation.as_ref().map(|validation| validation.status.as_str()),
        validation_status_message: job.validation.as_ref().and_then(|validation| validation.message.as_deref()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RestoreJobs<'a> {
    restore_jobs: Vec<Described<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Backup {
    /// Every restore job, in the order of starting.
    pub(crate) fn job_summaries(&self) -> Vec<JobSummary> {
        let summary = |job: &RestoreJob| JobSummary {
            id: job.id.clone(),
            account: job.account.clone(),
            recovery_point_arn: job.point_arn.clone(),
            source_resource_arn: job.source_arn.clone(),
            status: job.status().to_owned(),
            target: job.target.clone(),
            created_at: job.created_at,
        };
        self.restore_jobs.iter().map(summary).collect()
    }

    fn restore_job_place(&self, ctx: &CallContext, id: &str) -> Result<usize, ApiError> {
        let is_it = |job: &RestoreJob| job.id == id && job.account == ctx.account && job.region == ctx.region;
        self.restore_jobs.iter().position(is_it).ok_or_else(|| not_found("Restore job", id))
    }

    pub(super) fn describe_restore_job(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let place = self.restore_job_place(asked.ctx, asked.label(0))?;
        Answer::json(&described(&self.restore_jobs[place], asked.ctx.now))
    }

    pub(super) fn get_restore_job_metadata(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let job = &self.restore_jobs[self.restore_job_place(asked.ctx, asked.label(0))?];
        Answer::json(&json!({ "RestoreJobId": job.id, "Metadata": job.metadata }))
    }

    pub(super) fn list_restore_jobs(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let query = &asked.query;
        let (created_before, created_after) = (moment(query, "createdBefore")?, moment(query, "createdAfter")?);
        let (ended_before, ended_after) = (moment(query, "completeBefore")?, moment(query, "completeAfter")?);
        self.restore_jobs_where("ListRestoreJobs", asked, |job| {
            let ended = job.ends_at.filter(|_| job.stage == Stage::Ended);
            query.get("resourceType").is_none_or(|name| job.resource.kind == name)
                && query.get("accountId").is_none_or(|account| account == "*" || job.account == account)
                && query.get("parentJobId").is_none()
                && query.get("restoreTestingPlanArn").is_none()
                && created_before.is_none_or(|before| job.created_at < before)
                && created_after.is_none_or(|after| job.created_at > after)
                && ended_before.is_none_or(|before| ended.is_some_and(|ended| ended < before))
                && ended_after.is_none_or(|after| ended.is_some_and(|ended| ended > after))
        })
    }

    pub(super) fn list_restore_jobs_by_protected_resource(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let before = moment(&asked.query, "recoveryPointCreationDateBefore")?;
        let after = moment(&asked.query, "recoveryPointCreationDateAfter")?;
        self.restore_jobs_where("ListRestoreJobsByProtectedResource", asked, |job| {
            job.source_arn == asked.label(0)
                && before.is_none_or(|before| job.point_created_at < before)
                && after.is_none_or(|after| job.point_created_at > after)
        })
    }

    /// The newest first; tokens stay true while new jobs are started.
    fn restore_jobs_where(
        &self,
        operation: &str,
        asked: &Asked<'_>,
        wanted: impl Fn(&RestoreJob) -> bool,
    ) -> Result<Answer, ApiError> {
        let status = asked.query.get("status").filter(|status| *status != "ANY");
        if status.is_some_and(|status| !STATUSES.contains(&status)) {
            return Err(invalid_parameter("Invalid restore job status"));
        }
        let page = Page::asked(operation, &asked.query)?;
        let own = |job: &&RestoreJob| {
            job.account == asked.ctx.account
                && job.region == asked.ctx.region
                && status.is_none_or(|status| job.status() == status)
                && wanted(job)
        };
        // Places count from the oldest; a page goes on below the one it was told. The first page begins above all.
        let top = if page.start == 0 { self.restore_jobs.len() } else { usize::try_from(page.start).unwrap_or(0) };
        let mut listed = Vec::new();
        let mut next_token = None;
        for (place, job) in self.restore_jobs.iter().enumerate().take(top).rev().filter(|(_, job)| own(job)) {
            if listed.len() == page.limit {
                next_token = Some(super::paging::token(operation, place as u64 + 1));
                break;
            }
            listed.push(described(job, asked.ctx.now));
        }
        Answer::json(&RestoreJobs { restore_jobs: listed, next_token })
    }

    pub(super) fn put_restore_validation_result(&mut self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let place = self.restore_job_place(asked.ctx, asked.label(0))?;
        let status = asked.text("ValidationStatus").ok_or_else(|| missing_parameter("ValidationStatus"))?;
        if !["FAILED", "SUCCESSFUL", "TIMED_OUT", "VALIDATING"].contains(&status) {
            return Err(invalid_parameter("Invalid validation status"));
        }
        let job = &mut self.restore_jobs[place];
        if !job.completed() {
            return Err(invalid_request("Restore job is not completed"));
        }
        if job.validation.as_ref().is_some_and(|validation| validation.status != "VALIDATING") {
            return Err(invalid_request("Validation status has been set and cannot be changed"));
        }
        let message = asked.text("ValidationStatusMessage").map(str::to_owned);
        job.validation = Some(Validation { status: status.to_owned(), message });
        Ok(Answer::empty(204))
    }
}

/// `RestoreJobStatus`.
const STATUSES: [&str; 5] = ["PENDING", "RUNNING", "COMPLETED", "ABORTED", "FAILED"];
