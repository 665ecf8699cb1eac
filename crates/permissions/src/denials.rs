//! What is denied besides not being allowed: a denial holds whatever else is attached to a role by mistake.

use std::collections::BTreeSet;

use crate::policy::{On, capitalised};
use crate::{Need, Resources, Role, Setup, Statement};

/// Verbs of actions that only look.
const LOOKING: &[&str] =
    &["Decrypt", "Describe", "Get", "List", "Lookup", "Scan", "Simulate", "connect", "AssumeRole", "PassRole"];

/// Ways out of a network, ways to share data, and ways to become somebody else.
const WAYS_OUT: &[&str] = &[
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:PutResourcePolicy",
    "ec2:AcceptTransitGatewayVpcAttachment",
    "ec2:AcceptVpcPeeringConnection",
    "ec2:AssociateIamInstanceProfile",
    "ec2:AttachInternetGateway",
    "ec2:AttachVpnGateway",
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:CreateCarrierGateway",
    "ec2:CreateEgressOnlyInternetGateway",
    "ec2:CreateInternetGateway",
    "ec2:CreateNatGateway",
    "ec2:CreateRoute",
    "ec2:CreateTransitGatewayVpcAttachment",
    "ec2:CreateVpcPeeringConnection",
    "ec2:DisableSnapshotBlockPublicAccess",
    "ec2:ModifyImageAttribute",
    "ec2:ModifySnapshotAttribute",
    "ec2:ReplaceIamInstanceProfileAssociation",
    "ec2:ReplaceRoute",
    "iam:Add*",
    "iam:Attach*",
    "iam:Create*",
    "iam:Put*",
    "iam:Update*",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "ram:*",
    "rds:ModifyDBClusterSnapshotAttribute",
    "rds:ModifyDBSnapshotAttribute",
    "rds:StartExportTask",
    "secretsmanager:GetSecretValue",
];

/// The denials of a role that is allowed these needs.
pub(crate) fn denials(role: Role, setup: &Setup, needs: &[Need]) -> Vec<Statement> {
    match role {
        // All that they do is known, so everything else is denied.
        Role::Source | Role::Copy => vec![all_else(needs)],
        Role::Sweep => vec![all_else(needs), other_regions(setup)].into_iter().chain(what_is_not_ours(needs)).collect(),
        Role::Sandbox => {
            let mut statements = vec![other_regions(setup)];
            statements.extend(passing_others(needs));
            statements.push(public_databases());
            statements.push(Statement::denying("DenyWaysOut", WAYS_OUT.iter().copied()));
            statements.extend(what_is_not_ours(needs));
            statements
        }
        Role::Auditor => vec![Statement::denying(
            "DenyChanges",
            [
                "backup:Delete*",
                "backup:Put*",
                "backup:Start*",
                "backup:Stop*",
                "backup:Update*",
                "dynamodb:Delete*",
                "dynamodb:Scan",
                "dynamodb:Query",
                "rds:Delete*",
                "rds:Modify*",
                "rds-data:*",
                "rds-db:connect",
            ],
        )],
        Role::Archive => vec![all_else(needs)].into_iter().chain(taking_evidence_away(setup)).collect(),
        // Where nobody else archives, they do, and must not take away what they added.
        Role::Runner => {
            let own = setup.archive.as_ref().is_some_and(|archive| archive.role.is_none());
            if own { taking_evidence_away(setup).into_iter().collect() } else { Vec::new() }
        }
        Role::Restore => Vec::new(),
    }
}

/// Every way to delete what the archive keeps, or to make the bucket keep less.
fn taking_evidence_away(setup: &Setup) -> Option<Statement> {
    let archive = setup.archive.as_ref()?;
    let actions = [
        "s3:BypassGovernanceRetention",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:DeleteObject*",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketPolicy",
        "s3:PutBucketVersioning",
        "s3:PutLifecycleConfiguration",
    ];
    let of_bucket = Resources::Arns(vec![archive.bucket_arn(setup), format!("{}/*", archive.bucket_arn(setup))]);
    let denied = Statement::denying("DenyTakingEvidenceAway", actions);
    Some(Statement { resources: Some(On::Only(of_bucket)), ..denied })
}

fn all_else(needs: &[Need]) -> Statement {
    let allowed: BTreeSet<&str> =
        needs.iter().map(|need| need.action.as_str()).chain(["sts:GetCallerIdentity"]).collect();
    Statement::denying_all_but("DenyAllElse", allowed)
}

/// Global services answer in one Region, whatever Region was meant.
pub(crate) fn other_regions(setup: &Setup) -> Statement {
    Statement::denying_all_but("DenyOtherRegions", ["iam:*", "sts:*"]).when(
        "StringNotEquals",
        "aws:RequestedRegion",
        setup.sandbox_regions.iter().cloned(),
    )
}

fn passing_others(needs: &[Need]) -> Vec<Statement> {
    let roles = needs.iter().filter(|need| need.action == "iam:PassRole").flat_map(|need| match &need.resources {
        Resources::All => Vec::new(),
        Resources::Arns(arns) => arns.clone(),
    });
    let deny = |sid| Statement::denying(sid, ["iam:PassRole"]);
    vec![
        deny("DenyPassingOtherRoles").but_on(roles),
        deny("DenyPassingToOthers").when("StringNotEquals", "iam:PassedToService", ["backup.amazonaws.com".to_owned()]),
    ]
}

fn public_databases() -> Statement {
    let actions = ["rds:CreateDBInstance", "rds:ModifyDBInstance", "rds:RestoreDBInstance*"];
    Statement::denying("DenyPublicDatabases", actions).when("Bool", "rds:PubliclyAccessible", ["true".to_owned()])
}

/// Where names tell what is ours, changes of anything else are denied: one statement for each service.
pub(crate) fn what_is_not_ours(needs: &[Need]) -> Vec<Statement> {
    let mut services: Vec<(&str, BTreeSet<&str>, BTreeSet<String>)> = Vec::new();
    for need in needs {
        let Resources::Arns(arns) = &need.resources else { continue };
        if !changes(&need.action) || !arns.iter().all(|arn| arn.contains(OURS)) {
            continue;
        }
        let service = need.action.split(':').next().unwrap_or_default();
        let entry = (service, BTreeSet::from([need.action.as_str()]), arns.iter().cloned().collect());
        match services.iter_mut().find(|(own, ..)| *own == service) {
            Some((_, actions, own)) => {
                actions.extend(entry.1);
                own.extend(entry.2);
            }
            None => services.push(entry),
        }
    }
    let deny = |(service, actions, arns): (&str, BTreeSet<&str>, BTreeSet<String>)| {
        Statement::denying(&format!("DenyWhatIsNotOurs{}", capitalised(service)), actions).but_on(arns)
    };
    services.into_iter().map(deny).collect()
}

/// How the names of what we make begin.
const OURS: &str = "bp-";

/// Whether an action changes something, by its verb; a verb that is not known does.
pub(crate) fn changes(action: &str) -> bool {
    let operation = action.split(':').nth(1).unwrap_or(action);
    !LOOKING.iter().any(|verb| operation.starts_with(verb))
}
