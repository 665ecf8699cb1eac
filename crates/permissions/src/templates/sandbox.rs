//! A sandbox: a network without a way out, DNS Firewall, key, staging vault, and the roles of the sandbox account.
//!
//! Network, key and vault stand beside this file as CloudFormation and Terraform write them; the roles are made from the
//! list of needs. Account numbers and names come from the plan, where there is one.

use crate::formats::{cloudformation, hcl, terraform};
use crate::node::Node;
use crate::roles::to_install;
use crate::setup::{SANDBOX_ROLE, STAGING_VAULT, SWEEP_ROLE};
use crate::{Declared, KeySetup, Role, RoleToInstall, Setup};

const NETWORK_JSON: &str = include_str!("sandbox.template.json");
const NETWORK_TF: &str = include_str!("sandbox.tf");
/// The alias of the sandbox's key, by which roles know it before it has a number.
const KEY_ALIAS: &str = "alias/backproof-sandbox";

/// As a stack for the sandbox account.
pub(crate) fn cloudformation(setup: &Setup, declared: &Declared) -> String {
    let setup = in_this_sandbox(setup);
    let roles = sandbox_roles(&setup, declared);
    let roles: Vec<&RoleToInstall> = roles.iter().collect();
    let mut template: Node = serde_json::from_str(NETWORK_JSON).expect("the file beside this one is JSON");
    let accounts = setup.sources.iter().map(|source| source.account.as_str()).collect::<Vec<_>>().join(",");
    let vault = setup.staging_vault.clone().unwrap_or_default();
    for (parameter, value) in [("SourceAccounts", accounts), ("StagingVaultName", vault)] {
        if let Some(parameter) = template.get_mut("Parameters").and_then(|all| all.get_mut(parameter)) {
            parameter.extend([("Default".to_owned(), Node::text(value))]);
        }
    }
    if let Some(resources) = template.get_mut("Resources") {
        resources.extend(cloudformation::resources(&roles));
    }
    let plan = Node::map([
        ("Description", Node::text("The plan's lines for this sandbox")),
        ("Value", Node::map([("Fn::Sub", Node::text(plan_lines(&setup, &CLOUDFORMATION_NAMES)))])),
    ]);
    template.extend([("Outputs".to_owned(), Node::map([("Plan", plan)]))]);
    template.to_json()
}

/// As a module for the sandbox account.
pub(crate) fn terraform(setup: &Setup, declared: &Declared) -> String {
    let setup = in_this_sandbox(setup);
    let roles = sandbox_roles(&setup, declared);
    let roles: Vec<&RoleToInstall> = roles.iter().collect();
    let variable = |name: &str, description: &str, kind: &str, default: Node| {
        let body = [("description", Node::text(description)), ("type", Node::expression(kind)), ("default", default)];
        hcl::block(&format!("variable \"{name}\""), &body)
    };
    let accounts = Node::texts(setup.sources.iter().map(|source| source.account.as_str()));
    let vault = Node::text(setup.staging_vault.clone().unwrap_or_default());
    let lines = plan_lines(&setup, &TERRAFORM_NAMES);
    let lines: String =
        lines.lines().map(|line| if line.is_empty() { "\n".into() } else { format!("    {line}\n") }).collect();
    let plan = format!(
        "output \"plan\" {{\n  description = \"The plan's lines for this sandbox\"\n  value       = <<-EOT\n{lines}  EOT\n}}\n"
    );
    [
        "# Written by `backproof iam`: a sandbox.\n".to_owned(),
        terraform::provider(),
        variable(
            "source_accounts",
            "The accounts that may copy recovery points into the staging vault",
            "list(string)",
            accounts,
        ),
        variable("staging_vault_name", "The vault that copies go into", "string", vault),
        NETWORK_TF.to_owned(),
        terraform::resources(&roles),
        plan,
    ]
    .join("\n")
}

/// The setup with what this template itself makes.
fn in_this_sandbox(setup: &Setup) -> Setup {
    Setup {
        key: Some(KeySetup::Alias(KEY_ALIAS.into())),
        network: true,
        sandbox_role: setup.sandbox_role.clone().or_else(|| Some(SANDBOX_ROLE.into())),
        sweep_role: setup.sweep_role.clone().or_else(|| Some(SWEEP_ROLE.into())),
        staging_vault: setup.staging_vault.clone().or_else(|| Some(STAGING_VAULT.into())),
        ..setup.clone()
    }
}

fn sandbox_roles(setup: &Setup, declared: &Declared) -> Vec<RoleToInstall> {
    let here = |role: &RoleToInstall| matches!(role.holder.role, Role::Sandbox | Role::Restore | Role::Sweep);
    to_install(setup, declared).into_iter().filter(here).collect()
}

/// How the made things are named in a text that the tool fills in.
struct Names {
    account: &'static str,
    region: &'static str,
    key: &'static str,
    vault: &'static str,
    vpc: &'static str,
    subnets: [&'static str; 2],
    databases_group: &'static str,
    subnet_group: &'static str,
}

const CLOUDFORMATION_NAMES: Names = Names {
    account: "${AWS::AccountId}",
    region: "${AWS::Region}",
    key: "${Key.Arn}",
    vault: "${StagingVault}",
    vpc: "${Vpc}",
    subnets: ["${SubnetA}", "${SubnetB}"],
    databases_group: "${DatabasesGroup.GroupId}",
    subnet_group: "${DatabaseSubnets}",
};

const TERRAFORM_NAMES: Names = Names {
    account: "${data.aws_caller_identity.here.account_id}",
    region: "${data.aws_region.here.name}",
    key: "${aws_kms_key.sandbox.arn}",
    vault: "${aws_backup_vault.staging.name}",
    vpc: "${aws_vpc.sandbox.id}",
    subnets: ["${aws_subnet.sandbox[0].id}", "${aws_subnet.sandbox[1].id}"],
    databases_group: "${aws_security_group.databases.id}",
    subnet_group: "${aws_db_subnet_group.sandbox.name}",
};

/// `[sandbox]` and what belongs to it, for the plan file.
fn plan_lines(setup: &Setup, names: &Names) -> String {
    let role = |path: &Option<String>| {
        format!("arn:{}:iam::{}:role/{}", setup.partition, names.account, path.clone().unwrap_or_default())
    };
    let external_id = setup.external_id.as_ref().map(|id| format!("external_id = \"{id}\"\n")).unwrap_or_default();
    let Names { account, region, key, vault, vpc, subnets: [first, second], databases_group, subnet_group } = names;
    format!(
        "[sandbox]\naccount = \"{account}\"\nregions = [\"{region}\"]\nrole_arn = \"{}\"\nsweep_role_arn = \"{}\"\n\
         {external_id}restore_role_arn = \"{}\"\nkms_key_arn = \"{key}\"\n\n[[sandbox.routes]]\nkind = \"copy\"\n\
         backup_vault_name = \"{vault}\"\n\n[sandbox.network]\nvpc_id = \"{vpc}\"\nsubnet_ids = [\"{first}\", \"{second}\"]\n\
         security_group_ids = [\"{databases_group}\"]\ndb_subnet_group = \"{subnet_group}\"\n",
        role(&setup.sandbox_role),
        role(&setup.sweep_role),
        role(&Some(setup.restore_role.clone())),
    )
}
