//! Requests as they go over the wire.

use std::collections::BTreeMap;

use backproof_cloud::{Cloud, StartCopy, StartRestore, Trouble, VaultRef};
use backproof_model::ResourceType;
use backproof_model::metadata::{KeyRule, MetadataRules, metadata_is_safe};
use serde_json::{Value, json};

use crate::double::{SANDBOX, SOURCE, cloud_of, ok, region, runtime, source};

pub(crate) const POINT: &str =
    "arn:aws:backup:eu-central-1:999988887777:recovery-point:1EB3B5E7-9EB0-435A-A80B-108B488B0D45";

/// A harmless restore of a table.
pub(crate) fn start_restore() -> StartRestore {
    let keys = BTreeMap::from([("targetTableName", KeyRule::Must("bp-k3v9x2aa-1-1-1".into()))]);
    let rules = MetadataRules { keys, foreign_accounts: Vec::new() };
    let metadata = [("targetTableName".to_owned(), "bp-k3v9x2aa-1-1-1".to_owned())].into_iter().collect();
    StartRestore {
        recovery_point_arn: POINT.parse().unwrap(),
        resource_type: ResourceType::dynamodb(),
        metadata: metadata_is_safe(metadata, &rules).unwrap(),
        iam_role_arn: "arn:aws:iam::999988887777:role/restore".into(),
        idempotency_token: "token-1".into(),
    }
}

fn json_of(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

#[test]
fn a_shared_vault_is_listed_with_its_owner_a_full_page_and_the_token() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SOURCE, &clock, |_, _| ok(r#"{"RecoveryPoints":[]}"#));
    runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        let vault = VaultRef { name: "Default".into(), owner: Some("555566667777".parse().unwrap()) };
        let token = backproof_cloud::PageToken("a+b/=".into());
        access.backups.list_recovery_points(&vault, Some(token)).await.unwrap();
    });
    let seen = &double.asked()[0];
    assert_eq!(seen.method, "GET");
    assert_eq!(seen.host, "backup.eu-central-1.amazonaws.com");
    let (path, query) = seen.uri.split_once('?').unwrap();
    assert_eq!(path.trim_end_matches('/'), "/backup-vaults/Default/recovery-points");
    let query: Vec<_> = query.split('&').collect();
    for part in ["backupVaultAccountId=555566667777", "maxResults=1000", "nextToken=a%2Bb%2F%3D"] {
        assert!(query.contains(&part), "{query:?}");
    }
}

#[test]
fn an_arn_in_a_path_is_percent_encoded() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SOURCE, &clock, |_, _| ok(r#"{"RestoreMetadata":{"a":"b"}}"#));
    let metadata = runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        let vault = VaultRef { name: "Default".into(), owner: None };
        access.backups.restore_metadata(&vault, &POINT.parse().unwrap()).await.unwrap()
    });
    assert_eq!(metadata.get("A"), Some("b"));
    let encoded = POINT.replace(':', "%3A");
    assert_eq!(double.asked()[0].uri, format!("/backup-vaults/Default/recovery-points/{encoded}/restore-metadata"));
}

#[test]
fn a_restore_is_started_with_checked_metadata_and_without_the_source_s_tags() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SANDBOX, &clock, |_, _| ok(r#"{"RestoreJobId":"job-1"}"#));
    let id = runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        access.restores.start_restore(&access.sandbox, &start_restore()).await.unwrap()
    });
    assert_eq!(id, "job-1");
    let seen = &double.asked()[0];
    assert_eq!((seen.method.as_str(), seen.uri.as_str()), ("PUT", "/restore-jobs"));
    let expected = json!({
        "RecoveryPointArn": POINT,
        "Metadata": {"targetTableName": "bp-k3v9x2aa-1-1-1"},
        "IamRoleArn": "arn:aws:iam::999988887777:role/restore",
        "IdempotencyToken": "token-1",
        "ResourceType": "DynamoDB",
        "CopySourceTagsToRestoredResource": false,
    });
    assert_eq!(json_of(&seen.body), expected);
}

#[test]
fn a_restore_job_without_an_id_is_not_taken_for_started() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, |_, _| ok("{}"));
    let error = runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        access.restores.start_restore(&access.sandbox, &start_restore()).await.unwrap_err()
    });
    assert_eq!(error.trouble, Trouble::Unreadable);
    assert!(error.effect_unknown());
}

#[test]
fn a_copy_goes_into_the_sandbox_only_and_ends_by_itself() {
    let (runtime, clock) = runtime();
    let double = crate::double::Double::new(|_, seen| {
        if seen.body.contains("GetCallerIdentity") {
            let ours = seen.authorization.contains(&format!("Credential={SOURCE}/"));
            return crate::double::caller_identity(if ours { SOURCE } else { SANDBOX });
        }
        if seen.body.contains("Action=AssumeRole") {
            return crate::double::session(1, "2026-01-01T00:00:00Z".parse().unwrap());
        }
        ok(r#"{"CopyJobId":"copy-1"}"#)
    });
    let mut config = crate::double::config(&double, &clock);
    config.sandbox.as_mut().unwrap().role_arn = Some("arn:aws:iam::999988887777:role/sandbox".into());
    let cloud = backproof_aws::AwsCloud::new(config);
    let refused = runtime.block_on(async {
        let sandbox = cloud.sandbox(&region()).await.unwrap().sandbox;
        let copies = cloud.copy_out(&source(), &region()).await.unwrap();
        let mut request = StartCopy {
            recovery_point_arn: POINT.parse().unwrap(),
            source_backup_vault_name: "Default".into(),
            destination_backup_vault_arn: "arn:aws:backup:eu-central-1:999988887777:backup-vault:in".into(),
            iam_role_arn: "arn:aws:iam::111122223333:role/copy".into(),
            idempotency_token: "token-1".into(),
            delete_after_days: 7,
        };
        assert_eq!(copies.start_copy(&sandbox, &request).await.unwrap(), "copy-1");
        request.destination_backup_vault_arn = "arn:aws:backup:eu-central-1:123412341234:backup-vault:in".into();
        copies.start_copy(&sandbox, &request).await.unwrap_err()
    });
    assert_eq!(refused.trouble, Trouble::Denied);
    let sent: Vec<_> = double.seen().into_iter().filter(|seen| seen.uri == "/copy-jobs").collect();
    assert_eq!(sent.len(), 1);
    assert_eq!(json_of(&sent[0].body)["Lifecycle"], json!({"DeleteAfterDays": 7}));
}
