//! The roles, and where they stand.

use std::fmt;

/// A part that an identity plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads, in every account that backups come from.
    Source,
    /// Asks for copies out of a source account; and the role that AWS Backup copies with.
    Copy,
    /// Restores, examines and deletes in the sandbox account.
    Sandbox,
    /// Assumed by AWS Backup for the restore.
    Restore,
    /// Finds and deletes what is left, and can do nothing else.
    Sweep,
    /// A person who looks into what happened; changes nothing.
    Auditor,
    /// Adds sealed bundles to the bucket that keeps them, and can take nothing away.
    Archive,
    /// The credentials that everything starts from; assumes the others.
    Runner,
}

impl Role {
    /// Every role, in the order in which they matter to a run.
    pub const ALL: [Self; 8] = [
        Self::Source,
        Self::Copy,
        Self::Sandbox,
        Self::Restore,
        Self::Sweep,
        Self::Auditor,
        Self::Archive,
        Self::Runner,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Copy => "copy",
            Self::Sandbox => "sandbox",
            Self::Restore => "restore",
            Self::Sweep => "sweep",
            Self::Auditor => "auditor",
            Self::Archive => "archive",
            Self::Runner => "runner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A role in an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    /// The role.
    pub role: Role,
    /// The account's number, or what stands for it.
    pub account: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} role in account {}", self.role, self.account)
    }
}
