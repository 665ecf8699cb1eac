//! What can be typed after `iam`.

use std::path::PathBuf;

use backproof_permissions as permissions;
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct Iam {
    /// Whose permissions. May be given several times.
    #[arg(long, value_enum, group = "what", value_name = "ROLE")]
    pub(crate) role: Vec<RoleName>,
    /// A template that is more than roles.
    #[arg(long, value_enum, group = "what", value_name = "NAME")]
    pub(crate) template: Option<TemplateName>,
    /// IAM's own JSON, a template of CloudFormation (as JSON), or a module of Terraform.
    #[arg(long, value_enum, default_value_t = FormatName::Json, value_name = "FORMAT")]
    pub(crate) format: FormatName,
    /// Writes files into this directory, instead of one to stdout.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Who may assume the roles: an ARN, or an account's number. Default: the sandbox account.
    #[arg(long, value_name = "PRINCIPAL")]
    pub(crate) principal: Option<String>,
    /// Needs no plan: words in capitals stand for what a plan would say.
    #[arg(long)]
    pub(crate) placeholders: bool,
}

/// A role, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    /// Reads in the accounts that backups come from.
    Source,
    /// Asks for copies out of them; and the role that AWS Backup copies with.
    Copy,
    /// Restores, examines and deletes in the sandbox.
    Sandbox,
    /// Assumed by AWS Backup for the restore.
    Restore,
    /// Finds and deletes what is left, and nothing else.
    Sweep,
    /// A person who looks into what happened.
    Auditor,
    /// Adds sealed bundles to the archive, and takes nothing away.
    Archive,
    /// The credentials that everything starts from.
    Runner,
    /// Every one of them.
    All,
}

impl RoleName {
    pub(crate) fn roles(self) -> Vec<permissions::Role> {
        use permissions::Role;
        match self {
            Self::Source => vec![Role::Source],
            Self::Copy => vec![Role::Copy],
            Self::Sandbox => vec![Role::Sandbox],
            Self::Restore => vec![Role::Restore],
            Self::Sweep => vec![Role::Sweep],
            Self::Auditor => vec![Role::Auditor],
            Self::Archive => vec![Role::Archive],
            Self::Runner => vec![Role::Runner],
            Self::All => Role::ALL.to_vec(),
        }
    }
}

/// A template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TemplateName {
    /// A network without a way out, DNS Firewall, key, staging vault, and the sandbox's roles.
    Sandbox,
    /// Examples of service control policies.
    Scp,
    /// The source role in every account of an organization.
    #[value(name = "stackset")]
    StackSet,
}

impl TemplateName {
    pub(crate) fn template(self) -> permissions::Template {
        match self {
            Self::Sandbox => permissions::Template::Sandbox,
            Self::Scp => permissions::Template::Scp,
            Self::StackSet => permissions::Template::StackSet,
        }
    }
}

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    Json,
    #[value(name = "cloudformation")]
    CloudFormation,
    Terraform,
}

impl FormatName {
    pub(crate) fn format(self) -> permissions::Format {
        match self {
            Self::Json => permissions::Format::Json,
            Self::CloudFormation => permissions::Format::CloudFormation,
            Self::Terraform => permissions::Format::Terraform,
        }
    }
}
