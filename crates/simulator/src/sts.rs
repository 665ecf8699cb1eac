//! STS: who am I, and let me be that role.

use jiff::{SignedDuration, Timestamp};

use crate::ids::Ids;
use crate::sign_in::{Caller, SESSION_KEY_PREFIX, Session, Sessions, denied, is_allowed};
use crate::wire::{ApiError, CallContext, Params, Service, Xml};
use crate::world::{Role, World};

/// The longest session that a session may open by role chaining, in seconds.
const CHAINED_SECONDS: i64 = 3600;

/// Serves one call.
pub(crate) fn call(
    operation: &str,
    params: &Params,
    ctx: &CallContext,
    world: &World,
    sessions: &mut Sessions,
    ids: &mut Ids,
) -> Result<Xml, ApiError> {
    match operation {
        "GetCallerIdentity" => {
            Ok(Xml::new().with("Arn", &ctx.caller_arn).with("UserId", user_id(ctx)).with("Account", &ctx.account))
        }
        "AssumeRole" => assume_role(params, ctx, world, sessions, ids),
        other => Err(ApiError::unknown_operation("sts", other)),
    }
}

fn user_id(ctx: &CallContext) -> String {
    let session = ctx.caller_arn.rsplit('/').next().unwrap_or_default();
    match &ctx.role {
        Some(role) => format!("{}:{session}", role_id(&ctx.account, role)),
        None => format!("AIDA{}", ctx.account),
    }
}

pub(crate) fn role_id(account: &str, role: &str) -> String {
    let hex = crate::ids::named("role", &format!("{account}/{role}")).simple().to_string();
    format!("AROA{}", hex[..17].to_uppercase())
}

fn assume_role(
    params: &Params,
    ctx: &CallContext,
    world: &World,
    sessions: &mut Sessions,
    ids: &mut Ids,
) -> Result<Xml, ApiError> {
    let required = |name: &str| {
        let missing = || ApiError::client("ValidationError", format!("{name} is required to call AssumeRole"));
        params.get(name).filter(|value| !value.is_empty()).ok_or_else(missing)
    };
    let (role_arn, session_name) = (required("RoleArn")?, required("RoleSessionName")?);
    let refused = || {
        let message =
            format!("User: {} is not authorized to perform: sts:AssumeRole on resource: {role_arn}", ctx.caller_arn);
        ApiError::client("AccessDenied", message).with_status(403)
    };
    let (account, role_name) =
        role_parts(role_arn).ok_or_else(|| ApiError::client("ValidationError", format!("{role_arn} is invalid")))?;
    let role = find_role(world, account, role_name).map_err(|NoSuchRole| refused())?;
    let external_id = params.get("ExternalId");
    if role.is_some_and(|role| !may_assume(role, &ctx.account, external_id)) {
        return Err(refused());
    }
    let seconds = duration_seconds(params)?;
    check_length(seconds, role, ctx)?;
    let session = Session {
        account: account.to_owned(),
        role: role_name.to_owned(),
        name: session_name.to_owned(),
        expires: ctx.now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX),
    };
    let secret = ids.uuid().simple().to_string();
    let key = format!("{SESSION_KEY_PREFIX}{}", secret[..12].to_uppercase());
    let credentials = Xml::new()
        .with("AccessKeyId", &key)
        .with("SecretAccessKey", format!("simulated-{secret}"))
        .with("SessionToken", format!("simulated-session-{secret}"))
        .with("Expiration", session.expires);
    let user = Xml::new()
        .with("AssumedRoleId", format!("{}:{session_name}", role_id(account, role_name)))
        .with("Arn", session.arn());
    sessions.insert(key, session);
    Ok(Xml::new().with_inner("Credentials", &credentials).with_inner("AssumedRoleUser", &user))
}

fn duration_seconds(params: &Params) -> Result<i64, ApiError> {
    let Some(text) = params.get("DurationSeconds") else { return Ok(3600) };
    let seconds = text.parse().ok().filter(|seconds| (900..=43_200).contains(seconds));
    seconds.ok_or_else(|| {
        let message = format!(
            "1 validation error detected: Value '{text}' at 'durationSeconds' failed to satisfy constraint: \
             Member must have value between 900 and 43200"
        );
        ApiError::client("ValidationError", message)
    })
}

fn check_length(seconds: i64, role: Option<&Role>, ctx: &CallContext) -> Result<(), ApiError> {
    if ctx.role.is_some() && seconds > CHAINED_SECONDS {
        let message =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
        return Err(ApiError::client("ValidationError", message));
    }
    let longest = role.and_then(|role| role.longest_session).map_or(3600, |span| i64::from(span.as_seconds()));
    if seconds > longest {
        let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        return Err(ApiError::client("ValidationError", message));
    }
    Ok(())
}

/// Account and name in a role's ARN; a path between them is not part of the name.
pub(crate) fn role_parts(arn: &str) -> Option<(&str, &str)> {
    let rest = arn.strip_prefix("arn:aws:iam::")?;
    let (account, resource) = rest.split_once(':')?;
    let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
    (account.len() == 12 && !name.is_empty()).then_some((account, name))
}

/// The account lists its roles, and this is none of them.
pub(crate) struct NoSuchRole;

/// A role of the world; nothing where its account does not list any, and every role passes.
pub(crate) fn find_role<'a>(world: &'a World, account: &str, name: &str) -> Result<Option<&'a Role>, NoSuchRole> {
    if !world.accounts.iter().any(|known| known.id == account) {
        return Err(NoSuchRole);
    }
    let mut of_account = world.roles.iter().filter(|role| role.account == account).peekable();
    if of_account.peek().is_none() {
        return Ok(None);
    }
    of_account.find(|role| role.name == name).map(Some).ok_or(NoSuchRole)
}

fn may_assume(role: &Role, account: &str, external_id: Option<&str>) -> bool {
    let known = role.external_id.as_deref().is_none_or(|expected| external_id == Some(expected));
    known && role.trusts.iter().any(|trusted| trusted == account)
}

/// Refuses what a permission that is missing in the world forbids.
pub(crate) fn check_permission(
    service: Service,
    operation: &str,
    caller: &Caller,
    world: &World,
) -> Result<(), ApiError> {
    let action = format!("{}:{operation}", service.name());
    if is_allowed(world, &caller.account, caller.role.as_deref(), &action) {
        Ok(())
    } else {
        Err(denied(service, &caller.arn, &action))
    }
}
