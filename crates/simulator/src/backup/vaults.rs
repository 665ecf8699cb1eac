//! Vaults: listed, described, created.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::json;

use super::epoch::Epoch;
use super::errors::{already_exists, invalid_parameter};
use super::paging::Page;
use super::populate::key_arn;
use super::site::Vault;
use super::{Asked, Backup};
use crate::wire::{Answer, ApiError};
use crate::world::VaultType;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the members' names are AWS Backup's")]
struct BackupVault {
    backup_vault_name: String,
    backup_vault_arn: String,
    vault_type: &'static str,
    vault_state: &'static str,
    creation_date: Epoch,
    encryption_key_arn: String,
    encryption_key_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    creator_request_id: Option<String>,
    number_of_recovery_points: u64,
    locked: bool,
}

fn described(vault: &Vault) -> BackupVault {
    BackupVault {
        backup_vault_name: vault.name.clone(),
        backup_vault_arn: vault.arn(),
        vault_type: vault.kind.as_str(),
        vault_state: "AVAILABLE",
        creation_date: Epoch(vault.created_at),
        encryption_key_arn: vault.key_arn.clone(),
        encryption_key_type: "CUSTOMER_MANAGED_KMS_KEY",
        creator_request_id: vault.creator_request_id.clone(),
        number_of_recovery_points: vault.number_of_points(),
        locked: vault.locked || vault.kind == VaultType::LogicallyAirGapped,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BackupVaults {
    backup_vault_list: Vec<BackupVault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Backup {
    pub(super) fn list_backup_vaults(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let page = Page::asked("ListBackupVaults", &asked.query)?;
        let shared = asked.query.get("shared") == Some("true");
        let vault_type = asked.query.get("vaultType");
        let vaults: Vec<&Vault> = if shared {
            self.shared_vaults(asked.ctx).collect()
        } else {
            self.site(asked.ctx).into_iter().flat_map(|site| site.vaults.values()).collect()
        };
        let wanted = vaults.into_iter().filter(|vault| vault_type.is_none_or(|wanted| vault.kind.as_str() == wanted));
        let paged = page.of_list("ListBackupVaults", wanted.map(described).collect());
        Answer::json(&BackupVaults { backup_vault_list: paged.results, next_token: paged.next_token })
    }

    pub(super) fn describe_backup_vault(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let vault = self.vault(asked.ctx, asked.label(0), asked.query.get("backupVaultAccountId"))?;
        Answer::json(&described(vault))
    }

    pub(super) fn create_backup_vault(&mut self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let name = asked.label(0);
        let permitted = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if !(2..=50).contains(&name.len()) || !name.bytes().all(permitted) {
            return Err(invalid_parameter(format!("Invalid backup vault name: {name}")));
        }
        let (account, region) = (&asked.ctx.account, &asked.ctx.region);
        let site = self.sites.entry((account.clone(), region.clone())).or_default();
        if let Some(vault) = site.vaults.get(name) {
            let error = already_exists("Backup vault", name);
            return Err(error.with_member("Arn", vault.arn()));
        }
        let vault = Vault {
            account: account.clone(),
            region: region.clone(),
            name: name.to_owned(),
            kind: VaultType::BackupVault,
            key_arn: asked
                .text("EncryptionKeyArn")
                .map_or_else(|| key_arn(account, region, "aws/backup"), str::to_owned),
            created_at: asked.ctx.now,
            creator_request_id: asked.text("CreatorRequestId").map(str::to_owned),
            shared_with: Vec::new(),
            locked: false,
            refuses_copies_from: Vec::new(),
            bulk: Vec::new(),
            deleted_bulk: BTreeSet::new(),
            points: Vec::new(),
        };
        let arn = vault.arn();
        let created =
            json!({ "BackupVaultName": name, "BackupVaultArn": arn, "CreationDate": Epoch(vault.created_at) });
        self.tags.insert(arn, asked.texts("BackupVaultTags").unwrap_or_default());
        site.vaults.insert(name.to_owned(), vault);
        Answer::json(&created)
    }
}

/// The resource types that AWS Backup knows.
pub(super) fn get_supported_resource_types() -> Result<Answer, ApiError> {
    let types = [
        "Aurora",
        "CloudFormation",
        "DocumentDB",
        "DynamoDB",
        "EBS",
        "EC2",
        "EFS",
        "FSx",
        "Neptune",
        "RDS",
        "Redshift",
        "S3",
        "SAP HANA on Amazon EC2",
        "Storage Gateway",
        "Timestream",
        "VirtualMachine",
    ];
    Answer::json(&json!({ "ResourceTypes": types }))
}
