//! Examples of service control policies: what no administrator of an account can undo.
//!
//! Source: Organizations user guide, "Service control policies". They limit and never allow. Attach them to the
//! organizational units of the sandbox and of the accounts that backups come from, after trying them on one account.

use crate::denials::other_regions;
use crate::formats::cloudformation::template;
use crate::formats::hcl::{block, json_encoded};
use crate::formats::terraform::provider;
use crate::node::Node;
use crate::setup::{COPY_CALLER_ROLE, SANDBOX_ROLE, SOURCE_ROLE};
use crate::{Limit, Policy, Setup, Statement, split};

/// A service control policy with its name.
struct Control {
    name: &'static str,
    description: &'static str,
    policy: Policy,
}

/// As policies, by name.
pub(crate) fn json(setup: &Setup) -> String {
    let entries = controls(setup).into_iter().map(|control| (control.name, control.policy.to_node()));
    Node::map(entries).to_json()
}

/// As a template for the organization's management account.
pub(crate) fn cloudformation(setup: &Setup) -> String {
    let parameter = |description: &str| {
        Node::map([("Type", Node::text("CommaDelimitedList")), ("Description", Node::text(description))])
    };
    let controls = controls(setup);
    let resources = controls.iter().map(|control| {
        let targets = Node::map([("Ref", Node::text(format!("{}Targets", logical_name(control.name))))]);
        let properties = Node::map([
            ("Name", Node::text(control.name)),
            ("Description", Node::text(control.description)),
            ("Type", Node::text("SERVICE_CONTROL_POLICY")),
            ("Content", control.policy.to_node()),
            ("TargetIds", targets),
        ]);
        let resource = Node::map([("Type", Node::text("AWS::Organizations::Policy")), ("Properties", properties)]);
        (logical_name(control.name), resource)
    });
    let mut made = template("backproof: service control policies", resources.collect(), Vec::new());
    let parameters = controls.iter().map(|control| {
        let name = format!("{}Targets", logical_name(control.name));
        (name, parameter(&format!("Organizational units or accounts: {}", control.description)))
    });
    made.extend([("Parameters".to_owned(), Node::Map(parameters.collect()))]);
    made.to_json()
}

/// As a module for the organization's management account.
pub(crate) fn terraform(setup: &Setup) -> String {
    let mut text = "# Written by `backproof iam`: service control policies.\n\n".to_owned() + &provider();
    for control in controls(setup) {
        let name = control.name.replace('-', "_");
        let variable = [
            ("description", Node::text(format!("Organizational units or accounts: {}", control.description))),
            ("type", Node::expression("set(string)")),
        ];
        let policy = [
            ("name", Node::text(control.name)),
            ("description", Node::text(control.description)),
            ("type", Node::text("SERVICE_CONTROL_POLICY")),
            ("content", json_encoded(&control.policy.to_node())),
        ];
        let attachment = [
            ("for_each", Node::expression(format!("var.{name}_targets"))),
            ("policy_id", Node::expression(format!("aws_organizations_policy.{name}.id"))),
            ("target_id", Node::expression("each.value")),
        ];
        for part in [
            block(&format!("variable \"{name}_targets\""), &variable),
            block(&format!("resource \"aws_organizations_policy\" \"{name}\""), &policy),
            block(&format!("resource \"aws_organizations_policy_attachment\" \"{name}\""), &attachment),
        ] {
            text += "\n";
            text += &part;
        }
    }
    text
}

fn controls(setup: &Setup) -> Vec<Control> {
    let parts = |policy| split(policy, Limit::ServiceControl);
    let sandbox = parts(sandbox(setup)).into_iter().zip(["backproof-sandbox", "backproof-sandbox-2"]);
    let sources = parts(sources(setup)).into_iter().zip(["backproof-sources", "backproof-sources-2"]);
    let controls = |description| move |(policy, name)| Control { name, description, policy };
    sandbox
        .map(controls("the sandbox, where restored production data stands"))
        .chain(sources.map(controls("accounts that backups come from")))
        .collect()
}

/// The sandbox holds copies of production data: nothing leads out of it, and only backproof restores in it.
fn sandbox(setup: &Setup) -> Policy {
    let harness = setup.sandbox_role.as_deref().unwrap_or(SANDBOX_ROLE);
    let harness = setup.role_arn(&setup.sandbox_account, harness);
    Policy {
        statements: vec![
            other_regions_of_accounts(setup),
            Statement::denying(
                "DenyWaysOut",
                [
                    "ec2:AcceptVpcPeeringConnection",
                    "ec2:AttachInternetGateway",
                    "ec2:AttachVpnGateway",
                    "ec2:CreateCarrierGateway",
                    "ec2:CreateEgressOnlyInternetGateway",
                    "ec2:CreateInternetGateway",
                    "ec2:CreateNatGateway",
                    "ec2:CreateTransitGatewayVpcAttachment",
                    "ec2:CreateVpcPeeringConnection",
                    "ec2:CreateVpnConnection",
                    "globalaccelerator:Create*",
                    "networkmanager:Create*",
                    "vpc-lattice:Create*",
                ],
            ),
            Statement::denying(
                "DenySharing",
                [
                    "dynamodb:PutResourcePolicy",
                    "ec2:DisableSnapshotBlockPublicAccess",
                    "ec2:ModifyImageAttribute",
                    "ec2:ModifySnapshotAttribute",
                    "ram:AssociateResourceShare",
                    "ram:CreateResourceShare",
                    "rds:ModifyDBClusterSnapshotAttribute",
                    "rds:ModifyDBSnapshotAttribute",
                    "s3:DeleteAccountPublicAccessBlock",
                    "s3:PutAccountPublicAccessBlock",
                ],
            ),
            Statement::denying(
                "DenyLastingCredentials",
                ["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateUser"],
            ),
            Statement::denying("DenyOldInstanceMetadata", ["ec2:RunInstances"])
                .only_on(format!("arn:{}:ec2:*:*:instance/*", setup.partition))
                .when("StringNotEquals", "ec2:MetadataHttpTokens", ["required".to_owned()]),
            Statement::denying(
                "DenyPublicDatabases",
                ["rds:CreateDBInstance", "rds:ModifyDBInstance", "rds:RestoreDBInstance*"],
            )
            .when("Bool", "rds:PubliclyAccessible", ["true".to_owned()]),
            Statement::denying("DenyRestoresOfOthers", ["backup:StartRestoreJob"]).when(
                "ArnNotLike",
                "aws:PrincipalArn",
                [harness],
            ),
            Statement::denying(
                "DenyBlinding",
                ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging", "organizations:LeaveOrganization"],
            ),
        ],
    }
}

/// The roles that read can never restore or delete where the originals are, and nobody widens them by the way.
fn sources(setup: &Setup) -> Policy {
    let names = setup.sources.iter().flat_map(|source| {
        let caller = source.copy.as_ref().and_then(|copy| copy.caller_role.clone());
        [
            source.role.clone().unwrap_or_else(|| SOURCE_ROLE.to_owned()),
            caller.unwrap_or_else(|| COPY_CALLER_ROLE.to_owned()),
        ]
    });
    let mut roles: Vec<String> = names.map(|name| setup.role_arn("*", &name)).collect();
    roles.sort();
    roles.dedup();
    Policy {
        statements: vec![
            Statement::denying(
                "DenyHarnessChanges",
                [
                    "backup:Create*",
                    "backup:Delete*",
                    "backup:Put*",
                    "backup:StartRestoreJob",
                    "backup:Update*",
                    "dynamodb:*",
                    "ec2:*",
                    "rds:*",
                    "s3:*",
                    "secretsmanager:*",
                ],
            )
            .when("ArnLike", "aws:PrincipalArn", roles.clone()),
            Statement::denying(
                "DenyWideningRoles",
                [
                    "iam:AttachRolePolicy",
                    "iam:DeleteRole",
                    "iam:DeleteRolePolicy",
                    "iam:DetachRolePolicy",
                    "iam:PutRolePolicy",
                    "iam:UpdateAssumeRolePolicy",
                ],
            )
            .only_on_all(roles)
            .when(
                "ArnNotLike",
                "aws:PrincipalArn",
                // Who rolls the reading role out; add whoever else may.
                [setup.role_arn("*", "stacksets-exec-*")],
            ),
        ],
    }
}

/// Service control policies bind everything in the account, so global services are let through by name.
fn other_regions_of_accounts(setup: &Setup) -> Statement {
    let mut statement = other_regions(setup);
    let global = [
        "account:*",
        "budgets:*",
        "ce:*",
        "cloudfront:*",
        "health:*",
        "iam:*",
        "organizations:*",
        "route53:*",
        "sts:*",
        "support:*",
    ];
    statement.actions = Statement::denying_all_but("", global).actions;
    statement
}

fn logical_name(name: &str) -> String {
    crate::policy::capitalised(name)
}

impl Statement {
    fn only_on(self, arn: String) -> Self {
        self.only_on_all(vec![arn])
    }

    fn only_on_all(mut self, arns: Vec<String>) -> Self {
        self.resources = Some(crate::policy::On::Only(crate::Resources::Arns(arns)));
        self
    }
}
