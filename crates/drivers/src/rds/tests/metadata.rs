//! What would be sent for a restore, and what would not.

use backproof_cloud::{Driver, Landing, RestoreOrder};
use backproof_model::cost::CostFacts;
use backproof_model::metadata::metadata_is_safe;
use backproof_model::{RecoveryPoint, RecoveryPointStatus, ResourceType, RestoreMetadata, VaultType};
use proptest::prelude::*;

use super::sandbox::landing;
use crate::rds::Rds;

const NAME: &str = "bp-k3v9x2aa-1-1-1";

fn order(original: &[(&str, &str)], landing: Landing) -> RestoreOrder {
    let original = original.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    order_of(RestoreMetadata::default(), original, landing, RecoveryPointStatus::Completed)
}

fn order_of(
    inferred: RestoreMetadata,
    original: RestoreMetadata,
    landing: Landing,
    status: RecoveryPointStatus,
) -> RestoreOrder {
    let point = RecoveryPoint {
        recovery_point_arn: "arn:aws:rds:eu-central-1:111122223333:snapshot:awsbackup:job-1".parse().unwrap(),
        account: "111122223333".parse().unwrap(),
        region: "eu-central-1".parse().unwrap(),
        backup_vault_name: "main".into(),
        vault_type: VaultType::BackupVault,
        resource_arn: "arn:aws:rds:eu-central-1:111122223333:db:orders".parse().unwrap(),
        resource_type: ResourceType::rds(),
        resource_name: None,
        status,
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
    let foreign_accounts = vec!["111122223333".parse().unwrap()];
    RestoreOrder { point, resource_name: NAME.into(), inferred, original, landing, foreign_accounts }
}

/// What would be sent, once it has passed the gate.
fn sent(order: &RestoreOrder) -> Vec<(String, String)> {
    let proposed = Rds::default().propose_metadata(order).unwrap();
    let safe = metadata_is_safe(proposed.metadata, &proposed.rules).unwrap();
    safe.as_metadata().iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn value<'a>(sent: &'a [(String, String)], key: &str) -> Option<&'a str> {
    sent.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}

#[test]
fn a_restore_lands_in_the_sandbox_and_keeps_size_and_engine() {
    let order = order(
        &[
            ("DBSnapshotIdentifier", "arn:aws:rds:eu-central-1:111122223333:snapshot:awsbackup:job-1"),
            ("Engine", "postgres"),
            ("DBInstanceClass", "db.r6g.large"),
            ("DBSubnetGroupName", "production"),
            ("VpcSecurityGroupIds", "[\"sg-prod\"]"),
            ("AvailabilityZone", "eu-central-1a"),
            ("DBParameterGroupName", "tuned"),
            ("OptionGroupName", "audited"),
            ("KmsKeyId", "arn:aws:kms:eu-central-1:111122223333:key/1"),
            ("DBName", "orders"),
            ("EnableCloudwatchLogsExports", "[\"postgresql\"]"),
            ("MultiAZ", "true"),
            ("PubliclyAccessible", "true"),
            ("DeletionProtection", "true"),
            ("Port", "0"),
            ("StorageType", "io1"),
            ("Iops", "3000"),
            ("LicenseModel", "postgresql-license"),
            ("InformationalOnly:EngineVersion", "16.4"),
            ("aws:backup:request-id", "1"),
        ],
        landing(),
    );
    let expected = [
        ("AutoMinorVersionUpgrade", "false"),
        ("CopyTagsToSnapshot", "false"),
        ("DBInstanceClass", "db.r6g.large"),
        ("DBInstanceIdentifier", NAME),
        ("DBSubnetGroupName", "backproof"),
        ("DeletionProtection", "false"),
        ("Engine", "postgres"),
        ("Iops", "3000"),
        ("MultiAZ", "false"),
        ("Port", "5432"),
        ("PubliclyAccessible", "false"),
        ("StorageType", "io1"),
        ("VpcSecurityGroupIds", r#"["sg-1"]"#),
    ];
    let sent = sent(&order);
    assert_eq!(sent.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect::<Vec<_>>(), expected);
    let left_out = Rds::default().propose_metadata(&order).unwrap().left_out;
    for dropped in ["DBSnapshotIdentifier", "KmsKeyId", "InformationalOnly:EngineVersion", "OptionGroupName"] {
        assert!(left_out.iter().any(|key| key == dropped), "{dropped} {left_out:?}");
    }
}

#[test]
fn a_port_of_the_source_is_kept_and_the_plan_s_class_wins() {
    let mut landing = landing();
    landing.db_instance_class = Some("db.t4g.medium".into());
    landing.db_iam_login = true;
    let order = order(&[("Engine", "mysql"), ("Port", "3310"), ("DBInstanceClass", "db.r6g.16xlarge")], landing);
    let sent = sent(&order);
    assert_eq!(value(&sent, "Port"), Some("3310"));
    assert_eq!(value(&sent, "DBInstanceClass"), Some("db.t4g.medium"));
    assert_eq!(value(&sent, "EnableIAMDatabaseAuthentication"), Some("true"));
}

#[test]
fn an_engine_that_nobody_reads_keeps_its_licence_and_gets_no_iam_login() {
    let mut landing = landing();
    landing.db_iam_login = true;
    let order = order(&[("Engine", "oracle-se2"), ("LicenseModel", "bring-your-own-license")], landing);
    let sent = sent(&order);
    assert_eq!(value(&sent, "LicenseModel"), Some("bring-your-own-license"));
    assert_eq!(value(&sent, "Port"), Some("1521"));
    assert_eq!(value(&sent, "EnableIAMDatabaseAuthentication"), None);
}

#[test]
fn provisioned_storage_without_its_number_is_left_to_rds() {
    let bare = sent(&order(&[("Engine", "postgres"), ("StorageType", "io2")], landing()));
    assert_eq!((value(&bare, "StorageType"), value(&bare, "Iops")), (None, None));
    let general = sent(&order(&[("Engine", "postgres"), ("StorageType", "gp3"), ("Iops", "3000")], landing()));
    assert_eq!((value(&general, "StorageType"), value(&general, "Iops")), (Some("gp3"), None));
}

#[test]
fn a_continuous_point_is_restored_to_one_moment() {
    let continuous = |inferred: &[(&str, &str)]| {
        let inferred = inferred.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let original = RestoreMetadata::default();
        sent(&order_of(inferred, original, landing(), RecoveryPointStatus::Available))
    };
    let inferred = continuous(&[("RestoreTime", "2026-01-01T10:00:00Z"), ("UseLatestRestorableTime", "true")]);
    assert_eq!(value(&inferred, "RestoreTime"), Some("2026-01-01T10:00:00Z"));
    assert_eq!(value(&inferred, "UseLatestRestorableTime"), None);
    let latest = continuous(&[("RestoreTime", "soon")]);
    assert_eq!(value(&latest, "RestoreTime"), None);
    assert_eq!(value(&latest, "UseLatestRestorableTime"), Some("true"));
    let snapshot = sent(&order(&[("RestoreTime", "2026-01-01T10:00:00Z")], landing()));
    assert_eq!(value(&snapshot, "RestoreTime"), None);
}

#[test]
fn without_subnet_group_or_security_group_nothing_is_proposed() {
    let mut bare = landing();
    bare.db_subnet_group = None;
    let refusal = Rds::default().propose_metadata(&order(&[], bare)).unwrap_err();
    assert!(refusal.contains("sandbox.network.db_subnet_group"), "{refusal}");
    let mut open = landing();
    open.security_group_ids.clear();
    let refusal = Rds::default().propose_metadata(&order(&[], open)).unwrap_err();
    assert!(refusal.contains("sandbox.network.security_group_ids"), "{refusal}");
}

#[test]
fn a_backup_of_a_cluster_is_refused() {
    let mut order = order(&[("Engine", "postgres")], landing());
    order.point.resource_arn = "arn:aws:rds:eu-central-1:111122223333:cluster:orders".parse().unwrap();
    assert!(Rds::default().propose_metadata(&order).unwrap_err().contains("cluster"));
}

#[test]
fn what_was_journalled_passes_the_rules_that_are_made_without_the_source() {
    let original =
        [("Engine", "sqlserver-se"), ("DBInstanceClass", "db.m5.large"), ("LicenseModel", "license-included")];
    let proposed = Rds::default().propose_metadata(&order(&original, landing())).unwrap();
    let again = Rds::default().propose_metadata(&order(&[], landing())).unwrap().rules;
    assert!(metadata_is_safe(proposed.metadata, &again).is_ok());
}

#[test]
fn the_arn_of_a_name_is_that_of_the_sandbox() {
    let arn = Rds::default().arn_of(NAME, &landing()).unwrap();
    assert_eq!(arn.as_str(), "arn:aws:rds:eu-central-1:999988887777:db:bp-k3v9x2aa-1-1-1");
}

const KEYS: &str = "[a-zA-Z:]{1,20}|DBInstanceIdentifier|dbinstanceidentifier|Engine|Port|PORT|DBInstanceClass|MultiAZ|\
                    StorageType|Iops|LicenseModel|RestoreTime|VpcSecurityGroupIds|DBSubnetGroupName|KmsKeyId|\
                    UseLatestRestorableTime|PubliclyAccessible|EnableIAMDatabaseAuthentication";
const VALUES: &str = "\\PC{0,30}|true|postgres|oracle-ee|io1|gp3|3000|0|65536|db.r5.large|2026-01-01T10:00:00Z|\
                      arn:aws:kms:eu-central-1:111122223333:key/1|111122223333|license-included";

proptest! {
    #[test]
    fn whatever_the_source_says_the_restore_lands_in_the_sandbox(
        inferred in proptest::collection::btree_map(KEYS, VALUES, 0..10),
        original in proptest::collection::btree_map(KEYS, VALUES, 0..10),
        continuous in any::<bool>(),
        iam in any::<bool>(),
    ) {
        let status = if continuous { RecoveryPointStatus::Available } else { RecoveryPointStatus::Completed };
        let mut landing = landing();
        landing.db_iam_login = iam;
        let order = order_of(inferred.into_iter().collect(), original.into_iter().collect(), landing, status);
        let sent = sent(&order);
        prop_assert_eq!(value(&sent, "DBInstanceIdentifier"), Some(NAME));
        prop_assert_eq!(value(&sent, "DBSubnetGroupName"), Some("backproof"));
        prop_assert_eq!(value(&sent, "VpcSecurityGroupIds"), Some(r#"["sg-1"]"#));
        for off in ["MultiAZ", "PubliclyAccessible", "DeletionProtection", "AutoMinorVersionUpgrade"] {
            prop_assert_eq!(value(&sent, off), Some("false"));
        }
        prop_assert!(value(&sent, "Port").is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0)));
        prop_assert!(value(&sent, "RestoreTime").is_none() || value(&sent, "UseLatestRestorableTime").is_none());
    }
}

#[test]
fn what_decides_the_price_is_read_off_the_source_and_nothing_is_made_up() {
    let of = |pairs: &[(&str, &str)]| {
        let original = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Rds::default().cost_facts(&original).unwrap()
    };
    let facts = of(&[
        ("Engine", "postgres"),
        ("DBInstanceClass", "db.r6g.large"),
        ("StorageType", "io1"),
        ("AllocatedStorage", "100"),
        ("Iops", "3000"),
    ]);
    assert_eq!((facts.engine.as_deref(), facts.instance_class.as_deref()), (Some("postgres"), Some("db.r6g.large")));
    assert_eq!((facts.storage_type.as_deref(), facts.storage_gib, facts.iops), (Some("io1"), Some(100), Some(3_000)));
    assert_eq!(of(&[("StorageType", "gp3"), ("Iops", "3000")]).iops, None, "those of gp3 come with it");
    assert_eq!(of(&[]), CostFacts::default());
    assert_eq!(of(&[("Engine", "unheard-of"), ("AllocatedStorage", "much")]), CostFacts::default());
}
