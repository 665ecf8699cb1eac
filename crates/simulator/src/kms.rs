//! KMS: keys are described; nothing is encrypted with them.
//!
//! Source: the KMS service model 2014-11-01. A key that the world does not list is there and enabled.

use serde_json::{Value, json};

use crate::wire::{Answer, ApiError, CallContext};
use crate::world::{KeyDescription, World};

/// Serves one call.
pub(crate) fn call(operation: &str, body: &Value, ctx: &CallContext, world: &World) -> Result<Answer, ApiError> {
    match operation {
        "DescribeKey" => describe_key(body, ctx, world),
        other => Err(ApiError::unknown_operation("kms", other)),
    }
}

fn describe_key(body: &Value, ctx: &CallContext, world: &World) -> Result<Answer, ApiError> {
    let wanted = body["KeyId"].as_str().unwrap_or_default();
    let not_found = |what: &str| ApiError::client("NotFoundException", format!("{what} is not found."));
    if let Some(alias) = wanted.split(':').next_back().filter(|name| name.starts_with("alias/")) {
        if !alias.starts_with("alias/aws/") {
            return Err(not_found(&format!("Alias {wanted}")));
        }
        let id = crate::ids::named("key", &format!("{}/{}/{alias}", ctx.account, ctx.region));
        let arn = format!("arn:aws:kms:{}:{}:key/{id}", ctx.region, ctx.account);
        return Answer::json(&json!({ "KeyMetadata": told(&arn, "Enabled", true, ctx) }));
    }
    let arn = if wanted.starts_with("arn:") {
        wanted.to_owned()
    } else {
        format!("arn:aws:kms:{}:{}:key/{wanted}", ctx.region, ctx.account)
    };
    let (region, owner) = (part(&arn, 3), part(&arn, 4));
    let exists = region == ctx.region && world.accounts.iter().any(|account| account.id == owner);
    if !exists || !arn.contains(":key/") {
        return Err(not_found(&format!("Key '{arn}'")));
    }
    let listed = world.keys.iter().find(|key| key.arn == arn);
    if listed.is_some_and(|key| owner != ctx.account && !key.shared_with.contains(&ctx.account)) {
        let message = format!(
            "User: {} is not authorized to perform: kms:DescribeKey on this resource because the resource does not \
             exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly \
             denies access",
            ctx.caller_arn
        );
        return Err(ApiError::client("AccessDeniedException", message));
    }
    let state = listed.map_or("Enabled", |key: &KeyDescription| key.state.as_str());
    Answer::json(&json!({ "KeyMetadata": told(&arn, state, listed.is_some_and(|key| key.of_aws), ctx) }))
}

fn told(arn: &str, state: &str, of_aws: bool, ctx: &CallContext) -> Value {
    json!({
        "AWSAccountId": part(arn, 4),
        "KeyId": arn.rsplit('/').next(),
        "Arn": arn,
        "CreationDate": ctx.now.as_second() - 86_400,
        "Enabled": state == "Enabled",
        "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": state,
        "Origin": "AWS_KMS",
        "KeyManager": if of_aws { "AWS" } else { "CUSTOMER" },
        "KeySpec": "SYMMETRIC_DEFAULT",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": false,
    })
}

fn part(arn: &str, index: usize) -> &str {
    arn.split(':').nth(index).unwrap_or_default()
}
