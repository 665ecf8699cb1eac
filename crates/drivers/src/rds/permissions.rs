//! What the sandbox role must be allowed for DB instances.
//!
//! Source: service authorization reference, "Actions, resources, and condition keys for Amazon RDS". Automated backups
//! carry ids that RDS makes up, so they cannot be told apart by name; the engine deletes only those of its own instances.

use backproof_model::{Occasion, Permission, Scope};

const OURS: Scope = Scope::Named("arn:{partition}:rds:{region}:{account}:db:bp-*");
/// Their names are RDS's own.
const AUTOMATED_BACKUPS: Scope = Scope::Named("arn:{partition}:rds:{region}:{account}:auto-backup:*");
/// A listing is asked for all of them.
const INSTANCES: Scope = Scope::Named("arn:{partition}:rds:{region}:{account}:db:*");
const LOG_GROUPS: Scope = Scope::Named("arn:{partition}:logs:{region}:{account}:log-group:/aws/rds/instance/bp-*");

/// The snapshots that AWS Backup keeps.
const COPIES: Scope = Scope::Named("arn:{partition}:rds:{region}:{account}:snapshot:awsbackup:*");

pub(super) const PERMISSIONS: &[Permission] = {
    use Occasion::{Deleting, DeletingCopies, Listing, Testing};
    use Scope::All;
    &[
        needed("backup:DeleteRecoveryPoint", COPIES, DeletingCopies, "delete the copy that the route `copy` made"),
        needed("logs:DeleteLogGroup", LOG_GROUPS, Deleting, "delete the logs that it exported"),
        needed("logs:DescribeLogGroups", All, Deleting, "see which logs it exported"),
        needed("rds:AddTagsToResource", OURS, Deleting, "mark it as ours"),
        needed("rds:DeleteDBInstance", OURS, Deleting, "delete it"),
        needed(
            "rds:DeleteDBInstanceAutomatedBackup",
            AUTOMATED_BACKUPS,
            Deleting,
            "delete the backups that outlive it",
        ),
        needed("rds:DescribeDBInstanceAutomatedBackups", All, Listing, "see which automated backups outlive it"),
        needed("rds:DescribeDBInstances", INSTANCES, Listing, "find it, see whose it is and where it landed"),
        needed("rds:DescribeDBSnapshots", All, Deleting, "see whether it left a snapshot"),
        needed("rds:ModifyDBInstance", OURS, Deleting, "take deletion protection off, and set a new master password"),
        needed("rds:RemoveTagsFromResource", OURS, Testing, "take off the source's tags, which RDS copies in any case"),
        needed("secretsmanager:ListSecrets", All, Deleting, "see whether it left a secret; none is read"),
    ]
};

const fn needed(action: &'static str, on: Scope, occasion: Occasion, why: &'static str) -> Permission {
    Permission { action, on, occasion, why }
}
