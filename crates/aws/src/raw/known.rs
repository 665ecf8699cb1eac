//! The calls whose answers are handed over, and what of each is.
//!
//! Whatever is not named here is not handed over at all (`Scan`, `BatchGetItem`, log events, secrets, credentials), and
//! whatever is not listed of a call here is replaced by its type and length. Names of tables, instances, vaults and
//! keys are structure and stay; of listings only the figures do.
//!
//! Source of paths and names: the service models of AWS Backup 2018-11-15, DynamoDB 2012-08-10, RDS 2014-10-31, STS
//! 2011-06-15 and CloudTrail 2013-11-01.

/// What of one call is handed over.
#[derive(Debug)]
pub(super) struct Known {
    /// The path with its labels, where parameters are in it: `restore-jobs/{RestoreJobId}`.
    pub(super) path: Option<&'static str>,
    /// Parameters that are kept.
    pub(super) asked: &'static [&'static str],
    /// Members of the answer that are kept.
    pub(super) kept: &'static [&'static str],
    /// A parameter without which the call is a listing, and what is kept of that.
    pub(super) listing: Option<(&'static str, &'static [&'static str])>,
}

/// What is kept of every refusal: AWS's code and sentence.
pub(super) const OF_ERRORS: &[&str] =
    &["__type", "Code", "Type", "Context", "message", "Message", "Error.Type", "Error.Code", "Error.Message"];

/// What of `call` (`backup:StartRestoreJob`) is handed over, if anything is.
pub(super) fn known(call: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|(name, _)| *name == call).map(|(_, known)| known)
}

impl Known {
    /// What is kept of the answer to a request with these parameters.
    pub(super) fn kept(&self, has: impl Fn(&str) -> bool) -> &'static [&'static str] {
        match self.listing {
            Some((parameter, kept)) if !has(parameter) => kept,
            Some(_) | None => self.kept,
        }
    }
}

const fn rest(path: &'static str, asked: &'static [&'static str], kept: &'static [&'static str]) -> Known {
    Known { path: Some(path), asked, kept, listing: None }
}

const fn other(asked: &'static [&'static str], kept: &'static [&'static str]) -> Known {
    Known { path: None, asked, kept, listing: None }
}

const KNOWN: &[(&str, Known)] = &[
    (
        "backup:StartRestoreJob",
        rest("restore-jobs", START_RESTORE, &["RestoreJobId", "CopiedSourceTagsToRestoredResource"]),
    ),
    ("backup:DescribeRestoreJob", rest("restore-jobs/{RestoreJobId}", &["RestoreJobId"], RESTORE_JOB)),
    ("backup:GetRestoreJobMetadata", rest("restore-jobs/{RestoreJobId}/metadata", &["RestoreJobId"], RESTORE_METADATA)),
    ("backup:DescribeRecoveryPoint", rest(POINT_PATH, POINT, RECOVERY_POINT)),
    ("backup:DeleteRecoveryPoint", rest(POINT_PATH, POINT, &[])),
    ("backup:StartCopyJob", rest("copy-jobs", START_COPY, &["CopyJobId", "CreationDate", "IsParent"])),
    ("backup:DescribeCopyJob", rest("copy-jobs/{CopyJobId}", &["CopyJobId"], COPY_JOB)),
    ("backup:ListBackupVaults", rest("backup-vaults", PAGE, VAULTS)),
    ("backup:ListRecoveryPointsByBackupVault", rest("backup-vaults/{BackupVaultName}/recovery-points", POINTS, &[])),
    ("backup:ListRecoveryPointsByResource", rest("resources/{ResourceArn}/recovery-points", &["ResourceArn"], &[])),
    ("backup:ListProtectedResources", rest("resources", PAGE, &[])),
    ("backup:ListRestoreJobs", rest("restore-jobs", &["createdAfter", "maxResults"], &[])),
    ("backup:ListCopyJobs", rest("copy-jobs", &["createdAfter", "maxResults", "resourceArn"], &[])),
    ("dynamodb:CreateTable", other(&["TableName"], CREATED_TABLE)),
    ("dynamodb:DescribeTable", other(&["TableName"], TABLE)),
    ("dynamodb:DeleteTable", other(&["TableName"], CREATED_TABLE)),
    ("dynamodb:ListTables", other(&["Limit"], &[])),
    ("dynamodb:TagResource", other(&["ResourceArn"], &[])),
    (
        "rds:DescribeDBInstances",
        Known { path: None, asked: &["DBInstanceIdentifier", "MaxRecords"], kept: INSTANCE, listing: INSTANCES },
    ),
    ("rds:DeleteDBInstance", other(DELETE_INSTANCE, DELETED_INSTANCE)),
    (
        "rds:DescribeDBInstanceAutomatedBackups",
        other(&["DBInstanceIdentifier"], &["DBInstanceAutomatedBackups.DBInstanceAutomatedBackup"]),
    ),
    ("rds:DeleteDBInstanceAutomatedBackup", other(&["DbiResourceId"], &["DBInstanceAutomatedBackup.Status"])),
    ("rds:DescribeDBSnapshots", other(&["DBInstanceIdentifier", "SnapshotType"], &["DBSnapshots.DBSnapshot"])),
    ("rds:AddTagsToResource", other(&["ResourceName"], &[])),
    ("rds:RemoveTagsFromResource", other(&["ResourceName"], &[])),
    ("sts:GetCallerIdentity", other(&[], &["Account", "Arn", "UserId"])),
    ("cloudtrail:DescribeTrails", other(&["includeShadowTrails"], TRAILS)),
    ("cloudtrail:GetTrailStatus", other(&["Name"], TRAIL_STATUS)),
    ("cloudtrail:LookupEvents", other(LOOKUP, &["Events.EventId", "Events.EventName", "Events.EventTime"])),
];

const POINT_PATH: &str = "backup-vaults/{BackupVaultName}/recovery-points/{RecoveryPointArn}";
const POINT: &[&str] = &["BackupVaultName", "RecoveryPointArn", "backupVaultAccountId"];
const PAGE: &[&str] = &["maxResults"];
const POINTS: &[&str] = &["BackupVaultName", "maxResults", "backupVaultAccountId", "resourceArn"];

const START_RESTORE: &[&str] = &[
    "RecoveryPointArn",
    "IamRoleArn",
    "ResourceType",
    "CopySourceTagsToRestoredResource",
    "Metadata.targetTableName",
    "Metadata.encryptionType",
    "Metadata.kmsMasterKeyArn",
    "Metadata.DBInstanceIdentifier",
    "Metadata.DBInstanceClass",
    "Metadata.DBSubnetGroupName",
    "Metadata.VpcSecurityGroupIds",
    "Metadata.PubliclyAccessible",
    "Metadata.DeletionProtection",
    "Metadata.MultiAZ",
    "Metadata.Engine",
    "Metadata.Port",
    "Metadata.StorageType",
    "Metadata.RestoreTime",
    "Metadata.UseLatestRestorableTime",
    "Metadata.EnableIAMDatabaseAuthentication",
    "Metadata.CopyTagsToSnapshot",
];

const RESTORE_METADATA: &[&str] = &[
    "RestoreJobId",
    "Metadata.targetTableName",
    "Metadata.encryptionType",
    "Metadata.kmsMasterKeyArn",
    "Metadata.aws:backup:request-id",
    "Metadata.DBInstanceIdentifier",
    "Metadata.DBInstanceClass",
    "Metadata.DBSubnetGroupName",
    "Metadata.VpcSecurityGroupIds",
    "Metadata.PubliclyAccessible",
    "Metadata.DeletionProtection",
    "Metadata.RestoreTime",
];

const RESTORE_JOB: &[&str] = &[
    "AccountId",
    "RestoreJobId",
    "RecoveryPointArn",
    "CreationDate",
    "CompletionDate",
    "Status",
    "StatusMessage",
    "BackupSizeInBytes",
    "IamRoleArn",
    "ExpectedCompletionTimeMinutes",
    "CreatedResourceArn",
    "ResourceType",
    "RecoveryPointCreationDate",
    "ValidationStatus",
    "ValidationStatusMessage",
    "DeletionStatus",
    "DeletionStatusMessage",
];

const RECOVERY_POINT: &[&str] = &[
    "RecoveryPointArn",
    "BackupVaultName",
    "BackupVaultArn",
    "SourceBackupVaultArn",
    "ResourceArn",
    "ResourceType",
    "Status",
    "StatusMessage",
    "CreationDate",
    "CompletionDate",
    "BackupSizeInBytes",
    "EncryptionKeyArn",
    "IsEncrypted",
    "StorageClass",
    "LastRestoreTime",
    "VaultType",
    "IndexStatus",
    "Lifecycle.DeleteAfterDays",
    "Lifecycle.MoveToColdStorageAfterDays",
    "CalculatedLifecycle.DeleteAt",
    "CalculatedLifecycle.MoveToColdStorageAt",
];

const START_COPY: &[&str] = &[
    "RecoveryPointArn",
    "SourceBackupVaultName",
    "DestinationBackupVaultArn",
    "IamRoleArn",
    "Lifecycle.DeleteAfterDays",
];

const COPY_JOB: &[&str] = &[
    "CopyJob.AccountId",
    "CopyJob.CopyJobId",
    "CopyJob.SourceBackupVaultArn",
    "CopyJob.SourceRecoveryPointArn",
    "CopyJob.DestinationBackupVaultArn",
    "CopyJob.DestinationRecoveryPointArn",
    "CopyJob.ResourceArn",
    "CopyJob.ResourceType",
    "CopyJob.CreationDate",
    "CopyJob.CompletionDate",
    "CopyJob.State",
    "CopyJob.StatusMessage",
    "CopyJob.BackupSizeInBytes",
    "CopyJob.IamRoleArn",
];

/// The counts that listings of recovery points are tied out with.
const VAULTS: &[&str] = &[
    "BackupVaultList.BackupVaultName",
    "BackupVaultList.BackupVaultArn",
    "BackupVaultList.NumberOfRecoveryPoints",
    "BackupVaultList.VaultType",
    "BackupVaultList.Locked",
];

const CREATED_TABLE: &[&str] = &[
    "TableDescription.TableName",
    "TableDescription.TableArn",
    "TableDescription.TableId",
    "TableDescription.TableStatus",
    "TableDescription.CreationDateTime",
];

const TABLE: &[&str] = &[
    "Table.TableName",
    "Table.TableArn",
    "Table.TableId",
    "Table.TableStatus",
    "Table.CreationDateTime",
    "Table.ItemCount",
    "Table.TableSizeBytes",
    "Table.BillingModeSummary.BillingMode",
    "Table.SSEDescription.Status",
    "Table.SSEDescription.SSEType",
    "Table.SSEDescription.KMSMasterKeyArn",
    "Table.RestoreSummary.SourceBackupArn",
    "Table.RestoreSummary.SourceTableArn",
    "Table.RestoreSummary.RestoreDateTime",
    "Table.RestoreSummary.RestoreInProgress",
    "Table.DeletionProtectionEnabled",
];

const INSTANCES: Option<(&str, &[&str])> = Some(("DBInstanceIdentifier", &["DBInstances.DBInstance"]));

const INSTANCE: &[&str] = &[
    "DBInstances.DBInstance.DBInstanceIdentifier",
    "DBInstances.DBInstance.DBInstanceArn",
    "DBInstances.DBInstance.DbiResourceId",
    "DBInstances.DBInstance.DBInstanceStatus",
    "DBInstances.DBInstance.DBInstanceClass",
    "DBInstances.DBInstance.Engine",
    "DBInstances.DBInstance.EngineVersion",
    "DBInstances.DBInstance.InstanceCreateTime",
    "DBInstances.DBInstance.AllocatedStorage",
    "DBInstances.DBInstance.StorageEncrypted",
    "DBInstances.DBInstance.StorageType",
    "DBInstances.DBInstance.KmsKeyId",
    "DBInstances.DBInstance.PubliclyAccessible",
    "DBInstances.DBInstance.DeletionProtection",
    "DBInstances.DBInstance.MultiAZ",
    "DBInstances.DBInstance.IAMDatabaseAuthenticationEnabled",
    "DBInstances.DBInstance.BackupRetentionPeriod",
    "DBInstances.DBInstance.DBSubnetGroup.DBSubnetGroupName",
    "DBInstances.DBInstance.DBSubnetGroup.VpcId",
    "DBInstances.DBInstance.VpcSecurityGroups.VpcSecurityGroupMembership.VpcSecurityGroupId",
    "DBInstances.DBInstance.VpcSecurityGroups.VpcSecurityGroupMembership.Status",
];

const DELETE_INSTANCE: &[&str] = &["DBInstanceIdentifier", "SkipFinalSnapshot", "DeleteAutomatedBackups"];

const DELETED_INSTANCE: &[&str] = &[
    "DBInstance.DBInstanceIdentifier",
    "DBInstance.DBInstanceArn",
    "DBInstance.DbiResourceId",
    "DBInstance.DBInstanceStatus",
];

const TRAILS: &[&str] = &[
    "trailList.Name",
    "trailList.TrailARN",
    "trailList.HomeRegion",
    "trailList.IsMultiRegionTrail",
    "trailList.IsOrganizationTrail",
    "trailList.LogFileValidationEnabled",
    "trailList.S3BucketName",
    "trailList.S3KeyPrefix",
];

const TRAIL_STATUS: &[&str] =
    &["IsLogging", "LatestDeliveryTime", "LatestDigestDeliveryTime", "LatestDigestDeliveryError", "StartLoggingTime"];

const LOOKUP: &[&str] =
    &["LookupAttributes.AttributeKey", "LookupAttributes.AttributeValue", "StartTime", "EndTime", "MaxResults"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_reads_what_a_resource_holds_is_known() {
        for (service, operation) in [
            ("dynamodb", "Scan"),
            ("dynamodb", "Query"),
            ("dynamodb", "GetItem"),
            ("dynamodb", "BatchGetItem"),
            ("dynamodb", "BatchWriteItem"),
            ("dynamodb", "DeleteItem"),
            ("logs", "GetLogEvents"),
            ("logs", "FilterLogEvents"),
            ("rds", "DownloadDBLogFilePortion"),
            ("rds", "ModifyDBInstance"),
            ("s3", "GetObject"),
            ("secretsmanager", "GetSecretValue"),
            ("secretsmanager", "ListSecrets"),
            ("sts", "AssumeRole"),
        ] {
            let call = format!("{service}:{operation}");
            assert!(known(&call).is_none(), "{call}");
        }
    }

    #[test]
    fn no_list_names_a_secret() {
        let forbidden = ["password", "secret", "token", "credential", "tag", "user", "parameter", "endpoint"];
        for (call, known) in KNOWN {
            let listing = known.listing.map_or(&[][..], |(_, kept)| kept);
            for path in known.asked.iter().chain(known.kept).chain(listing) {
                let last = path.rsplit('.').next().unwrap_or(path).to_lowercase();
                let allowed = [
                    "userid",
                    "copysourcetagstorestoredresource",
                    "copiedsourcetagstorestoredresource",
                    "copytagstosnapshot",
                ];
                let named = forbidden.iter().any(|word| last.contains(word));
                assert!(!named || allowed.contains(&last.as_str()), "{call}: {path}");
            }
        }
    }

    #[test]
    fn a_listing_is_told_from_a_look_at_one() {
        let known = known("rds:DescribeDBInstances").unwrap();
        assert_eq!(known.kept(|parameter| parameter == "DBInstanceIdentifier"), INSTANCE);
        assert_eq!(known.kept(|_| false), &["DBInstances.DBInstance"]);
    }
}
