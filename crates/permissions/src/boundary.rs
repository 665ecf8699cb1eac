//! Permissions boundaries: what a role can at most be allowed, whatever is attached to it later.
//!
//! Source: IAM user guide, "Permissions boundaries for IAM entities".

use std::collections::BTreeSet;

use crate::denials::{other_regions, what_is_not_ours};
use crate::policy::{Actions, Effect, On};
use crate::{Declared, Need, Policy, Resources, Setup, Statement};

/// What AWS Backup asks for whatever the type.
const FOR_EVERY_RESTORE: &[&str] = &[
    "backup-storage:*",
    "backup:*",
    "ec2:Describe*",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
    "kms:RetireGrant",
    "sts:GetCallerIdentity",
    "tag:*",
];

/// What drivers delete besides the resource itself: AWS Backup makes none of it.
const LEFT_TO_OURS: &[&str] = &["backup", "logs"];

/// The boundary of the sandbox role and of the janitor: the very actions that they are allowed, in the sandbox's Regions.
pub(crate) fn of_ours(setup: &Setup, needs: &[Need]) -> Policy {
    let actions: BTreeSet<&str> = needs.iter().map(|need| need.action.as_str()).collect();
    let policy = Policy { statements: vec![allowing("AtMost", actions)] };
    policy.and([other_regions(setup)])
}

/// The boundary of the restore role. AWS's managed policies are broad and grow; this keeps them to the services of the
/// types that the plan restores, to the sandbox's Regions, and to what bears our names where names tell.
pub(crate) fn of_restore(setup: &Setup, declared: &Declared, sandbox_needs: &[Need]) -> Policy {
    let of_types = declared.drivers.iter().filter(|(resource_type, _)| setup.takes(resource_type));
    let services: BTreeSet<String> = of_types
        .flat_map(|(_, permissions)| permissions.iter())
        .filter_map(|permission| permission.action.split_once(':'))
        // The service that the driver deletes what was restored of; others it only looks into.
        .filter(|(service, operation)| operation.starts_with("Delete") && !LEFT_TO_OURS.contains(service))
        .map(|(service, _)| format!("{service}:*"))
        .chain(FOR_EVERY_RESTORE.iter().map(|actions| (*actions).to_owned()))
        .collect();
    let policy = Policy { statements: vec![allowing("AtMost", services)] };
    policy.and([other_regions(setup)]).and(what_is_not_ours(sandbox_needs))
}

fn allowing<T: Into<String>>(sid: &str, actions: impl IntoIterator<Item = T>) -> Statement {
    Statement {
        sid: sid.to_owned(),
        effect: Effect::Allow,
        principal: None,
        actions: Actions::Only(actions.into_iter().map(Into::into).collect()),
        resources: Some(On::Only(Resources::All)),
        conditions: Vec::new(),
    }
}
