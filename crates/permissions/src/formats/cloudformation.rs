//! Roles as a template of CloudFormation.

use crate::node::Node;
use crate::{Limit, Policy, RoleToInstall};

/// A template with these roles of one account.
pub(crate) fn roles(account: &str, roles: &[&RoleToInstall]) -> Node {
    let description = format!("backproof: roles in account {account}");
    template(&description, resources(roles), outputs(roles))
}

/// A template of resources and outputs.
pub(crate) fn template(description: &str, resources: Vec<(String, Node)>, outputs: Vec<(String, Node)>) -> Node {
    let mut entries = vec![
        ("AWSTemplateFormatVersion".to_owned(), Node::text("2010-09-09")),
        ("Description".to_owned(), Node::text(description)),
        ("Resources".to_owned(), Node::Map(resources)),
    ];
    if !outputs.is_empty() {
        entries.push(("Outputs".to_owned(), Node::Map(outputs)));
    }
    Node::Map(entries)
}

/// The roles' resources: for each a boundary, the role, and managed policies where one inline policy is too small.
pub(crate) fn resources(roles: &[&RoleToInstall]) -> Vec<(String, Node)> {
    roles.iter().flat_map(|role| resources_of(role)).collect()
}

/// Their ARNs.
pub(crate) fn outputs(roles: &[&RoleToInstall]) -> Vec<(String, Node)> {
    let with_trust = roles.iter().filter(|role| role.trust.is_some());
    with_trust
        .map(|role| {
            let name = logical_name(role);
            let arn = Node::map([("Fn::GetAtt", Node::texts([format!("{name}Role"), "Arn".to_owned()]))]);
            let output = Node::map([("Description", Node::text(role.description)), ("Value", arn)]);
            (format!("{name}RoleArn"), output)
        })
        .collect()
}

fn resources_of(role: &RoleToInstall) -> Vec<(String, Node)> {
    let name = logical_name(role);
    let mut resources = Vec::new();
    let boundary = role.boundary.as_ref().map(|boundary| {
        let own = format!("{name}Boundary");
        resources.push((own.clone(), managed_policy(role, "boundary", boundary, None)));
        Node::map([("Ref", Node::text(own))])
    });
    let (limit, policies) = role.policies();
    let Some(trust) = &role.trust else {
        resources.extend(numbered(&policies).map(|(number, policy)| {
            (format!("{name}Policy{number}"), managed_policy(role, &format!("policy{number}"), policy, None))
        }));
        return resources;
    };
    let mut properties = vec![
        ("RoleName", Node::text(&role.name)),
        ("Path", Node::text(&role.path)),
        ("Description", Node::text(role.description)),
        ("AssumeRolePolicyDocument", trust.to_node()),
    ];
    if !role.managed.is_empty() {
        properties.push(("ManagedPolicyArns", Node::texts(&role.managed)));
    }
    properties.extend(boundary.map(|boundary| ("PermissionsBoundary", boundary)));
    match limit {
        Limit::InlineInRole if !policies.is_empty() => {
            let inline = |policy: &Policy| {
                Node::map([("PolicyName", Node::text("backproof")), ("PolicyDocument", policy.to_node())])
            };
            properties.push(("Policies", Node::List(policies.iter().map(inline).collect())));
        }
        Limit::InlineInRole | Limit::ServiceControl => {}
        Limit::Managed => resources.extend(numbered(&policies).map(|(number, policy)| {
            let attached = format!("{name}Role");
            (format!("{name}Policy{number}"), managed_policy(role, &format!("policy{number}"), policy, Some(&attached)))
        })),
    }
    let own = Node::map([("Type", Node::text("AWS::IAM::Role")), ("Properties", Node::map(properties))]);
    resources.push((format!("{name}Role"), substituted(own)));
    resources
}

fn managed_policy(role: &RoleToInstall, what: &str, policy: &Policy, attached_to: Option<&str>) -> Node {
    let mut properties = vec![
        ("ManagedPolicyName", Node::text(format!("{}-{what}", role.name))),
        ("Path", Node::text(&role.path)),
        ("PolicyDocument", policy.to_node()),
    ];
    properties.extend(attached_to.map(|name| ("Roles", Node::List(vec![Node::map([("Ref", Node::text(name))])]))));
    substituted(Node::map([("Type", Node::text("AWS::IAM::ManagedPolicy")), ("Properties", Node::map(properties))]))
}

/// Policies with their numbers, which only several need.
pub(crate) fn numbered(policies: &[Policy]) -> impl Iterator<Item = (String, &Policy)> {
    let several = policies.len() > 1;
    (1..)
        .zip(policies)
        .map(move |(number, policy): (usize, _)| (if several { number.to_string() } else { String::new() }, policy))
}

/// A logical name: letters and digits of the role's own.
fn logical_name(role: &RoleToInstall) -> String {
    crate::policy::capitalised(&role.name.replace(|character: char| !character.is_ascii_alphanumeric(), "-"))
}

/// Texts that name one of CloudFormation's own parameters, with the parameter's value.
fn substituted(node: Node) -> Node {
    match node {
        Node::Text(text) if text.contains("${AWS::") => Node::map([("Fn::Sub", Node::Text(text))]),
        Node::List(list) => Node::List(list.into_iter().map(substituted).collect()),
        Node::Map(entries) => Node::Map(entries.into_iter().map(|(key, node)| (key, substituted(node))).collect()),
        other @ (Node::Text(_) | Node::Number(_) | Node::Bool(_) | Node::Expression(_)) => other,
    }
}
