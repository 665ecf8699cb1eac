//! Judges points by the plan, and writes the lines of those that can be drawn.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs::File;

use backproof_model::population::{Eligibility, Exclusion, PlanSays, Routes, judge, stratum_of, unit_of};
use backproof_model::{
    AccountId, RecoveryPoint, RecoveryPointArn, RecoveryPointStatus, Region, ResourceArn, ResourceType, VaultType,
};
use backproof_plan::{Plan, Route};
use backproof_store::{RunFiles, Written};
use jiff::{SignedDuration, Timestamp};

use crate::error::{EngineError, Result};
use crate::world::World;

/// A resource's tags, or why they could not be read.
pub(crate) type Tags = std::result::Result<BTreeMap<String, String>, String>;

/// The first line of the file of AWS's fields.
pub(super) const POINTS_HEADER: &str = "# recovery-point-arn\taccount\tregion\tvault\tvault-type\tresource-arn\ttype\tstatus\tcreation\tcompletion\tbytes\tkey\tcopied-from\n";

/// The plan's rules, ready to be asked about any number of points.
pub(crate) struct Judge<'a> {
    plan: &'a Plan,
    eligibility: Eligibility,
}

/// The types that `world` can restore.
pub(crate) fn driven_types(world: &World) -> impl Iterator<Item = ResourceType> {
    world.drivers.iter().map(|driver| driver.resource_type())
}

impl<'a> Judge<'a> {
    /// The rules of `world`'s plan as they stand now.
    pub(crate) fn new(world: &'a World) -> Self {
        let plan = &world.plan;
        let as_of = world.clock().now();
        let window = SignedDuration::from_hours(24 * i64::from(plan.selection.selection_window_days));
        let eligibility = Eligibility {
            as_of,
            window_start: as_of.saturating_sub(window).unwrap_or(Timestamp::MIN),
            kinds: plan.selection.recovery_point_types.iter().copied().collect(),
            driven_types: driven_types(world).collect(),
            include_cold_storage: plan.selection.include_cold_storage,
            expires_within: SignedDuration::try_from(plan.limits.expires_within).unwrap_or(SignedDuration::MAX),
            max_backup_size_bytes: plan.limits.max_backup_size_gib.map(|gib| gib.saturating_mul(1 << 30)),
            sandbox_account: plan.sandbox.account.clone(),
            sandbox_regions: plan.sandbox.regions.iter().cloned().collect(),
            routes: Routes {
                copy: plan.sandbox.routes.iter().any(|route| matches!(route, Route::Copy { .. })),
                shared_vault: plan.sandbox.routes.iter().any(|route| matches!(route, Route::SharedVault)),
            },
        };
        Self { plan, eligibility }
    }

    /// The moment that ages count from.
    pub(crate) fn as_of(&self) -> Timestamp {
        self.eligibility.as_of
    }

    /// The rules themselves.
    pub(crate) fn eligibility(&self) -> &Eligibility {
        &self.eligibility
    }

    /// Whether the plan asks for tags, which listings do not give.
    pub(crate) fn needs_tags(&self) -> bool {
        !self.plan.scope.protected_resource_conditions.is_empty()
            || self.plan.residency.iter().any(|rule| rule.tag.is_some())
    }

    /// The filter of the plan that leaves a resource out by its type or ARN.
    pub(super) fn filter(&self, resource_type: &ResourceType, resource_arn: &ResourceArn) -> Option<String> {
        if !self.plan.scope.takes_type(resource_type) {
            return Some(format!("scope.protected_resource_types does not name {resource_type}"));
        }
        (!self.plan.scope.takes_arn(resource_arn.as_str()))
            .then(|| "scope.protected_resource_arns does not name it".into())
    }

    /// Whether the point can be drawn.
    pub(crate) fn judge(&self, point: &RecoveryPoint, tags: Option<&Tags>) -> std::result::Result<(), Exclusion> {
        let filtered_out =
            self.filter(&point.resource_type, &point.resource_arn).or_else(|| self.filtered_by_tags(tags));
        let says = PlanSays { filtered_out, residency: self.residency(point, tags) };
        judge(point, &self.eligibility, &says)
    }

    fn filtered_by_tags(&self, tags: Option<&Tags>) -> Option<String> {
        let conditions = &self.plan.scope.protected_resource_conditions;
        match tags {
            _ if conditions.is_empty() => None,
            Some(Ok(tags)) => {
                (!conditions.hold(tags)).then(|| "scope.protected_resource_conditions do not hold for its tags".into())
            }
            Some(Err(problem)) => {
                Some(format!("its tags could not be read, so no condition on them can hold: {problem}"))
            }
            None => Some("its tags are not known, so no condition on them can hold".into()),
        }
    }

    /// A rule whose tag cannot be read binds: data is not moved on a guess.
    fn residency(&self, point: &RecoveryPoint, tags: Option<&Tags>) -> Option<String> {
        let binding = self.plan.residency.iter().find(|rule| {
            let binds = match tags {
                Some(Ok(tags)) => rule.binds(&point.account, tags),
                Some(Err(_)) | None if rule.tag.is_some() => {
                    rule.accounts.is_empty() || rule.accounts.contains(&point.account)
                }
                Some(Err(_)) | None => rule.binds(&point.account, &BTreeMap::new()),
            };
            binds && !rule.allowed_regions.contains(&point.region)
        });
        binding.map(|rule| {
            let allowed: Vec<_> = rule.allowed_regions.iter().map(Region::as_str).collect();
            format!("a residency rule allows it in {} only, not in {}", allowed.join(", "), point.region)
        })
    }

    /// `stratum TAB unit TAB arn`, then AWS's fields, ended by LF. Sorted like its first three fields.
    pub(super) fn eligible_line(&self, point: &RecoveryPoint) -> String {
        let selection = &self.plan.selection;
        let stratum = stratum_of(point, &selection.strata, self.eligibility.as_of);
        let unit = unit_of(point, selection.unit);
        let mut line = String::with_capacity(480);
        let moment = |at: Option<Timestamp>| at.map(|at| at.as_second().to_string()).unwrap_or_default();
        let bytes = point.backup_size_in_bytes.map(|bytes| bytes.to_string()).unwrap_or_default();
        let key = point.encryption_key_arn.as_deref().unwrap_or_default();
        let copied_from = point.source_backup_vault_arn.as_deref().unwrap_or_default();
        // Writing to a String cannot fail.
        let _: std::fmt::Result = writeln!(
            line,
            "{stratum}\t{unit}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{bytes}\t{key}\t{copied_from}",
            point.recovery_point_arn,
            point.account,
            point.region,
            point.backup_vault_name,
            String::from(point.vault_type.clone()),
            point.resource_arn,
            point.resource_type,
            String::from(point.status.clone()),
            point.creation_date.as_second(),
            moment(point.completion_date),
        );
        line
    }
}

/// Reads a line of the file of AWS's fields back; what a listing does not say stays empty.
pub(crate) fn point_of_line(line: &str) -> Option<RecoveryPoint> {
    let mut fields = line.trim_end_matches('\n').split('\t');
    let mut field = || fields.next();
    let moment = |text: &str| text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Some(RecoveryPoint {
        recovery_point_arn: field()?.parse().ok()?,
        account: field()?.parse().ok()?,
        region: field()?.parse().ok()?,
        backup_vault_name: field()?.to_owned(),
        vault_type: VaultType::from(field()?.to_owned()),
        resource_arn: field()?.parse().ok()?,
        resource_type: ResourceType::new(field()?),
        status: RecoveryPointStatus::from(field()?.to_owned()),
        creation_date: moment(field()?)?,
        completion_date: moment(field()?),
        backup_size_in_bytes: field()?.parse().ok(),
        encryption_key_arn: text(field()?),
        source_backup_vault_arn: text(field()?),
        resource_name: None,
        status_message: None,
        move_to_cold_storage_at: None,
        delete_at: None,
        deleted_after_copy: false,
        encryption_key_type: None,
        is_parent: false,
        parent_recovery_point_arn: None,
        backup_plan_id: None,
    })
}

/// Points that wait for their resource's tags: AWS's own restore testing goes by the tags of the latest point.
pub(super) struct Spool {
    file: Written,
    files: RunFiles,
    latest: HashMap<ResourceArn, Latest>,
}

struct Latest {
    creation_date: Timestamp,
    point: RecoveryPointArn,
    account: AccountId,
    region: Region,
}

const SPOOL_FILE: &str = "listed.jsonl";

impl Spool {
    pub(super) fn begin(files: &RunFiles) -> Result<Self> {
        Ok(Self { file: files.create(SPOOL_FILE)?, files: files.clone(), latest: HashMap::new() })
    }

    pub(super) fn keep(&mut self, point: RecoveryPoint) -> Result<()> {
        let mut line = serde_json::to_vec(&point).map_err(EngineError::internal)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        let newer =
            self.latest.get(&point.resource_arn).is_none_or(|latest| latest.creation_date < point.creation_date);
        if newer {
            let RecoveryPoint { creation_date, recovery_point_arn, account, region, resource_arn, .. } = point;
            self.latest.insert(resource_arn, Latest { creation_date, point: recovery_point_arn, account, region });
        }
        Ok(())
    }

    /// The file of all points, the tags of each resource, and what could not be read.
    pub(super) async fn tagged(self, world: &World) -> Result<(File, HashMap<String, Tags>, Vec<String>)> {
        self.file.finish()?;
        let mut tags = HashMap::new();
        let mut unreadable = 0_u64;
        for (resource, latest) in self.latest {
            let read = match world.cloud.source(&latest.account, &latest.region).await {
                Ok(source) => source.backups.tags(latest.point.as_str()).await,
                Err(error) => Err(error),
            };
            unreadable += u64::from(read.is_err());
            tags.insert(resource.as_str().to_owned(), read.map_err(|error| error.to_string()));
        }
        let doubts = if unreadable == 0 {
            Vec::new()
        } else {
            vec![format!("the tags of {unreadable} protected resources could not be read")]
        };
        let path = self.files.path(SPOOL_FILE);
        let file = File::open(&path).map_err(EngineError::internal)?;
        // The open file stays readable; its name is not needed any more.
        std::fs::remove_file(&path).map_err(EngineError::internal)?;
        Ok((file, tags, doubts))
    }
}
