//! `ListRestoreJobs`, `DescribeRestoreJob`, `GetRestoreJobMetadata`.

use std::collections::BTreeMap;

use aws_sdk_backup::types::RestoreJobsListMember;
use backproof_cloud::{CallError, Page, PageToken, RestoreJob, RestoreJobStatus};
use backproof_model::ResourceType;
use jiff::Timestamp;

use crate::backups::PAGE;
use crate::convert::{count, date_time, moment, need, parse_if_given, sort_out, unreadable};
use crate::session::Session;

const LIST: &str = "backup:ListRestoreJobs";
const DESCRIBE: &str = "backup:DescribeRestoreJob";
const METADATA: &str = "backup:GetRestoreJobMetadata";

/// One page of the restore jobs that were created after a moment.
pub(super) async fn since(
    session: &Session,
    since: Timestamp,
    from: Option<PageToken>,
) -> Result<Page<RestoreJob>, CallError> {
    let request = session
        .backup
        .list_restore_jobs()
        .by_created_after(date_time(since))
        .max_results(PAGE)
        .set_next_token(from.map(|token| token.0));
    let answer = session.call(LIST, request.send()).await?;
    let records = answer.restore_jobs.ok_or_else(|| unreadable(LIST, "the list of restore jobs is missing"))?;
    let records = records.into_iter().map(|record| {
        let name = record.restore_job_id.clone().unwrap_or_else(|| "without an id".into());
        (name, restore_job(record))
    });
    let (items, unreadable) = sort_out(records, "restore job");
    Ok(Page { items, next: answer.next_token.map(PageToken), unreadable })
}

/// One restore job.
pub(super) async fn describe(session: &Session, restore_job_id: &str) -> Result<RestoreJob, CallError> {
    let request = session.backup.describe_restore_job().restore_job_id(restore_job_id);
    let answer = session.call(DESCRIBE, request.send()).await?;
    // The listing's record has the same fields under the same names.
    let record = RestoreJobsListMember::builder()
        .set_restore_job_id(answer.restore_job_id)
        .set_recovery_point_arn(answer.recovery_point_arn)
        .set_creation_date(answer.creation_date)
        .set_completion_date(answer.completion_date)
        .set_status(answer.status)
        .set_status_message(answer.status_message)
        .set_backup_size_in_bytes(answer.backup_size_in_bytes)
        .set_iam_role_arn(answer.iam_role_arn)
        .set_created_resource_arn(answer.created_resource_arn)
        .set_resource_type(answer.resource_type)
        .build();
    restore_job(record).map_err(|problem| unreadable(DESCRIBE, problem))
}

/// What a restore job was asked to do.
pub(super) async fn metadata(session: &Session, restore_job_id: &str) -> Result<BTreeMap<String, String>, CallError> {
    let request = session.backup.get_restore_job_metadata().restore_job_id(restore_job_id);
    let answer = session.call(METADATA, request.send()).await?;
    let metadata = answer.metadata.ok_or_else(|| unreadable(METADATA, "Metadata is missing"))?;
    Ok(metadata.into_iter().collect())
}

fn restore_job(record: RestoreJobsListMember) -> Result<RestoreJob, String> {
    Ok(RestoreJob {
        restore_job_id: need(record.restore_job_id, "RestoreJobId")?,
        recovery_point_arn: parse_if_given(record.recovery_point_arn, "RecoveryPointArn")?,
        status: RestoreJobStatus::from(need(record.status, "Status")?.as_str().to_owned()),
        status_message: record.status_message.filter(|message| !message.is_empty()),
        creation_date: record.creation_date.and_then(moment),
        completion_date: record.completion_date.and_then(moment),
        created_resource_arn: parse_if_given(record.created_resource_arn, "CreatedResourceArn")?,
        backup_size_in_bytes: count(record.backup_size_in_bytes),
        iam_role_arn: record.iam_role_arn,
        resource_type: record.resource_type.map(ResourceType::new),
    })
}
