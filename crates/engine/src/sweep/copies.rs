//! Copies of recovery points that closed runs left in the sandbox's vault. They have no names of ours, so only the
//! journal knows them: by their ARN, or by the copy job that was to make them.

use std::collections::BTreeSet;

use backproof_cloud::{CallError, CopyJob, CopyStatus, SandboxAccess, VaultRef};
use backproof_model::RecoveryPointArn;
use backproof_plan::Route;

use super::meant::{Left, Meant, Of};
use super::{Finding, FindingKind, Findings, OwnProof, Source, SweepAction, Warrant};
use crate::world::World;

/// Looks for every copy of this Region that was not seen absent.
pub(super) async fn look(world: &World, access: &SandboxAccess, unresolved: &[Meant], findings: &mut Findings) {
    for meant in unresolved {
        let Some(of) = meant.of.as_ref().filter(|of| of.region == access.region) else { continue };
        for (left, why) in &meant.left {
            let Left::Stranded { reason } = why else { continue };
            if let Some(job) = left.strip_prefix(COPY_JOB) {
                by_job(world, access, (meant, of), (left, job), findings).await;
            } else if let Some(copy) = meant.copy.as_ref().filter(|copy| copy.arn.as_str() == left) {
                by_arn(access, meant, (&copy.backup_vault_name, &copy.arn), None, findings).await;
            } else if left.contains(":recovery-point:") && !left.starts_with("a copy of") {
                // A copy whose job the run learned the end of while it deleted.
                let (Ok(arn), Some(vault)) = (left.parse(), vault(world)) else { continue };
                by_arn(access, meant, (&vault, &arn), None, findings).await;
            } else if left.starts_with("a copy of") {
                findings.found.push(left_alone(meant, access, left, reason.clone()));
            }
        }
    }
}

/// How deletion names a copy that only its job is known of.
const COPY_JOB: &str = "copy job ";

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
