//! The entries: what AWS says, what it means, and what to do.
//!
//! Numbers are stable and stand in evidence. Sources: AWS Backup developer guide (restore testing, restores per
//! resource type, `EventBridge` messages, limits), AWS re:Post's knowledge articles on AWS Backup, and the modelled
//! errors of RDS and EC2. Remedies are in our own words.

use super::classify::During;

/// Whose trouble an entry is; the order of two owners is that of the catalogue's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The backup is defective. Only this makes a restore test fail.
    Backup,
    /// The sandbox's permissions, network, keys or settings.
    Sandbox,
    /// This program sent or left out something.
    Harness,
    /// A quota or lack of capacity: the same again later may work.
    Quota,
    /// The sandbox or the backup; the message alone does not tell which.
    SandboxOrBackup,
    /// The harness or the sandbox.
    HarnessOrSandbox,
    /// The sandbox or the harness.
    SandboxOrHarness,
    /// The harness or the backup.
    HarnessOrBackup,
    /// The backup, if the point was the newest of its resource; else the harness, which chose a point that was going.
    BackupIfNewest,
}

/// When an entry can apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// In any phase, unless the job completed.
    NotCompleted,
    /// The job completed, with a remark.
    Completed,
    /// Only in these phases, and not on a completed job.
    At(&'static [During]),
}

/// What must be there for an entry to apply. Texts are compared without case; a hyphen is a space.
#[derive(Clone, Copy, Debug)]
pub enum Matcher {
    /// All of these fragments stand in the message.
    Says(&'static [&'static str]),
    /// The error code, the status, or a whole word of the message is this.
    Code(&'static str),
    /// Any message at all; only for entries that are bound to a type and a status.
    Anything,
}

/// One entry of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its number.
    pub number: u32,
    /// What must be there; one of these is enough.
    pub matchers: &'static [Matcher],
    /// The resource types it is bound to; none is every type.
    pub resource_types: &'static [&'static str],
    /// When it can apply.
    pub when: When,
    /// Whose trouble it is.
    pub class: Class,
    /// Whether trying again later may help.
    pub may_pass: bool,
    /// What it means and what to do.
    pub remedy: &'static str,
}

use Class::{
    Backup, BackupIfNewest, Harness, HarnessOrBackup, HarnessOrSandbox, Quota, Sandbox, SandboxOrBackup,
    SandboxOrHarness,
};
use Matcher::{Anything, Code, Says};
use When::{At, Completed, NotCompleted};

/// An entry for any type, of trouble that does not pass by itself.
const fn entry(number: u32, matchers: &'static [Matcher], class: Class, remedy: &'static str) -> Entry {
    Entry { number, matchers, resource_types: &[], when: NotCompleted, class, may_pass: false, remedy }
}

impl Entry {
    const fn of(self, resource_types: &'static [&'static str]) -> Self {
        Self { resource_types, ..self }
    }

    const fn when(self, when: When) -> Self {
        Self { when, ..self }
    }

    const fn passing(self) -> Self {
        Self { may_pass: true, ..self }
    }
}

const AURORA_KIN: &[&str] = &["Aurora", "DocumentDB", "Neptune"];
const DSQL: &[&str] = &["Aurora DSQL", "DSQL"];
const SAP_HANA: &[&str] = &["SAP HANA on Amazon EC2", "SAP HANA"];
const TAGLESS: &[&str] = &["S3", "DynamoDB", "VirtualMachine", "SAP HANA on Amazon EC2", "SAP HANA", "Timestream"];

/// Every entry, by number.
pub const CATALOGUE: &[Entry] = &[
    entry(
        1,
        &[Says(&["no default vpc for this user"])],
        HarnessOrSandbox,
        "EC2 was given no subnet and the account has no default VPC: name the sandbox subnet in the plan",
    ),
    entry(
        2,
        &[Says(&["no subnets found for the default vpc"])],
        HarnessOrSandbox,
        "EC2 was given no subnet and the default VPC has none: name the sandbox subnet in the plan",
    ),
    entry(
        3,
        &[Says(&["no default subnet detected in vpc"])],
        HarnessOrSandbox,
        "the database was given no subnet group and there is no default one: name the sandbox's DB subnet group",
    ),
    entry(
        4,
        &[Says(&["role", "cannot be assumed by aws backup"])],
        Sandbox,
        "let backup.amazonaws.com assume the restore role in its trust policy",
    ),
    entry(
        5,
        &[Says(&["access denied to kms key"])],
        SandboxOrBackup,
        "the restore role or the key's policy does not permit the key; check both, and that the key is still enabled",
    ),
    entry(
        6,
        &[Says(&["kms key", "does not exist", "is not enabled or you do not have permissions to access it"])],
        Backup,
        "the key is disabled, deleted or closed to the account: until it is back, this backup cannot be restored",
    ),
    entry(
        7,
        &[Says(&["is not authorized to perform", "no identity based policy allows"])],
        Sandbox,
        "add the named action to the policy of the restore role",
    ),
    entry(
        8,
        &[
            Says(&["no resource based policy allows"]),
            Says(&["with an explicit deny in a resource based policy"]),
            Says(&["with an explicit deny in a service control policy"]),
        ],
        Sandbox,
        "the policy of a vault, key or bucket, or of the organization, forbids it: permit the restore role there",
    ),
    entry(
        9,
        &[Says(&["access denied performing s3:createbucket"])],
        Sandbox,
        "attach AWS Backup's restore policy for S3 to the restore role",
    ),
    entry(
        10,
        &[Says(&["unable to start within the specified start window"])],
        Quota,
        "too many restores at once: lower the plan's concurrency or spread the tests",
    )
    .passing(),
    entry(
        11,
        &[
            Says(&["you are not authorized to perform this operation"]),
            Says(&["encoded authorization failure message"]),
        ],
        Sandbox,
        "mostly iam:PassRole is missing; decode the message with sts:DecodeAuthorizationMessage to see the action",
    ),
    entry(
        12,
        &[Says(&["does not permit attaching a new instance profile"])],
        Harness,
        "another instance profile than the backup's was sent: send none",
    ),
    entry(
        13,
        &[Says(&["associatepublicipaddress", "cannot be specified for a network interface with an id"])],
        Harness,
        "the source's network interfaces were sent again: leave NetworkInterfaces out",
    ),
    entry(
        14,
        &[Says(&["source ami", "not found in region"])],
        Sandbox,
        "the account's Allowed AMIs setting hides the image: add the account that owns it",
    ),
    entry(
        15,
        &[Says(&["key", "not accessible"])],
        Harness,
        "a copied machine image needs Encrypted and KmsKeyId in its block device mappings: send the sandbox's key",
    )
    .of(&["EC2"])
    .when(At(&[During::Preparing, During::Starting, During::Restoring])),
    entry(
        16,
        &[Says(&["insufficient privileges to perform this action"])],
        SandboxOrHarness,
        "the vault's policy denies restores (the automatic EFS vault does), a shared vault was read without its \
         account, or rights on EFS or the key are missing",
    ),
    entry(
        17,
        &[Says(&["unable to restore access control lists", "backupacls"])],
        Harness,
        "the backup holds no ACLs, but they were asked for: send RestoreACLs=false",
    ),
    entry(
        18,
        &[Says(&["no objects were restored from"])],
        Sandbox,
        "nothing could be written: give the restore role list and put rights on the target bucket",
    ),
    entry(
        19,
        &[Says(&["one or more objects failed to be restored from"])],
        SandboxOrBackup,
        "the job completed without some objects: look in its report whether their keys are denied or gone",
    )
    .when(Completed),
    entry(
        20,
        &[Says(&["there are no objects that match the restore request for"])],
        HarnessOrBackup,
        "the job completed with nothing in it: either the backup is empty or the wrong prefix was asked for",
    )
    .when(Completed),
    entry(
        21,
        &[Says(&["copysourcetagstorestoredresource"])],
        Harness,
        "this type cannot take the source's tags: do not ask for them",
    )
    .of(TAGLESS),
    entry(
        22,
        &[Says(&["insufficient permissions", "tag"])],
        Sandbox,
        "give the restore role the type's tagging action, such as elasticfilesystem:TagResource or ec2:CreateTags",
    ),
    entry(
        23,
        &[Says(&["dbsnapshotidentifier"])],
        Harness,
        "the source's metadata was sent again: leave DBSnapshotIdentifier out",
    )
    .of(&["RDS", "Aurora"]),
    entry(
        24,
        &[Says(&["cluster_id"])],
        Harness,
        "the source's metadata was sent again: leave cluster_id out",
    )
    .of(DSQL),
    entry(
        25,
        &[Says(&["insufficient permissions"])],
        Sandbox,
        "the service-linked role of Aurora DSQL is missing: create it, or create a cluster once by hand",
    )
    .of(DSQL),
    entry(
        26,
        &[Says(&["the snapshot requires a target option group"])],
        Sandbox,
        "create an option group with the named options in the sandbox's account and Region",
    ),
    entry(
        27,
        &[Says(&["you do not have permission to access the storage of this ami"])],
        Sandbox,
        "the image's snapshots are not shared with the sandbox, or something takes such shares back: except AWS Backup's",
    ),
    entry(
        28,
        &[
            Code("DBInstanceAlreadyExists"),
            Code("DBInstanceAlreadyExistsFault"),
            Code("DBClusterAlreadyExistsFault"),
            Code("TableAlreadyExistsException"),
            Says(&["table already exists"]),
        ],
        Harness,
        "the name is in use: an earlier attempt was not deleted, or the same restore was started twice",
    ),
    entry(
        29,
        &[
            Code("InstanceQuotaExceeded"),
            Code("InstanceQuotaExceededFault"),
            Code("StorageQuotaExceeded"),
            Code("StorageQuotaExceededFault"),
            Code("DBClusterQuotaExceededFault"),
            Code("VcpuLimitExceeded"),
        ],
        Quota,
        "the sandbox's quota is used up: wait for other restores to be deleted, or raise it",
    )
    .passing(),
    entry(
        30,
        &[
            Code("InsufficientDBInstanceCapacity"),
            Code("InsufficientDBInstanceCapacityFault"),
            Code("InsufficientInstanceCapacity"),
            Code("insufficient-capacity"),
        ],
        Quota,
        "AWS has no room for this class in this zone now: try later, another zone or another class",
    )
    .passing(),
    entry(
        31,
        &[
            Code("DBSubnetGroupDoesNotCoverEnoughAZs"),
            Code("InvalidVPCNetworkStateFault"),
            Code("InvalidSubnet"),
            Code("InvalidSubnetID.NotFound"),
        ],
        Sandbox,
        "the sandbox's subnets do not fit: cover at least two zones, and check that they exist",
    ),
    entry(
        32,
        &[
            Code("KMSKeyNotAccessibleFault"),
            Code("inaccessible-encryption-credentials"),
            Code("inaccessible-encryption-credentials-recoverable"),
        ],
        SandboxOrBackup,
        "the key cannot be used: check the restore role's rights on it, and that it is still enabled",
    ),
    entry(
        33,
        &[Says(&["endpoint", "creating"])],
        Harness,
        "the cluster was restored without an instance: create one",
    )
    .of(AURORA_KIN)
    .when(At(&[During::Readying])),
    entry(
        34,
        &[
            Code("upgrade-failed"),
            Code("incompatible-restore"),
            Code("incompatible-parameters"),
            Code("incompatible-network"),
            Code("incompatible-option-group"),
            Code("restore-error"),
            Code("storage-full"),
        ],
        SandboxOrBackup,
        "the database came up unusable: look at its events for an engine past its end of life, a parameter or option \
         group, or the network",
    ),
    entry(
        35,
        &[
            Says(&["the provided role", "cannot be assumed by aws backup"]),
            Says(&["ssm sap:getoperation"]),
            Code("448"),
            Code("449"),
            Code("-10709"),
            Says(&["data chunk", "cancel"]),
            Says(&["encountered an issue with log backups"]),
            Says(&["internal error"]),
        ],
        SandboxOrBackup,
        "look in SAP HANA's own log: 449 is the recovery strategy, 448 the root key, -10709 the connection",
    )
    .of(SAP_HANA),
    entry(
        36,
        &[Says(&["already exists"])],
        Sandbox,
        "the template fixes names that are in use in the sandbox: remove them there, or leave names to CloudFormation",
    )
    .of(&["CloudFormation"]),
    entry(
        37,
        &[Anything],
        SandboxOrBackup,
        "the job completed without some of the cluster's objects: look for webhooks, custom resources, images and roles",
    )
    .of(&["EKS"])
    .when(Completed),
    entry(
        38,
        &[Says(&["access denied trying to call aws backup service"])],
        Sandbox,
        "permit backup:CopyIntoBackupVault in the sandbox vault's policy and in the copy role",
    ),
    entry(
        39,
        &[Says(&["both source and destination account must be a member of the same organization"])],
        Sandbox,
        "AWS Backup copies only within one organization: move the sandbox into it, or use a shared vault",
    ),
    entry(
        40,
        &[Says(&["cannot be initiated for", "feature is not supported for provided resource type"])],
        Sandbox,
        "this type cannot change account and Region in one copy: copy within the Region, or in two hops",
    ),
    entry(
        41,
        &[
            Says(&["key", "not accessible"]),
            Says(&["failed to unshare snapshot"]),
            Says(&["tag policy"]),
            Says(&["tag policies"]),
        ],
        Sandbox,
        "share the customer managed key with the sandbox account, and let its tag policy permit the source's tags",
    )
    .when(At(&[During::Staging])),
    entry(
        42,
        &[Says(&["access denied exception while trying to list tags"])],
        Sandbox,
        "give the copy role the right to list the resource's tags",
    ),
    entry(
        43,
        &[Says(&["durationseconds exceeds the 1 hour session limit"])],
        Harness,
        "a role that is reached through another role lasts one hour at most: ask for no more",
    ),
    entry(
        44,
        &[Code("ResourceNotFoundException")],
        BackupIfNewest,
        "the recovery point was deleted between the draw and the restore: check the retention, and who deletes",
    )
    .when(At(&[During::Staging, During::Preparing, During::Starting])),
];
