//! Roles as a module of Terraform.

use super::cloudformation::numbered;
use super::hcl::{block, json_encoded};
use crate::node::Node;
use crate::{Limit, Policy, RoleToInstall};

/// A module with these roles of one account.
pub(crate) fn roles(account: &str, roles: &[&RoleToInstall]) -> String {
    let head = format!("# Written by `backproof iam`: roles in account {account}.\n\n");
    head + &provider() + "\n" + &resources(roles) + "\n" + &outputs(roles)
}

/// Which provider the module needs.
pub(crate) fn provider() -> String {
    "terraform {\n  required_providers {\n    aws = {\n      source  = \"hashicorp/aws\"\n      version = \">= 5.0\"\n    \
     }\n  }\n}\n"
        .to_owned()
}

/// The roles' resources.
pub(crate) fn resources(roles: &[&RoleToInstall]) -> String {
    let blocks: Vec<String> = roles.iter().flat_map(|role| resources_of(role)).collect();
    blocks.join("\n")
}

/// Their ARNs.
pub(crate) fn outputs(roles: &[&RoleToInstall]) -> String {
    let with_trust = roles.iter().filter(|role| role.trust.is_some());
    let blocks: Vec<String> = with_trust
        .map(|role| {
            let name = name(role);
            let body = [
                ("description", Node::text(role.description)),
                ("value", Node::expression(format!("aws_iam_role.{name}.arn"))),
            ];
            block(&format!("output \"{name}_role_arn\""), &body)
        })
        .collect();
    blocks.join("\n")
}

fn resources_of(role: &RoleToInstall) -> Vec<String> {
    let name = name(role);
    let mut blocks = Vec::new();
    if let Some(boundary) = &role.boundary {
        blocks.push(managed_policy(role, &format!("{name}_boundary"), "boundary", boundary));
    }
    let (limit, policies) = role.policies();
    let Some(trust) = &role.trust else {
        blocks.extend(numbered(&policies).map(|(number, policy)| {
            managed_policy(role, &format!("{name}{number}"), &format!("policy{number}"), policy)
        }));
        return blocks;
    };
    let mut body = vec![
        ("name", Node::text(&role.name)),
        ("path", Node::text(&role.path)),
        ("description", Node::text(role.description)),
    ];
    body.extend(
        role.boundary
            .as_ref()
            .map(|_| ("permissions_boundary", Node::expression(format!("aws_iam_policy.{name}_boundary.arn")))),
    );
    body.push(("assume_role_policy", json_encoded(&trust.to_node())));
    blocks.push(block(&format!("resource \"aws_iam_role\" \"{name}\""), &body));
    let of_role = Node::expression(format!("aws_iam_role.{name}.name"));
    match limit {
        Limit::InlineInRole => blocks.extend(policies.iter().map(|policy| {
            let body = [
                ("name", Node::text("backproof")),
                ("role", of_role.clone()),
                ("policy", json_encoded(&policy.to_node())),
            ];
            block(&format!("resource \"aws_iam_role_policy\" \"{name}\""), &body)
        })),
        Limit::Managed | Limit::ServiceControl => {
            for (number, policy) in numbered(&policies) {
                let own = format!("{name}{number}");
                blocks.push(managed_policy(role, &own, &format!("policy{number}"), policy));
                let arn = Node::expression(format!("aws_iam_policy.{own}.arn"));
                blocks.push(attachment(&own, of_role.clone(), arn));
            }
        }
    }
    for (number, arn) in (1..).zip(&role.managed) {
        let own = format!("{name}_of_aws{}", if role.managed.len() > 1 { format!("_{number}") } else { String::new() });
        blocks.push(attachment(&own, of_role.clone(), Node::text(arn)));
    }
    blocks
}

fn attachment(name: &str, role: Node, policy_arn: Node) -> String {
    let body = [("role", role), ("policy_arn", policy_arn)];
    block(&format!("resource \"aws_iam_role_policy_attachment\" \"{name}\""), &body)
}

fn managed_policy(role: &RoleToInstall, name: &str, what: &str, policy: &Policy) -> String {
    let body = [
        ("name", Node::text(format!("{}-{what}", role.name))),
        ("path", Node::text(&role.path)),
        ("policy", json_encoded(&policy.to_node())),
    ];
    block(&format!("resource \"aws_iam_policy\" \"{name}\""), &body)
}

/// A name in Terraform's language: the role's own, with underlines.
fn name(role: &RoleToInstall) -> String {
    role.name.replace(|character: char| !character.is_ascii_alphanumeric(), "_")
}
