//! `DescribeDBSnapshots`. Snapshots are looked for and never deleted: somebody took each of them by hand.

use aws_sdk_rds::types::DbSnapshot;
use backproof_cloud::{CallError, Remnant};

use crate::convert::{moment, need, unreadable};
use crate::paging::Pages;
use crate::session::Session;

const CALL: &str = "rds:DescribeDBSnapshots";

/// All manual snapshots of an instance, to the last page.
pub(super) async fn list(session: &Session, name: &str) -> Result<Vec<Remnant>, CallError> {
    let mut snapshots = Vec::new();
    let mut pages = Pages::of(CALL);
    let mut from = None;
    loop {
        let request = session.rds.describe_db_snapshots();
        let request = request.db_instance_identifier(name).snapshot_type("manual").set_marker(from);
        let answer = match session.call(CALL, request.send()).await {
            Ok(answer) => answer,
            Err(error) if error.is_not_found() => return Ok(snapshots),
            Err(error) => return Err(error),
        };
        let records = answer.db_snapshots.ok_or_else(|| unreadable(CALL, "DBSnapshots is missing"))?;
        for record in records {
            snapshots.push(snapshot(record).map_err(|problem| unreadable(CALL, problem))?);
        }
        from = pages.next(answer.marker)?;
        if from.is_none() {
            return Ok(snapshots);
        }
    }
}

fn snapshot(record: DbSnapshot) -> Result<Remnant, String> {
    Ok(Remnant {
        name: need(record.db_snapshot_arn, "DBSnapshotArn")?,
        created: record.instance_create_time.and_then(moment),
    })
}
