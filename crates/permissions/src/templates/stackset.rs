//! The reading role in every account of an organization, as a stack set: one template, whatever the account's number.

use crate::formats::{cloudformation, hcl, terraform};
use crate::node::Node;
use crate::roles::to_install;
use crate::setup::SOURCE_ROLE;
use crate::{Declared, Role, RoleToInstall, Setup, SourceSetup};

const NAME: &str = "backproof-read";

/// A stack with the stack set, for the organization's management account or a delegated administrator's.
pub(crate) fn cloudformation(setup: &Setup, declared: &Declared) -> String {
    let units = Node::map([
        ("Type", Node::text("CommaDelimitedList")),
        ("Description", Node::text("Organizational units whose accounts backups come from")),
    ]);
    let instances = Node::map([
        ("DeploymentTargets", Node::map([("OrganizationalUnitIds", Node::map([("Ref", Node::text("Units"))]))])),
        // A role is global: one Region is enough.
        ("Regions", Node::List(vec![Node::map([("Ref", Node::text("AWS::Region"))])])),
    ]);
    let automatic = Node::map([("Enabled", Node::Bool(true)), ("RetainStacksOnAccountRemoval", Node::Bool(false))]);
    let properties = Node::map([
        ("StackSetName", Node::text(NAME)),
        ("Description", Node::text("The role with which backproof lists recovery points")),
        ("PermissionModel", Node::text("SERVICE_MANAGED")),
        ("AutoDeployment", automatic),
        ("Capabilities", Node::texts(["CAPABILITY_NAMED_IAM"])),
        ("StackInstancesGroup", Node::List(vec![instances])),
        ("TemplateBody", Node::text(inner(setup, declared).to_compact_json())),
    ]);
    let stack_set = Node::map([("Type", Node::text("AWS::CloudFormation::StackSet")), ("Properties", properties)]);
    let resources = vec![("ReadingRole".to_owned(), stack_set)];
    let mut made = cloudformation::template("backproof: the reading role in every account", resources, Vec::new());
    made.extend([("Parameters".to_owned(), Node::map([("Units", units)]))]);
    made.to_json()
}

/// The same as a module.
pub(crate) fn terraform(setup: &Setup, declared: &Declared) -> String {
    let units = [
        ("description", Node::text("Organizational units whose accounts backups come from")),
        ("type", Node::expression("list(string)")),
    ];
    let body = [
        ("name", Node::text(NAME)),
        ("description", Node::text("The role with which backproof lists recovery points")),
        ("permission_model", Node::text("SERVICE_MANAGED")),
        ("capabilities", Node::texts(["CAPABILITY_NAMED_IAM"])),
        ("template_body", hcl::json_encoded(&inner(setup, declared))),
    ];
    // The block has an attribute and a block within, which are written one by one.
    let stack_set = hcl::block("resource \"aws_cloudformation_stack_set\" \"backproof_read\"", &body);
    let automatic = "\n  auto_deployment {\n    enabled                          = true\n    \
                     retain_stacks_on_account_removal = false\n  }\n}\n";
    let stack_set = stack_set.trim_end_matches("}\n").to_owned() + automatic;
    let instances = "resource \"aws_cloudformation_stack_set_instance\" \"backproof_read\" {\n  \
                     stack_set_name = aws_cloudformation_stack_set.backproof_read.name\n\n  \
                     deployment_targets {\n    organizational_unit_ids = var.units\n  }\n}\n";
    [
        "# Written by `backproof iam`: the reading role in every account.\n",
        &terraform::provider(),
        &hcl::block("variable \"units\"", &units),
        &stack_set,
        instances,
    ]
    .join("\n")
}

/// The template that the stack set rolls out.
fn inner(setup: &Setup, declared: &Declared) -> Node {
    let first = setup.sources.first();
    let anywhere = Setup {
        partition: "${AWS::Partition}".into(),
        sources: vec![SourceSetup {
            account: "${AWS::AccountId}".into(),
            role: Some(first.and_then(|source| source.role.clone()).unwrap_or_else(|| SOURCE_ROLE.to_owned())),
            external_id: first.and_then(|source| source.external_id.clone()),
            // Whoever may ask for copies is decided account by account.
            copy: None,
        }],
        ..setup.clone()
    };
    let roles = to_install(&anywhere, declared);
    let reading: Vec<&RoleToInstall> = roles.iter().filter(|role| role.holder.role == Role::Source).collect();
    let description = "backproof: the role that lists recovery points";
    cloudformation::template(description, cloudformation::resources(&reading), Vec::new())
}
