//! Backup plans: listed, so that completeness can be judged. They make no backups.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::epoch::Epoch;
use super::errors::not_found;
use super::paging::Page;
use super::{Asked, Backup};
use crate::ids;
use crate::wire::{Answer, ApiError};
use crate::world::{BackupPlan, World};

/// Who made a recovery point.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the members' names are AWS Backup's")]
pub(super) struct CreatedBy {
    pub(super) backup_plan_id: String,
    backup_plan_arn: String,
    backup_plan_name: String,
    backup_plan_version: String,
    backup_rule_id: String,
    backup_rule_name: &'static str,
}

/// The plan of a name as the maker of a recovery point; none if the world does not list it.
pub(super) fn created_by(world: &World, name: &str) -> Option<CreatedBy> {
    let plan = world.backup_plans.iter().find(|plan| plan.name == name)?;
    Some(CreatedBy {
        backup_plan_id: id(plan),
        backup_plan_arn: arn(world, plan),
        backup_plan_name: plan.name.clone(),
        backup_plan_version: version(plan),
        backup_rule_id: ids::named("rule", &plan.name).to_string(),
        backup_rule_name: "daily",
    })
}

fn id(plan: &BackupPlan) -> String {
    ids::named("plan", &plan.name).to_string()
}

fn version(plan: &BackupPlan) -> String {
    ids::named("plan-version", &plan.name).to_string()
}

fn arn(world: &World, plan: &BackupPlan) -> String {
    let account = world.account_or_default(plan.account.as_deref());
    let region = world.region_or_default(plan.region.as_deref());
    format!("arn:aws:backup:{region}:{account}:backup-plan:{}", id(plan))
}

impl Backup {
    fn plans<'a>(&'a self, asked: &'a Asked<'_>) -> impl Iterator<Item = &'a BackupPlan> {
        self.world.backup_plans.iter().filter(|plan| {
            self.world.account_or_default(plan.account.as_deref()) == asked.ctx.account
                && self.world.region_or_default(plan.region.as_deref()) == asked.ctx.region
        })
    }

    fn plan<'a>(&'a self, asked: &'a Asked<'_>) -> Result<&'a BackupPlan, ApiError> {
        self.plans(asked)
            .find(|plan| id(plan) == asked.label(0))
            .ok_or_else(|| not_found("Backup plan", asked.label(0)))
    }

    fn plans_made_at(&self) -> Epoch {
        Epoch(crate::world::Span::seconds(365 * 86_400).before(self.world.start))
    }

    pub(super) fn list_backup_plans(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let page = Page::asked("ListBackupPlans", &asked.query)?;
        let last: Timestamp = self.world.start;
        let plans = self.plans(asked).map(|plan| {
            json!({
                "BackupPlanArn": arn(&self.world, plan),
                "BackupPlanId": id(plan),
                "BackupPlanName": plan.name,
                "CreationDate": self.plans_made_at(),
                "VersionId": version(plan),
                "LastExecutionDate": Epoch(last),
            })
        });
        let paged = page.of_list("ListBackupPlans", plans.collect());
        listing("BackupPlansList", paged.results, paged.next_token)
    }

    pub(super) fn get_backup_plan(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let plan = self.plan(asked)?;
        Answer::json(&json!({
            "BackupPlan": {
                "BackupPlanName": plan.name,
                "Rules": [{
                    "RuleName": "daily",
                    "RuleId": ids::named("rule", &plan.name).to_string(),
                    "TargetBackupVaultName": plan.vault,
                    "ScheduleExpression": plan.schedule,
                }],
            },
            "BackupPlanId": id(plan),
            "BackupPlanArn": arn(&self.world, plan),
            "VersionId": version(plan),
            "CreationDate": self.plans_made_at(),
        }))
    }

    pub(super) fn list_backup_selections(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let plan = self.plan(asked)?;
        let page = Page::asked("ListBackupSelections", &asked.query)?;
        let account = &asked.ctx.account;
        let selections = plan.selections.iter().map(|name| {
            json!({
                "SelectionId": ids::named("selection", &format!("{}/{name}", plan.name)).to_string(),
                "SelectionName": name,
                "BackupPlanId": id(plan),
                "CreationDate": self.plans_made_at(),
                "IamRoleArn": format!("arn:aws:iam::{account}:role/service-role/AWSBackupDefaultServiceRole"),
            })
        });
        let paged = page.of_list("ListBackupSelections", selections.collect());
        listing("BackupSelectionsList", paged.results, paged.next_token)
    }
}

/// A listing of a name with its token.
pub(super) fn listing(name: &str, results: Vec<Value>, next_token: Option<String>) -> Result<Answer, ApiError> {
    let mut members = json!({ name: Value::Array(results) });
    if let Some(token) = next_token {
        members["NextToken"] = json!(token);
    }
    Answer::json(&members)
}
