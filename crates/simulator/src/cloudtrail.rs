//! CloudTrail: the event history of what changed something, and one trail per account.
//!
//! Source: the CloudTrail service model 2013-11-01; the user guide for what an event holds. AWS's history has every
//! management event; this one has those that change something, and no reads.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::request::Input;
use crate::wire::{Answer, ApiError, Body, CallContext, Service};
use crate::world::{EventHistory, World};

/// The most events that one page holds.
const PAGE: u64 = 50;
/// What events say of secrets.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Every event so far, in the order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Events(Vec<Event>);

/// One call that changed something, or was refused.
#[derive(Debug)]
struct Event {
    account: String,
    region: String,
    at: Timestamp,
    name: String,
    /// Whose operation it is: `backup.amazonaws.com`.
    source: String,
    caller_arn: String,
    request_id: String,
    request: Value,
    answer: Value,
    error: Option<(String, String)>,
}

impl Events {
    /// Writes down a call that was served or refused, if it is of a kind that changes something.
    pub(crate) fn note(
        &mut self,
        service: Service,
        operation: &str,
        input: &Input,
        ctx: &CallContext,
        served: &Result<Answer, ApiError>,
    ) {
        if !changes_something(service, operation) {
            return;
        }
        let (answer, error) = match served {
            Ok(answer) => (told(answer), None),
            Err(error) => (Value::Null, Some((error.code.clone(), error.message.clone()))),
        };
        self.0.push(Event {
            account: ctx.account.clone(),
            region: ctx.region.clone(),
            at: ctx.now,
            name: operation.to_owned(),
            source: format!("{}.amazonaws.com", service.name()),
            caller_arn: ctx.caller_arn.clone(),
            request_id: ctx.request_id.clone(),
            request: asked(input),
            answer,
            error,
        });
    }

    /// Serves one call.
    pub(crate) fn call(
        &self,
        operation: &str,
        body: &Value,
        ctx: &CallContext,
        world: &World,
    ) -> Result<Answer, ApiError> {
        match operation {
            "LookupEvents" => self.lookup(body, ctx, world.event_history),
            "DescribeTrails" => Answer::json(&json!({ "trailList": trails(ctx, world) })),
            "GetTrailStatus" => trail_status(body, ctx, world),
            other => Err(ApiError::unknown_operation("cloudtrail", other)),
        }
    }

    fn lookup(&self, body: &Value, ctx: &CallContext, history: EventHistory) -> Result<Answer, ApiError> {
        let number = |name: &str| body.get(name).filter(|value| !value.is_null()).map(Value::as_f64);
        let most = match number("MaxResults") {
            None => PAGE,
            Some(most) => whole(most).filter(|most| (1..=PAGE).contains(most)).ok_or_else(|| {
                ApiError::client("InvalidMaxResultsException", "MaxResults is outside the permitted range.")
            })?,
        };
        let moment = |name: &str| number(name).flatten();
        if let (Some(start), Some(end)) = (moment("StartTime"), moment("EndTime"))
            && start > end
        {
            return Err(ApiError::client("InvalidTimeRangeException", "StartTime is after EndTime."));
        }
        let attributes = body["LookupAttributes"].as_array().map(Vec::as_slice).unwrap_or_default();
        if attributes.len() > 1 {
            return Err(ApiError::client("InvalidLookupAttributesException", "Only one attribute can be looked up."));
        }
        let end = match body["NextToken"].as_str() {
            None => self.0.len(),
            Some(token) => place(token)
                .filter(|place| *place <= self.0.len())
                .ok_or_else(|| ApiError::client("InvalidNextTokenException", "The token is not one of this lookup."))?,
        };
        let mut events = Vec::new();
        let mut next = None;
        for (index, event) in self.0[..end].iter().enumerate().rev() {
            let at = event.at.as_duration().as_secs_f64();
            let is_there = history.lag.after(event.at) <= ctx.now;
            let in_time = moment("StartTime").is_none_or(|start| at >= start.floor())
                && moment("EndTime").is_none_or(|end| at <= end.ceil());
            let of_caller = event.account == ctx.account && event.region == ctx.region;
            if !(is_there && in_time && of_caller && attributes.iter().all(|attribute| event.has(attribute))) {
                continue;
            }
            if events.len() as u64 == most {
                next = Some(token(index + 1));
                break;
            }
            events.push(event.told(index));
        }
        let mut members = json!({ "Events": events });
        if let Some(next) = next {
            members["NextToken"] = next.into();
        }
        Answer::json(&members)
    }
}

impl Event {
    fn has(&self, attribute: &Value) -> bool {
        let value = attribute["AttributeValue"].as_str().unwrap_or_default();
        match attribute["AttributeKey"].as_str().unwrap_or_default() {
            "EventName" => self.name == value,
            "EventSource" => self.source == value,
            "Username" => self.username() == value,
            "ReadOnly" => value == "false",
            "ResourceName" => self.resources().iter().any(|resource| resource["ResourceName"] == value),
            _ => false,
        }
    }

    fn username(&self) -> &str {
        self.caller_arn.rsplit('/').next().unwrap_or_default()
    }

    /// As far as AWS names resources of these services.
    fn resources(&self) -> Vec<Value> {
        let named = |kind: &str, name: &str| {
            let name = self.request.get(name).and_then(Value::as_str)?;
            Some(json!({ "ResourceType": kind, "ResourceName": name }))
        };
        let table = named("AWS::DynamoDB::Table", "tableName");
        let instance = named("AWS::RDS::DBInstance", "dBInstanceIdentifier");
        table.into_iter().chain(instance).collect()
    }

    fn told(&self, index: usize) -> Value {
        let id = crate::ids::named("event", &index.to_string()).to_string();
        let is_role = self.caller_arn.contains(":assumed-role/");
        let mut whole = json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": if is_role { "AssumedRole" } else { "IAMUser" },
                "arn": self.caller_arn,
                "accountId": self.account,
            },
            "eventTime": self.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "eventSource": self.source,
            "eventName": self.name,
            "awsRegion": self.region,
            "sourceIPAddress": "192.0.2.1",
            "userAgent": "simulated",
            "requestParameters": self.request,
            "responseElements": self.answer,
            "requestID": self.request_id,
            "eventID": id,
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": self.account,
            "eventCategory": "Management",
        });
        if let Some((code, message)) = &self.error {
            whole["errorCode"] = code.as_str().into();
            whole["errorMessage"] = message.as_str().into();
        }
        json!({
            "EventId": id,
            "EventName": self.name,
            "ReadOnly": "false",
            "EventTime": self.at.as_second(),
            "EventSource": self.source,
            "Username": self.username(),
            "Resources": self.resources(),
            "CloudTrailEvent": whole.to_string(),
        })
    }
}

/// Where the first page begins; what leads back to it.
pub(crate) fn first_page(next_token: Option<&str>) -> Value {
    next_token.map_or_else(|| token(0), str::to_owned).into()
}

fn token(place: usize) -> String {
    format!("before-{place}")
}

fn place(token: &str) -> Option<usize> {
    token.strip_prefix("before-")?.parse().ok()
}

fn whole(number: Option<f64>) -> Option<u64> {
    let text = number?.to_string();
    text.parse().ok()
}

/// Management events that are no reads. Items of tables are data, of which there are no management events.
fn changes_something(service: Service, operation: &str) -> bool {
    let of_items = service == Service::DynamoDb
        && (operation.ends_with("Item") || operation.ends_with("Items") || operation.starts_with("Execute"));
    let verbs = ["Create", "Delete", "Start", "Stop", "Modify", "Update", "Add", "Remove", "Tag", "Untag", "Restore"];
    !of_items && verbs.iter().any(|verb| operation.starts_with(verb))
}

/// What was asked, in CloudTrail's spelling.
fn asked(input: &Input) -> Value {
    match input {
        Input::Rest { labels, body, .. } => {
            let mut members = spelled(body.as_ref().ok().unwrap_or(&Value::Null));
            // The names of labels are the routes' business; their values are what an event is found by.
            if let (Value::Object(members), [.., last]) = (&mut members, labels.as_slice()) {
                members.insert("resource".into(), last.as_str().into());
            } else if let [.., last] = labels.as_slice() {
                members = json!({ "resource": last });
            }
            members
        }
        Input::Json(body) => spelled(body.as_ref().ok().unwrap_or(&Value::Null)),
        Input::Form(params) => {
            let names: Vec<&str> = params.names().filter(|name| !["Action", "Version"].contains(name)).collect();
            let told = |name: &&str| {
                let value = if name.contains("Password") { HIDDEN } else { params.get(name).unwrap_or_default() };
                (lower_first(name), value.into())
            };
            Value::Object(names.iter().map(told).collect())
        }
    }
}

/// What was answered, of protocols whose answers are JSON.
fn told(answer: &Answer) -> Value {
    match &answer.body {
        Body::Json(bytes) => serde_json::from_slice(bytes).map_or(Value::Null, |members| spelled(&members)),
        Body::Xml(_) | Body::Empty => Value::Null,
    }
}

/// Members with small first letters.
fn spelled(members: &Value) -> Value {
    match members {
        Value::Object(members) => {
            let spelled = members.iter().map(|(name, value)| (lower_first(name), spelled(value)));
            Value::Object(spelled.collect::<Map<_, _>>())
        }
        Value::Array(elements) => elements.iter().map(spelled).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => members.clone(),
    }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn trail_arn(ctx: &CallContext, world: &World) -> String {
    format!("arn:aws:cloudtrail:{}:{}:trail/management-events", world.region_or_default(None), ctx.account)
}

fn trails(ctx: &CallContext, world: &World) -> Vec<Value> {
    if !world.event_history.trail {
        return Vec::new();
    }
    vec![json!({
        "Name": "management-events",
        "S3BucketName": format!("trail-of-{}", ctx.account),
        "S3KeyPrefix": "audit",
        "IncludeGlobalServiceEvents": true,
        "IsMultiRegionTrail": true,
        "HomeRegion": world.region_or_default(None),
        "TrailARN": trail_arn(ctx, world),
        "LogFileValidationEnabled": world.event_history.log_file_validation,
        "HasCustomEventSelectors": false,
        "HasInsightSelectors": false,
        "IsOrganizationTrail": false,
    })]
}

fn trail_status(body: &Value, ctx: &CallContext, world: &World) -> Result<Answer, ApiError> {
    let arn = trail_arn(ctx, world);
    let wanted = body["Name"].as_str().unwrap_or_default();
    if !world.event_history.trail || (wanted != arn && wanted != "management-events") {
        return Err(ApiError::client("TrailNotFoundException", format!("Unknown trail: {wanted}")));
    }
    let hour = 3600;
    let latest = ctx.now.as_second() / hour * hour;
    let mut members =
        json!({ "IsLogging": true, "LatestDeliveryTime": latest, "StartLoggingTime": latest - 30 * 24 * hour });
    if world.event_history.log_file_validation {
        members["LatestDigestDeliveryTime"] = latest.into();
    }
    Answer::json(&members)
}
