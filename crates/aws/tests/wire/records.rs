//! Records of AWS Backup in our words: nothing on a page vanishes, and what is unknown is kept.

use backproof_cloud::{Cloud, CopyStatus, PageToken, RestoreJobStatus, VaultRef};
use backproof_model::{RecoveryPointStatus, VaultType};

use crate::double::{SANDBOX, SOURCE, START, cloud_of, ok, region, runtime, source};

const FULL: &str = r#"{
    "RecoveryPointArn": "arn:aws:dynamodb:eu-central-1:111122223333:table/orders/backup/01",
    "BackupVaultName": "Default",
    "BackupVaultArn": "arn:aws:backup:eu-central-1:111122223333:backup-vault:Default",
    "SourceBackupVaultArn": "arn:aws:backup:eu-west-1:111122223333:backup-vault:first",
    "ResourceArn": "arn:aws:dynamodb:eu-central-1:111122223333:table/orders",
    "ResourceType": "DynamoDB", "ResourceName": "orders",
    "CreatedBy": {"BackupPlanId": "plan-1"},
    "Status": "FROZEN", "StatusMessage": "new",
    "CreationDate": 1767225600.323, "CompletionDate": 1767225700,
    "BackupSizeInBytes": 4096,
    "CalculatedLifecycle": {"MoveToColdStorageAt": 1768000000.0, "DeleteAt": 1769000000.5},
    "Lifecycle": {"DeleteAfterEvent": "DELETE_AFTER_COPY"},
    "EncryptionKeyArn": "arn:aws:kms:eu-central-1:111122223333:key/k", "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY",
    "IsParent": false, "ParentRecoveryPointArn": "arn:aws:backup:eu-central-1:111122223333:recovery-point:composite:p",
    "VaultType": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"
}"#;

#[test]
fn a_page_keeps_what_it_understands_and_says_what_it_does_not() {
    let (runtime, clock) = runtime();
    let without_type = r#"{"RecoveryPointArn":"arn:aws:backup:eu-central-1:111122223333:recovery-point:2","Status":"COMPLETED",
        "ResourceArn":"arn:aws:dynamodb:eu-central-1:111122223333:table/t","CreationDate":1767225600}"#;
    let bad_arn = r#"{"RecoveryPointArn":"nonsense","ResourceType":"DynamoDB","Status":"COMPLETED",
        "ResourceArn":"arn:aws:dynamodb:eu-central-1:111122223333:table/t","CreationDate":1767225600}"#;
    let body = format!(r#"{{"RecoveryPoints":[{FULL},{without_type},{bad_arn}],"NextToken":"next"}}"#);
    let (cloud, _) = cloud_of(SOURCE, &clock, move |_, _| ok(body.clone()));
    let page = runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        let vault = VaultRef { name: "Default".into(), owner: None };
        access.backups.list_recovery_points(&vault, None).await.unwrap()
    });
    assert_eq!(page.next, Some(PageToken("next".into())));
    assert_eq!(page.unreadable.len(), 2);
    assert!(page.unreadable[0].contains("recovery-point:2: ResourceType is missing"), "{:?}", page.unreadable);
    assert!(page.unreadable[1].contains("`nonsense` is not an ARN"), "{:?}", page.unreadable);
    let [point] = &page.items[..] else { panic!("{:?}", page.items) };
    assert_eq!(point.status, RecoveryPointStatus::Unrecognised("FROZEN".into()));
    assert_eq!(point.vault_type, VaultType::LogicallyAirGapped);
    assert_eq!(point.creation_date.to_string(), "2026-01-01T00:00:00.323Z");
    assert_eq!(point.delete_at.unwrap().to_string(), "2026-01-21T12:53:20.5Z");
    assert_eq!(point.backup_size_in_bytes, Some(4096));
    assert!(point.deleted_after_copy && !point.is_parent);
    assert_eq!(point.backup_plan_id.as_deref(), Some("plan-1"));
    assert_eq!(point.account.as_str(), SOURCE);
}

#[test]
fn a_described_point_has_the_listing_s_fields_and_its_storage_class() {
    let (runtime, clock) = runtime();
    let body = FULL.trim_end().trim_end_matches('}').to_owned() + r#", "StorageClass": "COLD"}"#;
    let (cloud, _) = cloud_of(SOURCE, &clock, move |number, _| {
        if number == 0 { ok(body.clone()) } else { ok(format!(r#"{{"RecoveryPoints":[{FULL}]}}"#)) }
    });
    runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        let vault = VaultRef { name: "Default".into(), owner: None };
        let arn = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders/backup/01".parse().unwrap();
        let described = access.backups.describe_recovery_point(&vault, &arn).await.unwrap();
        assert_eq!(described.storage_class.as_deref(), Some("COLD"));
        let page = access.backups.list_recovery_points(&vault, None).await.unwrap();
        assert_eq!(page.items, [described.point]);
    });
}

#[test]
fn vaults_and_protected_resources_are_read_with_their_types() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SOURCE, &clock, |_, seen| {
        if seen.uri.starts_with("/resources") {
            ok(r#"{"Results":[{"ResourceArn":"arn:aws:s3:::b","ResourceType":"S3","LastBackupTime":1767225600},{}]}"#)
        } else {
            ok(r#"{"BackupVaultList":[{"BackupVaultName":"v","BackupVaultArn":"arn:v","NumberOfRecoveryPoints":7},
                {"BackupVaultName":"w"}]}"#)
        }
    });
    runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        let vaults = access.backups.list_vaults(None).await.unwrap();
        assert_eq!(vaults.items[0].number_of_recovery_points, Some(7));
        assert_eq!(vaults.items[0].vault_type, VaultType::BackupVault);
        assert_eq!(vaults.unreadable, ["backup vault w: BackupVaultArn is missing"]);
        let resources = access.backups.list_protected_resources(None).await.unwrap();
        assert_eq!(resources.items[0].resource_type.as_str(), "S3");
        assert_eq!(resources.unreadable, ["protected resource without a name: ResourceArn is missing"]);
    });
}

#[test]
fn restore_jobs_keep_unknown_states_and_late_arns() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SANDBOX, &clock, |_, seen| {
        if seen.uri.starts_with("/restore-jobs/j3/metadata") {
            ok(r#"{"RestoreJobId":"j3","Metadata":{"targetTableName":"t"}}"#)
        } else if seen.uri.starts_with("/restore-jobs/j3") {
            ok(
                r#"{"RestoreJobId":"j3","Status":"COMPLETED","CreatedResourceArn":"arn:aws:dynamodb:eu-central-1:999988887777:table/t"}"#,
            )
        } else {
            ok(r#"{"RestoreJobs":[{"RestoreJobId":"j1","Status":"RUNNING","CreationDate":1767225600.001},
                {"RestoreJobId":"j2","Status":"PAUSED"},{"Status":"RUNNING"}]}"#)
        }
    });
    runtime.block_on(async {
        let restores = cloud.sandbox(&region()).await.unwrap().restores;
        let page = restores.restore_jobs_since(START.parse().unwrap(), None).await.unwrap();
        assert_eq!(page.items[0].status, RestoreJobStatus::Running);
        assert_eq!(page.items[0].created_resource_arn, None);
        assert_eq!(page.items[1].status, RestoreJobStatus::Unrecognised("PAUSED".into()));
        assert_eq!(page.unreadable, ["restore job without an id: RestoreJobId is missing"]);
        let job = restores.describe_restore("j3").await.unwrap();
        assert!(job.status.is_terminal() && job.created_resource_arn.is_some());
        let metadata = restores.restore_job_metadata("j3").await.unwrap();
        assert_eq!(metadata["targetTableName"], "t");
    });
    assert!(double.asked()[0].uri.contains("createdAfter=2026-01-01T00%3A00%3A00Z"), "{}", double.asked()[0].uri);
}

#[test]
fn copy_jobs_are_under_way_until_aws_says_otherwise() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SOURCE, &clock, |_, seen| {
        let state = seen.uri.rsplit('/').next().unwrap().to_owned();
        ok(format!(r#"{{"CopyJob":{{"CopyJobId":"c","State":"{state}"}}}}"#))
    });
    runtime.block_on(async {
        let copies = cloud.copy_out(&source(), &region()).await.unwrap();
        for (state, expected) in [
            ("CREATED", CopyStatus::UnderWay("CREATED".into())),
            ("COMPLETED", CopyStatus::Completed),
            ("PARTIAL", CopyStatus::Ended("PARTIAL".into())),
            ("ODD", CopyStatus::Unrecognised("ODD".into())),
        ] {
            assert_eq!(copies.describe_copy(state).await.unwrap().status, expected);
        }
    });
}
