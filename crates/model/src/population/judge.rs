//! Whether a listed recovery point can be drawn, and if not, the one reason that is recorded.
//!
//! A point is judged from its listing alone, without a call per point. Reasons are tried in this order, and the first
//! that holds is the one on record:
//!
//! 1. `filtered-out`: the plan does not want the resource at all, so nothing else about it is a finding;
//! 2. what the point *is*: `unrecognised-status`, `creating`, `deleting`, `expired`, `partial`, `composite-parent`,
//!    `deleted-after-copy`;
//! 3. what the plan selects: `wrong-kind`, `outside-window`;
//! 4. what this program can restore: `type-not-driven`;
//! 5. limits: `cold-storage`, `about-to-expire`, `too-large`, `residency`;
//! 6. whether it can reach the sandbox: `no-sandbox-region`, then per route `continuous-cannot-leave-account`,
//!    `no-cross-account-copy`, `aws-managed-key`, `no-route`.
//!
//! What a listing does not say (a size, an expiry, the type of a key) excludes nothing: such a point stays in the
//! population, where a restore that cannot be done counts against the backups instead of vanishing from the sum.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::exclusion::Exclusion;
use crate::{AccountId, PointKind, RecoveryPoint, RecoveryPointStatus, Region, ResourceType, VaultType};

/// The rules by which points are judged, as the engine takes them from the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eligibility {
    /// The moment that ages, windows and expiry count from.
    pub as_of: Timestamp,
    /// Points that began before this are outside the selection window.
    pub window_start: Timestamp,
    /// Kinds of points that the plan selects.
    pub kinds: BTreeSet<PointKind>,
    /// Types that this program can restore.
    pub driven_types: BTreeSet<ResourceType>,
    /// Whether the plan accepts points in cold storage, which take hours and retrieval charges.
    pub include_cold_storage: bool,
    /// Points that expire sooner than this after `as_of` are left out: they may be gone when their turn comes.
    pub expires_within: SignedDuration,
    /// The largest backup that the plan restores, in bytes.
    pub max_backup_size_bytes: Option<u64>,
    /// The account that restores go into.
    pub sandbox_account: AccountId,
    /// Regions in which the sandbox may be used; a point is restored in its own Region.
    pub sandbox_regions: BTreeSet<Region>,
    /// Ways of the plan into the sandbox, besides restoring in place.
    pub routes: Routes,
}

/// Ways into the sandbox from another account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Routes {
    /// Copying into a vault of the sandbox account.
    pub copy: bool,
    /// Restoring from a logically air-gapped vault that is shared with the sandbox account.
    pub shared_vault: bool,
}

/// What the plan's filters and residency rules say of one point; `None` is no objection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanSays {
    /// Which filter of the plan leaves it out, in words.
    pub filtered_out: Option<String>,
    /// Which residency rule forbids its restore, in words.
    pub residency: Option<String>,
}

/// How a point gets to where it can be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It is in the sandbox account.
    InPlace,
    /// From a vault that is shared with the sandbox account.
    SharedVault,
    /// By a copy into a vault of the sandbox account.
    Copy,
}

/// Whether `point` can be drawn under `rules`; the module's text gives the order of the reasons.
///
/// # Errors
/// The first reason why it cannot.
pub fn judge(point: &RecoveryPoint, rules: &Eligibility, plan: &PlanSays) -> Result<(), Exclusion> {
    if let Some(filter) = &plan.filtered_out {
        return Err(Exclusion::FilteredOut(filter.clone()));
    }
    judge_point(point)?;
    judge_selection(point, rules)?;
    if !rules.driven_types.contains(&point.resource_type) {
        return Err(Exclusion::TypeNotDriven(point.resource_type.clone()));
    }
    judge_limits(point, rules)?;
    if let Some(rule) = &plan.residency {
        return Err(Exclusion::Residency(rule.clone()));
    }
    reach(point, rules).map(|_| ())
}

/// What the point is, whatever the plan says.
fn judge_point(point: &RecoveryPoint) -> Result<(), Exclusion> {
    match &point.status {
        RecoveryPointStatus::Completed | RecoveryPointStatus::Available | RecoveryPointStatus::Stopped => {}
        RecoveryPointStatus::Partial => return Err(Exclusion::Partial),
        RecoveryPointStatus::Creating => return Err(Exclusion::Creating),
        RecoveryPointStatus::Deleting => return Err(Exclusion::Deleting),
        RecoveryPointStatus::Expired => return Err(Exclusion::Expired),
        RecoveryPointStatus::Unrecognised(status) => return Err(Exclusion::UnrecognisedStatus(status.clone())),
    }
    // A backup of an EKS cluster is restored by its parent; all other composites by their members.
    if point.is_parent && point.resource_type.as_str() != "EKS" {
        return Err(Exclusion::CompositeParent);
    }
    if point.deleted_after_copy {
        return Err(Exclusion::DeletedAfterCopy);
    }
    Ok(())
}

/// What the plan selects. A continuous point that still grows reaches to now, so it cannot be too old.
fn judge_selection(point: &RecoveryPoint, rules: &Eligibility) -> Result<(), Exclusion> {
    if !rules.kinds.contains(&point.kind()) {
        return Err(Exclusion::WrongKind(point.kind()));
    }
    let still_grows = point.status == RecoveryPointStatus::Available;
    let too_old = point.creation_date < rules.window_start && !still_grows;
    if too_old || point.creation_date > rules.as_of {
        return Err(Exclusion::OutsideWindow {
            created: point.creation_date,
            window_start: rules.window_start,
            as_of: rules.as_of,
        });
    }
    Ok(())
}

fn judge_limits(point: &RecoveryPoint, rules: &Eligibility) -> Result<(), Exclusion> {
    if is_cold(point, rules.as_of) && !rules.include_cold_storage {
        return Err(Exclusion::ColdStorage("it is in cold storage, which the plan does not include".into()));
    }
    // A retention so long that the sum leaves the calendar cannot end within it.
    let horizon = rules.as_of.checked_add(rules.expires_within).unwrap_or(Timestamp::MAX);
    if let Some(at) = point.delete_at.filter(|at| *at < horizon) {
        return Err(Exclusion::AboutToExpire(at));
    }
    match (point.backup_size_in_bytes, rules.max_backup_size_bytes) {
        (Some(bytes), Some(limit)) if bytes > limit => Err(Exclusion::TooLarge { bytes, limit }),
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

/// Whether its lifecycle has moved it to cold storage; the listing does not name the storage class itself.
pub(super) fn is_cold(point: &RecoveryPoint, as_of: Timestamp) -> bool {
    point.move_to_cold_storage_at.is_some_and(|at| at <= as_of)
}

/// The cheapest way of the plan that brings `point` to the sandbox: in place, shared, then copied.
///
/// Sources: AWS Backup developer guide, "Creating backup copies across AWS accounts", "Logically air-gapped vault",
/// "Encryption for backups", "Feature availability by resource".
///
/// # Errors
/// Why no way leads there.
pub fn reach(point: &RecoveryPoint, rules: &Eligibility) -> Result<Reach, Exclusion> {
    if !rules.sandbox_regions.contains(&point.region) {
        return Err(Exclusion::NoSandboxRegion(point.region.clone()));
    }
    if point.account == rules.sandbox_account {
        return Ok(Reach::InPlace);
    }
    if rules.routes.shared_vault && point.vault_type == VaultType::LogicallyAirGapped {
        return Ok(Reach::SharedVault);
    }
    if point.kind() == PointKind::Continuous {
        return Err(Exclusion::ContinuousCannotLeaveAccount(point.account.clone()));
    }
    if !rules.routes.copy {
        let (account, sandbox) = (point.account.clone(), rules.sandbox_account.clone());
        return Err(Exclusion::NoRoute { account, sandbox });
    }
    copy_across_accounts(point, rules.as_of)
}

fn copy_across_accounts(point: &RecoveryPoint, as_of: Timestamp) -> Result<Reach, Exclusion> {
    let name = point.recovery_point_arn.arn();
    let never_copied = match point.resource_type.as_str() {
        ResourceType::DYNAMODB if !point.is_fully_managed() => Some(
            "a DynamoDB backup without AWS Backup's advanced features cannot be copied to another account; \
             only backups made after they were switched on can",
        ),
        "Redshift" | "Redshift Serverless" => Some("AWS Backup copies no Redshift backups to another account"),
        "CloudFormation" => Some("AWS Backup copies no CloudFormation backups to another account"),
        "RDS" if name.resource().starts_with("cluster-snapshot:") => {
            Some("AWS Backup copies no RDS Multi-AZ cluster backups to another account")
        }
        _ => None,
    };
    if let Some(why) = never_copied {
        return Err(Exclusion::NoCrossAccountCopy(why.into()));
    }
    if let Some(key) = aws_managed_key(point) {
        return Err(Exclusion::AwsManagedKey(format!(
            "encrypted with {key}, which AWS manages and no other account can use; \
             encrypt the source with a customer managed key"
        )));
    }
    if is_cold(point, as_of) {
        return Err(Exclusion::ColdStorage("it is in cold storage, which cannot be copied to the sandbox".into()));
    }
    Ok(Reach::Copy)
}

/// The key that keeps a not fully managed point in its account, where the listing shows that there is one.
fn aws_managed_key(point: &RecoveryPoint) -> Option<&str> {
    let key = point.encryption_key_arn.as_deref();
    let by_type = matches!(point.encryption_key_type.as_deref(), Some("AWS_OWNED_KMS_KEY" | "AWS_MANAGED_KMS_KEY"));
    let by_alias = key.is_some_and(|key| key.contains("alias/aws/"));
    let stays = !point.is_fully_managed() && (by_type || by_alias);
    stays.then(|| key.unwrap_or("an AWS owned key"))
}
