//! What people need who check a report, and the credentials that backproof starts from.

use crate::setup::{AUDITOR_ROLE, SANDBOX_ROLE, SWEEP_ROLE};
use crate::{AskedBy, Need, Setup};

pub(super) fn auditor(setup: &Setup) -> Vec<Need> {
    let look = |action, why| Need::to_call(action, why).asked_by(AskedBy::Person);
    let jobs = "follow a report's restore and copy jobs in AWS's own record";
    let points = "see the recovery points that a report names";
    let left = "see for oneself that nothing is left";
    let roles = "see which roles there are, and what they may do";
    let mut needs: Vec<Need> = [
        ("backup:DescribeCopyJob", jobs),
        ("backup:DescribeRestoreJob", jobs),
        ("backup:GetRestoreJobMetadata", jobs),
        ("backup:ListCopyJobs", jobs),
        ("backup:ListRestoreJobs", jobs),
        ("backup:DescribeBackupVault", points),
        ("backup:DescribeRecoveryPoint", points),
        ("backup:GetBackupVaultAccessPolicy", points),
        ("backup:ListBackupVaults", points),
        ("backup:ListRecoveryPointsByBackupVault", points),
        ("backup:ListTags", points),
        ("cloudtrail:LookupEvents", "see who created and deleted what"),
        ("dynamodb:ListTables", left),
        ("rds:DescribeDBInstanceAutomatedBackups", left),
        ("rds:DescribeDBInstances", left),
        ("rds:DescribeDBSnapshots", left),
        ("tag:GetResources", left),
    ]
    .map(|(action, why)| look(action, why))
    .into();
    let own = [
        setup.sandbox_role.as_deref().unwrap_or(SANDBOX_ROLE),
        setup.sweep_role.as_deref().unwrap_or(SWEEP_ROLE),
        &setup.restore_role,
        AUDITOR_ROLE,
    ]
    .map(|role| setup.role_arn(&setup.sandbox_account, role));
    needs.extend(
        ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
            .map(|action| look(action, roles).on(own.clone())),
    );
    needs
}

pub(super) fn runner(setup: &Setup) -> Vec<Need> {
    let in_sandbox = [&setup.sandbox_role, &setup.sweep_role];
    let mut roles: Vec<String> =
        in_sandbox.into_iter().flatten().map(|role| setup.role_arn(&setup.sandbox_account, role)).collect();
    for source in &setup.sources {
        let caller = source.copy.as_ref().and_then(|copy| copy.caller_role.as_ref());
        let both = source.role.iter().chain(caller);
        roles.extend(both.map(|role| setup.role_arn(&source.account, role)));
    }
    let archive = setup.archive.as_ref().and_then(|archive| archive.role.as_ref());
    roles.extend(archive.map(|role| setup.role_arn(&role.account, &role.path)));
    let mut needs = Vec::new();
    if !roles.is_empty() {
        needs.push(Need::to_call("sts:AssumeRole", "become the roles of the plan").on(roles));
    }
    if !setup.topics.is_empty() {
        let topics = setup.topics.clone();
        needs.push(Need::to_call("sns:Publish", "publish alarms to the plan's topics").on(topics));
    }
    if let Some(key) = &setup.signing_key {
        needs.extend(
            [("kms:GetPublicKey", "say with which key it signs"), ("kms:Sign", "sign sealed bundles as the operator")]
                .map(|(action, why)| Need::to_call(action, why).on([key.clone()])),
        );
    }
    needs
}
