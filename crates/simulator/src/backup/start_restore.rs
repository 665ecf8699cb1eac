//! `StartRestoreJob`: what it refuses at once, and what it lets fail later.
//!
//! Source: AWS Backup developer guide, "Restore a DynamoDB table", "Restore an RDS database" and "Restore a backup".

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::errors::{access_denied, invalid_parameter, invalid_request, missing_parameter};
use super::restore::{End, RestoreJob, Stage};
use super::{Asked, Backup, Found};
use crate::sts::{find_role, role_parts};
use crate::wire::{Answer, ApiError, CallContext};
use crate::world::{DatabaseDescription, RestoreScript, Span};

/// How long a job lives that fails before it does anything.
const SHORT: Span = Span::seconds(15);

impl Backup {
    pub(super) fn start_restore_job(&mut self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let ctx = asked.ctx;
        let token = asked
            .text("IdempotencyToken")
            .map(|token| (ctx.account.clone(), ctx.region.clone(), "StartRestoreJob", token.to_owned()));
        if let Some(place) = token.as_ref().and_then(|token| self.tokens.get(token)) {
            return Answer::json(&json!({ "RestoreJobId": self.restore_jobs[*place].id }));
        }
        let point_arn = asked.required("RecoveryPointArn")?;
        let metadata = asked.texts("Metadata").ok_or_else(|| missing_parameter("Metadata"))?;
        let role_arn = asked.required("IamRoleArn")?;
        let (role_account, role) =
            role_parts(role_arn).ok_or_else(|| invalid_parameter(format!("Invalid IAM role ARN: {role_arn}")))?;
        if role_account != ctx.account {
            return Err(access_denied("Cross-account pass role is not allowed."));
        }
        let found = self.use_point_anywhere(ctx, point_arn)?;
        check_point(&found, asked, ctx.now)?;
        let target = target(&found, &metadata)?;
        let copies_tags = asked.body.get("CopySourceTagsToRestoredResource") == Some(&json!(true));
        let refusal = self.refusal(ctx, role, &found, &metadata, copies_tags);
        let place = self.restore_jobs.len();
        let job = self.job(ctx, found, role_arn, metadata, target, refusal);
        let answer = json!({ "RestoreJobId": job.id });
        self.restore_jobs.push(job);
        self.active_restores.push(place);
        if let Some(token) = token {
            self.tokens.insert(token, place);
        }
        Answer::json(&answer)
    }

    /// Why a job that is accepted fails all the same, before it does anything.
    fn refusal(
        &self,
        ctx: &CallContext,
        role: &str,
        found: &Found,
        metadata: &BTreeMap<String, String>,
        copies_tags: bool,
    ) -> Option<String> {
        let kind = found.point.resource.kind.as_str();
        let assumable = find_role(&self.world, &ctx.account, role).is_ok_and(|role| {
            role.is_none_or(|role| role.trusts.iter().any(|trusted| trusted == "backup.amazonaws.com"))
        });
        if !assumable {
            return Some("IAM Role cannot be assumed by AWS Backup".to_owned());
        }
        if let Some(database) = database(found) {
            let moments = found.point.moments();
            let refused = crate::rds::metadata::refusal(metadata, database.engine.as_str(), moments, ctx.now);
            if refused.is_some() {
                return refused;
            }
        } else if copies_tags {
            return Some("CopySourceTagsToRestoredResource is not supported for resource type DynamoDB".to_owned());
        }
        let missing = self.world.denied.iter().find(|denial| {
            denial.account == ctx.account
                && denial.role.as_deref().is_none_or(|lacking| lacking == role)
                && denial.restoring.contains(&found.point.resource.name)
        })?;
        let action = missing.actions.first().map(String::as_str).unwrap_or_default();
        Some(format!(
            "User: arn:aws:sts::{account}:assumed-role/{role}/AWSBackup-Restore is not authorized to perform: {action} \
             on resource: {resource} because no identity-based policy allows the {action} action",
            account = ctx.account,
            resource = super::arns::resource(&ctx.account, &ctx.region, kind, "*"),
        ))
    }

    fn job(
        &mut self,
        ctx: &CallContext,
        found: Found,
        role_arn: &str,
        metadata: BTreeMap<String, String>,
        target: String,
        refusal: Option<String>,
    ) -> RestoreJob {
        let Found { point, vault_arn, .. } = found;
        let script = Arc::clone(&point.restore);
        let times = self.world.restores;
        let refused = refusal.is_some();
        let starts_at = if refused { SHORT } else { script.pending.unwrap_or(times.pending) }.after(ctx.now);
        let running = script.running.unwrap_or(times.running);
        let moments = point.moments();
        let (end, ends_at) = match refusal {
            Some(message) => (End::Failed(message), Some(starts_at)),
            None => (end(&script), (!script.stuck).then(|| running.after(starts_at))),
        };
        RestoreJob {
            id: self.ids.uuid().to_string().to_uppercase(),
            account: ctx.account.clone(),
            region: ctx.region.clone(),
            point_arn: point.arn,
            point_created_at: point.created_at,
            moments,
            source_arn: point.resource.arn.clone(),
            vault_arn,
            role_arn: role_arn.to_owned(),
            size: point.size,
            metadata,
            created_at: ctx.now,
            starts_at,
            ends_at,
            stage: Stage::Pending,
            end,
            resource: point.resource,
            data: point.data,
            target,
            leaves_behind: script.leaves_behind && !refused,
            script,
            validation: None,
        }
    }
}

fn end(script: &RestoreScript) -> End {
    match (&script.fails_with, &script.aborts_with, script.stuck) {
        (Some(message), _, _) => End::Failed(message.clone()),
        (None, Some(message), _) => End::Aborted(message.clone()),
        (None, None, true) => End::Never,
        (None, None, false) => End::Completed { message: script.status_message.clone(), created: script.created },
    }
}

/// Refuses what cannot be restored from.
fn check_point(found: &Found, asked: &Asked<'_>, now: Timestamp) -> Result<(), ApiError> {
    let point = &found.point;
    let resource_type = point.resource.kind.as_str();
    if let Some(given) = asked.text("ResourceType").filter(|given| *given != resource_type) {
        let message = format!("ResourceType {given} does not match the recovery point's {resource_type}");
        return Err(invalid_parameter(message));
    }
    if resource_type != "DynamoDB" && database(found).is_none() {
        return Err(invalid_request(format!("the simulator does not restore resource type {resource_type}")));
    }
    if !matches!(point.status.as_str(), "COMPLETED" | "AVAILABLE" | "STOPPED") {
        return Err(invalid_request(format!("Recovery point is in state {} and cannot be restored", point.status)));
    }
    if point.delete_at().is_some_and(|at| at <= now) {
        return Err(invalid_request("Recovery point has expired"));
    }
    Ok(())
}

/// The database of an RDS instance; nothing for other types, and for instances of which the world states no data.
fn database(found: &Found) -> Option<&DatabaseDescription> {
    found.point.resource.description.as_ref().and_then(|description| description.database.as_ref())
}

/// The name of what the restore creates.
fn target(found: &Found, metadata: &BTreeMap<String, String>) -> Result<String, ApiError> {
    if database(found).is_none() {
        return target_table(metadata);
    }
    crate::rds::metadata::identifier(metadata).ok_or_else(|| {
        invalid_parameter("Invalid restore metadata. Metadata does not contain a valid DBInstanceIdentifier")
    })
}

/// The table's name and key settings in the metadata, whose names may be written in any case.
fn target_table(metadata: &BTreeMap<String, String>) -> Result<String, ApiError> {
    let value = |wanted: &str| {
        let found = metadata.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_str())
    };
    let name = value("targetTableName").filter(|name| !name.is_empty());
    let name =
        name.ok_or_else(|| invalid_parameter("Invalid restore metadata. Metadata does not contain targetTableName"))?;
    let permitted = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if !(3..=255).contains(&name.len()) || !name.bytes().all(permitted) {
        return Err(invalid_parameter(format!("Invalid restore metadata. Invalid table name: {name}")));
    }
    match value("encryptionType") {
        None | Some("Default" | "KMS") => Ok(name.to_owned()),
        Some(other) => Err(invalid_parameter(format!("Invalid restore metadata. Invalid encryptionType: {other}"))),
    }
}
