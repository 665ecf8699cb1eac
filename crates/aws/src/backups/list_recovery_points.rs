//! `ListRecoveryPointsByBackupVault`: the listing that populations come from.

use aws_sdk_backup::types::{LifecycleDeleteAfterEvent, RecoveryPointByBackupVault};
use backproof_cloud::{CallError, Page, PageToken, VaultRef};
use backproof_model::{AccountId, Arn, RecoveryPoint, RecoveryPointStatus, Region, ResourceArn, ResourceType};

use super::PAGE;
use super::list_backup_vaults::vault_type;
use crate::convert::{count, moment, need, parse, parse_if_given, sort_out, unreadable};
use crate::session::Session;

const CALL: &str = "backup:ListRecoveryPointsByBackupVault";

/// One page of a vault's recovery points, all of them or those of one resource.
pub(super) async fn list(
    session: &Session,
    vault: &VaultRef,
    resource: Option<&ResourceArn>,
    from: Option<PageToken>,
) -> Result<Page<RecoveryPoint>, CallError> {
    let request = session
        .backup
        .list_recovery_points_by_backup_vault()
        .backup_vault_name(&vault.name)
        .set_backup_vault_account_id(vault.owner.as_ref().map(ToString::to_string))
        .set_by_resource_arn(resource.map(ToString::to_string))
        .max_results(PAGE)
        .set_next_token(from.map(|token| token.0));
    let answer = session.call(CALL, request.send()).await?;
    let records = answer.recovery_points.ok_or_else(|| unreadable(CALL, "the list of recovery points is missing"))?;
    let place = Place::of(session, vault);
    let records = records.into_iter().map(|record| {
        let name = record.recovery_point_arn.clone().unwrap_or_else(|| "without a name".into());
        (name, recovery_point(record, &place))
    });
    let (items, unreadable) = sort_out(records, "recovery point");
    Ok(Page { items, next: answer.next_token.map(PageToken), unreadable })
}

/// Where a listing was asked for; stands in for what a record does not say itself.
pub(super) struct Place {
    account: AccountId,
    region: Region,
    vault: String,
}

impl Place {
    pub(super) fn of(session: &Session, vault: &VaultRef) -> Self {
        Self {
            account: vault.owner.clone().unwrap_or_else(|| session.account.clone()),
            region: session.region.clone(),
            vault: vault.name.clone(),
        }
    }
}

/// A record in our words, or what is wrong with it.
pub(super) fn recovery_point(record: RecoveryPointByBackupVault, place: &Place) -> Result<RecoveryPoint, String> {
    let vault_arn = record.backup_vault_arn.and_then(|arn| arn.parse::<Arn>().ok());
    let lifecycle = record.calculated_lifecycle;
    let deleted_after_copy = record
        .lifecycle
        .and_then(|lifecycle| lifecycle.delete_after_event)
        .is_some_and(|event| event == LifecycleDeleteAfterEvent::DeleteAfterCopy);
    Ok(RecoveryPoint {
        recovery_point_arn: parse(record.recovery_point_arn, "RecoveryPointArn")?,
        account: vault_arn.as_ref().and_then(Arn::account).unwrap_or_else(|| place.account.clone()),
        region: vault_arn.as_ref().and_then(Arn::region).unwrap_or_else(|| place.region.clone()),
        backup_vault_name: record.backup_vault_name.unwrap_or_else(|| place.vault.clone()),
        vault_type: vault_type(record.vault_type),
        resource_arn: parse(record.resource_arn, "ResourceArn")?,
        resource_type: ResourceType::new(need(record.resource_type, "ResourceType")?),
        resource_name: record.resource_name,
        status: RecoveryPointStatus::from(need(record.status, "Status")?.as_str().to_owned()),
        status_message: record.status_message,
        creation_date: need(record.creation_date.and_then(moment), "CreationDate")?,
        completion_date: record.completion_date.and_then(moment),
        backup_size_in_bytes: count(record.backup_size_in_bytes),
        move_to_cold_storage_at: lifecycle.as_ref().and_then(|of| of.move_to_cold_storage_at).and_then(moment),
        delete_at: lifecycle.as_ref().and_then(|of| of.delete_at).and_then(moment),
        deleted_after_copy,
        encryption_key_arn: record.encryption_key_arn,
        encryption_key_type: record.encryption_key_type.map(|of| of.as_str().to_owned()),
        is_parent: record.is_parent,
        parent_recovery_point_arn: parse_if_given(record.parent_recovery_point_arn, "ParentRecoveryPointArn")?,
        backup_plan_id: record.created_by.and_then(|by| by.backup_plan_id),
        source_backup_vault_arn: record.source_backup_vault_arn,
    })
}
