//! Break-glass: deletes what a lost journal cannot prove, on the word of two persons.
//!
//! Only single resources that were named, in the sandbox, made by a restore job of the plan's dedicated restore role, of
//! which AWS Backup holds no backups, and that nobody else has tagged. Either all of them pass, or nothing is deleted.

use backproof_cloud::{CallError, Driver, FoundResource, RestoreJob, SandboxAccess};
use backproof_model::ResourceArn;
use backproof_model::names::{Installation, ResourceName};
use backproof_model::record::Deletion;
use jiff::Timestamp;
use serde_json::json;

use super::ledger::{Ledger, Standing};
use crate::deleting::Deleter;
use crate::deletion_rule::{Candidate, Proof, Since, may_delete};
use crate::error::{EngineError, Result};
use crate::exceptions;
use crate::journal::Journal;
use crate::poller::jobs_since;
use crate::preparing::landing_in;
use crate::restore_test::tags;
use crate::world::World;

/// What two persons want deleted, and why.
#[derive(Clone, Debug)]
pub struct BreakGlass {
    /// The resources, each named.
    pub confirmed: Vec<ResourceArn>,
    /// The installation whose journal was lost, as names and tags of its resources say it; this one where absent.
    pub installation: Option<Installation>,
    /// Who asks for it.
    pub person: String,
    /// Who else looked.
    pub second_person: String,
    /// Why.
    pub reason: String,
}

/// One resource that passed.
struct Allowed<'a> {
    access: SandboxAccess,
    driver: &'a std::sync::Arc<dyn Driver>,
    resource: ResourceArn,
    job: String,
    job_created: Timestamp,
}

/// Deletes what was confirmed, without a journal. Both persons, the reason and what became of each resource are written
/// down in the chain of sweeps.
///
/// # Errors
/// [`EngineError::Refused`] with a sentence for each resource that must not be deleted so; then nothing was deleted.
pub async fn sweep_without_journal(world: &World, order: &BreakGlass) -> Result<Vec<Deletion>> {
    two_persons(order)?;
    let mut ledger = Ledger::read(&world.store, &world.store).await?;
    let (mut allowed, mut refused) = (Vec::new(), Vec::new());
    for resource in &order.confirmed {
        match examine(world, order, resource, &mut ledger).await? {
            Ok(one) => allowed.push(one),
            Err(why) => refused.push(format!("{resource}: {why}")),
        }
    }
    if !refused.is_empty() {
        return Err(EngineError::Refused(format!("nothing was deleted: {}", refused.join("; "))));
    }
    let mut chain = super::take_chain(&world.store).await?;
    let mut deletions = Vec::new();
    for one in allowed {
        let deletion = one.delete(world, order, &mut chain).await?;
        if !super::is_stranded(&deletion) {
            exceptions::closed_by_deletion(&world.store, &deletion.arn).await?;
        }
        deletions.push(deletion);
    }
    Ok(deletions)
}

fn two_persons(order: &BreakGlass) -> Result<()> {
    let (one, other) = (order.person.trim(), order.second_person.trim());
    if one.is_empty() || other.is_empty() || one.to_lowercase() == other.to_lowercase() {
        return Err(EngineError::Refused("without a journal two different persons must answer for a deletion".into()));
    }
    if order.reason.trim().is_empty() {
        return Err(EngineError::Refused("without a journal a deletion needs a reason".into()));
    }
    if order.confirmed.is_empty() {
        return Err(EngineError::Refused("without a journal each resource must be named by --confirm".into()));
    }
    Ok(())
}

/// Whether one resource may be deleted without a journal, or why not.
async fn examine<'a>(
    world: &'a World,
    order: &BreakGlass,
    resource: &ResourceArn,
    ledger: &mut Ledger<'_>,
) -> Result<std::result::Result<Allowed<'a>, String>> {
    if let Some(why) = journal_knows(resource, ledger).await? {
        return Ok(Err(why));
    }
    let regions = &world.plan.sandbox.regions;
    let Some(region) = resource.arn().region().filter(|region| regions.contains(region)) else {
        return Ok(Err("it is not in a Region of the sandbox".into()));
    };
    let access = world.cloud.sandbox(&region).await?;
    if !access.sandbox.holds(resource) {
        return Ok(Err("it is not in the sandbox account".into()));
    }
    match look(world, order, resource, &access).await {
        Ok(Ok((driver, job, job_created))) => {
            Ok(Ok(Allowed { access, driver, resource: resource.clone(), job, job_created }))
        }
        Ok(Err(why)) => Ok(Err(why)),
        Err(error) => Ok(Err(format!("it could not be looked at: {error}"))),
    }
}

/// A journal that is there decides, not two persons.
async fn journal_knows(resource: &ResourceArn, ledger: &mut Ledger<'_>) -> Result<Option<String>> {
    let Some(name) = ResourceName::parse(resource.arn().resource_name()) else { return Ok(None) };
    if name.installation != *ledger.installation() {
        return Ok(None);
    }
    if let Standing::Open { command } = ledger.standing(name.run).await? {
        return Ok(Some(format!("it belongs to a run that is not closed: `{command}` deletes it")));
    }
    let known = ledger.meant(&name).await?.is_some();
    Ok(known.then(|| "the journal knows it: `backproof sweep --delete` deletes it".into()))
}

type Examined<'a> = std::result::Result<(&'a std::sync::Arc<dyn Driver>, String, Timestamp), String>;

async fn look<'a>(
    world: &'a World,
    order: &BreakGlass,
    resource: &ResourceArn,
    access: &SandboxAccess,
) -> std::result::Result<Examined<'a>, CallError> {
    let landing = landing_in(&world.plan, access);
    let name = resource.arn().resource_name();
    let driver = world.drivers.iter().find(|driver| driver.arn_of(name, &landing).as_ref() == Some(resource));
    let Some(driver) = driver else { return Ok(Err("it is of no type that this program deletes".into())) };
    let Some(found) = driver.find(access, resource).await? else {
        return Ok(Err("a read says that it does not exist".into()));
    };
    if is_protected(access, resource).await? {
        return Ok(Err("AWS Backup holds backups of it: it is somebody's source".into()));
    }
    let restore_role = &world.plan.sandbox.restore_role_arn;
    let jobs = jobs_since(access.restores.as_ref(), found.created.unwrap_or(Timestamp::MIN)).await?;
    // A job is older than what it made, however long it waited: all that AWS Backup still knows are asked.
    let jobs = if jobs.values().any(|job| names(job, resource)) {
        jobs
    } else {
        jobs_since(access.restores.as_ref(), Timestamp::UNIX_EPOCH).await?
    };
    let Some(job) = jobs.values().find(|job| names(job, resource)) else {
        return Ok(Err("no restore job that AWS Backup knows says that it created it".into()));
    };
    let described = access.restores.describe_restore(&job.restore_job_id).await?;
    let id = described.restore_job_id.clone();
    if !names(&described, resource) || described.iam_role_arn.as_ref() != Some(restore_role) {
        let role = described.iam_role_arn.unwrap_or_else(|| "an unknown role".into());
        return Ok(Err(format!("restore job {id} that created it ran as {role}, not as {restore_role}")));
    }
    let Some(job_created) = described.creation_date else {
        return Ok(Err(format!("nobody can tell when restore job {id} was created")));
    };
    Ok(by_rule(world, order, &found, access, &id, job_created).map(|()| (driver, id, job_created)))
}

fn by_rule(
    world: &World,
    order: &BreakGlass,
    found: &FoundResource,
    access: &SandboxAccess,
    job: &str,
    job_created: Timestamp,
) -> std::result::Result<(), String> {
    let candidate = Candidate {
        resource: &found.arn,
        created: found.created,
        tags: &found.tags,
        proof: Proof::Confirmed { job, by: &order.person },
        since: Since::Job(job_created),
    };
    let installation = order.lost(world);
    let named = ResourceName::parse(found.arn.arn().resource_name());
    if let Some(other) = named.filter(|name| name.installation != *installation) {
        return Err(format!(
            "it has a name of installation {}: where that is the one that was lost, say so by --installation",
            other.installation
        ));
    }
    may_delete(&candidate, &access.sandbox, installation, None).map(|_| ()).map_err(|refusal| refusal.to_string())
}

fn names(job: &RestoreJob, resource: &ResourceArn) -> bool {
    job.created_resource_arn.as_ref() == Some(resource)
}

/// Whether AWS Backup holds recovery points of it.
async fn is_protected(access: &SandboxAccess, resource: &ResourceArn) -> std::result::Result<bool, CallError> {
    match access.backups.recovery_points_of(resource).await {
        Ok(points) => Ok(!points.is_empty()),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

impl BreakGlass {
    /// The installation whose journal was lost.
    fn lost<'a>(&'a self, world: &'a World) -> &'a Installation {
        self.installation.as_ref().unwrap_or_else(|| world.store.installation())
    }

    fn persons(&self) -> String {
        format!("{} and {}", self.person.trim(), self.second_person.trim())
    }
}

impl Allowed<'_> {
    async fn delete(&self, world: &World, order: &BreakGlass, chain: &mut Journal) -> Result<Deletion> {
        let began = world.clock().now();
        let step = format!("sweep/{began}/{}", self.resource);
        let intent = json!({
            "resource": self.resource,
            "without_journal_of": order.lost(world),
            "restore_job": self.job,
            "person": order.person.trim(),
            "second_person": order.second_person.trim(),
            "reason": order.reason.trim(),
        });
        chain.intend(&step, &intent).await?;
        let persons = order.persons();
        let name = ResourceName::parse(self.resource.arn().resource_name());
        let (run, test) = name.map_or((0, 0), |name| (name.run, name.test));
        let deleter = Deleter {
            access: &self.access,
            driver: self.driver.clone(),
            clock: world.clock().clone(),
            installation: order.lost(world),
            source: None,
            tags: tags(order.lost(world), run, test, began),
            allowed: world.plan.deadlines.delete,
        };
        let proof = Proof::Confirmed { job: &self.job, by: &persons };
        let deletion = deleter.delete(&self.resource, proof, Since::Job(self.job_created), began).await;
        chain.finish(&step, &deletion).await?;
        Ok(deletion)
    }
}
