//! `ListBackupVaults`.

use aws_sdk_backup::types::BackupVaultListMember;
use backproof_cloud::{CallError, Page, PageToken, Vault};
use backproof_model::VaultType;

use super::PAGE;
use crate::convert::{count, need, sort_out, unreadable};
use crate::session::Session;

const CALL: &str = "backup:ListBackupVaults";

/// One page of the vaults of this account.
pub(super) async fn list(session: &Session, from: Option<PageToken>) -> Result<Page<Vault>, CallError> {
    let request = session.backup.list_backup_vaults().max_results(PAGE).set_next_token(from.map(|token| token.0));
    let answer = session.call(CALL, request.send()).await?;
    let records = answer.backup_vault_list.ok_or_else(|| unreadable(CALL, "the list of backup vaults is missing"))?;
    let records = records.into_iter().map(|record| {
        let name = record.backup_vault_name.clone().unwrap_or_else(|| "without a name".into());
        (name, vault(record))
    });
    let (items, unreadable) = sort_out(records, "backup vault");
    Ok(Page { items, next: answer.next_token.map(PageToken), unreadable })
}

fn vault(record: BackupVaultListMember) -> Result<Vault, String> {
    Ok(Vault {
        name: need(record.backup_vault_name, "BackupVaultName")?,
        arn: need(record.backup_vault_arn, "BackupVaultArn")?,
        vault_type: vault_type(record.vault_type),
        number_of_recovery_points: count(Some(record.number_of_recovery_points)),
        encryption_key_arn: record.encryption_key_arn,
    })
}

/// A vault of which AWS says no type is an ordinary one: the field came with the other types.
pub(super) fn vault_type(of: Option<aws_sdk_backup::types::VaultType>) -> VaultType {
    of.map_or(VaultType::BackupVault, |kind| VaultType::from(kind.as_str().to_owned()))
}
