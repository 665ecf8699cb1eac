//! DynamoDB tables.
//!
//! Source: AWS Backup developer guide, "Restore an Amazon DynamoDB table": the keys are `targetTableName` and
//! `encryptionType` (`Default` or `KMS`), with `kmsMasterKeyArn` for a key of one's own. Tags, streams, TTL,
//! point-in-time recovery and deletion protection do not come back with a restore.

use std::collections::BTreeMap;

use async_trait::async_trait;
use backproof_cloud::{
    CallError, Cursor, DeletionStep, Driver, FoundResource, Landing, ProposedMetadata, QuotaOfType, Readiness,
    RestoreLimits, RestoreOrder, SandboxAccess, TableDescription, TableStatus, Trouble,
};
use backproof_model::metadata::KeyRule;
use backproof_model::names::TAG_INSTALLATION;
use backproof_model::{
    FaultOwner, MetadataRules, Occasion, Permission, ResourceArn, ResourceType, RestoreMetadata, Scope, Target,
};

use crate::left_out::left_out;
use crate::partition::partition;

const TABLE_NAME: &str = "targetTableName";
const ENCRYPTION: &str = "encryptionType";
const KEY: &str = "kmsMasterKeyArn";

const OURS: Scope = Scope::Named("arn:{partition}:dynamodb:{region}:{account}:table/bp-*");

/// Only backups with AWS Backup's advanced features can be copied to another account, and these are its own.
const COPIES: Scope = Scope::Named("arn:{partition}:backup:{region}:{account}:recovery-point:*");

const PERMISSIONS: &[Permission] = {
    use Occasion::{Deleting, DeletingCopies, Listing};
    &[
        needed("backup:DeleteRecoveryPoint", COPIES, DeletingCopies, "delete the copy that the route `copy` made"),
        needed("dynamodb:DeleteTable", OURS, Deleting, "delete it"),
        needed("dynamodb:DescribeTable", OURS, Deleting, "find it and see its state"),
        needed("dynamodb:ListTables", Scope::All, Listing, "see what is left at the end of a run"),
        needed("dynamodb:ListTagsOfResource", OURS, Deleting, "see whose it is"),
        needed("dynamodb:TagResource", OURS, Deleting, "mark it as ours"),
        needed("dynamodb:UpdateTable", OURS, Deleting, "take deletion protection off"),
    ]
};

const fn needed(action: &'static str, on: Scope, occasion: Occasion, why: &'static str) -> Permission {
    Permission { action, on, occasion, why }
}

/// Restores, readies and deletes tables.
pub(crate) struct DynamoDb;

#[async_trait]
impl Driver for DynamoDb {
    fn resource_type(&self) -> ResourceType {
        ResourceType::dynamodb()
    }

    fn lives_in_network(&self) -> bool {
        false
    }

    fn deletion_event(&self) -> Option<&'static str> {
        Some("DeleteTable")
    }

    fn permissions(&self) -> &'static [Permission] {
        PERMISSIONS
    }

    fn quotas(&self) -> &'static [QuotaOfType] {
        &[QuotaOfType { service_code: "dynamodb", quota_code: "L-F98FE922", name: "tables" }]
    }

    /// Source: AWS Backup developer guide, "Restore an Amazon DynamoDB table"; Amazon DynamoDB developer guide, quotas:
    /// through AWS Backup 50 restores, of tables of 25 TB together.
    fn limits(&self) -> RestoreLimits {
        RestoreLimits { at_once: Some(50), bytes_at_once: Some(25 << 40) }
    }

    fn propose_metadata(&self, order: &RestoreOrder) -> Result<ProposedMetadata, String> {
        let mut metadata = RestoreMetadata::default();
        let mut keys = BTreeMap::new();
        let mut force = |key: &'static str, value: &str| {
            metadata.set(key, value);
            keys.insert(key, KeyRule::Must(value.to_owned()));
        };
        force(TABLE_NAME, &order.resource_name);
        match &order.landing.kms_key_arn {
            Some(key) => {
                force(ENCRYPTION, "KMS");
                force(KEY, key);
            }
            None => force(ENCRYPTION, "Default"),
        }
        let left_out = left_out(order, &metadata);
        Ok(ProposedMetadata {
            metadata,
            rules: MetadataRules { keys, foreign_accounts: order.foreign_accounts.clone() },
            left_out,
        })
    }

    fn arn_of(&self, name: &str, landing: &Landing) -> Option<ResourceArn> {
        let partition = partition(landing.region.as_str());
        format!("arn:{partition}:dynamodb:{}:{}:table/{name}", landing.region, landing.account).parse().ok()
    }

    async fn ready(
        &self,
        access: &SandboxAccess,
        resource: &ResourceArn,
        _landing: &Landing,
    ) -> Result<Readiness, CallError> {
        let table = access.tables.describe_table(table_name(resource)).await?;
        Ok(readiness(table, access))
    }

    async fn find(&self, access: &SandboxAccess, resource: &ResourceArn) -> Result<Option<FoundResource>, CallError> {
        let table = match access.tables.describe_table(table_name(resource)).await {
            Ok(table) => table,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        // A table on its way out may no longer tell its tags; the rest of the rule still holds for it.
        let tags = match access.tables.table_tags(&table.arn).await {
            Ok(tags) => tags,
            Err(error) if error.is_not_found() => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        Ok(Some(FoundResource { arn: table.arn, created: table.created, tags }))
    }

    async fn tag(
        &self,
        access: &SandboxAccess,
        resource: &ResourceArn,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), CallError> {
        access.tables.tag_table(&access.sandbox, resource, tags).await
    }

    async fn delete(&self, access: &SandboxAccess, resource: &ResourceArn) -> Result<DeletionStep, CallError> {
        let name = table_name(resource);
        let table = match access.tables.describe_table(name).await {
            Ok(table) => table,
            Err(error) if error.is_not_found() => return Ok(DeletionStep::Absent),
            Err(error) => return Err(error),
        };
        match table.status {
            TableStatus::Deleting => Ok(DeletionStep::NotYet { state: "DELETING".into() }),
            TableStatus::Changing(state) => Ok(DeletionStep::NotYet { state }),
            TableStatus::Active | TableStatus::Other(_) => {
                if table.deletion_protection {
                    access.tables.unprotect_table(&access.sandbox, name).await?;
                }
                ask_to_delete(access, name).await
            }
        }
    }

    async fn list(&self, access: &SandboxAccess) -> Result<Vec<ResourceArn>, CallError> {
        let landing = Landing {
            account: access.sandbox.account().clone(),
            region: access.region.clone(),
            kms_key_arn: None,
            subnet_ids: Vec::new(),
            security_group_ids: Vec::new(),
            db_subnet_group: None,
            db_instance_class: None,
            db_iam_login: false,
        };
        let mut tables = Vec::new();
        let mut cursor = Cursor::of("dynamodb:ListTables");
        while let Some(from) = cursor.next() {
            let page = access.tables.list_tables(from).await?;
            tables.extend(page.items.iter().filter_map(|name| self.arn_of(name, &landing)));
            cursor.advance(page.next)?;
        }
        Ok(tables)
    }

    /// One call for each table, and a second one only for those that have our tag.
    async fn list_tagged(&self, access: &SandboxAccess) -> Result<Vec<FoundResource>, CallError> {
        let mut tagged = Vec::new();
        for table in self.list(access).await? {
            match access.tables.table_tags(&table).await {
                Ok(tags) if tags.contains_key(TAG_INSTALLATION) => tagged.extend(self.find(access, &table).await?),
                Ok(_) => {}
                // Gone since it was listed, or on its way out.
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(tagged)
    }
}

async fn ask_to_delete(access: &SandboxAccess, name: &str) -> Result<DeletionStep, CallError> {
    match access.tables.delete_table(&access.sandbox, name).await {
        Ok(()) => Ok(DeletionStep::Asked),
        Err(error) if error.is_not_found() => Ok(DeletionStep::Absent),
        // The state changed between looking and asking.
        Err(error) if error.trouble == Trouble::Conflict => Ok(DeletionStep::NotYet { state: error.message }),
        Err(error) => Err(error),
    }
}

fn readiness(table: TableDescription, access: &SandboxAccess) -> Readiness {
    match table.status {
        TableStatus::Active => Readiness::Ready {
            target: Target::Table {
                arn: table.arn,
                account: access.sandbox.account().clone(),
                region: access.region.clone(),
                name: table.name,
            },
            steps: Vec::new(),
        },
        TableStatus::Changing(state) => Readiness::NotYet { state },
        TableStatus::Deleting => {
            Readiness::Never { owner: FaultOwner::Sandbox, reason: "somebody is deleting the restored table".into() }
        }
        TableStatus::Other(state) => {
            Readiness::Never { owner: FaultOwner::Sandbox, reason: format!("the restored table is in state {state}") }
        }
    }
}

fn table_name(resource: &ResourceArn) -> &str {
    resource.arn().resource_name()
}

#[cfg(test)]
mod tests {
    use super::*;
    use backproof_model::metadata::metadata_is_safe;
    use backproof_model::{RecoveryPoint, RecoveryPointStatus, VaultType};
    use proptest::prelude::*;

    fn order(inferred: RestoreMetadata, original: RestoreMetadata, kms_key_arn: Option<&str>) -> RestoreOrder {
        let point = RecoveryPoint {
            recovery_point_arn: "arn:aws:backup:eu-central-1:111122223333:recovery-point:1".parse().unwrap(),
            account: "111122223333".parse().unwrap(),
            region: "eu-central-1".parse().unwrap(),
            backup_vault_name: "main".into(),
            vault_type: VaultType::BackupVault,
            resource_arn: "arn:aws:dynamodb:eu-central-1:111122223333:table/orders".parse().unwrap(),
            resource_type: ResourceType::dynamodb(),
            resource_name: None,
            status: RecoveryPointStatus::Completed,
            status_message: None,
            creation_date: "2026-01-01T00:00:00Z".parse().unwrap(),
            completion_date: None,
            backup_size_in_bytes: None,
            move_to_cold_storage_at: None,
            delete_at: None,
            deleted_after_copy: false,
            encryption_key_arn: None,
            encryption_key_type: None,
            is_parent: false,
            parent_recovery_point_arn: None,
            backup_plan_id: None,
            source_backup_vault_arn: None,
        };
        let landing = Landing {
            account: "999988887777".parse().unwrap(),
            region: "eu-central-1".parse().unwrap(),
            kms_key_arn: kms_key_arn.map(str::to_owned),
            subnet_ids: Vec::new(),
            security_group_ids: Vec::new(),
            db_subnet_group: None,
            db_instance_class: None,
            db_iam_login: false,
        };
        let foreign_accounts = vec!["111122223333".parse().unwrap()];
        RestoreOrder { point, resource_name: "bp-k3v9x2aa-1-1-1".into(), inferred, original, landing, foreign_accounts }
    }

    #[test]
    fn a_key_of_the_source_account_does_not_pass_the_gate() {
        let stolen = order(
            RestoreMetadata::default(),
            RestoreMetadata::default(),
            Some("arn:aws:kms:eu-central-1:111122223333:key/1"),
        );
        let proposed = DynamoDb.propose_metadata(&stolen).unwrap();
        assert!(metadata_is_safe(proposed.metadata, &proposed.rules).is_err());
    }

    #[test]
    fn the_arn_of_a_name_is_that_of_the_sandbox() {
        let order = order(RestoreMetadata::default(), RestoreMetadata::default(), None);
        let arn = DynamoDb.arn_of("bp-k3v9x2aa-1-1-1", &order.landing).unwrap();
        assert_eq!(arn.as_str(), "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-k3v9x2aa-1-1-1");
    }

    proptest! {
        #[test]
        fn whatever_the_source_says_the_restore_lands_under_our_name(
            inferred in proptest::collection::btree_map("[a-zA-Z:]{1,20}|targetTableName|TARGETTABLENAME|vpcId|kmsMasterKeyArn", "\\PC{0,30}", 0..8),
            original in proptest::collection::btree_map("[a-zA-Z:]{1,20}|originalTableName|encryptionType|aws:backup:request-id", "\\PC{0,30}", 0..8),
            key in proptest::option::of(Just("arn:aws:kms:eu-central-1:999988887777:key/2")),
        ) {
            let order = order(inferred.into_iter().collect(), original.into_iter().collect(), key);
            let proposed = DynamoDb.propose_metadata(&order).unwrap();
            let safe = metadata_is_safe(proposed.metadata, &proposed.rules).unwrap();
            let sent: Vec<_> = safe.as_metadata().iter().collect();
            prop_assert_eq!(safe.as_metadata().get(TABLE_NAME), Some("bp-k3v9x2aa-1-1-1"));
            prop_assert!(sent.iter().all(|(name, _)| [TABLE_NAME, ENCRYPTION, KEY].contains(name)));
        }
    }
}
