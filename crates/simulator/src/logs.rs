//! CloudWatch Logs: the log groups that RDS instances leave.
//!
//! Source: the CloudWatch Logs service model 2014-03-28. Log groups are listed and deleted; they hold nothing.

use serde_json::{Value, json};

use crate::rds::Site;
use crate::wire::{Answer, ApiError, CallContext};

/// The longest page, and the one that is given where none is asked for.
const LONGEST_PAGE: usize = 50;

/// Serves one call.
pub(crate) fn call(operation: &str, body: &Value, ctx: &CallContext, site: &mut Site) -> Result<Answer, ApiError> {
    match operation {
        "DescribeLogGroups" => describe_log_groups(body, ctx, site),
        "DeleteLogGroup" => delete_log_group(body, site),
        other => Err(ApiError::unknown_operation("logs", other)),
    }
}

fn describe_log_groups(body: &Value, ctx: &CallContext, site: &mut Site) -> Result<Answer, ApiError> {
    let invalid = |message: &str| ApiError::client("InvalidParameterException", message);
    let prefix = body["logGroupNamePrefix"].as_str().unwrap_or_default();
    let pattern = body["logGroupNamePattern"].as_str().unwrap_or_default();
    if !prefix.is_empty() && !pattern.is_empty() {
        return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    let limit = match body["limit"].as_u64().map(usize::try_from) {
        None => LONGEST_PAGE,
        Some(Ok(limit)) if (1..=LONGEST_PAGE).contains(&limit) => limit,
        Some(_) => return Err(invalid("limit must be from 1 to 50")),
    };
    // A token is the name that the last page ended with.
    let after = body["nextToken"].as_str().unwrap_or_default();
    let (account, region) = (&ctx.account, &ctx.region);
    let groups = site.log_groups().iter();
    let mut wanted =
        groups.filter(|(name, _)| name.starts_with(prefix) && name.contains(pattern) && name.as_str() > after);
    let page: Vec<_> = wanted.by_ref().take(limit).collect();
    let listed: Vec<Value> = page
        .iter()
        .map(|(name, group)| {
            json!({
                "logGroupName": name,
                "creationTime": group.creation_time(),
                "metricFilterCount": 0,
                "arn": format!("arn:aws:logs:{region}:{account}:log-group:{name}:*"),
                "storedBytes": 0,
                "logGroupClass": "STANDARD",
                "logGroupArn": format!("arn:aws:logs:{region}:{account}:log-group:{name}"),
            })
        })
        .collect();
    let mut answer = json!({ "logGroups": listed });
    if wanted.next().is_some() {
        answer["nextToken"] = json!(page.last().map(|(name, _)| name));
    }
    Answer::json(&answer)
}

fn delete_log_group(body: &Value, site: &mut Site) -> Result<Answer, ApiError> {
    let name = body["logGroupName"].as_str().unwrap_or_default();
    match site.log_groups().remove(name) {
        Some(_) => Ok(Answer::empty(200)),
        None => Err(ApiError::client("ResourceNotFoundException", "The specified log group does not exist.")),
    }
}
