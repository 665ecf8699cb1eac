//! `StartCopyJob`, `DescribeCopyJob`, `ListCopyJobs`: the one thing that may be asked of a source account.

use aws_sdk_backup::types::{self, Lifecycle};
use backproof_cloud::{CallError, CopyJob, CopyStatus, Sandbox, StartCopy, Trouble};
use backproof_model::Arn;
use jiff::Timestamp;

use super::PAGE;
use crate::convert::{date_time, moment, need, parse_if_given, unreadable};
use crate::paging::Pages;
use crate::session::Session;

const START: &str = "backup:StartCopyJob";
const DESCRIBE: &str = "backup:DescribeCopyJob";
const LIST: &str = "backup:ListCopyJobs";

/// Starts a copy into a vault of the sandbox; gives the job's id.
pub(super) async fn start(session: &Session, sandbox: &Sandbox, request: &StartCopy) -> Result<String, CallError> {
    leads_into(sandbox, &request.destination_backup_vault_arn)?;
    let lifecycle = Lifecycle::builder().delete_after_days(i64::from(request.delete_after_days)).build();
    let request = session
        .backup
        .start_copy_job()
        .recovery_point_arn(request.recovery_point_arn.as_str())
        .source_backup_vault_name(&request.source_backup_vault_name)
        .destination_backup_vault_arn(&request.destination_backup_vault_arn)
        .iam_role_arn(&request.iam_role_arn)
        .idempotency_token(&request.idempotency_token)
        .lifecycle(lifecycle);
    let answer = session.call(START, request.send()).await?;
    answer.copy_job_id.ok_or_else(|| unreadable(START, "CopyJobId is missing"))
}

/// Refuses a copy that would go anywhere but into the sandbox's account.
fn leads_into(sandbox: &Sandbox, vault_arn: &str) -> Result<(), CallError> {
    let account = vault_arn.parse::<Arn>().ok().and_then(|arn| arn.account());
    if account.as_ref() == Some(sandbox.account()) {
        return Ok(());
    }
    let message = format!("not sent: {vault_arn} is not a backup vault of the sandbox {}", sandbox.account());
    Err(CallError { call: START.to_owned(), trouble: Trouble::Denied, code: None, message, request_id: None })
}

/// One copy job.
pub(super) async fn describe(session: &Session, copy_job_id: &str) -> Result<CopyJob, CallError> {
    let request = session.backup.describe_copy_job().copy_job_id(copy_job_id);
    let answer = session.call(DESCRIBE, request.send()).await?;
    let record = answer.copy_job.ok_or_else(|| unreadable(DESCRIBE, "CopyJob is missing"))?;
    copy_job(record).map_err(|problem| unreadable(DESCRIBE, problem))
}

/// All copy jobs into one vault that were created since a moment.
pub(super) async fn since(
    session: &Session,
    destination_backup_vault_arn: &str,
    since: Timestamp,
) -> Result<Vec<CopyJob>, CallError> {
    let mut jobs = Vec::new();
    let mut pages = Pages::of(LIST);
    let mut from = None;
    loop {
        let request = session
            .backup
            .list_copy_jobs()
            .by_destination_vault_arn(destination_backup_vault_arn)
            .by_created_after(date_time(since))
            .max_results(PAGE)
            .set_next_token(from);
        let answer = session.call(LIST, request.send()).await?;
        for record in answer.copy_jobs.ok_or_else(|| unreadable(LIST, "the list of copy jobs is missing"))? {
            jobs.push(copy_job(record).map_err(|problem| unreadable(LIST, problem))?);
        }
        from = pages.next(answer.next_token)?;
        if from.is_none() {
            return Ok(jobs);
        }
    }
}

fn copy_job(record: types::CopyJob) -> Result<CopyJob, String> {
    Ok(CopyJob {
        copy_job_id: need(record.copy_job_id, "CopyJobId")?,
        status: copy_status(need(record.state, "State")?.as_str()),
        status_message: record.status_message,
        destination_recovery_point_arn: parse_if_given(
            record.destination_recovery_point_arn,
            "DestinationRecoveryPointArn",
        )?,
        source_recovery_point_arn: parse_if_given(record.source_recovery_point_arn, "SourceRecoveryPointArn")?,
        creation_date: record.creation_date.and_then(moment),
    })
}

fn copy_status(state: &str) -> CopyStatus {
    match state {
        "CREATED" | "RUNNING" => CopyStatus::UnderWay(state.to_owned()),
        "COMPLETED" => CopyStatus::Completed,
        "FAILED" | "PARTIAL" => CopyStatus::Ended(state.to_owned()),
        _ => CopyStatus::Unrecognised(state.to_owned()),
    }
}
