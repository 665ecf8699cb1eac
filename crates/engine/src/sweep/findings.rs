//! What a sweep found: one row for each thing, with what is to be done with it and why.

use std::collections::BTreeSet;
use std::fmt;

use backproof_model::names::ResourceName;
use backproof_model::{Region, ResourceArn, ResourceType};
use jiff::Timestamp;

use crate::deletion_rule::Since;

/// What was found in the sandbox, and what could not be read.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Everything that concerns this installation, or that nobody can explain, by Region and name.
    pub found: Vec<Finding>,
    /// What the journal still missed, and what reads now say is not there: found absent without any deletion.
    pub absent: Vec<String>,
    /// What could not be read, in words: nobody can tell what is there.
    pub unreadable: Vec<String>,
}

/// Something in the sandbox.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The ARN of a resource or of a copy; the id of a restore job.
    pub resource: String,
    /// What it is.
    pub kind: FindingKind,
    /// Its Region.
    pub region: Region,
    /// Which sources told of it.
    pub found_in: BTreeSet<Source>,
    /// What it was made for, where its name or the journal tells.
    pub made_for: Option<ResourceName>,
    /// When it was created, where AWS tells.
    pub created: Option<Timestamp>,
    /// What is to be done with it.
    pub action: SweepAction,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// A resource of this type.
    Resource(ResourceType),
    /// A copy of a recovery point in this vault of the sandbox.
    Copy {
        /// The vault.
        backup_vault_name: String,
    },
    /// A restore job that can still create something.
    RestoreJob,
    /// Something that no call here can look at.
    Unknown,
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource(resource_type) => write!(f, "{resource_type}"),
            Self::Copy { backup_vault_name } => write!(f, "copy in vault {backup_vault_name}"),
            Self::RestoreJob => f.write_str("restore job"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// Where something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The journal meant to make it and never saw it absent.
    Journal,
    /// A restore job says that it created it.
    RestoreJobs,
    /// It carries our tag.
    Tags,
    /// It has a name as we give them.
    Names,
}

impl Source {
    /// The source in one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::RestoreJobs => "restore-jobs",
            Self::Tags => "tags",
            Self::Names => "names",
        }
    }
}

/// What a sweep does with something.
#[derive(Clone, Debug)]
pub enum SweepAction {
    /// Delete it.
    Delete {
        /// The proof that it is ours, in words.
        proof: String,
        /// What the deletion will be held to again.
        warrant: Warrant,
    },
    /// Leave it: it is held for inspection, and not due yet.
    Keep {
        /// When it is due.
        until: Timestamp,
    },
    /// Leave it to the run that made it, which is not closed: this command goes on with that run.
    OfOpenRun {
        /// The command.
        command: String,
    },
    /// Leave it, though it should go.
    Leave {
        /// Why, and what helps.
        why: String,
    },
    /// Leave it: it is not ours.
    NotOurs {
        /// How one knows.
        why: String,
    },
}

/// Why something may be deleted, as the rule of deletion wants to know it.
#[derive(Clone, Debug)]
pub struct Warrant {
    pub(super) since: Since,
    pub(super) proof: OwnProof,
    pub(super) source: Option<ResourceArn>,
}

#[derive(Clone, Debug)]
pub(super) enum OwnProof {
    Name(ResourceName),
    Job { job: String, name: ResourceName },
    CopyJob { pseudonym: Option<String> },
}
