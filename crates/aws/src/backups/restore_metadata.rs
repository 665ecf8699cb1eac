//! `GetRecoveryPointRestoreMetadata` and `GetRestoreTestingInferredMetadata`.
//!
//! Both describe the source. Neither is ever sent back as it is.

use backproof_cloud::{CallError, VaultRef};
use backproof_model::{RecoveryPointArn, RestoreMetadata};

use crate::convert::unreadable;
use crate::session::Session;

const OF_POINT: &str = "backup:GetRecoveryPointRestoreMetadata";
const INFERRED: &str = "backup:GetRestoreTestingInferredMetadata";

/// What the source looked like when it was backed up.
pub(super) async fn of_recovery_point(
    session: &Session,
    vault: &VaultRef,
    arn: &RecoveryPointArn,
) -> Result<RestoreMetadata, CallError> {
    let request = session
        .backup
        .get_recovery_point_restore_metadata()
        .backup_vault_name(&vault.name)
        .set_backup_vault_account_id(vault.owner.as_ref().map(ToString::to_string))
        .recovery_point_arn(arn.as_str());
    let answer = session.call(OF_POINT, request.send()).await?;
    let metadata = answer.restore_metadata.ok_or_else(|| unreadable(OF_POINT, "RestoreMetadata is missing"))?;
    Ok(metadata.into_iter().collect())
}

/// What AWS's own restore testing would send.
pub(super) async fn inferred(
    session: &Session,
    vault: &VaultRef,
    arn: &RecoveryPointArn,
) -> Result<RestoreMetadata, CallError> {
    let request = session
        .backup
        .get_restore_testing_inferred_metadata()
        .backup_vault_name(&vault.name)
        .set_backup_vault_account_id(vault.owner.as_ref().map(ToString::to_string))
        .recovery_point_arn(arn.as_str());
    let answer = session.call(INFERRED, request.send()).await?;
    Ok(answer.inferred_metadata.into_iter().collect())
}
