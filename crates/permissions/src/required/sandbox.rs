//! What is needed in the sandbox account, by backproof, its janitor and AWS Backup.

use backproof_model::Occasion;

use super::{BEFOREHAND, CORROBORATION, declared_need, looking_at_roles, passing, with_key};
use crate::setup::{SANDBOX_ROLE, SWEEP_ROLE};
use crate::{AskedBy, Declared, Need, Setup};

pub(super) fn sandbox(setup: &Setup, declared: &Declared) -> Vec<Need> {
    let restore_role = setup.role_arn(&setup.sandbox_account, &setup.restore_role);
    let mut needs = vec![
        Need::to_call("backup:DescribeRecoveryPoint", "see what the point is"),
        Need::to_call("backup:GetRecoveryPointRestoreMetadata", "see what the source looked like"),
        Need::to_call("backup:GetRestoreTestingInferredMetadata", "see what a restore of it takes"),
        Need::to_call("backup:StartRestoreJob", "restore"),
        Need::to_call("backup:ListRestoreJobs", "follow all restores with one call"),
        Need::to_call("backup:DescribeRestoreJob", "follow one restore"),
        Need::to_call("backup:GetRestoreJobMetadata", "find a restore whose answer was lost"),
        passing(restore_role.clone(), "let AWS Backup restore with `sandbox.restore_role_arn`"),
    ];
    for (resource_type, permissions) in &declared.drivers {
        let whole = setup.takes(resource_type);
        let wanted = permissions.iter().filter(|permission| match permission.occasion {
            Occasion::Listing => true,
            Occasion::Testing | Occasion::Deleting => whole,
            Occasion::DeletingCopies => whole && setup.staging_vault.is_some(),
        });
        needs.extend(wanted.map(|permission| declared_need(setup, permission, resource_type.as_str())));
    }
    for (validator, permissions) in &declared.validators {
        let used = setup.validators.as_ref().is_none_or(|used| used.iter().any(|name| name == validator));
        let subject = format!("The validator `{validator}`");
        needs.extend(permissions.iter().filter(|_| used).map(|permission| declared_need(setup, permission, &subject)));
    }
    needs.extend(setup.key.as_ref().map(|key| {
        let read = Need::to_call("kms:Decrypt", "read tables under the sandbox's key").asked_by(AskedBy::Aws);
        with_key(setup, read, key).when("StringLike", "kms:ViaService", ["dynamodb.*.amazonaws.com".to_owned()])
    }));
    let keys = setup.sandbox_arn("kms", "key/*");
    needs.push(Need::to_call("kms:DescribeKey", "see whether keys can be used").on([keys]).for_the_sake_of(BEFOREHAND));
    if setup.staging_vault.is_some() {
        let why = "see whether the vault for copies is there";
        needs.push(Need::to_call("backup:ListBackupVaults", why).for_the_sake_of(BEFOREHAND));
    }
    needs.extend(connecting(setup));
    if setup.network {
        needs.extend(network());
    }
    needs.extend(quotas());
    needs.extend(corroboration());
    let own = setup.sandbox_role.as_deref().unwrap_or(SANDBOX_ROLE);
    let sweep = setup.sweep_role.as_deref().unwrap_or(SWEEP_ROLE);
    let own = [own, sweep].map(|role| setup.role_arn(&setup.sandbox_account, role));
    needs.extend(looking_at_roles(own.into_iter().chain([restore_role])));
    needs
}

const REACHING: &str = "Restored databases, as the plan reaches and logs in to them";

/// Getting to restored databases, as far as AWS has a word in it.
fn connecting(setup: &Setup) -> Vec<Need> {
    let mut needs = Vec::new();
    if let Some(user) = &setup.login_user {
        let users = setup.sandbox_arn("rds-db", &format!("dbuser:*/{user}"));
        needs.push(
            Need::to_call("rds-db:connect", "log in as `sandbox.databases.login_user`")
                .on([users])
                .asked_by(AskedBy::Aws)
                .for_the_sake_of(REACHING),
        );
    }
    if let Some(instance) = &setup.tunnel_instance {
        let partition = &setup.partition;
        let document = format!("arn:{partition}:ssm:*::document/AWS-StartPortForwardingSessionToRemoteHost");
        let instance = setup.sandbox_arn("ec2", &format!("instance/{instance}"));
        let sessions = setup.sandbox_arn("ssm", "session/${aws:userid}-*");
        needs.push(
            Need::to_call("ssm:StartSession", "forward a port, where `sandbox.databases.reach` is `tunnel`")
                .on([instance, document])
                .when("BoolIfExists", "ssm:SessionDocumentAccessCheck", ["true".to_owned()])
                .asked_by(AskedBy::Aws)
                .for_the_sake_of(REACHING),
        );
        needs.push(
            Need::to_call("ssm:TerminateSession", "end its own sessions")
                .on([sessions])
                .asked_by(AskedBy::Aws)
                .for_the_sake_of(REACHING),
        );
    }
    needs
}

/// Each of these shows one way out of the network, or that there is none.
fn network() -> Vec<Need> {
    let read = |action| Need::to_call(action, "see whether the sandbox's network has a way out");
    [
        "ec2:DescribeVpcs",
        "ec2:DescribeSubnets",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeEgressOnlyInternetGateways",
        "ec2:DescribeNatGateways",
        "ec2:DescribeCarrierGateways",
        "ec2:DescribeVpcPeeringConnections",
        "ec2:DescribeTransitGatewayVpcAttachments",
        "ec2:DescribeVpnGateways",
        "ec2:GetSnapshotBlockPublicAccessState",
        "rds:DescribeDBSubnetGroups",
    ]
    .map(|action| read(action).for_the_sake_of("The network, where the plan names one"))
    .into()
}

fn quotas() -> [Need; 2] {
    ["servicequotas:GetServiceQuota", "servicequotas:GetAWSDefaultServiceQuota"]
        .map(|action| Need::to_call(action, "see whether there is room").for_the_sake_of(BEFOREHAND))
}

fn corroboration() -> [Need; 3] {
    [
        ("cloudtrail:LookupEvents", "find the events of restores and deletions"),
        ("cloudtrail:DescribeTrails", "see whether a trail keeps them"),
        ("cloudtrail:GetTrailStatus", "see whether that trail is at work"),
    ]
    .map(|(action, why)| Need::to_call(action, why).for_the_sake_of(CORROBORATION))
}

/// Assumed by AWS Backup, for which AWS's managed policies speak; a key of the user's own is not in them.
pub(super) fn restore(setup: &Setup) -> Vec<Need> {
    let with = |action| {
        let why = "encrypt what is restored with the sandbox's key";
        setup.key.as_ref().map(|key| with_key(setup, Need::to_call(action, why).asked_by(AskedBy::Aws), key))
    };
    let uses = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];
    let mut needs: Vec<Need> = uses.into_iter().filter_map(with).collect();
    let grant = with("kms:CreateGrant");
    needs.extend(grant.map(|grant| grant.when("Bool", "kms:GrantIsForAWSResource", ["true".to_owned()])));
    needs
}

pub(super) fn sweep(setup: &Setup, declared: &Declared) -> Vec<Need> {
    let mut needs = vec![
        Need::to_call("backup:ListRestoreJobs", "find what restores made"),
        Need::to_call("backup:DescribeRestoreJob", "see what one restore made"),
        Need::to_call("backup:GetRestoreJobMetadata", "see whose restore it was"),
        Need::to_call("backup:DescribeRecoveryPoint", "see whether a copy is still there"),
    ];
    for (resource_type, permissions) in &declared.drivers {
        let whole = setup.takes(resource_type);
        let wanted = permissions.iter().filter(|permission| match permission.occasion {
            Occasion::Listing => true,
            Occasion::Testing => false,
            Occasion::Deleting => whole,
            Occasion::DeletingCopies => whole && setup.staging_vault.is_some(),
        });
        needs.extend(wanted.map(|permission| declared_need(setup, permission, resource_type.as_str())));
    }
    let own = setup.sweep_role.as_deref().unwrap_or(SWEEP_ROLE);
    needs.extend(looking_at_roles([setup.role_arn(&setup.sandbox_account, own)]));
    needs
}
