//! Restore metadata: what a recovery point remembers of its source, and what native restore testing would use.
//!
//! Source: AWS Backup developer guide, restore pages per type and "Restore testing inferred metadata". What a point
//! remembers is full of production names on purpose: nobody may send it back unread.

use std::collections::BTreeMap;

use serde_json::json;

use super::errors::{invalid_parameter, missing_parameter};
use super::site::Point;
use super::{Asked, Backup};
use crate::ids;
use crate::wire::{Answer, ApiError};
use crate::world::KeyKind;

/// Texts by name.
type Metadata = BTreeMap<String, String>;

fn texts<const N: usize>(pairs: [(&str, &str); N]) -> Metadata {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What the point remembers of its source.
fn remembered(point: &Point, request_id: &str) -> Metadata {
    let name = point.resource.name.as_str();
    let mut metadata = match point.resource.kind.as_str() {
        "DynamoDB" => {
            let encryption = match point.key {
                KeyKind::AwsOwned => "Default",
                KeyKind::Customer | KeyKind::AwsManaged => "KMS",
            };
            let mut metadata =
                texts([("originalTableName", name), ("targetTableName", name), ("encryptionType", encryption)]);
            if point.key == KeyKind::Customer {
                metadata.insert("kmsMasterKeyArn".into(), point.key_arn.clone());
            }
            metadata
        }
        "RDS" => of_instance(point),
        "EBS" => texts([("encrypted", "true"), ("volumeId", name)]),
        "EC2" => texts([
            ("InstanceType", "m6g.large"),
            ("SubnetId", "subnet-0production"),
            ("SecurityGroupIds", "[\"sg-0production\"]"),
            ("KeyName", "production"),
        ]),
        "EFS" => texts([("file-system-id", name), ("newFileSystem", "false"), ("Encrypted", "true")]),
        _ => Metadata::new(),
    };
    metadata.insert("aws:backup:request-id".into(), ids::named("metadata", request_id).to_string());
    metadata
}

/// The parameters of `RestoreDBInstanceFromDBSnapshot`, with what a restore does not take: the snapshot, what only
/// informs, and settings of the source's account.
fn of_instance(point: &Point) -> Metadata {
    let name = point.resource.name.as_str();
    let database = point.resource.description.as_ref().and_then(|description| description.database.as_ref());
    let engine = database.map_or("postgres", |database| database.engine.as_str());
    let class = database.map_or("db.m6g.large", |database| database.class.as_str());
    let storage = database.map_or(20, |database| database.storage).to_string();
    let (exports, license) = match engine {
        "postgres" => ("[\"postgresql\"]", "postgresql-license"),
        "sqlserver-se" => ("[\"error\"]", "license-included"),
        "oracle-ee" => ("[\"alert\"]", "bring-your-own-license"),
        _ => ("[\"error\"]", "general-public-license"),
    };
    let zone = format!("{}a", point.resource.arn.split(':').nth(3).unwrap_or_default());
    let snapshot = point.arn.split_once(":snapshot:").map_or("awsbackup:unknown", |(_, snapshot)| snapshot);
    let mut metadata = texts([
        ("AllocatedStorage", &storage),
        ("AutoMinorVersionUpgrade", "true"),
        ("AvailabilityZone", &zone),
        ("CopyTagsToSnapshot", "true"),
        ("DBInstanceClass", class),
        ("DBInstanceIdentifier", name),
        ("DBParameterGroupName", "production"),
        ("DBSnapshotIdentifier", snapshot),
        ("DBSubnetGroupName", "production"),
        ("DeletionProtection", "true"),
        ("EnableCloudwatchLogsExports", exports),
        ("EnableIAMDatabaseAuthentication", "false"),
        ("Engine", engine),
        ("InformationalOnly:Encrypted", "true"),
        ("InformationalOnly:StorageEncryption", "true"),
        ("KmsKeyId", &point.key_arn),
        ("LicenseModel", license),
        ("MultiAZ", "true"),
        ("OptionGroupName", "production"),
        ("Port", "0"),
        ("PubliclyAccessible", "true"),
        ("StorageType", "gp3"),
        ("VpcSecurityGroupIds", "[\"sg-0production\"]"),
    ]);
    if let Some(database) = database {
        metadata.insert("DBName".into(), database.database.clone());
    }
    metadata
}

/// What native restore testing would send.
fn inferred(point: &Point) -> Result<Metadata, ApiError> {
    let short = &ids::named("inferred", &point.arn).simple().to_string()[..16];
    let name = format!("awsbackup-restore-test-{short}");
    Ok(match point.resource.kind.as_str() {
        "DynamoDB" => {
            texts([("deletionProtection", "false"), ("encryptionType", "Default"), ("targetTableName", &name)])
        }
        "EBS" => texts([("encrypted", "true"), ("availabilityZone", "eu-central-1a")]),
        "EFS" => texts([
            ("encrypted", "true"),
            ("file-system-id", &point.resource.name),
            ("kmsKeyId", "alias/aws/elasticfilesystem"),
            ("newFileSystem", "true"),
            ("performanceMode", "generalPurpose"),
        ]),
        "RDS" => texts([
            ("dbInstanceIdentifier", &name),
            ("deletionProtection", "false"),
            ("multiAz", "false"),
            ("publiclyAccessible", "false"),
        ]),
        "S3" => texts([
            ("destinationBucketName", &name),
            ("encrypted", "true"),
            ("encryptionType", "SSE-S3"),
            ("newBucket", "true"),
        ]),
        other => return Err(invalid_parameter(format!("Restore testing does not support resource type {other}"))),
    })
}

impl Backup {
    pub(super) fn get_recovery_point_restore_metadata(&mut self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let owner = asked.query.get("backupVaultAccountId");
        let found = self.use_point(asked.ctx, asked.label(0), owner, asked.label(1))?;
        Answer::json(&json!({
            "BackupVaultArn": found.vault_arn,
            "RecoveryPointArn": found.point.arn,
            "RestoreMetadata": remembered(&found.point, &asked.ctx.request_id),
            "ResourceType": found.point.resource.kind,
        }))
    }

    pub(super) fn get_restore_testing_inferred_metadata(&mut self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let required = |name: &str| asked.query.get(name).ok_or_else(|| missing_parameter(name));
        let (vault, arn) = (required("BackupVaultName")?, required("RecoveryPointArn")?);
        let found = self.use_point(asked.ctx, vault, asked.query.get("BackupVaultAccountId"), arn)?;
        Answer::json(&json!({ "InferredMetadata": inferred(&found.point)? }))
    }
}
