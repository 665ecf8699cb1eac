//! Templates that are more than roles.

pub(crate) mod sandbox;
pub(crate) mod scp;
pub(crate) mod stackset;

/// A template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// A sandbox: network without a way out, key, vault, roles.
    Sandbox,
    /// Service control policies for the sandbox and for the accounts that backups come from.
    Scp,
    /// The reading role in every account of an organization.
    StackSet,
}

impl Template {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Scp => "scp",
            Self::StackSet => "stackset",
        }
    }
}
