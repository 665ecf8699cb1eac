//! Secrets Manager: the secrets that RDS made for master users.
//!
//! Source: the Secrets Manager service model 2017-10-17. They are listed; what they hold is never told.

use serde_json::{Value, json};

use crate::rds::Site;
use crate::wire::{Answer, ApiError};

/// Serves one call.
pub(crate) fn call(operation: &str, body: &Value, site: &Site) -> Result<Answer, ApiError> {
    match operation {
        "ListSecrets" => list_secrets(body, site),
        other => Err(ApiError::unknown_operation("secretsmanager", other)),
    }
}

fn list_secrets(body: &Value, site: &Site) -> Result<Answer, ApiError> {
    let limit = match body["MaxResults"].as_u64() {
        None => 100,
        Some(limit @ 1..=100) => usize::try_from(limit).unwrap_or(100),
        Some(_) => return Err(ApiError::client("InvalidParameterException", "MaxResults must be from 1 to 100")),
    };
    let start = match body["NextToken"].as_str() {
        None => 0,
        Some(token) => token
            .parse()
            .map_err(|_| ApiError::client("InvalidNextTokenException", "The NextToken value is invalid."))?,
    };
    let filters = body["Filters"].as_array().cloned().unwrap_or_default();
    for filter in &filters {
        let key = filter["Key"].as_str().unwrap_or_default();
        if !["name", "tag-key", "tag-value", "owning-service"].contains(&key) {
            let message = format!("the simulator serves no filter {key}");
            return Err(ApiError::client("InvalidParameterException", message));
        }
    }
    let all: Vec<Value> = site.secrets().iter().map(described).collect();
    let wanted: Vec<&Value> = all.iter().filter(|secret| filters.iter().all(|filter| passes(secret, filter))).collect();
    let page: Vec<_> = wanted.iter().skip(start).take(limit).collect();
    let mut answer = json!({ "SecretList": page });
    if start + limit < wanted.len() {
        answer["NextToken"] = json!((start + limit).to_string());
    }
    Answer::json(&answer)
}

fn described(secret: &crate::rds::ManagedSecret) -> Value {
    let made_at = secret.made_at.as_second();
    json!({
        "ARN": secret.arn,
        "Name": secret.name(),
        "CreatedDate": made_at,
        "OwningService": "rds",
        "Tags": [
            { "Key": "aws:rds:primaryDBInstanceArn", "Value": secret.instance_arn },
            { "Key": "aws:secretsmanager:owningService", "Value": "rds" },
        ],
    })
}

/// Whether a filter lets a secret through: values match where a fact begins with one, and `!` turns one around.
fn passes(secret: &Value, filter: &Value) -> bool {
    let tags = secret["Tags"].as_array().cloned().unwrap_or_default();
    let of_tags = |member: &str| tags.iter().filter_map(|tag| tag[member].as_str().map(str::to_owned)).collect();
    let text = |member: &str| secret[member].as_str().map(str::to_owned).into_iter().collect();
    let facts: Vec<String> = match filter["Key"].as_str().unwrap_or_default() {
        "name" => text("Name"),
        "owning-service" => text("OwningService"),
        "tag-key" => of_tags("Key"),
        _ => of_tags("Value"),
    };
    let values = filter["Values"].as_array().cloned().unwrap_or_default();
    values.iter().filter_map(Value::as_str).any(|value| match value.strip_prefix('!') {
        Some(unwanted) => !facts.iter().any(|fact| fact.starts_with(unwanted)),
        None => facts.iter().any(|fact| fact.starts_with(value)),
    })
}
