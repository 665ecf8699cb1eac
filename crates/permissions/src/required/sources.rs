//! What is needed in the accounts that backups come from.

use super::{BEFOREHAND, looking_at_roles, passing};
use crate::setup::SOURCE_ROLE;
use crate::{CopySetup, Need, Setup, SourceSetup};

pub(super) fn source(setup: &Setup, source: &SourceSetup) -> Vec<Need> {
    let vaults = setup.source_arn(&source.account, "backup", "backup-vault:*");
    let mut needs = vec![
        Need::to_call("backup:ListBackupVaults", "see which vaults there are"),
        Need::to_call("backup:ListRecoveryPointsByBackupVault", "list the population").on([vaults]),
        Need::to_call("backup:ListProtectedResources", "see which resources have no recovery point that can be drawn"),
        Need::to_call("backup:ListRecoveryPointsByResource", "find a resource's latest point, for `backproof check`"),
        Need::to_call("backup:DescribeRecoveryPoint", "look at one point, for `backproof check`"),
        Need::to_call(
            "backup:GetRecoveryPointRestoreMetadata",
            "see what its source looked like, to price its restore and to hold it to the rules beforehand",
        ),
    ];
    if setup.reads_tags {
        needs.push(Need::to_call("backup:ListTags", "go by tags, where scope, residency or validators do"));
    }
    let keys = setup.source_arn(&source.account, "kms", "key/*");
    needs.push(
        Need::to_call("kms:DescribeKey", "see whether a point's key can be used")
            .on([keys])
            .for_the_sake_of(BEFOREHAND),
    );
    if source.copy.is_some() {
        needs.push(
            Need::to_call(
                "backup:GetRestoreTestingInferredMetadata",
                "see what a restore takes, before the point is copied",
            )
            .for_the_sake_of(BEFOREHAND),
        );
    }
    let own = setup.role_arn(&source.account, source.role.as_deref().unwrap_or(SOURCE_ROLE));
    needs.extend(looking_at_roles([own]));
    // Where the reading role is the one that asks for copies, it must be allowed both.
    if let Some(copy) = source.copy.as_ref().filter(|copy| copy.caller_role.is_none()) {
        needs.extend(asking_for_copies(setup, source, copy));
    }
    needs
}

pub(super) fn copying(setup: &Setup, source: &SourceSetup, copy: &CopySetup) -> Vec<Need> {
    let mut needs = asking_for_copies(setup, source, copy);
    let caller = copy.caller_role.as_deref().or(source.role.as_deref()).unwrap_or(SOURCE_ROLE);
    let own = [caller, &copy.service_role].map(|role| setup.role_arn(&source.account, role));
    needs.extend(looking_at_roles(own));
    needs
}

fn asking_for_copies(setup: &Setup, source: &SourceSetup, copy: &CopySetup) -> Vec<Need> {
    let staging =
        setup.staging_vault.as_ref().map(|vault| setup.sandbox_arn("backup", &format!("backup-vault:{vault}")));
    vec![
        Need::to_call("backup:StartCopyJob", "copy the drawn point into the sandbox's vault").when(
            "ForAnyValue:ArnLike",
            "backup:CopyTargets",
            staging,
        ),
        Need::to_call("backup:DescribeCopyJob", "follow the copy"),
        Need::to_call("backup:ListCopyJobs", "find a copy whose answer was lost"),
        passing(setup.role_arn(&source.account, &copy.service_role), "let AWS Backup copy with `copy_role_arn`"),
    ]
}
