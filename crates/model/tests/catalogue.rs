//! The failure catalogue, entry by entry, and which entry decides where several could.

use std::collections::BTreeSet;

use backproof_model::FaultOwner::{self, Backup, Harness, Quota, Sandbox};
use backproof_model::catalogue::{CATALOGUE, Classified, During, Trouble, classify, is_success};
use proptest::prelude::*;

/// A restore job of `resource_type` that failed with `message`.
fn failed<'a>(resource_type: &'a str, message: &'a str) -> Trouble<'a> {
    Trouble { resource_type, status: Some("FAILED"), message, ..Trouble::default() }
}

fn completed<'a>(resource_type: &'a str, message: &'a str) -> Trouble<'a> {
    Trouble { status: Some("COMPLETED"), ..failed(resource_type, message) }
}

fn copying<'a>(resource_type: &'a str, message: &'a str) -> Trouble<'a> {
    Trouble { phase: During::Staging, ..failed(resource_type, message) }
}

fn refused<'a>(phase: During, code: &'a str, message: &'a str) -> Trouble<'a> {
    Trouble { resource_type: "DynamoDB", code: Some(code), message, phase, ..Trouble::default() }
}

/// One or more troubles per entry, as AWS words them, with the owner that each must get.
#[expect(clippy::too_many_lines, reason = "a table, one row per entry of the catalogue")]
fn cases() -> Vec<(u32, Trouble<'static>, FaultOwner)> {
    let gone = refused(During::Starting, "ResourceNotFoundException", "Recovery point not found");
    vec![
        (
            1,
            failed("EC2", "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC."),
            Harness,
        ),
        (2, failed("EC2", "No subnets found for the default VPC vpc-1. Please specify a subnet."), Harness),
        (
            3,
            failed("RDS", "No default subnet detected in VPC. Please contact AWS Support to recreate default Subnets."),
            Harness,
        ),
        (4, failed("DynamoDB", "IAM Role cannot be assumed by AWS Backup"), Sandbox),
        (5, failed("DynamoDB", "Access denied to KMS key."), Sandbox),
        (
            6,
            failed(
                "DynamoDB",
                "The specified AWS KMS key ARN does not exist, is not enabled or you do not have permissions to access it.",
            ),
            Backup,
        ),
        (
            7,
            failed(
                "DynamoDB",
                "User arn:aws:sts::1:assumed-role/r is not authorized to perform: dynamodb:Query because no identity-based policy allows it",
            ),
            Sandbox,
        ),
        (
            8,
            failed(
                "S3",
                "User: r is not authorized to perform: kms:Decrypt because no resource-based policy allows the action",
            ),
            Sandbox,
        ),
        (
            8,
            failed(
                "S3",
                "User: r is not authorized to perform: s3:PutObject with an explicit deny in a resource based policy",
            ),
            Sandbox,
        ),
        (9, failed("S3", "Access denied performing s3:CreateBucket on awsbackup-restore-test-1"), Sandbox),
        (
            10,
            failed(
                "EBS",
                "Restore job was unable to start within the specified start window. Try increasing your start window.",
            ),
            Quota,
        ),
        (
            11,
            failed(
                "EC2",
                "You are not authorized to perform this operation. Please consult the permissions associated with your AWS Backup role(s). Encoded authorization failure message: abc",
            ),
            Sandbox,
        ),
        (12, failed("EC2", "AWS Backup does not permit attaching a new instance profile to an EC2 instance."), Harness),
        (
            13,
            failed(
                "EC2",
                "The associatePublicIPAddress parameter cannot be specified for a network interface with an ID.",
            ),
            Harness,
        ),
        (14, failed("EC2", "Source AMI ami-1 was not found in Region eu-central-1"), Sandbox),
        (15, failed("EC2", "The key arn:aws:kms:eu-central-1:1:key/1 is not accessible"), Harness),
        (16, failed("EFS", "Insufficient privileges to perform this action."), Sandbox),
        (
            17,
            failed(
                "S3",
                "Unable to restore Access Control Lists (ACLs) for bucket b because backup was created with the 'BackupACLs' option disabled",
            ),
            Harness,
        ),
        (18, failed("S3", "No objects were restored from a to b"), Sandbox),
        (19, completed("S3", "One or more objects failed to be restored from a to b"), Sandbox),
        (20, completed("S3", "There are no objects that match the restore request for a"), Harness),
        (21, failed("DynamoDB", "CopySourceTagsToRestoredResource is not supported for this resource type"), Harness),
        (22, failed("EFS", "Insufficient Permissions to tag the file system"), Sandbox),
        (23, failed("RDS", "Unexpected key DBSnapshotIdentifier"), Harness),
        (24, failed("Aurora DSQL", "Unknown metadata key cluster_id"), Harness),
        (25, failed("Aurora DSQL", "Insufficient permissions"), Sandbox),
        (26, failed("RDS", "The snapshot requires a target option group with the following options: TDE"), Sandbox),
        (27, failed("EC2", "You do not have permission to access the storage of this ami."), Sandbox),
        (28, refused(During::Restoring, "DBInstanceAlreadyExists", ""), Harness),
        (28, failed("Aurora", "DBClusterAlreadyExistsFault: it exists"), Harness),
        (28, failed("DynamoDB", "Table already exists: bp-k3v9x2aa-1-1-1"), Harness),
        (29, failed("RDS", "InstanceQuotaExceeded: too many instances"), Quota),
        (29, refused(During::Restoring, "VcpuLimitExceeded", ""), Quota),
        (30, failed("RDS", "(InsufficientDBInstanceCapacity)"), Quota),
        (30, refused(During::Restoring, "InsufficientInstanceCapacity", ""), Quota),
        (31, failed("RDS", "DBSubnetGroupDoesNotCoverEnoughAZs"), Sandbox),
        (32, refused(During::Restoring, "KMSKeyNotAccessibleFault", ""), Sandbox),
        (33, Trouble { phase: During::Readying, ..failed("Aurora", "the endpoint is still creating") }, Harness),
        (34, Trouble { status: Some("incompatible-restore"), ..failed("RDS", "") }, Sandbox),
        (34, Trouble { status: Some("storage-full"), phase: During::Readying, ..failed("RDS", "") }, Sandbox),
        (35, failed("SAP HANA on Amazon EC2", "recovery strategy could not be determined, code 449."), Sandbox),
        (35, failed("SAP HANA on Amazon EC2", "connection failed: -10709"), Sandbox),
        (
            35,
            failed(
                "SAP HANA on Amazon EC2",
                "Encountered an issue with log backups. Please check SAP HANA for details.",
            ),
            Sandbox,
        ),
        (36, failed("CloudFormation", "Resource orders already exists"), Sandbox),
        (37, completed("EKS", "3 objects were skipped"), Sandbox),
        (38, copying("EBS", "Access Denied trying to call AWS Backup service"), Sandbox),
        (
            39,
            copying(
                "EBS",
                "Copy job failed. Both source and destination account must be a member of the same organization",
            ),
            Sandbox,
        ),
        (
            40,
            copying(
                "RDS",
                "Copy job from us-west-2 to us-east-1 cannot be initiated for RDS resources. Feature is not supported for provided resource type.",
            ),
            Sandbox,
        ),
        (41, copying("EC2", "The key id is not accessible"), Sandbox),
        (41, copying("EBS", "Failed to unshare snapshot"), Sandbox),
        (42, copying("EBS", "Access denied exception while trying to list tags"), Sandbox),
        (
            43,
            refused(
                During::Starting,
                "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
            ),
            Harness,
        ),
        (44, Trouble { newest_of_resource: Some(true), ..gone }, Backup),
        (44, Trouble { newest_of_resource: Some(false), ..gone }, Harness),
        (44, gone, Harness),
    ]
}

#[test]
fn every_entry_is_known_by_its_message_and_goes_to_its_owner() {
    for (number, trouble, owner) in cases() {
        let found = classify(&trouble);
        assert_eq!(found.entry, Some(number), "entry {number}: {trouble:?}");
        assert_eq!(found.owner, owner, "entry {number}: {trouble:?}");
        assert_eq!(found.is_backup_defect, owner == Backup, "entry {number}");
        assert_eq!(found.may_pass, owner == Quota, "entry {number}");
        assert!(found.remedy.len() > 20, "entry {number}");
    }
}

#[test]
fn all_forty_four_entries_are_there_and_tried() {
    let numbers: Vec<u32> = CATALOGUE.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=44).collect::<Vec<_>>());
    let tried: BTreeSet<u32> = cases().iter().map(|(number, ..)| *number).collect();
    assert_eq!(tried, numbers.into_iter().collect());
}

#[test]
fn the_backup_is_blamed_only_where_no_other_message_disputes_it() {
    let gone =
        "The specified AWS KMS key ARN does not exist, is not enabled or you do not have permissions to access it.";
    assert_eq!(classify(&failed("DynamoDB", gone)).entry, Some(6));
    let disputed = format!("Access denied to KMS key. {gone}");
    assert_eq!(classify(&failed("DynamoDB", &disputed)).entry, Some(5));
}

#[test]
fn the_more_specific_entry_decides() {
    let entry = |trouble: Trouble<'_>| classify(&trouble).entry;
    // Who forbids it: identity, resource, or an encoded message.
    assert_eq!(
        entry(failed("S3", "r is not authorized to perform: x because no identity based policy allows it")),
        Some(7)
    );
    assert_eq!(
        entry(failed("S3", "r is not authorized to perform: x because no resource based policy allows it")),
        Some(8)
    );
    assert_eq!(entry(failed("S3", "You are not authorized to perform this operation.")), Some(11));
    // Insufficient what, and of which type.
    assert_eq!(entry(failed("Aurora DSQL", "Insufficient privileges to perform this action")), Some(16));
    assert_eq!(entry(failed("Aurora DSQL", "Insufficient permissions to tag")), Some(25));
    assert_eq!(entry(failed("EFS", "Insufficient permissions to tag")), Some(22));
    assert_eq!(entry(failed("EFS", "Insufficient permissions")), None);
    // A type's own entry before the general one.
    let role = "The provided role r cannot be assumed by AWS Backup";
    assert_eq!((entry(failed("SAP HANA on Amazon EC2", role)), entry(failed("EBS", role))), (Some(35), Some(4)));
    let taken = "Table already exists: orders";
    assert_eq!((entry(failed("CloudFormation", taken)), entry(failed("DynamoDB", taken))), (Some(36), Some(28)));
    // The same words about a key while copying and while restoring.
    let key = "key k is not accessible";
    assert_eq!(
        (entry(copying("EC2", key)), entry(failed("EC2", key)), entry(failed("EBS", key))),
        (Some(41), Some(15), None)
    );
    // A number counts as a code only as a whole word.
    assert_eq!(entry(failed("SAP HANA on Amazon EC2", "backup 14493 stopped")), None);
}

#[test]
fn a_point_that_is_not_found_later_is_not_entry_44() {
    let late = refused(During::Restoring, "ResourceNotFoundException", "");
    assert_eq!(classify(&Trouble { newest_of_resource: Some(true), ..late }).entry, None);
}

#[test]
fn completed_with_any_remark_is_no_success() {
    assert!(is_success("COMPLETED", None) && is_success("COMPLETED", Some("")) && is_success("COMPLETED", Some(" \n")));
    assert!(!is_success("COMPLETED", Some("all good")));
    for status in ["FAILED", "ABORTED", "RUNNING", "PENDING", "", "completed", "COMPLETED_WITH_ISSUES"] {
        assert!(!is_success(status, None), "{status}");
    }
    for number in [19, 20, 37] {
        let (_, trouble, _) = cases().into_iter().find(|(of, ..)| *of == number).unwrap();
        assert!(!is_success("COMPLETED", Some(trouble.message)), "entry {number}");
    }
    let unheard_of = classify(&completed("DynamoDB", "Completed with 3 skipped items"));
    assert_eq!((unheard_of.entry, unheard_of.owner, unheard_of.is_backup_defect), (None, Harness, false));
}

#[test]
fn what_no_entry_knows_goes_by_its_code_and_else_to_the_harness() {
    let of = |code: &str| {
        let Classified { entry, owner, may_pass, is_backup_defect, .. } =
            classify(&refused(During::Starting, code, "no"));
        assert_eq!((entry, is_backup_defect), (None, false), "{code}");
        (owner, may_pass)
    };
    assert_eq!(of("AccessDeniedException"), (Sandbox, false));
    assert_eq!(of("ThrottlingException"), (Quota, true));
    assert_eq!(of("LimitExceededException"), (Quota, true));
    assert_eq!(of("ProvisionedThroughputExceededException"), (Quota, true));
    assert_eq!(of("ServiceUnavailableException"), (Quota, true));
    assert_eq!(of("ExpiredTokenException"), (Harness, true));
    assert_eq!(of("InvalidParameterValueException"), (Harness, false));
    assert_eq!(of("TeapotException"), (Harness, false));
    let silent = classify(&failed("DynamoDB", ""));
    assert_eq!((silent.entry, silent.owner, silent.is_backup_defect), (None, Harness, false));
    assert_eq!(classify(&failed("DynamoDB", "Access Denied while reading")).owner, Sandbox);
    assert_eq!(classify(&failed("DynamoDB", "Rate exceeded")).owner, Quota);
}

proptest! {
    #[test]
    fn only_the_entries_of_class_b_blame_the_backup(message in "\\PC{0,80}|.*key.*not.*", status in "FAILED|ABORTED|COMPLETED|[A-Z]{3,9}") {
        let trouble = Trouble { status: Some(&status), ..failed("DynamoDB", &message) };
        let found = classify(&trouble);
        prop_assert_eq!(found.is_backup_defect, found.owner == Backup);
        prop_assert!(!found.is_backup_defect || found.entry == Some(6));
    }
}
