//! The reasons for which a listed recovery point cannot be drawn: stable codes for files, words for people.

use jiff::Timestamp;

use crate::{AccountId, PointKind, Region, ResourceType};

/// Why a listed point cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exclusion {
    /// The plan's filters leave it out.
    FilteredOut(String),
    /// Its status is one that AWS has added since.
    UnrecognisedStatus(String),
    /// Still being made.
    Creating,
    /// Being deleted.
    Deleting,
    /// Past its retention, but not deleted.
    Expired,
    /// A composite with members missing.
    Partial,
    /// The parent of a composite; its members are judged one by one.
    CompositeParent,
    /// Kept only until it has been copied.
    DeletedAfterCopy,
    /// A kind that the plan does not select.
    WrongKind(PointKind),
    /// It began before the selection window, or after the population was taken.
    OutsideWindow {
        /// When it began.
        created: Timestamp,
        /// When the window begins.
        window_start: Timestamp,
        /// When the population was taken.
        as_of: Timestamp,
    },
    /// No driver for its type.
    TypeNotDriven(ResourceType),
    /// In cold storage: not wanted by the plan, or not to be copied.
    ColdStorage(String),
    /// Its retention ends too soon.
    AboutToExpire(Timestamp),
    /// Larger than the plan restores.
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
        /// The plan's limit in bytes.
        limit: u64,
    },
    /// The plan forbids its data where the sandbox is.
    Residency(String),
    /// The sandbox has no Region where the point is.
    NoSandboxRegion(Region),
    /// A continuous point cannot be restored from another account, nor copied there as what it is.
    ContinuousCannotLeaveAccount(AccountId),
    /// AWS Backup copies nothing of this type to another account.
    NoCrossAccountCopy(String),
    /// Encrypted with a key that AWS manages, which no other account can be let use.
    AwsManagedKey(String),
    /// No route of the plan leads from its account into the sandbox.
    NoRoute {
        /// The account that holds it.
        account: AccountId,
        /// The sandbox account.
        sandbox: AccountId,
    },
}

impl Exclusion {
    /// The reason's stable code, as it stands in `excluded.tsv`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FilteredOut(_) => "filtered-out",
            Self::UnrecognisedStatus(_) => "unrecognised-status",
            Self::Creating => "creating",
            Self::Deleting => "deleting",
            Self::Expired => "expired",
            Self::Partial => "partial",
            Self::CompositeParent => "composite-parent",
            Self::DeletedAfterCopy => "deleted-after-copy",
            Self::WrongKind(_) => "wrong-kind",
            Self::OutsideWindow { .. } => "outside-window",
            Self::TypeNotDriven(_) => "type-not-driven",
            Self::ColdStorage(_) => "cold-storage",
            Self::AboutToExpire(_) => "about-to-expire",
            Self::TooLarge { .. } => "too-large",
            Self::Residency(_) => "residency",
            Self::NoSandboxRegion(_) => "no-sandbox-region",
            Self::ContinuousCannotLeaveAccount(_) => "continuous-cannot-leave-account",
            Self::NoCrossAccountCopy(_) => "no-cross-account-copy",
            Self::AwsManagedKey(_) => "aws-managed-key",
            Self::NoRoute { .. } => "no-route",
        }
    }

    /// The reason in words, for people.
    pub fn detail(&self) -> String {
        match self {
            Self::FilteredOut(filter) => format!("the plan leaves it out: {filter}"),
            Self::UnrecognisedStatus(status) => format!("its status {status} is not known to this version"),
            Self::Creating => "it is still being made".into(),
            Self::Deleting => "it is being deleted".into(),
            Self::Expired => "its retention has passed, but AWS Backup could not delete it".into(),
            Self::Partial => "it is a composite with members missing, and proves nothing".into(),
            Self::CompositeParent => "it is the parent of a composite; its members are judged one by one".into(),
            Self::DeletedAfterCopy => "it is kept only until it has been copied".into(),
            Self::WrongKind(PointKind::Snapshot) => "the plan does not select snapshots".into(),
            Self::WrongKind(PointKind::Continuous) => "the plan does not select continuous recovery points".into(),
            Self::OutsideWindow { created, window_start, .. } if created < window_start => {
                format!("it began at {created}, before the selection window that begins at {window_start}")
            }
            Self::OutsideWindow { created, as_of, .. } => {
                format!("it began at {created}, after the population was taken at {as_of}")
            }
            Self::TypeNotDriven(resource_type) => format!("no driver restores {resource_type} yet"),
            Self::ColdStorage(why) | Self::NoCrossAccountCopy(why) | Self::AwsManagedKey(why) => why.clone(),
            Self::AboutToExpire(at) => format!("its retention ends at {at}, before its turn may come"),
            Self::TooLarge { bytes, limit } => format!("it has {bytes} bytes, the plan restores up to {limit}"),
            Self::Residency(rule) => format!("the plan forbids its data in the sandbox: {rule}"),
            Self::NoSandboxRegion(region) => format!("the plan names no sandbox Region {region}"),
            Self::ContinuousCannotLeaveAccount(account) => {
                format!("a continuous recovery point can only be restored in its own account {account}")
            }
            Self::NoRoute { account, sandbox } => {
                format!("no route of the plan leads from account {account} into the sandbox account {sandbox}")
            }
        }
    }
}
