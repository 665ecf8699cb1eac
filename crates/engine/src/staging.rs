//! Brings a recovery point to where it can be restored: it is there already, it is shared, or it is copied.
//!
//! AWS Backup restores nothing from one account into another, so a point of a source account reaches the sandbox by a
//! vault that is shared with it, or by a copy into the sandbox's own vault. A copy is a write in the source account
//! (`StartCopyJob`), the only one there is, and the copy is deleted like everything else.

use backproof_cloud::{CopyJob, CopyOut, CopyStatus, StartCopy};
use backproof_model::FaultOwner;
use backproof_model::catalogue::{During, Trouble, classify};
use backproof_model::population::{Reach, reach};
use backproof_model::record::{Located, test_step};
use backproof_model::{RecoveryPointArn, ResourceType};
use backproof_plan::Route;
use jiff::Timestamp;

use crate::blame::{blame, owner_of};
use crate::copies::copy_job_step;
use crate::error::Result;
use crate::journal::{Journal, Prior};
use crate::population::Judge;
use crate::restore_test::{TestContext, step};
use crate::restoring::TOKEN_IS_FRESH;
use crate::waiting::{Patience, token};

/// Finds the point's way into the sandbox, and takes it.
pub(crate) async fn bring_in(test: &TestContext<'_>, journal: &mut Journal, attempt: u32) -> Result<Located> {
    let name = step(test_step::STAGE, attempt);
    let point = &test.drawn.point;
    let judge = Judge::new(test.world);
    match reach(point, judge.eligibility()) {
        Err(why) => {
            journal
                .observe(&name, async { Ok(Located::NotReached { owner: FaultOwner::Sandbox, reason: why.detail() }) })
                .await
        }
        Ok(Reach::InPlace) => journal.observe(&name, async { Ok(as_it_is(test, "in place", false)) }).await,
        Ok(Reach::SharedVault) => journal.observe(&name, async { Ok(as_it_is(test, "shared vault", true)) }).await,
        Ok(Reach::Copy) => copy_in(test, journal, attempt).await,
    }
}

fn as_it_is(test: &TestContext<'_>, route: &str, shared: bool) -> Located {
    let point = &test.drawn.point;
    Located::AsItIs {
        route: route.into(),
        recovery_point_arn: point.recovery_point_arn.clone(),
        backup_vault_name: point.backup_vault_name.clone(),
        vault_account: shared.then(|| point.account.clone()),
    }
}

/// The vault of the sandbox that copies go into.
pub(crate) fn copy_vault<'a>(test: &TestContext<'a>) -> Option<(&'a str, u32, String)> {
    test.world.plan.sandbox.routes.iter().find_map(|route| match route {
        Route::Copy { backup_vault_name, delete_after_days } => {
            let partition = test.drawn.point.resource_arn.arn().partition();
            let arn = format!(
                "arn:{partition}:backup:{}:{}:backup-vault:{backup_vault_name}",
                test.access.region,
                test.access.sandbox.account()
            );
            Some((backup_vault_name.as_str(), *delete_after_days, arn))
        }
        Route::SharedVault => None,
    })
}

async fn copy_in(test: &TestContext<'_>, journal: &mut Journal, attempt: u32) -> Result<Located> {
    let name = step(test_step::STAGE, attempt);
    if let Some(located) = journal.recorded(&name)? {
        return Ok(located);
    }
    let located = match copy_request(test, attempt) {
        Err(reason) => Located::NotReached { owner: FaultOwner::Harness, reason },
        Ok(request) => {
            if test.world.stop.is_cancelled() {
                Located::NotReached {
                    owner: FaultOwner::Harness,
                    reason: "the run was stopped before this copy began".into(),
                }
            } else {
                test.tell("copying into the sandbox");
                let prior = journal.intend(&name, &intent(&request)).await?;
                let since = journal.intended(&name).unwrap_or(test.as_of);
                copy(test, journal, attempt, &request, prior, since).await?
            }
        }
    };
    journal.finish(&name, &located).await?;
    Ok(located)
}

fn intent(request: &StartCopy) -> serde_json::Value {
    serde_json::json!({
        "recovery_point_arn": request.recovery_point_arn,
        "destination_backup_vault_arn": request.destination_backup_vault_arn,
        "idempotency_token": request.idempotency_token,
        "delete_after_days": request.delete_after_days,
    })
}

fn copy_request(test: &TestContext<'_>, attempt: u32) -> std::result::Result<StartCopy, String> {
    let point = &test.drawn.point;
    let (_, delete_after_days, destination_backup_vault_arn) =
        copy_vault(test).ok_or("the plan has no route that copies")?;
    let account = test
        .world
        .plan
        .scope
        .account(&point.account)
        .ok_or_else(|| format!("account {} is not in the plan's scope", point.account))?;
    let iam_role_arn = account
        .copy_role_arn
        .clone()
        .ok_or_else(|| format!("scope.accounts of {} has no copy_role_arn", point.account))?;
    Ok(StartCopy {
        recovery_point_arn: point.recovery_point_arn.clone(),
        source_backup_vault_name: point.backup_vault_name.clone(),
        destination_backup_vault_arn,
        iam_role_arn,
        idempotency_token: token("copy", &test.name(attempt)),
        delete_after_days,
    })
}

async fn copy(
    test: &TestContext<'_>,
    journal: &mut Journal,
    attempt: u32,
    request: &StartCopy,
    prior: Prior,
    since: Timestamp,
) -> Result<Located> {
    let point = &test.drawn.point;
    let copies = match test.world.cloud.copy_out(&point.account, &point.region).await {
        Ok(copies) => copies,
        Err(error) => return Ok(Located::NotReached { owner: owner_of(&error), reason: error.to_string() }),
    };
    let job = match ask(test, copies.as_ref(), request, prior, since).await {
        Ok(job) => job,
        Err(not_reached) => return Ok(not_reached),
    };
    // Should this be given up, deletion can still ask what became of the job.
    journal.status(&copy_job_step(attempt), &job).await?;
    let patience = Patience::new(test.world.clock().clone(), since, test.world.plan.deadlines.copy);
    let of = step("copy-job", attempt);
    loop {
        match copies.describe_copy(&job).await {
            Ok(seen) => {
                let status = status_word(&seen.status);
                journal.status(&of, status).await?;
                test.tell(format!("copying ({status})"));
                if let Some(located) = arrived(test, &seen, since) {
                    return Ok(located);
                }
            }
            Err(error) if error.may_pass() => {}
            Err(error) => return Ok(Located::NotReached { owner: owner_of(&error), reason: error.to_string() }),
        }
        if patience.is_over() {
            let reason = format!("copy job {job} did not end within {}", patience.allowed());
            return Ok(Located::NotReached { owner: FaultOwner::Sandbox, reason });
        }
        patience.pause().await;
    }
}

/// How often a copy is asked for while its answers are lost.
const MOST_TRIES: u32 = 3;

/// Asks for the copy; a repeat carries the same token and starts nothing new.
///
/// No job is looked for: one of the same point may be another's, and its copy is not ours to delete.
async fn ask(
    test: &TestContext<'_>,
    copies: &dyn CopyOut,
    request: &StartCopy,
    prior: Prior,
    since: Timestamp,
) -> std::result::Result<String, Located> {
    let mut tries = 0;
    loop {
        tries += 1;
        let fresh = test.world.clock().now().duration_since(since) < TOKEN_IS_FRESH;
        if (tries > 1 || prior != Prior::First) && !fresh {
            let reason = "nobody can tell whether AWS Backup took the copy, and its token may be forgotten by now";
            return Err(Located::NotReached { owner: FaultOwner::Harness, reason: reason.into() });
        }
        match copies.start_copy(&test.access.sandbox, request).await {
            Ok(job) => return Ok(job),
            Err(error) if error.effect_unknown() && tries < MOST_TRIES => {}
            Err(error) => {
                let owner = blame(&error, During::Staging, test.drawn.point.resource_type.as_str()).owner;
                return Err(Located::NotReached { owner, reason: error.to_string() });
            }
        }
    }
}

fn status_word(status: &CopyStatus) -> &str {
    match status {
        CopyStatus::Completed => "COMPLETED",
        CopyStatus::UnderWay(word) | CopyStatus::Ended(word) | CopyStatus::Unrecognised(word) => word,
    }
}

/// What a copy job's state means, or `None` while it goes on.
fn arrived(test: &TestContext<'_>, job: &CopyJob, started: Timestamp) -> Option<Located> {
    match &job.status {
        CopyStatus::UnderWay(_) | CopyStatus::Unrecognised(_) => None,
        CopyStatus::Completed => Some(match &job.destination_recovery_point_arn {
            Some(copy) => copied(test, job, copy.clone(), started),
            None => Located::NotReached {
                owner: FaultOwner::Harness,
                reason: format!("copy job {} completed without naming its copy", job.copy_job_id),
            },
        }),
        CopyStatus::Ended(status) => {
            let message = job.status_message.as_deref().unwrap_or_default();
            let resource_type: &ResourceType = &test.drawn.point.resource_type;
            let trouble = Trouble {
                resource_type: resource_type.as_str(),
                status: Some(status),
                message,
                phase: During::Staging,
                ..Trouble::default()
            };
            let classified = classify(&trouble);
            Some(Located::NotReached {
                owner: classified.owner,
                reason: format!("copy job {} ended {status}: {message}", job.copy_job_id),
            })
        }
    }
}

fn copied(test: &TestContext<'_>, job: &CopyJob, copy: RecoveryPointArn, started: Timestamp) -> Located {
    Located::Copied {
        copy_job_id: job.copy_job_id.clone(),
        recovery_point_arn: copy,
        backup_vault_name: copy_vault(test).map(|(name, _, _)| name.to_owned()).unwrap_or_default(),
        started,
        finished: test.world.clock().now(),
    }
}
