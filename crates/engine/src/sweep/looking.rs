//! Looks through the sandbox by all four sources.

use std::collections::{BTreeMap, BTreeSet};

use backproof_cloud::{CallError, Driver, FoundResource, Landing, RestoreJob, SandboxAccess};
use backproof_model::names::ResourceName;
use backproof_model::{ResourceArn, ResourceType};
use backproof_store::Store;
use jiff::{SignedDuration, Timestamp};

use super::ledger::Ledger;
use super::meant::{Left, Meant};
use super::{Finding, FindingKind, Findings, Source, SweepAction, copies};
use crate::error::Result;
use crate::poller::jobs_since;
use crate::preparing::landing_in;
use crate::world::World;

/// How far back restore jobs are asked for where no journal says since when.
const WITHOUT_INTENT: SignedDuration = SignedDuration::from_hours(72);

/// Looks in every Region of the sandbox.
pub(super) async fn look(world: &World, journal: &Store) -> Result<Findings> {
    let mut ledger = Ledger::read(journal, &world.store).await?;
    let unresolved = ledger.unresolved().await?;
    let opened = journal.register().await?.into_iter().map(|run| (run.run, run.opened_at)).collect();
    let mut findings = Findings::default();
    for region in &world.plan.sandbox.regions {
        let access = world.cloud.sandbox(region).await?;
        let mut look = Look::new(world, access, &unresolved);
        look.by_journal();
        look.by_restore_jobs(ledger.is_fresh()).await;
        look.by_names_and_tags().await;
        look.decide(&mut ledger).await?;
        copies::look(world, &look.access, &unresolved, &opened, &mut look.findings).await;
        findings.found.append(&mut look.findings.found);
        findings.absent.append(&mut look.findings.absent);
        findings.unreadable.append(&mut look.findings.unreadable);
    }
    let named: BTreeSet<&str> = findings.found.iter().map(|finding| finding.resource.as_str()).collect();
    let unnamed = elsewhere(world, &unresolved, &named, &findings.absent);
    findings.found.extend(unnamed);
    Ok(findings)
}

/// What a run left that lies outside the sandbox, or that nothing here can look at: it stays as the run said it.
fn elsewhere(world: &World, unresolved: &[Meant], named: &BTreeSet<&str>, absent: &[String]) -> Vec<Finding> {
    let Some(region) = world.plan.sandbox.regions.first() else { return Vec::new() };
    let left = unresolved.iter().flat_map(|meant| meant.left.iter().map(move |(arn, left)| (meant, arn, left)));
    let unseen = left.filter(|(_, arn, _)| !named.contains(arn.as_str()) && !absent.contains(arn));
    let of_other_regions = |arn: &str| {
        arn.parse::<ResourceArn>().is_ok_and(|arn| {
            arn.arn().account().as_ref() == Some(&world.plan.sandbox.account)
                && arn.arn().region().is_some_and(|region| world.plan.sandbox.regions.contains(&region))
        })
    };
    unseen
        .filter(|(_, arn, _)| !of_other_regions(arn))
        .filter_map(|(meant, arn, left)| {
            let Left::Stranded { reason } = left else { return None };
            Some(Finding {
                resource: arn.clone(),
                kind: FindingKind::Unknown,
                region: meant.of.as_ref().map_or(region, |of| &of.region).clone(),
                found_in: BTreeSet::from([Source::Journal]),
                made_for: Some(meant.name.clone()),
                created: None,
                action: SweepAction::Leave { why: reason.clone() },
            })
        })
        .collect()
}

/// Something that may be in the sandbox.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace<'a> {
    pub(super) found_in: BTreeSet<Source>,
    pub(super) meant: Option<&'a Meant>,
    /// The restore job that says it created this, and when AWS created the job.
    pub(super) job: Option<(String, Option<Timestamp>)>,
    pub(super) found: Option<FoundResource>,
}

/// One Region of the sandbox being looked through.
pub(super) struct Look<'a> {
    pub(super) world: &'a World,
    pub(super) access: SandboxAccess,
    landing: Landing,
    unresolved: Vec<&'a Meant>,
    pub(super) traces: BTreeMap<ResourceArn, Trace<'a>>,
    /// Attempts of which a job goes on, or of which nobody can tell.
    pub(super) unfinished: BTreeSet<ResourceName>,
    /// When AWS created the first job of an attempt, where the journal does not say.
    pub(super) job_dates: BTreeMap<ResourceName, Timestamp>,
    pub(super) findings: Findings,
}

impl<'a> Look<'a> {
    fn new(world: &'a World, access: SandboxAccess, unresolved: &'a [Meant]) -> Self {
        let landing = landing_in(&world.plan, &access);
        let here = |meant: &&Meant| meant.of.as_ref().is_none_or(|of| of.region == access.region);
        let unresolved = unresolved.iter().filter(here).collect();
        Self {
            world,
            access,
            landing,
            unresolved,
            traces: BTreeMap::new(),
            unfinished: BTreeSet::new(),
            job_dates: BTreeMap::new(),
            findings: Findings::default(),
        }
    }

    /// What the journal misses: by the name that was given, by what jobs said, and by what the run could not delete.
    fn by_journal(&mut self) {
        for meant in self.unresolved.clone() {
            let by_name = meant
                .of
                .as_ref()
                .and_then(|of| self.world.driver(&of.resource_type)?.arn_of(&meant.name.to_string(), &self.landing));
            let left = meant.left.keys().filter_map(|arn| arn.parse::<ResourceArn>().ok());
            let arns: BTreeSet<ResourceArn> = by_name.into_iter().chain(meant.created.clone()).chain(left).collect();
            for arn in arns.into_iter().filter(|arn| self.access.sandbox.holds(arn) && !is_copy(arn)) {
                let job = meant.job.clone().filter(|_| meant.created.as_ref() == Some(&arn));
                let trace = self.traces.entry(arn).or_default();
                trace.found_in.insert(Source::Journal);
                trace.meant = Some(meant);
                trace.job = job.map(|job| (job, meant.job_created));
            }
        }
    }

    /// Jobs since the oldest intent that the journal misses something of; without any, only where there is no journal.
    async fn by_restore_jobs(&mut self, fresh: bool) {
        let oldest = self.unresolved.iter().filter_map(|meant| meant.intended).min();
        let without = || self.world.clock().now().saturating_sub(WITHOUT_INTENT).ok().filter(|_| fresh);
        let Some(since) = oldest.or_else(without) else { return };
        let mut jobs = match jobs_since(self.access.restores.as_ref(), since).await {
            Ok(jobs) => jobs,
            Err(error) => return self.unreadable("restore jobs", &error),
        };
        for meant in self.unresolved.clone() {
            let Some(known) = meant.job.as_ref().filter(|known| !jobs.contains_key(*known)) else { continue };
            match self.access.restores.describe_restore(known).await {
                Ok(job) => {
                    jobs.insert(known.clone(), job);
                }
                // AWS Backup forgets jobs; what one created is found by its name.
                Err(error) if error.is_not_found() => {}
                Err(error) => {
                    self.unfinished.insert(meant.name.clone());
                    self.unreadable(&format!("restore job {known}"), &error);
                }
            }
        }
        for job in jobs.into_values() {
            self.take_job(&job).await;
        }
    }

    async fn take_job(&mut self, job: &RestoreJob) {
        for meant in self.unresolved.clone() {
            match self.is_of(job, meant).await {
                Ok(true) => return self.take_job_of(job, meant),
                Ok(false) => {}
                Err(error) => {
                    self.unfinished.insert(meant.name.clone());
                    self.unreadable(&format!("restore job {}", job.restore_job_id), &error);
                }
            }
        }
        // Of a job that no intent explains only what it created is of interest, where our restore role made it.
        let of_our_role = job.iam_role_arn.as_deref() == Some(self.world.plan.sandbox.restore_role_arn.as_str());
        let created = job.created_resource_arn.as_ref().filter(|arn| self.access.sandbox.holds(arn));
        if let Some(created) = created.filter(|_| of_our_role) {
            self.traces.entry(created.clone()).or_default().found_in.insert(Source::RestoreJobs);
        }
    }

    /// Whether a job was started for this intent: the known one, or one of the same point under the same name.
    async fn is_of(&self, job: &RestoreJob, meant: &Meant) -> std::result::Result<bool, CallError> {
        if meant.job.as_deref() == Some(job.restore_job_id.as_str()) {
            return Ok(true);
        }
        let name = meant.name.to_string();
        if job.created_resource_arn.as_ref().is_some_and(|arn| arn.arn().resource_name() == name) {
            return Ok(true);
        }
        let of_point = job.recovery_point_arn.as_ref().map(backproof_model::RecoveryPointArn::as_str);
        if of_point.is_none() || of_point != meant.restored_from.as_deref() {
            return Ok(false);
        }
        let metadata = self.access.restores.restore_job_metadata(&job.restore_job_id).await?;
        Ok(metadata.values().any(|value| *value == name))
    }

    fn take_job_of(&mut self, job: &RestoreJob, meant: &'a Meant) {
        if let Some(created) = job.creation_date {
            let first = self.job_dates.entry(meant.name.clone()).or_insert(created);
            *first = created.min(*first);
        }
        let created = job.created_resource_arn.clone().filter(|arn| self.access.sandbox.holds(arn));
        if let Some(created) = created {
            let trace = self.traces.entry(created).or_default();
            trace.found_in.insert(Source::RestoreJobs);
            trace.meant = Some(meant);
            trace.job = Some((job.restore_job_id.clone(), job.creation_date));
        }
        if job.status.is_terminal() {
            return;
        }
        self.unfinished.insert(meant.name.clone());
        let why = format!(
            "it is {} and cannot be cancelled; what it creates is deleted by the sweep that follows its end",
            job.status.as_str()
        );
        self.findings.found.push(Finding {
            resource: job.restore_job_id.clone(),
            kind: FindingKind::RestoreJob,
            region: self.access.region.clone(),
            found_in: BTreeSet::from([Source::Journal, Source::RestoreJobs]),
            made_for: Some(meant.name.clone()),
            created: job.creation_date,
            action: SweepAction::Leave { why },
        });
    }

    async fn by_names_and_tags(&mut self) {
        for driver in &self.world.drivers {
            let resource_type = driver.resource_type();
            match driver.list(&self.access).await {
                Ok(listed) => {
                    let named =
                        listed.into_iter().filter(|arn| ResourceName::parse(arn.arn().resource_name()).is_some());
                    for arn in named {
                        self.traces.entry(arn).or_default().found_in.insert(Source::Names);
                    }
                }
                Err(error) => self.unreadable(&format!("the names of {resource_type}"), &error),
            }
            match driver.list_tagged(&self.access).await {
                Ok(tagged) => {
                    for found in tagged {
                        let trace = self.traces.entry(found.arn.clone()).or_default();
                        trace.found_in.insert(Source::Tags);
                        trace.found = Some(found);
                    }
                }
                Err(error) => self.unreadable(&format!("the tags of {resource_type}"), &error),
            }
        }
    }

    /// The driver of a resource: of the type that was restored, or the one whose ARNs look so.
    pub(super) fn driver_of(&self, arn: &ResourceArn, trace: &Trace<'_>) -> Option<&'a std::sync::Arc<dyn Driver>> {
        let name = arn.arn().resource_name();
        let by_arn = self.world.drivers.iter().find(|driver| driver.arn_of(name, &self.landing).as_ref() == Some(arn));
        by_arn.or_else(|| self.world.driver(&trace.meant?.of.as_ref()?.resource_type))
    }

    pub(super) fn report(
        &mut self,
        arn: &ResourceArn,
        resource_type: ResourceType,
        trace: &Trace<'_>,
        action: SweepAction,
    ) {
        let made_for = trace.meant.map(|meant| meant.name.clone());
        self.findings.found.push(Finding {
            resource: arn.to_string(),
            kind: FindingKind::Resource(resource_type),
            region: self.access.region.clone(),
            found_in: trace.found_in.clone(),
            made_for: made_for.or_else(|| ResourceName::parse(arn.arn().resource_name())),
            created: trace.found.as_ref().and_then(|found| found.created),
            action,
        });
    }

    pub(super) fn unreadable(&mut self, what: &str, error: &CallError) {
        self.findings.unreadable.push(format!("{what} in {}: {error}", self.access.region));
    }
}

fn is_copy(arn: &ResourceArn) -> bool {
    arn.as_str().contains(":recovery-point:")
}
