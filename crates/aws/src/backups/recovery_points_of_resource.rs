//! All recovery points of one resource: `ListRecoveryPointsByResource` tells the vaults, each vault tells the rest.
//!
//! The first listing alone would not do, since it lacks completion, lifecycle and resource type.

use std::collections::BTreeSet;

use backproof_cloud::{CallError, PageToken, VaultRef};
use backproof_model::{RecoveryPoint, ResourceArn};

use super::{PAGE, list_recovery_points};
use crate::convert::unreadable;
use crate::paging::Pages;
use crate::session::Session;

const CALL: &str = "backup:ListRecoveryPointsByResource";
const IN_VAULT: &str = "backup:ListRecoveryPointsByBackupVault";

/// Every recovery point of `resource`, in the order of vaults' names and then AWS's own.
///
/// A recovery point that cannot be understood fails the whole: here somebody asks for the points of one resource,
/// and one that is silently missing could be the latest.
pub(super) async fn list(session: &Session, resource: &ResourceArn) -> Result<Vec<RecoveryPoint>, CallError> {
    let mut points = Vec::new();
    for name in vaults(session, resource).await? {
        let vault = VaultRef { name, owner: None };
        let mut pages = Pages::of(IN_VAULT);
        let mut from = None;
        loop {
            let page = list_recovery_points::list(session, &vault, Some(resource), from).await?;
            if let Some(problem) = page.unreadable.first() {
                return Err(unreadable(IN_VAULT, problem));
            }
            points.extend(page.items);
            from = pages.next(page.next.map(|token| token.0))?.map(PageToken);
            if from.is_none() {
                break;
            }
        }
    }
    Ok(points)
}

/// The names of the vaults that hold recovery points of `resource`.
async fn vaults(session: &Session, resource: &ResourceArn) -> Result<BTreeSet<String>, CallError> {
    let mut names = BTreeSet::new();
    let mut pages = Pages::of(CALL);
    let mut from = None;
    loop {
        let request = session
            .backup
            .list_recovery_points_by_resource()
            .resource_arn(resource.as_str())
            .max_results(PAGE)
            .set_next_token(from);
        let answer = session.call(CALL, request.send()).await?;
        let records =
            answer.recovery_points.ok_or_else(|| unreadable(CALL, "the list of recovery points is missing"))?;
        for record in records {
            let name = record.backup_vault_name;
            names.insert(name.ok_or_else(|| unreadable(CALL, "a recovery point names no backup vault"))?);
        }
        from = pages.next(answer.next_token)?;
        if from.is_none() {
            return Ok(names);
        }
    }
}
