//! Deletes the copies of recovery points that restore tests made in the sandbox's vault.
//!
//! Copies have no names that we could choose, so what proves that one is ours is the copy job that we started.

use std::time::Duration;

use backproof_clock::SharedClock;
use backproof_cloud::{CopyJob, CopyStatus, SandboxAccess, VaultRef};
use backproof_model::RecoveryPointArn;
use backproof_model::record::{Deletion, DeletionEnd, Located, test_step};
use jiff::Timestamp;

use crate::deleting::Refusals;
use crate::journal::Journal;
use crate::poller::CLOCK_TOLERANCE;
use crate::restore_test::{TestContext, step};
use crate::staging::copy_vault;
use crate::waiting::Patience;

/// What an attempt may have copied.
#[derive(Debug)]
pub(crate) enum Copied {
    /// Nothing was intended, or what was intended has left nothing.
    Nothing,
    /// This copy, in this vault.
    Copy { backup_vault_name: String, arn: RecoveryPointArn },
    /// Perhaps something; nobody can tell, or it is still being made.
    Unknown { what: String, why: String },
}

/// Finds out what an attempt copied, also where it gave the copy up.
pub(crate) async fn copied(
    test: &TestContext<'_>,
    journal: &Journal,
    attempt: u32,
    located: Option<&Located>,
    began: Timestamp,
) -> Copied {
    match located {
        Some(Located::Copied { recovery_point_arn, backup_vault_name, .. }) => {
            return Copied::Copy { backup_vault_name: backup_vault_name.clone(), arn: recovery_point_arn.clone() };
        }
        Some(Located::AsItIs { .. }) => return Copied::Nothing,
        Some(Located::NotReached { .. }) | None => {}
    }
    let Some(intended) = journal.intended(&step(test_step::STAGE, attempt)) else { return Copied::Nothing };
    match journal.last_status(&copy_job_step(attempt)) {
        Some(job) => ending_of(test, job, began).await,
        None => unknown_job(test, intended).await,
    }
}

/// Under which name the journal keeps the id of an attempt's copy job.
pub(crate) fn copy_job_step(attempt: u32) -> String {
    step("copy-job-id", attempt)
}

/// Waits for the end of our copy job, which cannot be stopped.
async fn ending_of(test: &TestContext<'_>, job: &str, began: Timestamp) -> Copied {
    let point = &test.drawn.point;
    let patience = Patience::new(test.world.clock().clone(), began, test.world.plan.deadlines.delete);
    let unknown = |why: String| Copied::Unknown { what: format!("copy job {job}"), why };
    let mut refusals = Refusals::default();
    loop {
        let seen = match test.world.cloud.copy_out(&point.account, &point.region).await {
            Ok(copies) => copies.describe_copy(job).await,
            Err(error) => Err(error),
        };
        let state = match seen {
            Ok(CopyJob {
                status: CopyStatus::Completed | CopyStatus::Ended(_),
                destination_recovery_point_arn: Some(arn),
                ..
            }) => return Copied::Copy { backup_vault_name: vault(test), arn },
            Ok(CopyJob { status: CopyStatus::Ended(_), .. }) => return Copied::Nothing,
            Ok(CopyJob { status: CopyStatus::Completed, .. }) => {
                return unknown("it completed without naming its copy".into());
            }
            Ok(CopyJob { status: CopyStatus::UnderWay(state) | CopyStatus::Unrecognised(state), .. }) => state,
            Err(error) => match refusals.give_up(&patience, &error) {
                Some(_) => return unknown(error.to_string()),
                None => error.to_string(),
            },
        };
        if patience.is_over() {
            return unknown(format!("it is still {state} and cannot be stopped"));
        }
        patience.pause().await;
    }
}

/// The id of our job was never learned: any copy of this point into the vault since then may be ours, or another's.
async fn unknown_job(test: &TestContext<'_>, intended: Timestamp) -> Copied {
    let point = &test.drawn.point;
    let Some((_, _, vault_arn)) = copy_vault(test) else { return Copied::Nothing };
    let since = intended.saturating_sub(CLOCK_TOLERANCE).unwrap_or(Timestamp::MIN);
    let jobs = match test.world.cloud.copy_out(&point.account, &point.region).await {
        Ok(copies) => copies.copies_since(&vault_arn, since).await,
        Err(error) => Err(error),
    };
    let what = format!("a copy of {}", point.recovery_point_arn);
    match jobs {
        Err(error) => Copied::Unknown { what, why: error.to_string() },
        Ok(jobs) => {
            match jobs.into_iter().find(|job| job.source_recovery_point_arn.as_ref() == Some(&point.recovery_point_arn))
            {
                None => Copied::Nothing,
                Some(job) => Copied::Unknown {
                    what,
                    why: format!("copy job {} may be ours, but its answer was lost", job.copy_job_id),
                },
            }
        }
    }
}

fn vault(test: &TestContext<'_>) -> String {
    copy_vault(test).map(|(name, _, _)| name.to_owned()).unwrap_or_default()
}

/// What is deleted, where, and for how long it is tried.
pub(crate) struct CopyDeletion<'a> {
    pub(crate) access: &'a SandboxAccess,
    pub(crate) clock: &'a SharedClock,
    pub(crate) allowed: Duration,
    pub(crate) began: Timestamp,
}

impl CopyDeletion<'_> {
    /// Deletes a copy, and looks until a read says that it does not exist.
    pub(crate) async fn delete(&self, backup_vault_name: &str, copy: &RecoveryPointArn) -> Deletion {
        let end = self.delete_and_look(backup_vault_name, copy).await;
        Deletion { arn: copy.to_string(), ownership: "the copy job that we started".into(), end }
    }

    async fn delete_and_look(&self, backup_vault_name: &str, copy: &RecoveryPointArn) -> DeletionEnd {
        let patience = Patience::new(self.clock.clone(), self.began, self.allowed);
        let vault = VaultRef { name: backup_vault_name.to_owned(), owner: None };
        let mut asked = None;
        let mut refusals = Refusals::default();
        loop {
            let seen = match self.access.backups.describe_recovery_point(&vault, copy).await {
                Ok(_) => {
                    self.access.restores.delete_recovery_point(&self.access.sandbox, backup_vault_name, copy).await
                }
                Err(error) if error.is_not_found() => return absent(asked, self.clock.now()),
                Err(error) => Err(error),
            };
            let state = match seen {
                Ok(()) => {
                    asked.get_or_insert_with(|| self.clock.now());
                    "being deleted".to_owned()
                }
                // Gone between looking and asking; the next look says so.
                Err(error) if error.is_not_found() => error.to_string(),
                Err(error) => match refusals.give_up(&patience, &error) {
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

fn absent(asked: Option<Timestamp>, now: Timestamp) -> DeletionEnd {
    match asked {
        Some(asked) => DeletionEnd::SeenAbsent { asked, absent: now },
        None => DeletionEnd::WasAbsent { seen: now },
    }
}
