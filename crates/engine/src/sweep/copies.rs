//! Copies of recovery points that closed runs left in the sandbox's vault. They have no names of ours, so only the
//! journal knows them: by their ARN, or by the copy job that was to make them.

use std::collections::{BTreeMap, BTreeSet};

use backproof_cloud::{CallError, CopyJob, CopyStatus, SandboxAccess, VaultRef};
use backproof_model::RecoveryPointArn;
use backproof_plan::Route;

use jiff::{SignedDuration, Timestamp};

use super::meant::{Left, Meant, Of};
use super::{Finding, FindingKind, Findings, OwnProof, Source, SweepAction, Warrant};
use crate::poller::CLOCK_TOLERANCE;
use crate::world::World;

/// Looks for every copy of this Region that was not seen absent.
///
/// `opened` says when the journal's runs were opened.
pub(super) async fn look(
    world: &World,
    access: &SandboxAccess,
    unresolved: &[Meant],
    opened: &BTreeMap<u64, Timestamp>,
    findings: &mut Findings,
) {
    for meant in unresolved {
        let Some(of) = meant.of.as_ref().filter(|of| of.region == access.region) else { continue };
        for (left, why) in &meant.left {
            let Left::Stranded { reason } = why else { continue };
            if let Some(job) = left.strip_prefix(COPY_JOB) {
                by_job(world, access, (meant, of), (left, job), findings).await;
            } else if let Some(copy) = meant.copy.as_ref().filter(|copy| copy.arn.as_str() == left) {
                by_arn(access, meant, (&copy.backup_vault_name, &copy.arn), None, findings).await;
            } else if left.contains(":recovery-point:") && !left.starts_with(A_COPY_OF) {
                // A copy whose job the run learned the end of while it deleted.
                let (Ok(arn), Some(vault)) = (left.parse(), vault(world)) else { continue };
                by_arn(access, meant, (&vault, &arn), None, findings).await;
            } else if let Some(source) = left.strip_prefix(A_COPY_OF) {
                match lost_copy(world, access, (meant, of), source, opened).await {
                    Ok(()) => findings.absent.push(left.clone()),
                    Err(Some(why)) => findings.found.push(left_alone(meant, access, left, why)),
                    Err(None) => findings.found.push(left_alone(meant, access, left, reason.clone())),
                }
            }
        }
    }
}

/// How deletion names a copy that only its job is known of.
const COPY_JOB: &str = "copy job ";

/// How deletion names a copy whose job was never known.
const A_COPY_OF: &str = "a copy of ";
/// For how long AWS Backup lists copy jobs, a day less; source: `ListCopyJobs`, the last 30 days.
const JOBS_ARE_LISTED: SignedDuration = SignedDuration::from_hours(29 * 24);

/// Whether a copy whose job was never known is gone: every copy of the point that may be ours is seen absent, by its
/// lifecycle at the latest. Which of them was ours nobody knows, so none is deleted here.
///
/// # Errors
/// Why that cannot be said; `None` where one of them is still there.
async fn lost_copy(
    world: &World,
    access: &SandboxAccess,
    (meant, of): (&Meant, &Of),
    source: &str,
    opened: &BTreeMap<u64, Timestamp>,
) -> Result<(), Option<String>> {
    let oldest = world.clock().now().saturating_sub(JOBS_ARE_LISTED).unwrap_or(Timestamp::MIN);
    let since = opened.get(&meant.name.run).copied().filter(|opened| *opened > oldest);
    let since = since.ok_or_else(|| {
        Some(
            "its job is too old to be listed: look into the sandbox's vault, and note it with the exception".to_owned(),
        )
    })?;
    let since = since.saturating_sub(CLOCK_TOLERANCE).unwrap_or(Timestamp::MIN);
    let name = vault(world).unwrap_or_default();
    let (partition, account) = (of.source.arn().partition(), access.sandbox.account());
    let vault_arn = format!("arn:{partition}:backup:{}:{account}:backup-vault:{name}", access.region);
    let in_words = |error: CallError| Some(error.to_string());
    let copies = world.cloud.copy_out(&of.account, &of.region).await.map_err(in_words)?;
    let jobs = copies.copies_since(&vault_arn, since).await.map_err(in_words)?;
    let of_point = |job: &CopyJob| job.source_recovery_point_arn.as_ref().is_none_or(|point| point.as_str() == source);
    for job in jobs.into_iter().filter(of_point) {
        if !ended(&job.status) {
            return Err(None);
        }
        let Some(copy) = job.destination_recovery_point_arn else { continue };
        let place = VaultRef { name: name.clone(), owner: None };
        match access.backups.describe_recovery_point(&place, &copy).await {
            Ok(_) => return Err(None),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(Some(error.to_string())),
        }
    }
    Ok(())
}

/// Asks what became of a copy job that the run gave up waiting for.
async fn by_job(
    world: &World,
    access: &SandboxAccess,
    (meant, of): (&Meant, &Of),
    (left, job): (&str, &str),
    findings: &mut Findings,
) {
    let seen = match world.cloud.copy_out(&of.account, &of.region).await {
        Ok(copies) => copies.describe_copy(job).await,
        Err(error) => Err(error),
    };
    let vault = vault(world).unwrap_or_default();
    match seen {
        Ok(CopyJob { destination_recovery_point_arn: Some(arn), status, .. }) if ended(&status) => {
            by_arn(access, meant, (&vault, &arn), Some(left), findings).await;
        }
        Ok(CopyJob { status, .. }) if ended(&status) => findings.absent.push(left.to_owned()),
        Ok(_) => {
            findings.found.push(left_alone(meant, access, left, "the copy job goes on and cannot be stopped".into()));
        }
        Err(error) => findings.found.push(left_alone(meant, access, left, error.to_string())),
    }
}

fn ended(status: &CopyStatus) -> bool {
    match status {
        CopyStatus::Completed | CopyStatus::Ended(_) => true,
        CopyStatus::UnderWay(_) | CopyStatus::Unrecognised(_) => false,
    }
}

async fn by_arn(
    access: &SandboxAccess,
    meant: &Meant,
    (vault, copy): (&str, &RecoveryPointArn),
    known_as: Option<&str>,
    findings: &mut Findings,
) {
    let place = VaultRef { name: vault.to_owned(), owner: None };
    let seen: Result<_, CallError> = access.backups.describe_recovery_point(&place, copy).await;
    let created = match seen {
        Ok(described) => Some(described.point.creation_date),
        Err(error) if error.is_not_found() => {
            findings.absent.push(copy.to_string());
            findings.absent.extend(known_as.map(str::to_owned));
            return;
        }
        Err(error) => {
            findings.unreadable.push(format!("{copy} in {}: {error}", access.region));
            findings.found.push(left_alone(meant, access, copy.as_str(), error.to_string()));
            return;
        }
    };
    let Some(since) = meant.since().or_else(|| created.map(crate::deletion_rule::Since::Intent)) else { return };
    let proof = OwnProof::CopyJob { pseudonym: known_as.map(str::to_owned) };
    findings.found.push(Finding {
        resource: copy.to_string(),
        kind: FindingKind::Copy { backup_vault_name: vault.to_owned() },
        region: access.region.clone(),
        found_in: BTreeSet::from([Source::Journal]),
        made_for: Some(meant.name.clone()),
        created,
        action: SweepAction::Delete {
            proof: "the copy job that we started".into(),
            warrant: Warrant { since, proof, source: None },
        },
    });
}

fn left_alone(meant: &Meant, access: &SandboxAccess, what: &str, why: String) -> Finding {
    Finding {
        resource: what.to_owned(),
        kind: FindingKind::Unknown,
        region: access.region.clone(),
        found_in: BTreeSet::from([Source::Journal]),
        made_for: Some(meant.name.clone()),
        created: None,
        action: SweepAction::Leave { why },
    }
}

/// The vault that copies of this Region go into.
fn vault(world: &World) -> Option<String> {
    world.plan.sandbox.routes.iter().find_map(|route| match route {
        Route::Copy { backup_vault_name, .. } => Some(backup_vault_name.clone()),
        Route::SharedVault => None,
    })
}
