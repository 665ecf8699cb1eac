//! `StartCopyJob`: what it refuses at once, and what it lets fail later.
//!
//! Source: AWS Backup developer guide, "Creating a backup copy" and "Creating backup copies across AWS accounts".

use serde_json::{Value, json};

use super::copy::{CopyJob, CopyStage};
use super::epoch::Epoch;
use super::errors::{access_denied, invalid_parameter, invalid_request, limit_exceeded, not_found};
use super::site::{Lifecycle, Point, Vault};
use super::{Asked, Backup, arns};
use crate::sts::{find_role, role_parts};
use crate::wire::{Answer, ApiError, CallContext};
use crate::world::{BackupForm, KeyKind};

impl Backup {
    pub(super) fn start_copy_job(&mut self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let ctx = asked.ctx;
        let token = asked
            .text("IdempotencyToken")
            .map(|token| (ctx.account.clone(), ctx.region.clone(), "StartCopyJob", token.to_owned()));
        if let Some(place) = token.as_ref().and_then(|token| self.tokens.get(token)) {
            return started(&self.copy_jobs[*place]);
        }
        let (point_arn, vault) = (asked.required("RecoveryPointArn")?, asked.required("SourceBackupVaultName")?);
        let destination_arn = asked.required("DestinationBackupVaultArn")?;
        let role_arn = asked.required("IamRoleArn")?;
        let (role_account, role) =
            role_parts(role_arn).ok_or_else(|| invalid_parameter(format!("Invalid IAM role ARN: {role_arn}")))?;
        if role_account != ctx.account {
            return Err(access_denied("Cross-account pass role is not allowed."));
        }
        let (account, region, name) = arns::vault_parts(destination_arn)
            .ok_or_else(|| invalid_parameter(format!("Invalid destination backup vault ARN: {destination_arn}")))?;
        let destination = (account.to_owned(), region.to_owned(), name.to_owned());
        let found = self.use_point(ctx, vault, None, point_arn)?;
        check_point(&found.point, ctx, &destination)?;
        let busy = self
            .active_copies
            .iter()
            .any(|place| self.copy_jobs[*place].point.resource.arn == found.point.resource.arn);
        if busy {
            return Err(limit_exceeded("A copy job is already running for this resource"));
        }
        let site = self.sites.get(&(destination.0.clone(), destination.1.clone()));
        let target = site.and_then(|site| site.vaults.get(&destination.2));
        let target = target.ok_or_else(|| not_found("Backup vault", destination_arn))?;
        let failure = self.failure(ctx, role, &found.point, target);
        let times = self.world.copies;
        let job = CopyJob {
            id: self.ids.uuid().to_string().to_uppercase(),
            account: ctx.account.clone(),
            region: ctx.region.clone(),
            source_vault_arn: found.vault_arn,
            lifecycle: asked.body.get("Lifecycle").map_or(found.point.lifecycle, lifecycle),
            point: found.point,
            destination,
            destination_arn: destination_arn.to_owned(),
            role_arn: role_arn.to_owned(),
            created_at: ctx.now,
            starts_at: times.pending.after(ctx.now),
            ends_at: times.running.after(times.pending.after(ctx.now)),
            failure,
            stage: CopyStage::Created,
        };
        let answer = started(&job);
        let place = self.copy_jobs.len();
        self.copy_jobs.push(job);
        self.active_copies.push(place);
        if let Some(token) = token {
            self.tokens.insert(token, place);
        }
        answer
    }

    /// Why a job that is accepted fails all the same.
    fn failure(&self, ctx: &CallContext, role: &str, point: &Point, target: &Vault) -> Option<String> {
        let assumable = find_role(&self.world, &ctx.account, role).is_ok_and(|role| {
            role.is_none_or(|role| role.trusts.iter().any(|trusted| trusted == "backup.amazonaws.com"))
        });
        if !assumable {
            return Some("IAM Role cannot be assumed by AWS Backup".to_owned());
        }
        if target.refuses_copies_from.contains(&ctx.account) {
            return Some("Access Denied trying to call AWS Backup service".to_owned());
        }
        // Keys that AWS manages in an account cannot be shared with another one.
        let crosses = target.account != ctx.account;
        let foreign_key = crosses && point.key == KeyKind::AwsManaged;
        foreign_key.then(|| {
            format!("The source snapshot KMS key {} does not exist, is not enabled or you do not have permissions to access it", point.key_arn)
        })
    }
}

fn started(job: &CopyJob) -> Result<Answer, ApiError> {
    Answer::json(&json!({ "CopyJobId": job.id, "CreationDate": Epoch(job.created_at), "IsParent": false }))
}

/// Refuses what cannot be copied.
fn check_point(point: &Point, ctx: &CallContext, destination: &super::VaultKey) -> Result<(), ApiError> {
    let resource_type = point.resource.kind.as_str();
    if point.continuous {
        return Err(invalid_request("Continuous recovery points cannot be copied on demand"));
    }
    if point.status != "COMPLETED" {
        return Err(invalid_request(format!("Recovery point is in state {} and cannot be copied", point.status)));
    }
    if point.is_cold(ctx.now) {
        return Err(invalid_request("Recovery points in cold storage cannot be copied"));
    }
    let (account, region, _) = destination;
    let leaves = (account, region) != (&ctx.account, &ctx.region);
    let cannot_leave = match resource_type {
        "DynamoDB" => point.resource.form == BackupForm::Basic,
        "Redshift" => true,
        _ => false,
    };
    if leaves && cannot_leave {
        return Err(invalid_request(format!(
            "Copy job from {} to {region} cannot be initiated for {resource_type} resources. Feature is not supported \
             for provided resource type.",
            ctx.region
        )));
    }
    Ok(())
}

fn lifecycle(members: &Value) -> Lifecycle {
    let days = |name: &str| members.get(name).and_then(Value::as_u64).and_then(|days| u32::try_from(days).ok());
    Lifecycle {
        cold_after_days: days("MoveToColdStorageAfterDays"),
        delete_after_days: days("DeleteAfterDays"),
        delete_after_copy: members.get("DeleteAfterEvent").and_then(Value::as_str) == Some("DELETE_AFTER_COPY"),
    }
}
