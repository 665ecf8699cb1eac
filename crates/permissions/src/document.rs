//! Which texts are written, and what their files are called.

use crate::formats::{cloudformation, json, terraform};
use crate::roles::to_install;
use crate::templates::{sandbox, scp, stackset};
use crate::{Declared, Role, RoleToInstall, Setup, Template};

/// The form of what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// IAM's own policies.
    Json,
    /// A template of CloudFormation, as JSON.
    CloudFormation,
    /// A module of Terraform, in its own language.
    Terraform,
}

/// A text with the name that its file should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The file's name.
    pub file_name: String,
    /// Its text, with a line end.
    pub text: String,
}

/// A template that does not exist in this form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the template `{}` is more than policies: ask for cloudformation or terraform", .0.name())]
pub struct NoSuchForm(pub Template);

/// These roles: as policies one document for each role, else one for each account.
pub fn roles(setup: &Setup, declared: &Declared, wanted: &[Role], format: Format) -> Vec<Document> {
    let roles: Vec<RoleToInstall> =
        to_install(setup, declared).into_iter().filter(|role| wanted.contains(&role.holder.role)).collect();
    let mut accounts: Vec<&str> = Vec::new();
    for role in &roles {
        if !accounts.contains(&role.holder.account.as_str()) {
            accounts.push(&role.holder.account);
        }
    }
    let of = |account: &str| roles.iter().filter(|role| role.holder.account == account).collect::<Vec<_>>();
    match format {
        Format::Json => roles.iter().map(|role| document(role.file_name("json"), json::role(role))).collect(),
        Format::CloudFormation => accounts
            .into_iter()
            .map(|account| {
                let text = cloudformation::roles(account, &of(account)).to_json();
                document(format!("backproof-roles-{account}.template.json"), text)
            })
            .collect(),
        Format::Terraform => accounts
            .into_iter()
            .map(|account| document(format!("backproof-roles-{account}.tf"), terraform::roles(account, &of(account))))
            .collect(),
    }
}

/// A template that is more than roles.
///
/// # Errors
/// It is more than policies, and policies are what was asked for.
pub fn template(
    template: Template,
    setup: &Setup,
    declared: &Declared,
    format: Format,
) -> Result<Document, NoSuchForm> {
    let name = template.name();
    let as_cloudformation = |text| document(format!("backproof-{name}.template.json"), text);
    let as_terraform = |text| document(format!("backproof-{name}.tf"), text);
    Ok(match (template, format) {
        (Template::Scp, Format::Json) => document(format!("backproof-{name}.json"), scp::json(setup)),
        (Template::Scp, Format::CloudFormation) => as_cloudformation(scp::cloudformation(setup)),
        (Template::Scp, Format::Terraform) => as_terraform(scp::terraform(setup)),
        (Template::Sandbox, Format::CloudFormation) => as_cloudformation(sandbox::cloudformation(setup, declared)),
        (Template::Sandbox, Format::Terraform) => as_terraform(sandbox::terraform(setup, declared)),
        (Template::StackSet, Format::CloudFormation) => as_cloudformation(stackset::cloudformation(setup, declared)),
        (Template::StackSet, Format::Terraform) => as_terraform(stackset::terraform(setup, declared)),
        (Template::Sandbox | Template::StackSet, Format::Json) => return Err(NoSuchForm(template)),
    })
}

fn document(file_name: String, text: String) -> Document {
    Document { file_name, text }
}

impl RoleToInstall {
    fn file_name(&self, extension: &str) -> String {
        match self.holder.role {
            Role::Source | Role::Copy => format!("{}-{}.{extension}", self.name, self.holder.account),
            Role::Sandbox | Role::Restore | Role::Sweep | Role::Auditor | Role::Archive | Role::Runner => {
                format!("{}.{extension}", self.name)
            }
        }
    }
}
