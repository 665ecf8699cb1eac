//! `DescribeDBInstanceAutomatedBackups` and `DeleteDBInstanceAutomatedBackup`.

use aws_sdk_rds::types::DbInstanceAutomatedBackup;
use backproof_cloud::{AutomatedBackup, CallError, Sandbox};

use super::tags::in_our_words;
use crate::convert::{moment, need, unreadable};
use crate::paging::Pages;
use crate::session::Session;

const LIST: &str = "rds:DescribeDBInstanceAutomatedBackups";
const DELETE: &str = "rds:DeleteDBInstanceAutomatedBackup";

/// All automated backups of an instance, or of all, to the last page.
pub(super) async fn list(session: &Session, name: Option<&str>) -> Result<Vec<AutomatedBackup>, CallError> {
    let mut backups = Vec::new();
    let mut pages = Pages::of(LIST);
    let mut from = None;
    loop {
        let request = session.rds.describe_db_instance_automated_backups();
        let request = request.set_db_instance_identifier(name.map(str::to_owned)).set_marker(from);
        let answer = match session.call(LIST, request.send()).await {
            Ok(answer) => answer,
            // What RDS says of an instance that never had any.
            Err(error) if error.is_not_found() => return Ok(backups),
            Err(error) => return Err(error),
        };
        let records = answer
            .db_instance_automated_backups
            .ok_or_else(|| unreadable(LIST, "DBInstanceAutomatedBackups is missing"))?;
        for record in records {
            backups.push(backup(record).map_err(|problem| unreadable(LIST, problem))?);
        }
        from = pages.next(answer.marker)?;
        if from.is_none() {
            return Ok(backups);
        }
    }
}

fn backup(record: DbInstanceAutomatedBackup) -> Result<AutomatedBackup, String> {
    Ok(AutomatedBackup {
        instance: need(record.db_instance_identifier, "DBInstanceIdentifier")?,
        resource_id: need(record.dbi_resource_id, "DbiResourceId")?,
        status: need(record.status, "Status")?,
        instance_created: record.instance_create_time.and_then(moment),
        tags: in_our_words(record.tag_list.unwrap_or_default())?,
    })
}

/// Deletes the automated backups of a resource id, which no other instance ever has.
pub(super) async fn delete(session: &Session, sandbox: &Sandbox, resource_id: &str) -> Result<(), CallError> {
    session.must_be(sandbox, DELETE)?;
    let request = session.rds.delete_db_instance_automated_backup().dbi_resource_id(resource_id);
    session.call(DELETE, request.send()).await.map(|_| ())
}
