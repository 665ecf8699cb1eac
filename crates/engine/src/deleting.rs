//! Deletes everything that an attempt made, and sees it absent.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backproof_clock::SharedClock;
use backproof_cloud::{CallError, DeletionStep, Driver, SandboxAccess};
use backproof_model::ResourceArn;
use backproof_model::names::{Installation, TAG_INSTALLATION};
use backproof_model::record::{Deleted, Deletion, DeletionEnd, test_step};
use futures_util::future;
use jiff::Timestamp;
use serde_json::json;

use crate::copies::{Copied, CopyDeletion, copied};
use crate::deletion_rule::{Candidate, Proof, Since, may_delete};
use crate::error::Result;
use crate::intent_jobs::{Created, jobs_of_intent};
use crate::journal::Journal;
use crate::keeping;
use crate::preparing::landing;
use crate::restore_test::{Attempt, TestContext, step};
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
    // Beside each other: what refuses to go must not use up the time of the other.
    let restored = async {
        match intended {
            Some(intended) => delete_restored(test, attempt, intended, began).await,
            None => Vec::new(),
        }
    };
    let (mut resources, copy) = future::join(restored, delete_copied(test, journal, attempt, began)).await;
    resources.extend(copy);
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
    let running = jobs_of_intent(test, attempt, intended).await;
    let held = keeping::held(test, attempt, began);
    let is_held = |resource: &ResourceArn| held.is_some_and(|(held, _)| held == resource);
    if let Some((resource, until)) = held {
        deletions.push(keeping::hold(test, resource, until).await);
    }
    for Created { job, job_date, resource } in &running.created {
        if by_name.as_ref() != Some(resource) && !is_held(resource) {
            let since = Since::of(intended, *job_date);
            deletions.push(deleter.delete(resource, Proof::RestoreJob(job), since, began).await);
        }
    }
    match &by_name {
        Some(resource) if is_held(resource) => {}
        Some(resource) if running.found_name_taken(resource) => deletions.push(taken(test, resource).await),
        Some(resource) => {
            let since = Since::of(intended, running.first_job);
            deletions.push(deleter.delete(resource, Proof::IntendedName(&name), since, began).await);
        }
        None => {}
    }
    deletions.extend(running.elsewhere.into_iter().map(|Created { job, resource, .. }| Deletion {
        arn: resource.to_string(),
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

/// AWS Backup refused to restore under our name because something of that name was there: it is not ours.
async fn taken(test: &TestContext<'_>, resource: &ResourceArn) -> Deletion {
    let end = match test.driver.find(&test.access, resource).await {
        Ok(None) => DeletionEnd::WasAbsent { seen: test.world.clock().now() },
        Ok(Some(_)) => DeletionEnd::Stranded { reason: NAME_WAS_TAKEN.into() },
        Err(error) => DeletionEnd::Stranded { reason: format!("{NAME_WAS_TAKEN}, and now: {error}") },
    };
    Deletion { arn: resource.to_string(), ownership: "none".into(), end }
}

/// Why what has our name is left alone.
pub(crate) const NAME_WAS_TAKEN: &str = "not deleted: something of our name was there before our restore job, which AWS Backup refused for that; it is somebody else's";

impl Deleter<'_> {
    /// Deletes one resource if the rule lets it, and looks until a read says that it does not exist.
    pub(crate) async fn delete(
        &self,
        resource: &ResourceArn,
        proof: Proof<'_>,
        since: Since,
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
        let candidate = Candidate { resource, created: found.created, tags: &found.tags, proof, since };
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
