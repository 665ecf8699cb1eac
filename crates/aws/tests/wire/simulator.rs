//! The whole way through the simulator: read backups, copy one into the sandbox, restore, examine, delete.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backproof_aws::{AwsCloud, AwsConfig, BaseCredentials, HttpKind, InMemoryAws, Lost, SandboxRole};
use backproof_clock::{Clock, VirtualClock, VirtualRuntime};
use backproof_cloud::{
    Cloud, CopyStatus, NewTable, RestoreJobStatus, SandboxAccess, SandboxConfig, ScanPart, SourceAccess, StartCopy,
    StartRestore, TableStatus, Value, VaultRef,
};
use backproof_model::metadata::{KeyRule, MetadataRules, metadata_is_safe};
use backproof_model::{RecoveryPoint, RecoveryPointArn, RecoveryPointStatus, ResourceType};
use backproof_simulator::{Simulator, World};
use bytes::Bytes;

use crate::double::{SANDBOX, SOURCE, region, source};

const TABLE: &str = "bp-k3v9x2aa-1-1-1";
const SANDBOX_VAULT: &str = "arn:aws:backup:eu-central-1:999988887777:backup-vault:backproof-sandbox";

struct InMemory(Simulator);

#[async_trait]
impl InMemoryAws for InMemory {
    async fn answer(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, Lost> {
        self.0.answer(request).await.map_err(|_| Lost::Connection)
    }
}

/// The demonstration's world, and a way to it that begins in the source account.
fn demo() -> (VirtualRuntime, VirtualClock, Simulator, AwsCloud) {
    let runtime = VirtualRuntime::starting_at("2026-11-02T06:00:00Z".parse().unwrap()).unwrap();
    let clock = runtime.clock();
    let simulator = Simulator::new(World::demo().unwrap(), Arc::new(clock.clone()));
    let mut config = AwsConfig::new(Arc::new(clock.clone()));
    config.credentials = BaseCredentials::Fixed { access_key_id: SOURCE.into(), secret_access_key: "x".into() };
    config.http = HttpKind::InMemory(Arc::new(InMemory(simulator.clone())));
    config.sandbox = Some(SandboxRole {
        config: SandboxConfig {
            account: SANDBOX.parse().unwrap(),
            regions: vec![region()],
            sources: [source()].into(),
            protected: [].into(),
            same_account: None,
        },
        role_arn: Some(format!("arn:aws:iam::{SANDBOX}:role/backproof-sandbox")),
        sweep_role_arn: None,
        external_id: None,
    });
    (runtime, clock, simulator, AwsCloud::new(config))
}

#[test]
fn a_table_is_copied_restored_examined_and_deleted() {
    let (runtime, clock, simulator, cloud) = demo();
    runtime.block_on(async {
        let from = cloud.source(&source(), &region()).await.unwrap();
        let into = cloud.sandbox(&region()).await.unwrap();
        let point = latest_of(&from, "orders").await;
        let copy = copy(&cloud, &into, &point, &clock).await;
        restore(&into, &copy, &clock).await;
        // The world makes 5,000 orders evenly over a year; the backup is a day old.
        assert_eq!(count(&into, 1).await, 4986);
        assert_eq!(count(&into, 4).await, 4986);
        into.tables.delete_table(&into.sandbox, TABLE).await.unwrap();
        clock.sleep(Duration::from_mins(5)).await;
        assert!(into.tables.describe_table(TABLE).await.unwrap_err().is_not_found());
        into.restores.delete_recovery_point(&into.sandbox, "backproof-sandbox", &copy).await.unwrap();
    });
    assert!(simulator.existing_resources(SANDBOX).is_empty());
    let counted: u64 = cloud.calls().values().sum();
    assert_eq!(counted, simulator.calls().len() as u64, "every call that arrived was counted");
}

/// The latest completed point of a table, found in the listing and described alike.
async fn latest_of(from: &SourceAccess, table: &str) -> RecoveryPoint {
    let vaults = from.backups.list_vaults(None).await.unwrap();
    assert!(vaults.unreadable.is_empty() && vaults.items.iter().any(|vault| vault.name == "daily"), "{vaults:?}");
    let vault = VaultRef { name: "daily".into(), owner: None };
    let page = from.backups.list_recovery_points(&vault, None).await.unwrap();
    assert_eq!(page.unreadable, Vec::<String>::new());
    let is_wanted = |point: &&RecoveryPoint| {
        point.resource_arn.arn().resource_name() == table && point.status == RecoveryPointStatus::Completed
    };
    let latest = page.items.iter().filter(is_wanted).max_by_key(|point| point.creation_date).unwrap().clone();
    let described = from.backups.describe_recovery_point(&vault, &latest.recovery_point_arn).await.unwrap();
    assert_eq!(described.point, latest);
    let of_resource = from.backups.recovery_points_of(&latest.resource_arn).await.unwrap();
    assert!(of_resource.contains(&latest));
    let is_tagged = |point: &&RecoveryPoint| point.resource_arn.arn().resource_name() == "customers";
    let tagged = page.items.iter().find(is_tagged).unwrap();
    assert_eq!(from.backups.tags(tagged.recovery_point_arn.as_str()).await.unwrap()["class"], "personal");
    assert!(!from.backups.list_protected_resources(None).await.unwrap().items.is_empty());
    latest
}

async fn copy(cloud: &AwsCloud, into: &SandboxAccess, point: &RecoveryPoint, clock: &VirtualClock) -> RecoveryPointArn {
    let copies = cloud.copy_out(&source(), &region()).await.unwrap();
    let before = clock.now() - Duration::from_secs(1);
    let request = StartCopy {
        recovery_point_arn: point.recovery_point_arn.clone(),
        source_backup_vault_name: "daily".into(),
        destination_backup_vault_arn: SANDBOX_VAULT.into(),
        iam_role_arn: format!("arn:aws:iam::{SOURCE}:role/backproof-copy"),
        idempotency_token: "copy-1".into(),
        delete_after_days: 7,
    };
    let id = copies.start_copy(&into.sandbox, &request).await.unwrap();
    assert_eq!(copies.start_copy(&into.sandbox, &request).await.unwrap(), id, "the token makes it one");
    loop {
        let job = copies.describe_copy(&id).await.unwrap();
        match job.status {
            CopyStatus::UnderWay(_) => clock.sleep(Duration::from_secs(30)).await,
            CopyStatus::Completed => {
                assert_eq!(copies.copies_since(SANDBOX_VAULT, before).await.unwrap(), std::slice::from_ref(&job));
                return job.destination_recovery_point_arn.unwrap();
            }
            CopyStatus::Ended(_) | CopyStatus::Unrecognised(_) => panic!("{job:?}"),
        }
    }
}

async fn restore(into: &SandboxAccess, copy: &RecoveryPointArn, clock: &VirtualClock) {
    let vault = VaultRef { name: "backproof-sandbox".into(), owner: None };
    let metadata = into.backups.restore_metadata(&vault, copy).await.unwrap();
    assert!(metadata.iter().count() > 0);
    assert!(into.backups.inferred_metadata(&vault, copy).await.unwrap().iter().count() > 0);
    let rules = MetadataRules {
        keys: BTreeMap::from([
            ("targetTableName", KeyRule::Must(TABLE.into())),
            ("encryptionType", KeyRule::May(vec!["Default".into()])),
        ]),
        foreign_accounts: vec![source()],
    };
    let wished = [("targetTableName", TABLE), ("encryptionType", "Default")];
    let wished = wished.map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect();
    let request = StartRestore {
        recovery_point_arn: copy.clone(),
        resource_type: ResourceType::dynamodb(),
        metadata: metadata_is_safe(wished, &rules).unwrap(),
        iam_role_arn: format!("arn:aws:iam::{SANDBOX}:role/backproof-restore"),
        idempotency_token: "restore-1".into(),
    };
    let before = clock.now() - Duration::from_secs(1);
    let id = into.restores.start_restore(&into.sandbox, &request).await.unwrap();
    loop {
        let page = into.restores.restore_jobs_since(before, None).await.unwrap();
        let [job] = &page.items[..] else { panic!("{page:?}") };
        assert_eq!(job.restore_job_id, id);
        if job.status.is_terminal() {
            assert_eq!(job.status, RestoreJobStatus::Completed, "{job:?}");
            assert_eq!(&into.restores.describe_restore(&id).await.unwrap(), job);
            break;
        }
        clock.sleep(Duration::from_mins(1)).await;
    }
    assert_eq!(into.restores.restore_job_metadata(&id).await.unwrap()["targetTableName"], TABLE);
}

/// How many items the restored table has, by so many segments; its description and settings are read on the way.
async fn count(into: &SandboxAccess, total_segments: u32) -> usize {
    let table = into.tables.describe_table(TABLE).await.unwrap();
    assert_eq!(table.status, TableStatus::Active);
    assert!(table.indexes.contains_key("by-customer"));
    assert!(into.tables.table_settings(TABLE).await.unwrap().encryption.is_some());
    assert_eq!(into.tables.list_tables(None).await.unwrap().items, [TABLE]);
    let mut items = 0;
    for segment in 0..total_segments {
        let part = ScanPart { segment, total_segments };
        let mut from = None;
        loop {
            let page = into.tables.scan(TABLE, part, from).await.unwrap();
            items += page.items.len();
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    items
}

#[test]
fn scratch_tables_are_written_tagged_changed_and_deleted() {
    let (runtime, clock, simulator, cloud) = demo();
    runtime.block_on(async {
        let SandboxAccess { sandbox, tables, .. } = cloud.sandbox(&region()).await.unwrap();
        let new = NewTable {
            name: TABLE.into(),
            partition_key: "pk".into(),
            index: Some(("by-kind".into(), "kind".into())),
            tags: BTreeMap::from([("backproof:run".into(), "1".into())]),
        };
        tables.create_table(&sandbox, &new).await.unwrap();
        clock.sleep(Duration::from_mins(5)).await;
        let text = |of: &str| Value::Text(of.to_owned());
        let items: Vec<_> =
            (0..60).map(|n| vec![("pk".to_owned(), text(&n.to_string())), ("kind".to_owned(), text("k"))]).collect();
        tables.put_items(&sandbox, TABLE, &items).await.unwrap();
        tables.delete_item(&sandbox, TABLE, &vec![("pk".into(), text("0"))]).await.unwrap();
        let page = tables.scan(TABLE, ScanPart { segment: 0, total_segments: 1 }, None).await.unwrap();
        assert_eq!(page.items.len(), 59);
        let table = tables.describe_table(TABLE).await.unwrap();
        tables.tag_table(&sandbox, &table.arn, &BTreeMap::from([("a".into(), "b".into())])).await.unwrap();
        let tags = tables.table_tags(&table.arn).await.unwrap();
        assert_eq!((tags["a"].as_str(), tags["backproof:run"].as_str()), ("b", "1"));
        tables.drop_index(&sandbox, TABLE, "by-kind").await.unwrap();
        clock.sleep(Duration::from_mins(5)).await;
        assert!(tables.describe_table(TABLE).await.unwrap().indexes.is_empty());
        tables.unprotect_table(&sandbox, TABLE).await.unwrap();
        clock.sleep(Duration::from_mins(5)).await;
        tables.delete_table(&sandbox, TABLE).await.unwrap();
        clock.sleep(Duration::from_mins(5)).await;
    });
    assert!(simulator.existing_resources(SANDBOX).is_empty());
}
