//! Service Quotas: the quotas that restores use up.
//!
//! Source: the Service Quotas service model 2019-06-24, and the defaults that the services publish. As in AWS, a quota
//! of which an account has no value of its own is not found, but its default is.

use serde_json::{Value, json};

use crate::wire::{Answer, ApiError, CallContext};
use crate::world::World;

/// Service, code, name and default.
const KNOWN: [(&str, &str, &str, f64); 2] =
    [("dynamodb", "L-F98FE922", "Maximum number of tables", 2500.0), ("rds", "L-7B6409FD", "DB instances", 40.0)];

/// Serves one call.
pub(crate) fn call(operation: &str, body: &Value, ctx: &CallContext, world: &World) -> Result<Answer, ApiError> {
    let (service, code) =
        (body["ServiceCode"].as_str().unwrap_or_default(), body["QuotaCode"].as_str().unwrap_or_default());
    let missing = || {
        let message = "The request failed because the specified service or quota does not exist.";
        ApiError::client("NoSuchResourceException", message)
    };
    let known = KNOWN.iter().find(|(of, number, ..)| (*of, *number) == (service, code)).ok_or_else(missing)?;
    let value = match operation {
        "GetServiceQuota" => {
            let own = world.quotas.iter().find(|quota| {
                world.account_or_default(quota.account.as_deref()) == ctx.account
                    && world.region_or_default(quota.region.as_deref()) == ctx.region
                    && (quota.service.as_str(), quota.code.as_str()) == (service, code)
            });
            own.ok_or_else(missing)?.value
        }
        "GetAWSDefaultServiceQuota" => known.3,
        other => return Err(ApiError::unknown_operation("servicequotas", other)),
    };
    Answer::json(&json!({ "Quota": {
        "ServiceCode": service,
        "ServiceName": service,
        "QuotaArn": format!("arn:aws:servicequotas:{}:{}:{service}/{code}", ctx.region, ctx.account),
        "QuotaCode": code,
        "QuotaName": known.2,
        "Value": value,
        "Unit": "None",
        "Adjustable": true,
        "GlobalQuota": false,
    } }))
}
