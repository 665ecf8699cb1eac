//! Recovery points: listed by vault and by resource, described, deleted.

use serde::Serialize;
use serde_json::json;

use super::epoch::{Epoch, moment};
use super::errors::{invalid_request, invalid_state};
use super::paging::Page;
use super::plans::{CreatedBy, created_by};
use super::site::{Lifecycle, Point, Vault};
use super::{Asked, Backup};
use crate::wire::{Answer, ApiError};
use crate::world::{KeyKind, VaultType};

/// What all descriptions of a recovery point share; listings by resource are slimmer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the members' names are AWS Backup's")]
struct RecoveryPoint<'a> {
    recovery_point_arn: &'a str,
    backup_vault_name: &'a str,
    backup_vault_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_backup_vault_arn: Option<&'a str>,
    resource_arn: &'a str,
    resource_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<CreatedBy>,
    iam_role_arn: String,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_message: Option<&'a str>,
    creation_date: Epoch,
    initiation_date: Epoch,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_date: Option<Epoch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backup_size_in_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calculated_lifecycle: Option<CalculatedLifecycle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycle: Option<LifecycleMembers>,
    encryption_key_arn: &'a str,
    is_encrypted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_key_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_restore_time: Option<Epoch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_recovery_point_arn: Option<&'a str>,
    is_parent: bool,
    resource_name: &'a str,
    vault_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_class: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listing<'a> {
    recovery_points: Vec<RecoveryPoint<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CalculatedLifecycle {
    #[serde(skip_serializing_if = "Option::is_none")]
    move_to_cold_storage_at: Option<Epoch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_at: Option<Epoch>,
}

/// `Lifecycle` as AWS Backup writes it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LifecycleMembers {
    #[serde(skip_serializing_if = "Option::is_none")]
    move_to_cold_storage_after_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_after_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_after_event: Option<&'static str>,
}

/// The members of a lifecycle; none where nothing ever becomes of the point.
pub(super) fn lifecycle_members(lifecycle: Lifecycle) -> Option<LifecycleMembers> {
    (lifecycle != Lifecycle::default()).then_some(LifecycleMembers {
        move_to_cold_storage_after_days: lifecycle.cold_after_days,
        delete_after_days: lifecycle.delete_after_days,
        delete_after_event: lifecycle.delete_after_copy.then_some("DELETE_AFTER_COPY"),
    })
}

/// `EncryptionKeyType`; the model has no word for keys that AWS manages in the account.
fn key_type(key: KeyKind) -> Option<&'static str> {
    match key {
        KeyKind::Customer => Some("CUSTOMER_MANAGED_KMS_KEY"),
        KeyKind::AwsOwned => Some("AWS_OWNED_KMS_KEY"),
        KeyKind::AwsManaged => None,
    }
}

impl Backup {
    fn described<'a>(&self, vault: &'a Vault, point: &'a Point) -> RecoveryPoint<'a> {
        let Lifecycle { cold_after_days, delete_after_days, .. } = point.lifecycle;
        let has_dates = cold_after_days.or(delete_after_days).is_some();
        let account = &vault.account;
        RecoveryPoint {
            recovery_point_arn: &point.arn,
            backup_vault_name: &vault.name,
            backup_vault_arn: vault.arn(),
            source_backup_vault_arn: point.source_vault_arn.as_deref(),
            resource_arn: &point.resource.arn,
            resource_type: &point.resource.kind,
            created_by: point.backup_plan.as_deref().and_then(|plan| created_by(&self.world, plan)),
            iam_role_arn: format!("arn:aws:iam::{account}:role/service-role/AWSBackupDefaultServiceRole"),
            status: &point.status,
            status_message: point.status_message.as_deref(),
            creation_date: Epoch(point.created_at),
            initiation_date: Epoch(point.created_at),
            completion_date: point.completed_at.map(Epoch),
            backup_size_in_bytes: point.size,
            calculated_lifecycle: has_dates.then(|| CalculatedLifecycle {
                move_to_cold_storage_at: point.cold_at().map(Epoch),
                delete_at: point.delete_at().map(Epoch),
            }),
            lifecycle: lifecycle_members(point.lifecycle),
            encryption_key_arn: &point.key_arn,
            is_encrypted: true,
            encryption_key_type: key_type(point.key),
            last_restore_time: self.last_restores.get(&point.arn).copied().map(Epoch),
            parent_recovery_point_arn: point.parent_arn.as_deref(),
            is_parent: point.is_parent,
            resource_name: &point.resource.name,
            vault_type: vault.kind.as_str(),
            storage_class: None,
        }
    }

    pub(super) fn list_recovery_points_by_backup_vault(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        const OPERATION: &str = "ListRecoveryPointsByBackupVault";
        let query = &asked.query;
        let vault = self.vault(asked.ctx, asked.label(0), query.get("backupVaultAccountId"))?;
        let page = Page::asked(OPERATION, query)?;
        let (before, after) = (moment(query, "createdBefore")?, moment(query, "createdAfter")?);
        let wanted = |point: &Point| {
            query.get("resourceArn").is_none_or(|arn| point.resource.arn == arn)
                && query.get("resourceType").is_none_or(|name| point.resource.kind == name)
                && query.get("parentRecoveryPointArn").is_none_or(|arn| point.parent_arn.as_deref() == Some(arn))
                && query.get("backupPlanId").is_none_or(|id| {
                    let by = point.backup_plan.as_deref().and_then(|plan| created_by(&self.world, plan));
                    by.is_some_and(|by| by.backup_plan_id == id)
                })
                && before.is_none_or(|before| point.created_at < before)
                && after.is_none_or(|after| point.created_at > after)
        };
        let paged = page.of(OPERATION, vault.places(), |place| vault.point(place).filter(|point| wanted(point)));
        let listed: Vec<_> = paged.results.iter().map(|point| self.described(vault, point)).collect();
        Answer::json(&Listing { recovery_points: listed, next_token: paged.next_token })
    }

    pub(super) fn list_recovery_points_by_resource(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        const OPERATION: &str = "ListRecoveryPointsByResource";
        let page = Page::asked(OPERATION, &asked.query)?;
        let vaults = self.site(asked.ctx).into_iter().flat_map(|site| site.vaults.values());
        let mut listed = Vec::new();
        for vault in vaults {
            for point in (0..vault.places()).filter_map(|place| vault.point(place)) {
                if point.resource.arn == asked.label(0) {
                    listed.push(by_resource(vault, &point));
                }
            }
        }
        let paged = page.of_list(OPERATION, listed);
        let mut answer = json!({ "RecoveryPoints": paged.results });
        if let Some(token) = paged.next_token {
            answer["NextToken"] = json!(token);
        }
        Answer::json(&answer)
    }

    pub(super) fn describe_recovery_point(&mut self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let owner = asked.query.get("backupVaultAccountId");
        let found = self.use_point(asked.ctx, asked.label(0), owner, asked.label(1))?;
        let vault = self.vault(asked.ctx, asked.label(0), owner)?;
        let mut described = self.described(vault, &found.point);
        described.storage_class = Some(found.point.storage_class(asked.ctx.now));
        Answer::json(&described)
    }

    pub(super) fn delete_recovery_point(&mut self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let found = self.use_point(asked.ctx, asked.label(0), None, asked.label(1))?;
        let vault = self.vault(asked.ctx, asked.label(0), None)?;
        if vault.locked || vault.kind == VaultType::LogicallyAirGapped {
            return Err(invalid_request("Recovery point cannot be deleted. It is protected by a vault lock."));
        }
        if matches!(found.point.status.as_str(), "CREATING" | "DELETING") {
            return Err(invalid_state(format!("Recovery point is in state {}", found.point.status)));
        }
        self.remove_point(&found);
        Ok(Answer::empty(200))
    }
}

/// A recovery point as the slimmer listing of its resource has it.
fn by_resource(vault: &Vault, point: &Point) -> serde_json::Value {
    let mut members = json!({
        "RecoveryPointArn": point.arn,
        "CreationDate": Epoch(point.created_at),
        "Status": point.status,
        "EncryptionKeyArn": point.key_arn,
        "BackupVaultName": vault.name,
        "IsParent": point.is_parent,
        "ResourceName": point.resource.name,
        "VaultType": vault.kind.as_str(),
    });
    let optional = [
        ("StatusMessage", point.status_message.as_ref().map(|text| json!(text))),
        ("BackupSizeBytes", point.size.map(|size| json!(size))),
        ("ParentRecoveryPointArn", point.parent_arn.as_ref().map(|arn| json!(arn))),
        ("EncryptionKeyType", key_type(point.key).map(|key| json!(key))),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            members[name] = value;
        }
    }
    members
}
