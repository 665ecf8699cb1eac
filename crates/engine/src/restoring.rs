//! Asks AWS Backup for the restore, once, and waits for the job's end.

use backproof_cloud::{CallError, RestoreJob, RestoreJobStatus, StartRestore};
use backproof_model::FaultOwner;
use backproof_model::catalogue::{During, Trouble, classify, is_success};
use backproof_model::record::{RestoreEnded, RestoreStarted, RestoreVerdict, test_step};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::blame::{blame, owner_of};
use crate::error::Result;
use crate::journal::{Journal, Prior};
use crate::poller::jobs_since;
use crate::preparing::{Order, landing};
use crate::restore_test::{TestContext, step};
use crate::spans;
use crate::waiting::{Patience, token};

/// For so long after the first intent a call may be repeated with its token. AWS gives no period; an old text of its
/// API named an hour. Later an unknown outcome stays unknown.
pub(crate) const TOKEN_IS_FRESH: SignedDuration = SignedDuration::from_mins(15);
/// How often a job is looked for after an answer was lost: listings lag behind.
const LOOKS: u32 = 3;

/// Starts the restore job of this attempt, or finds the one that was started before a stop.
pub(crate) async fn start(
    test: &TestContext<'_>,
    journal: &mut Journal,
    attempt: u32,
    order: &Order,
) -> Result<RestoreStarted> {
    let name = step(test_step::START, attempt);
    if let Some(started) = journal.recorded(&name)? {
        return Ok(started);
    }
    let begun = journal.intended(&name).is_some();
    if test.world.stop.is_cancelled() && !begun {
        let refused = stopped();
        journal.finish(&name, &refused).await?;
        return Ok(refused);
    }
    test.tell("asking for the restore");
    let request = StartRestore {
        recovery_point_arn: order.recovery_point_arn.clone(),
        resource_type: test.drawn.point.resource_type.clone(),
        metadata: order.metadata.clone(),
        iam_role_arn: test.world.plan.sandbox.restore_role_arn.clone(),
        idempotency_token: token("restore", &test.name(attempt)),
    };
    let intent = json!({
        "recovery_point_arn": request.recovery_point_arn,
        "resource_name": test.name(attempt).to_string(),
        "iam_role_arn": request.iam_role_arn,
        "idempotency_token": request.idempotency_token,
    });
    let prior = journal.intend(&name, &intent).await?;
    let since = journal.intended(&name).unwrap_or_else(|| test.world.clock().now());
    let started = ask(test, &request, prior, since, attempt).await;
    journal.finish(&name, &started).await?;
    if let RestoreStarted::Job { restore_job_id, .. } = &started {
        spans::tell_job(attempt, restore_job_id);
    }
    Ok(started)
}

fn stopped() -> RestoreStarted {
    RestoreStarted::Refused {
        owner: FaultOwner::Harness,
        reason: "the run was stopped before this restore began".into(),
        may_pass: false,
    }
}

async fn ask(
    test: &TestContext<'_>,
    request: &StartRestore,
    prior: Prior,
    since: Timestamp,
    attempt: u32,
) -> RestoreStarted {
    let restores = &test.access.restores;
    let mut unknown = match prior {
        Prior::First => None,
        Prior::Interrupted { .. } => Some("the program was stopped before AWS's answer was journalled".to_owned()),
    };
    loop {
        if let Some(why) = unknown.take() {
            match look_for(test, request, since, attempt).await {
                Ok(Some(restore_job_id)) => {
                    return RestoreStarted::Job { restore_job_id, asked: since, found_again: true };
                }
                Ok(None) if test.world.clock().now().duration_since(since) < TOKEN_IS_FRESH => {}
                Ok(None) => return unresolved(&why),
                Err(error) => return unresolved(&format!("{why}, and then: {error}")),
            }
        }
        match restores.start_restore(&test.access.sandbox, request).await {
            Ok(restore_job_id) => return RestoreStarted::Job { restore_job_id, asked: since, found_again: false },
            Err(error) if error.effect_unknown() && test.world.clock().now().duration_since(since) < TOKEN_IS_FRESH => {
                unknown = Some(error.to_string());
            }
            Err(error) if error.effect_unknown() => return unresolved(&error.to_string()),
            Err(error) => return refused(test, &error),
        }
    }
}

fn unresolved(why: &str) -> RestoreStarted {
    RestoreStarted::Refused {
        owner: FaultOwner::Harness,
        reason: format!("nobody can tell whether AWS Backup took the restore: {why}"),
        may_pass: false,
    }
}

fn refused(test: &TestContext<'_>, error: &CallError) -> RestoreStarted {
    let classified = blame(error, During::Starting, test.drawn.point.resource_type.as_str());
    let owner = if classified.is_backup_defect { FaultOwner::Backup } else { classified.owner };
    RestoreStarted::Refused { owner, reason: error.to_string(), may_pass: classified.may_pass }
}

/// The job that an earlier call started, known by its recovery point, its date, and our name in its metadata.
async fn look_for(
    test: &TestContext<'_>,
    request: &StartRestore,
    since: Timestamp,
    attempt: u32,
) -> std::result::Result<Option<String>, CallError> {
    let restores = test.access.restores.as_ref();
    let name = test.name(attempt).to_string();
    for look in 0..LOOKS {
        if look > 0 {
            Patience::new(test.world.clock().clone(), since, std::time::Duration::MAX).pause().await;
        }
        let jobs = jobs_since(restores, since).await?;
        let mut candidates: Vec<_> = jobs
            .into_values()
            .filter(|job| job.recovery_point_arn.as_ref() == Some(&request.recovery_point_arn))
            .collect();
        candidates.sort_by(|a, b| (a.creation_date, &a.restore_job_id).cmp(&(b.creation_date, &b.restore_job_id)));
        for job in candidates {
            let metadata = restores.restore_job_metadata(&job.restore_job_id).await?;
            if metadata.values().any(|value| *value == name) {
                return Ok(Some(job.restore_job_id));
            }
        }
    }
    Ok(None)
}

/// Waits until the job has ended, and says what its end means. Changes of its status are journalled, looks are not.
pub(crate) async fn await_end(
    test: &TestContext<'_>,
    journal: &mut Journal,
    attempt: u32,
    job: &str,
    asked: Timestamp,
) -> Result<RestoreEnded> {
    let name = step(test_step::AWAIT, attempt);
    if let Some(ended) = journal.recorded(&name)? {
        return Ok(ended);
    }
    let of = step("restore-job", attempt);
    let patience = Patience::new(test.world.clock().clone(), asked, test.world.plan.deadlines.restore);
    let mut running_since = None;
    let ended = loop {
        let mut last_error = None;
        match test.poller.next_look(job, asked).await {
            Some(Ok(seen)) => {
                let status = &seen.job.status;
                let since = journal.status(&of, status.as_str()).await?;
                test.tell(format!("restoring ({})", status.as_str()));
                if *status == RestoreJobStatus::Running {
                    running_since.get_or_insert(since);
                }
                if status.is_terminal() {
                    // A listing told us. Asked by its id, AWS says all that it has of the job: kept as it answers.
                    test.access.restores.describe_restore(job).await.ok();
                    let duplicates = duplicates(test, attempt, &seen.siblings).await;
                    break RestoreEnded { duplicates, ..ended(test, attempt, &seen.job, running_since) };
                }
            }
            Some(Err(error)) if !error.may_pass() => break unseen(test, &error),
            Some(Err(error)) => last_error = Some(error),
            None => break not_seen_again(test),
        }
        if patience.is_over() {
            break overdue(test, &patience, last_error.as_ref());
        }
    };
    journal.finish(&name, &ended).await?;
    spans::tell_end(attempt, &ended.status);
    Ok(ended)
}

/// Jobs of the same point that carry our name too, or of which nobody can tell: there should be none, and deletion looks
/// at each of them again.
async fn duplicates(test: &TestContext<'_>, attempt: u32, siblings: &[RestoreJob]) -> Vec<String> {
    let name = test.name(attempt).to_string();
    let mut found = Vec::new();
    for job in siblings {
        if carries_name(test, job, &name).await != Ok(false) {
            found.push(job.restore_job_id.clone());
        }
    }
    found
}

/// Whether a job was asked to restore under this name.
///
/// # Errors
/// AWS's answer, where nobody can tell: neither its resource nor its metadata says so.
pub(crate) async fn carries_name(
    test: &TestContext<'_>,
    job: &RestoreJob,
    name: &str,
) -> std::result::Result<bool, CallError> {
    if job.created_resource_arn.as_ref().is_some_and(|arn| arn.arn().resource_name() == name) {
        return Ok(true);
    }
    let metadata = test.access.restores.restore_job_metadata(&job.restore_job_id).await?;
    Ok(metadata.values().any(|value| value == name))
}

/// The end of the job as AWS tells it.
fn ended(test: &TestContext<'_>, attempt: u32, job: &RestoreJob, running_since: Option<Timestamp>) -> RestoreEnded {
    RestoreEnded {
        status: job.status.as_str().to_owned(),
        status_message: job.status_message.clone(),
        verdict: verdict(test, attempt, job),
        created_resource_arn: job.created_resource_arn.clone(),
        creation_date: job.creation_date,
        running_since,
        completion_date: job.completion_date,
        seen: test.world.clock().now(),
        backup_size_in_bytes: job.backup_size_in_bytes,
        duplicates: Vec::new(),
    }
}

/// Completed, without a remark, and with the resource that we named in the sandbox: only that is restored.
fn verdict(test: &TestContext<'_>, attempt: u32, job: &RestoreJob) -> RestoreVerdict {
    if !is_success(job.status.as_str(), job.status_message.as_deref()) {
        return not_restored(test, job);
    }
    let name = test.name(attempt).to_string();
    let wanted = test.driver.arn_of(&name, &landing(test));
    match &job.created_resource_arn {
        None => not_ours(format!("restore job {} completed without naming what it created", job.restore_job_id)),
        Some(created) if !test.access.sandbox.holds(created) => not_ours(format!(
            "restore job {} says it created {created}, which is not in the sandbox",
            job.restore_job_id
        )),
        Some(created) if wanted.as_ref().is_some_and(|wanted| wanted != created) => not_ours(format!(
            "restore job {} says it created {created}, which is not the name we asked for",
            job.restore_job_id
        )),
        Some(_) => RestoreVerdict::Restored,
    }
}

fn not_ours(reason: String) -> RestoreVerdict {
    RestoreVerdict::NotRestored { owner: FaultOwner::Harness, catalogue_entry: None, reason, may_pass: false }
}

fn not_restored(test: &TestContext<'_>, job: &RestoreJob) -> RestoreVerdict {
    let message = job.status_message.as_deref().unwrap_or_default();
    let status = job.status.as_str();
    let classified = classify(&Trouble {
        resource_type: test.drawn.point.resource_type.as_str(),
        status: Some(status),
        message,
        code: None,
        phase: During::Restoring,
        newest_of_resource: None,
    });
    let owner = if classified.is_backup_defect { FaultOwner::Backup } else { classified.owner };
    let said = if message.is_empty() { "without a message".to_owned() } else { format!("with the message: {message}") };
    let reason = format!("restore job {} ended {status} {said}", job.restore_job_id);
    RestoreVerdict::NotRestored { owner, catalogue_entry: classified.entry, reason, may_pass: classified.may_pass }
}

fn unseen(test: &TestContext<'_>, error: &CallError) -> RestoreEnded {
    without_end(test, owner_of(error), format!("the restore job cannot be looked at any more: {error}"))
}

fn not_seen_again(test: &TestContext<'_>) -> RestoreEnded {
    without_end(test, FaultOwner::Harness, "nobody looks at restore jobs any more".into())
}

fn overdue(test: &TestContext<'_>, patience: &Patience, last_error: Option<&CallError>) -> RestoreEnded {
    let after = last_error.map(|error| format!("; the last look gave {error}")).unwrap_or_default();
    without_end(
        test,
        FaultOwner::Sandbox,
        format!("the restore job did not end within {}; it cannot be cancelled{after}", patience.allowed()),
    )
}

fn without_end(test: &TestContext<'_>, owner: FaultOwner, reason: String) -> RestoreEnded {
    RestoreEnded {
        status: String::new(),
        status_message: None,
        verdict: RestoreVerdict::NotRestored { owner, catalogue_entry: None, reason, may_pass: false },
        created_resource_arn: None,
        creation_date: None,
        running_since: None,
        completion_date: None,
        seen: test.world.clock().now(),
        backup_size_in_bytes: None,
        duplicates: Vec::new(),
    }
}
