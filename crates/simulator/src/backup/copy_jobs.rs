//! Copy jobs, looked at.

use serde::Serialize;
use serde_json::json;

use super::copy::{CopyJob, CopyStage};
use super::epoch::{Epoch, moment};
use super::errors::not_found;
use super::paging::Page;
use super::points::{LifecycleMembers, lifecycle_members};
use super::{Asked, Backup, arns};
use crate::wire::{Answer, ApiError};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described<'a> {
    account_id: &'a str,
    copy_job_id: &'a str,
    source_backup_vault_arn: &'a str,
    source_recovery_point_arn: &'a str,
    destination_backup_vault_arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_recovery_point_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_recovery_point_lifecycle: Option<LifecycleMembers>,
    resource_arn: &'a str,
    creation_date: Epoch,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_date: Option<Epoch>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backup_size_in_bytes: Option<u64>,
    iam_role_arn: &'a str,
    resource_type: &'a str,
    resource_name: &'a str,
    is_parent: bool,
}

fn described(job: &CopyJob) -> Described<'_> {
    let (point_arn, message) = match &job.stage {
        CopyStage::Created | CopyStage::Running => (None, None),
        CopyStage::Completed { point_arn } => (Some(point_arn.as_str()), None),
        CopyStage::Failed { message } => (None, Some(message.as_str())),
    };
    Described {
        account_id: &job.account,
        copy_job_id: &job.id,
        source_backup_vault_arn: &job.source_vault_arn,
        source_recovery_point_arn: &job.point.arn,
        destination_backup_vault_arn: &job.destination_arn,
        destination_recovery_point_arn: point_arn,
        destination_recovery_point_lifecycle: lifecycle_members(job.lifecycle),
        resource_arn: &job.point.resource.arn,
        creation_date: Epoch(job.created_at),
        completion_date: job.ended().then_some(Epoch(job.ends_at)),
        state: job.state(),
        status_message: message,
        backup_size_in_bytes: job.point.size,
        iam_role_arn: &job.role_arn,
        resource_type: &job.point.resource.kind,
        resource_name: &job.point.resource.name,
        is_parent: false,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CopyJobs<'a> {
    copy_jobs: Vec<Described<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Backup {
    fn own_copy_jobs<'a>(&'a self, asked: &'a Asked<'_>) -> impl DoubleEndedIterator<Item = (usize, &'a CopyJob)> {
        let own = |(_, job): &(usize, &CopyJob)| job.account == asked.ctx.account && job.region == asked.ctx.region;
        self.copy_jobs.iter().enumerate().filter(own)
    }

    pub(super) fn describe_copy_job(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let found = self.own_copy_jobs(asked).find(|(_, job)| job.id == asked.label(0));
        let (_, job) = found.ok_or_else(|| not_found("Copy job", asked.label(0)))?;
        Answer::json(&json!({ "CopyJob": described(job) }))
    }

    pub(super) fn list_copy_jobs(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        const OPERATION: &str = "ListCopyJobs";
        let query = &asked.query;
        let page = Page::asked(OPERATION, query)?;
        let (before, after) = (moment(query, "createdBefore")?, moment(query, "createdAfter")?);
        let (ended_before, ended_after) = (moment(query, "completeBefore")?, moment(query, "completeAfter")?);
        let wanted = |job: &CopyJob| {
            let is = |name: &str, value: &str| query.get(name).is_none_or(|wanted| wanted == value);
            let ended = job.ended().then_some(job.ends_at);
            let destination = arns::vault(&job.destination.0, &job.destination.1, &job.destination.2);
            is("resourceArn", &job.point.resource.arn)
                && is("state", job.state())
                && is("resourceType", &job.point.resource.kind)
                && is("destinationVaultArn", &destination)
                && is("sourceRecoveryPointArn", &job.point.arn)
                && is("accountId", &job.account)
                && query.get("parentJobId").is_none()
                && query.get("messageCategory").is_none()
                && before.is_none_or(|before| job.created_at < before)
                && after.is_none_or(|after| job.created_at > after)
                && ended_before.is_none_or(|before| ended.is_some_and(|ended| ended < before))
                && ended_after.is_none_or(|after| ended.is_some_and(|ended| ended > after))
        };
        // The newest first; tokens stay true while new jobs are started.
        let top = if page.start == 0 { self.copy_jobs.len() } else { usize::try_from(page.start).unwrap_or(0) };
        let (mut listed, mut next_token) = (Vec::new(), None);
        for (place, job) in self.own_copy_jobs(asked).rev().filter(|(place, job)| *place < top && wanted(job)) {
            if listed.len() == page.limit {
                next_token = Some(super::paging::token(OPERATION, place as u64 + 1));
                break;
            }
            listed.push(described(job));
        }
        Answer::json(&CopyJobs { copy_jobs: listed, next_token })
    }
}
