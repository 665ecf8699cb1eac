//! What roles in source accounts may do and should not: a short list of actions that would change or destroy
//! production data or backups. That none of them is allowed does not show that nothing else is.

use backproof_cloud::{Decision, Party, Question, Ruling, SourceAccess};
use backproof_plan::SourceAccount;
use futures_util::future::join_all;

use super::identities::Opened;
use super::permissions::{Principal, principal};
use super::required::always;
use super::{Examined, Subject};
use crate::world::World;

const HOW: &str = "iam:SimulatePrincipalPolicy";

/// What no role of ours may do where production data is.
const DANGEROUS: &[&str] = &[
    "backup:DeleteBackupVault",
    "backup:DeleteRecoveryPoint",
    "backup:PutBackupVaultAccessPolicy",
    "backup:StartRestoreJob",
    "backup:UpdateRecoveryPointLifecycle",
    "dynamodb:DeleteTable",
    "dynamodb:PutItem",
    "dynamodb:UpdateTable",
    "ec2:RunInstances",
    "ec2:TerminateInstances",
    "iam:CreateAccessKey",
    "iam:PutRolePolicy",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "rds:DeleteDBInstance",
    "rds:ModifyDBInstance",
    "s3:DeleteObject",
    "s3:PutObject",
];

pub(super) async fn examine(world: &World, opened: &Opened) -> Vec<Examined> {
    let accounts = opened.source_accounts().filter_map(|source| {
        let plan = world.plan.scope.account(&source.account)?;
        let reads = (format!("source role of {}", plan.id), Party::Source(plan.id.clone()), plan.role_arn.as_deref());
        let copies = plan.copy_caller_role_arn.as_deref().map(|arn| {
            (format!("role that asks for copies of {}", plan.id), Party::CopyCaller(plan.id.clone()), Some(arn))
        });
        Some([Some(reads), copies].into_iter().flatten().map(move |role| (source, plan, role)))
    });
    let each = accounts.flatten().map(|(source, plan, (what, party, arn))| role(world, source, plan, what, party, arn));
    join_all(each).await
}

async fn role(
    world: &World,
    source: &SourceAccess,
    plan: &SourceAccount,
    what: String,
    party: Party,
    arn: Option<&str>,
) -> Examined {
    let subject = Subject::Excess;
    let inspection = world.cloud.inspect(&party, &source.region).await;
    let identity = match principal(&inspection, arn).await {
        Ok(Principal::Arn(arn)) => arn,
        Ok(Principal::Root) => {
            let mend = "give it a role that only reads: `backproof iam --role source` writes it";
            return subject.bad(what, HOW, "it is the account's root user, who may do anything", mend);
        }
        Err(error) => return subject.unasked(what, &error, "itself, on its own ARN"),
    };
    let question = Question {
        actions: DANGEROUS.iter().map(|action| (*action).to_owned()).collect(),
        resources: vec!["*".into()],
        circumstances: always(&source.region).into(),
    };
    match inspection.permissions.rulings(&identity, &question).await {
        Err(error) => subject.unasked(what, &error, "itself, on its own ARN"),
        Ok(decisions) => judge(what, &identity, &decisions, why_accepted(world, plan, arn)),
    }
}

/// Why what it may do is not held against it.
fn why_accepted(world: &World, plan: &SourceAccount, arn: Option<&str>) -> Option<&'static str> {
    let sandbox = &world.plan.sandbox;
    if sandbox.account == plan.id && sandbox.role_arn.as_deref() == arn {
        return Some("the plan's sandbox is a source account, so it has to");
    }
    arn.is_none().then_some("the plan names no role for this account, so it is whoever is signed in")
}

fn judge(what: String, identity: &str, decisions: &[Decision], accepted: Option<&str>) -> Examined {
    let subject = Subject::Excess;
    let allowed: Vec<&str> = decisions
        .iter()
        .filter(|decision| decision.ruling == Ruling::Allowed)
        .map(|decision| decision.action.as_str())
        .collect();
    let asked: Vec<&str> = decisions.iter().map(|decision| decision.action.as_str()).collect();
    if let Some(untold) = DANGEROUS.iter().find(|action| !asked.contains(*action)) {
        return subject.doubtful(what, HOW, format!("IAM's answer does not tell of {untold}"), "look again later");
    }
    if allowed.is_empty() {
        let detail = format!("none of {} dangerous actions is allowed to {identity}", DANGEROUS.len());
        return subject.good(what, HOW, detail);
    }
    let detail = format!("{identity} may {}", allowed.join(", "));
    let mend = "take away what allows that: it only has to read, and `backproof iam --role source` writes the policy";
    match accepted {
        None => subject.bad(what, HOW, detail, mend),
        Some(why) => subject.doubtful(what, HOW, format!("{detail}; {why}"), mend),
    }
}
