//! `DeleteDBInstance`: in the sandbox only.

use backproof_cloud::{CallError, Sandbox};

use crate::session::Session;

const CALL: &str = "rds:DeleteDBInstance";

/// Asks RDS to delete an instance, without a final snapshot and with its automated backups. That it is gone is seen by
/// describing it again.
pub(super) async fn instance(session: &Session, sandbox: &Sandbox, name: &str) -> Result<(), CallError> {
    session.must_be(sandbox, CALL)?;
    let request = session
        .rds
        .delete_db_instance()
        .db_instance_identifier(name)
        .skip_final_snapshot(true)
        .delete_automated_backups(true);
    session.call(CALL, request.send()).await.map(|_| ())
}
