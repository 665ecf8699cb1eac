//! `StartRestoreJob`: the call that cannot be taken back.

use backproof_cloud::{CallError, Sandbox, StartRestore};

use crate::convert::unreadable;
use crate::session::Session;

const CALL: &str = "backup:StartRestoreJob";

/// Starts a restore with metadata that has passed the gate; gives the job's id.
///
/// Tags of the source are never copied: DynamoDB, S3 and others fail with them, and backup plans that select by tag
/// would take the restored resource for the source.
pub(super) async fn start(session: &Session, sandbox: &Sandbox, request: &StartRestore) -> Result<String, CallError> {
    session.must_be(sandbox, CALL)?;
    let metadata = request.metadata.as_metadata().iter();
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let request = session
        .backup
        .start_restore_job()
        .recovery_point_arn(request.recovery_point_arn.as_str())
        .resource_type(request.resource_type.as_str())
        .set_metadata(Some(metadata))
        .iam_role_arn(&request.iam_role_arn)
        .idempotency_token(&request.idempotency_token)
        .copy_source_tags_to_restored_resource(false);
    let answer = session.call(CALL, request.send()).await?;
    answer.restore_job_id.ok_or_else(|| unreadable(CALL, "RestoreJobId is missing"))
}
