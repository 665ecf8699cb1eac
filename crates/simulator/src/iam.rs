//! IAM: roles, and what identities may do.
//!
//! Source: the IAM service model 2010-05-08. There are no policies: what a world denies (`[[denied]]`, `allows` of a
//! role) is refused in calls and in the simulation alike, and everything else is allowed.

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::sign_in::is_allowed;
use crate::sts::{NoSuchRole, find_role, role_id, role_parts};
use crate::wire::{ApiError, CallContext, Params, Xml};
use crate::world::{Role, World};

/// Serves one call.
pub(crate) fn call(operation: &str, params: &Params, ctx: &CallContext, world: &World) -> Result<Xml, ApiError> {
    match operation {
        "GetRole" => get_role(params, ctx, world),
        "SimulatePrincipalPolicy" => simulate_principal_policy(params, ctx, world),
        other => Err(ApiError::unknown_operation("iam", other)),
    }
}

fn get_role(params: &Params, ctx: &CallContext, world: &World) -> Result<Xml, ApiError> {
    let name = required(params, "RoleName")?;
    let role = find_role(world, &ctx.account, name).map_err(|NoSuchRole| no_such_role(name))?;
    let longest = role.and_then(|role| role.longest_session).map_or(3600, crate::world::Span::as_seconds);
    let policy = utf8_percent_encode(&trust_policy(role, world), NON_ALPHANUMERIC).to_string();
    let facts = Xml::new()
        .with("Path", "/")
        .with("RoleName", name)
        .with("RoleId", role_id(&ctx.account, name))
        .with("Arn", format!("arn:aws:iam::{}:role/{name}", ctx.account))
        .with("CreateDate", world.start)
        .with("AssumeRolePolicyDocument", policy)
        .with("MaxSessionDuration", longest);
    Ok(Xml::new().with_inner("Role", &facts))
}

/// Who may assume a role. One that the world does not list can be assumed by anybody in it.
fn trust_policy(role: Option<&Role>, world: &World) -> String {
    let trusted: Vec<String> = if let Some(role) = role {
        role.trusts.clone()
    } else {
        let accounts = world.accounts.iter().map(|account| account.id.clone());
        accounts.chain(["backup.amazonaws.com".to_owned()]).collect()
    };
    let (services, accounts): (Vec<_>, Vec<_>) = trusted.into_iter().partition(|one| one.contains('.'));
    let mut statements = Vec::new();
    if !services.is_empty() {
        statements.push(json!({ "Effect": "Allow", "Principal": { "Service": services }, "Action": "sts:AssumeRole" }));
    }
    if !accounts.is_empty() {
        let arns: Vec<_> = accounts.iter().map(|account| format!("arn:aws:iam::{account}:root")).collect();
        let mut statement = json!({ "Effect": "Allow", "Principal": { "AWS": arns }, "Action": "sts:AssumeRole" });
        if let Some(id) = role.and_then(|role| role.external_id.as_ref()) {
            statement["Condition"] = json!({ "StringEquals": { "sts:ExternalId": id } });
        }
        statements.push(statement);
    }
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

fn simulate_principal_policy(params: &Params, ctx: &CallContext, world: &World) -> Result<Xml, ApiError> {
    let source = required(params, "PolicySourceArn")?;
    let role = match role_parts(source) {
        Some((account, name)) if account == ctx.account => {
            find_role(world, account, name).map_err(|NoSuchRole| no_such_role(name))?;
            Some(name)
        }
        Some((_, name)) => return Err(no_such_role(name)),
        None if source.starts_with(&format!("arn:aws:iam::{}:user/", ctx.account)) => None,
        None => {
            let message = format!("Invalid Entity Arn: {source} does not clearly define entity type and name.");
            return Err(ApiError::client("InvalidInput", message));
        }
    };
    let actions: BTreeSet<&str> = params.list("ActionNames").into_iter().collect();
    if actions.is_empty() {
        return Err(ApiError::client("ValidationError", "ActionNames must not be empty"));
    }
    let resources = params.list("ResourceArns");
    let resources = if resources.is_empty() { vec!["*"] } else { resources };
    let mut results = Xml::new();
    for action in actions {
        let decision = if is_allowed(world, &ctx.account, role, action) { "allowed" } else { "implicitDeny" };
        let mut each = Xml::new();
        for resource in &resources {
            let one = Xml::new().with("EvalResourceName", resource).with("EvalResourceDecision", decision);
            each.push_inner("member", &one);
        }
        let mut result = Xml::new()
            .with("EvalActionName", action)
            .with("EvalResourceName", resources[0])
            .with("EvalDecision", decision);
        if resources != ["*"] {
            result.push_inner("ResourceSpecificResults", &each);
        }
        results.push_inner("member", &result);
    }
    Ok(Xml::new().with_inner("EvaluationResults", &results).with("IsTruncated", false))
}

fn required<'a>(params: &'a Params, name: &str) -> Result<&'a str, ApiError> {
    let missing = || ApiError::client("ValidationError", format!("{name} is required"));
    params.get(name).filter(|value| !value.is_empty()).ok_or_else(missing)
}

fn no_such_role(name: &str) -> ApiError {
    ApiError::client("NoSuchEntity", format!("The role with name {name} cannot be found.")).with_status(404)
}
