//! Roles as IAM's own JSON.

use crate::RoleToInstall;
use crate::node::Node;

/// A role with its policies.
pub(crate) fn role(role: &RoleToInstall) -> String {
    let mut entries = vec![
        ("account", Node::text(&role.holder.account)),
        ("role", Node::text(role.holder.role.name())),
        ("name", Node::text(&role.name)),
        ("path", Node::text(&role.path)),
        ("description", Node::text(role.description)),
    ];
    entries.extend(role.trust.as_ref().map(|trust| ("trust_policy", trust.to_node())));
    let (_, policies) = role.policies();
    entries.push(("policies", Node::List(policies.iter().map(crate::Policy::to_node).collect())));
    entries.push(("managed_policy_arns", Node::texts(&role.managed)));
    entries.extend(role.boundary.as_ref().map(|boundary| ("permissions_boundary", boundary.to_node())));
    Node::map(entries).to_json()
}
