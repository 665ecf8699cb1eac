//! `DescribeRecoveryPoint`.

use aws_sdk_backup::types::RecoveryPointByBackupVault;
use backproof_cloud::{CallError, DescribedPoint, VaultRef};
use backproof_model::RecoveryPointArn;

use super::list_recovery_points::{Place, recovery_point};
use crate::convert::unreadable;
use crate::session::Session;

const CALL: &str = "backup:DescribeRecoveryPoint";

/// One recovery point, with its storage class.
pub(super) async fn describe(
    session: &Session,
    vault: &VaultRef,
    arn: &RecoveryPointArn,
) -> Result<DescribedPoint, CallError> {
    let request = session
        .backup
        .describe_recovery_point()
        .backup_vault_name(&vault.name)
        .set_backup_vault_account_id(vault.owner.as_ref().map(ToString::to_string))
        .recovery_point_arn(arn.as_str());
    let answer = session.call(CALL, request.send()).await?;
    let storage_class = answer.storage_class.map(|class| class.as_str().to_owned());
    // The listing's record has the same fields under the same names.
    let record = RecoveryPointByBackupVault::builder()
        .set_recovery_point_arn(answer.recovery_point_arn)
        .set_backup_vault_name(answer.backup_vault_name)
        .set_backup_vault_arn(answer.backup_vault_arn)
        .set_source_backup_vault_arn(answer.source_backup_vault_arn)
        .set_resource_arn(answer.resource_arn)
        .set_resource_type(answer.resource_type)
        .set_created_by(answer.created_by)
        .set_status(answer.status)
        .set_status_message(answer.status_message)
        .set_creation_date(answer.creation_date)
        .set_completion_date(answer.completion_date)
        .set_backup_size_in_bytes(answer.backup_size_in_bytes)
        .set_calculated_lifecycle(answer.calculated_lifecycle)
        .set_lifecycle(answer.lifecycle)
        .set_encryption_key_arn(answer.encryption_key_arn)
        .set_parent_recovery_point_arn(answer.parent_recovery_point_arn)
        .is_parent(answer.is_parent)
        .set_resource_name(answer.resource_name)
        .set_vault_type(answer.vault_type)
        .set_encryption_key_type(answer.encryption_key_type)
        .build();
    let point = recovery_point(record, &Place::of(session, vault)).map_err(|problem| unreadable(CALL, problem))?;
    Ok(DescribedPoint { point, storage_class })
}
