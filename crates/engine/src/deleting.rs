//! Deletes everything that an attempt made, and sees it absent.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backproof_clock::SharedClock;
use backproof_cloud::{CallError, DeletionStep, Driver, SandboxAccess};
use backproof_model::names::{Installation, TAG_INSTALLATION};
use backproof_model::record::{Deleted, Deletion, DeletionEnd, Located, RestoreStarted, test_step};
use backproof_model::{RecoveryPointArn, ResourceArn};
use jiff::Timestamp;
use serde_json::json;

use crate::copies::{Copied, CopyDeletion, copied};
use crate::deletion_rule::{Candidate, Proof, may_delete};
use crate::error::Result;
use crate::journal::Journal;
use crate::poller::jobs_since;
use crate::preparing::landing;
use crate::restore_test::{Attempt, TestContext, step};
use crate::restoring::carries_name;
use crate::staging::copy_vault;
use crate::waiting::Patience;

/// Everything a deletion needs, whoever asks for it: a restore test, the controls, the janitor.
pub(crate) struct Deleter<'a> {
    pub(crate) access: &'a SandboxAccess,
    pub(crate) driver: Arc<dyn Driver>,
    pub(crate) clock: SharedClock,
    pub(crate) installation: &'a Installation,
    /// The protected resource, which is never deleted; scratch resources have none.
    pub(crate) source: Option<&'a ResourceArn>,
    /// Our tags, put on what lacks them.
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) allowed: Duration,
}

/// Deletes what the attempt made. Nothing was made where nothing was intended.
pub(crate) async fn delete_attempt(
    test: &TestContext<'_>,
    journal: &mut Journal,
    attempt: &Attempt,
) -> Result<Deleted> {
    let name = step(test_step::DELETE, attempt.number);
    if let Some(deleted) = journal.recorded(&name)? {
        return Ok(deleted);
    }
    let intended = journal.intended(&step(test_step::START, attempt.number));
    let staged = journal.intended(&step(test_step::STAGE, attempt.number));
    if intended.is_some() || staged.is_some() {
        test.tell("deleting");
        journal.intend(&name, &json!({ "resource_name": test.name(attempt.number).to_string() })).await?;
    }
    let began = journal.intended(&name).unwrap_or_else(|| test.world.clock().now());
    let mut resources = Vec::new();
    if let Some(intended) = intended {
        resources.extend(delete_restored(test, attempt, intended, began).await);
    }
    resources.extend(delete_copied(test, journal, attempt, began).await);
    let deleted = Deleted { resources, at: test.world.clock().now() };
    journal.finish(&name, &deleted).await?;
    Ok(deleted)
}

/// Deletes the copy that the attempt made, or says that nobody can tell whether it made one.
async fn delete_copied(
    test: &TestContext<'_>,
    journal: &Journal,
    attempt: &Attempt,
    began: Timestamp,
) -> Option<Deletion> {
    match copied(test, journal, attempt.number, attempt.located.as_ref(), began).await {
        Copied::Nothing => None,
        Copied::Copy { backup_vault_name, arn } => {
            let (clock, allowed) = (test.world.clock(), test.world.plan.deadlines.delete);
            let deletion = CopyDeletion { access: &test.access, clock, allowed, began };
            Some(deletion.delete(&backup_vault_name, &arn).await)
        }
        Copied::Unknown { what, why } => {
            let days = copy_vault(test).map(|(_, days, _)| days).unwrap_or_default();
            let reason = format!("{why}; AWS Backup deletes such a copy by itself after {days} days");
            Some(Deletion { arn: what, ownership: "unknown".into(), end: DeletionEnd::Stranded { reason } })
        }
    }
}

/// Deletes by the name that we gave, by what the job says it created, and by what further jobs of this intent created.
async fn delete_restored(
    test: &TestContext<'_>,
    attempt: &Attempt,
    intended: Timestamp,
    began: Timestamp,
) -> Vec<Deletion> {
    let name = test.name(attempt.number);
    let by_name = test.driver.arn_of(&name.to_string(), &landing(test));
    let deleter = test.deleter();
    let mut deletions = Vec::new();
    let running = still_running(test, attempt, intended).await;
    for (job, created) in &running.created {
        if by_name.as_ref() != Some(created) {
            deletions.push(deleter.delete(created, Proof::RestoreJob(job), intended, began).await);
        }
    }
    if let Some(resource) = &by_name {
        deletions.push(deleter.delete(resource, Proof::IntendedName(&name), intended, began).await);
    }
    deletions.extend(running.elsewhere.into_iter().map(|(job, created)| Deletion {
        arn: created.to_string(),
        ownership: "none".into(),
        end: DeletionEnd::Stranded {
            reason: format!("restore job {job} says it created this outside the sandbox, where nothing is deleted"),
        },
    }));
    // A job that goes on can still create what was seen absent just now.
    deletions.extend(running.unfinished.into_iter().map(|(job, state)| Deletion {
        arn: by_name.as_ref().map_or_else(|| name.to_string(), ToString::to_string),
        ownership: format!("restore job {job}"),
        end: DeletionEnd::Stranded {
            reason: format!(
                "restore job {job} is {state} and cannot be cancelled; run `backproof sweep` once it has ended"
            ),
        },
    }));
    deletions
}

#[derive(Default)]
struct JobsOfIntent {
    /// What jobs of this intent say they created, in the sandbox.
    created: Vec<(String, ResourceArn)>,
    /// What they say they created elsewhere.
    elsewhere: Vec<(String, ResourceArn)>,
    /// Jobs of this intent that have not ended, or of which nobody can tell.
    unfinished: Vec<(String, String)>,
}

impl JobsOfIntent {
    fn take(&mut self, test: &TestContext<'_>, job: &str, created: Option<ResourceArn>) {
        let Some(created) = created else { return };
        let list = if test.access.sandbox.holds(&created) { &mut self.created } else { &mut self.elsewhere };
        list.push((job.to_owned(), created));
    }
}

/// The jobs of this attempt: the one that we know, and any other that carries our name.
async fn still_running(test: &TestContext<'_>, attempt: &Attempt, intended: Timestamp) -> JobsOfIntent {
    let mut found = JobsOfIntent::default();
    let known = match &attempt.started {
        Some(RestoreStarted::Job { restore_job_id, .. }) => Some(restore_job_id.as_str()),
        Some(RestoreStarted::Refused { .. }) | None => None,
    };
    let ended_well = attempt.ended.as_ref().filter(|ended| {
        matches!(ended.status.as_str(), "COMPLETED" | "FAILED" | "ABORTED") && ended.duplicates.is_empty()
    });
    if let (Some(job), Some(ended)) = (known, ended_well) {
        found.take(test, job, ended.created_resource_arn.clone());
        return found;
    }
    // The job's end is not known, or it is not the only one: ask for all jobs of this point since the intent.
    let jobs = match jobs_since(test.access.restores.as_ref(), intended).await {
        Ok(jobs) => jobs,
        Err(error) => {
            let job = known.unwrap_or("of an unknown id");
            found.unfinished.push((job.to_owned(), format!("in an unknown state ({error})")));
            return found;
        }
    };
    let name = test.name(attempt.number).to_string();
    let point = restored_from(test, attempt);
    for job in jobs.into_values().filter(|job| job.recovery_point_arn.as_ref().is_none_or(|arn| arn == point)) {
        let is_known = known == Some(job.restore_job_id.as_str());
        let ours = if is_known { Ok(true) } else { carries_name(test, &job, &name).await };
        match ours {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) => {
                found.unfinished.push((job.restore_job_id, format!("perhaps ours ({error})")));
                continue;
            }
        }
        found.take(test, &job.restore_job_id, job.created_resource_arn);
        if !job.status.is_terminal() {
            found.unfinished.push((job.restore_job_id, job.status.as_str().to_owned()));
        }
    }
    found
}

/// The recovery point that the attempt's restore job was asked for: the drawn one, or its copy.
fn restored_from<'a>(test: &'a TestContext<'_>, attempt: &'a Attempt) -> &'a RecoveryPointArn {
    match &attempt.located {
        Some(Located::Copied { recovery_point_arn, .. } | Located::AsItIs { recovery_point_arn, .. }) => {
            recovery_point_arn
        }
        Some(Located::NotReached { .. }) | None => &test.drawn.point.recovery_point_arn,
    }
}

impl Deleter<'_> {
    /// Deletes one resource if the rule lets it, and looks until a read says that it does not exist.
    pub(crate) async fn delete(
        &self,
        resource: &ResourceArn,
        proof: Proof<'_>,
        intended: Timestamp,
        began: Timestamp,
    ) -> Deletion {
        let deletion =
            |ownership: &str, end| Deletion { arn: resource.to_string(), ownership: ownership.to_owned(), end };
        let patience = Patience::new(self.clock.clone(), began, self.allowed);
        let mut refusals = Refusals::default();
        let found = loop {
            match self.driver.find(self.access, resource).await {
                // AWS tells of some types when they were created only once they are: the rule needs to know.
                Ok(Some(found)) if found.created.is_none() && !patience.is_over() => patience.pause().await,
                Ok(Some(found)) => break found,
                Ok(None) => return deletion("not needed", DeletionEnd::WasAbsent { seen: self.clock.now() }),
                Err(error) => {
                    if let Some(end) = refusals.give_up(&patience, &error) {
                        return deletion("unknown", end);
                    }
                    patience.pause().await;
                }
            }
        };
        let candidate = Candidate { resource, created: found.created, tags: &found.tags, proof, intended };
        let ownership = match may_delete(&candidate, &self.access.sandbox, self.installation, self.source) {
            Ok(ownership) => ownership,
            Err(refusal) => {
                return deletion("none", DeletionEnd::Stranded { reason: format!("not deleted: {refusal}") });
            }
        };
        if !found.tags.contains_key(TAG_INSTALLATION) {
            // Only for finding it should the deletion fail, so a refusal changes nothing.
            self.driver.tag(self.access, resource, &self.tags).await.ok();
        }
        let end = self.delete_and_look(resource, &patience).await;
        deletion(&ownership, end)
    }

    async fn delete_and_look(&self, resource: &ResourceArn, patience: &Patience) -> DeletionEnd {
        let asked = self.clock.now();
        let mut refusals = Refusals::default();
        loop {
            let state = match self.driver.delete(self.access, resource).await {
                Ok(DeletionStep::Absent) => return DeletionEnd::SeenAbsent { asked, absent: self.clock.now() },
                Ok(DeletionStep::LeftBehind { what }) => {
                    let reason = format!("it is gone, but has left behind: {}", what.join(", "));
                    return DeletionEnd::Stranded { reason };
                }
                Ok(DeletionStep::Asked) => "being deleted".to_owned(),
                Ok(DeletionStep::NotYet { state }) => state,
                Err(error) => match refusals.give_up(patience, &error) {
                    Some(end) => return end,
                    None => error.to_string(),
                },
            };
            if patience.is_over() {
                return DeletionEnd::Stranded { reason: format!("still there after {}: {state}", patience.allowed()) };
            }
            patience.pause().await;
        }
    }
}

/// Counts refusals that asking again should not change. It is asked again all the same, a few times: a session that
/// had just expired, or a permission that is just being granted, must leave nothing behind.
#[derive(Default)]
pub(crate) struct Refusals(u32);

impl Refusals {
    const ENOUGH: u32 = 4;

    /// Whether to stop trying after this error.
    pub(crate) fn give_up(&mut self, patience: &Patience, error: &CallError) -> Option<DeletionEnd> {
        self.0 += u32::from(!error.may_pass());
        (self.0 >= Self::ENOUGH || patience.is_over()).then(|| DeletionEnd::Stranded { reason: error.to_string() })
    }
}

impl TestContext<'_> {
    fn deleter(&self) -> Deleter<'_> {
        Deleter {
            access: &self.access,
            driver: self.driver.clone(),
            clock: self.world.clock().clone(),
            installation: self.world.store.installation(),
            source: Some(&self.drawn.point.resource_arn),
            tags: self.tags(),
            allowed: self.world.plan.deadlines.delete,
        }
    }
}
