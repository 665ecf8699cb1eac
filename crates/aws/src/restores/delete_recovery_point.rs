//! `DeleteRecoveryPoint` of a copy that was made into the sandbox's vault.

use backproof_cloud::{CallError, Sandbox};
use backproof_model::RecoveryPointArn;

use crate::session::Session;

const CALL: &str = "backup:DeleteRecoveryPoint";

/// Asks AWS Backup to delete a copy. That it is gone is seen by describing it again.
pub(super) async fn delete(
    session: &Session,
    sandbox: &Sandbox,
    backup_vault_name: &str,
    arn: &RecoveryPointArn,
) -> Result<(), CallError> {
    session.must_be(sandbox, CALL)?;
    let request =
        session.backup.delete_recovery_point().backup_vault_name(backup_vault_name).recovery_point_arn(arn.as_str());
    session.call(CALL, request.send()).await.map(|_| ())
}
