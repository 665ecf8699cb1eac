//! `ModifyDBInstance`: of the sandbox only, and always at once, never in the maintenance window.

use backproof_cloud::{CallError, Sandbox};
use backproof_model::Secret;

use crate::session::Session;

const CALL: &str = "rds:ModifyDBInstance";

/// Sets the master password.
pub(super) async fn reset_password(
    session: &Session,
    sandbox: &Sandbox,
    name: &str,
    password: &Secret,
) -> Result<(), CallError> {
    session.must_be(sandbox, CALL)?;
    let request = session
        .rds
        .modify_db_instance()
        .db_instance_identifier(name)
        .master_user_password(password.reveal())
        .apply_immediately(true);
    Box::pin(session.call(CALL, request.send())).await.map(|_| ())
}

/// Takes deletion protection off.
pub(super) async fn unprotect(session: &Session, sandbox: &Sandbox, name: &str) -> Result<(), CallError> {
    session.must_be(sandbox, CALL)?;
    let request = session
        .rds
        .modify_db_instance()
        .db_instance_identifier(name)
        .deletion_protection(false)
        .apply_immediately(true);
    Box::pin(session.call(CALL, request.send())).await.map(|_| ())
}
