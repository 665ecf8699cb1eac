//! Restore jobs of the sandbox, who else restores with our role, and the vault that copies go into.

use backproof_cloud::{Cursor, RestoreJob, SandboxAccess, Vault};
use backproof_plan::Route;
use futures_util::future::join_all;
use jiff::SignedDuration;

use super::identities::Opened;
use super::{Examined, Subject};
use crate::world::World;

/// How far back restore jobs are looked through.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24 * 30);
/// What every name of ours begins with.
const OURS: &str = "bp-";

pub(super) async fn examine(world: &World, opened: &Opened) -> Vec<Examined> {
    let each = opened.sandboxes.iter().map(|access| async move {
        let (jobs, vault) = tokio::join!(restore_jobs(world, access), copy_vault(world, access));
        jobs.into_iter().chain(vault).collect::<Vec<_>>()
    });
    join_all(each).await.concat()
}

async fn restore_jobs(world: &World, access: &SandboxAccess) -> Vec<Examined> {
    let (subject, how) = (Subject::Sandbox, "backup:ListRestoreJobs");
    let what = format!("sandbox in {}: restore jobs", access.region);
    let now = world.clock().now();
    let since = now.saturating_sub(LOOK_BACK).unwrap_or(now);
    let jobs = match access.restores.restore_jobs_since(since, None).await {
        Ok(page) => page.items,
        Err(error) => {
            return vec![subject.bad(what, how, error.to_string(), "allow backup:ListRestoreJobs to the sandbox role")];
        }
    };
    let mut found = vec![subject.good(what, how, format!("can be listed; {} in the last 30 days", jobs.len()))];
    let role = &world.plan.sandbox.restore_role_arn;
    if let Some(other) = jobs.iter().find(|job| is_of_others(job, role)) {
        found.push(Subject::Role.doubtful(
            format!("restore role in {}", access.region),
            how,
            format!("{role} also restored {}", other.created_resource_arn.as_ref().map_or("?", |arn| arn.as_str())),
            "use a role for nothing but restore tests: what it restores is taken for ours where the journal is lost",
        ));
    }
    found
}

/// Whether a job ran under our restore role and made something that bears no name of ours.
fn is_of_others(job: &RestoreJob, role: &str) -> bool {
    job.iam_role_arn.as_deref() == Some(role)
        && job.created_resource_arn.as_ref().is_some_and(|arn| !arn.arn().resource_name().starts_with(OURS))
}

/// The vault that copies go into, where the plan copies.
async fn copy_vault(world: &World, access: &SandboxAccess) -> Option<Examined> {
    let name = world.plan.sandbox.routes.iter().find_map(|route| match route {
        Route::Copy { backup_vault_name, .. } => Some(backup_vault_name),
        Route::SharedVault => None,
    })?;
    let (subject, how) = (Subject::Sandbox, "backup:ListBackupVaults");
    let what = format!("sandbox in {}: vault {name} for copies", access.region);
    Some(match find_vault(access, name).await {
        Ok(Some(vault)) => {
            let key = vault.encryption_key_arn.map_or_else(|| "an unknown key".to_owned(), |arn| format!("key {arn}"));
            subject.good(what, how, format!("it is there, under {key}"))
        }
        Ok(None) => subject.bad(
            what,
            how,
            "there is no such vault".to_owned(),
            format!(
                "aws backup create-backup-vault --region {} --backup-vault-name {name}, with an access policy that \
                 lets the source accounts call backup:CopyIntoBackupVault",
                access.region
            ),
        ),
        Err(error) => subject.unasked(what, &error, "the sandbox role"),
    })
}

async fn find_vault(access: &SandboxAccess, name: &str) -> Result<Option<Vault>, backproof_cloud::CallError> {
    let mut cursor = Cursor::of("backup:ListBackupVaults");
    while let Some(from) = cursor.next() {
        let page = access.backups.list_vaults(from).await?;
        if let Some(vault) = page.items.into_iter().find(|vault| vault.name == name) {
            return Ok(Some(vault));
        }
        cursor.advance(page.next)?;
    }
    Ok(None)
}
