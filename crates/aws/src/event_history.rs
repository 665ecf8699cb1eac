//! CloudTrail: `DescribeTrails`, `GetTrailStatus`, `LookupEvents`.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_cloudtrail::types::{Event, LookupAttribute, LookupAttributeKey};
use backproof_cloud::{CallError, HistoryEvent, Page, PageToken, ReadEventHistory, Trail, TrailStatus};
use jiff::Timestamp;
use serde_json::Value;

use crate::convert::{date_time, moment, need, sort_out, unreadable};
use crate::session::Session;

const TRAILS: &str = "cloudtrail:DescribeTrails";
const STATUS: &str = "cloudtrail:GetTrailStatus";
const EVENTS: &str = "cloudtrail:LookupEvents";
/// The most that one page holds.
/// Source: AWS CloudTrail API reference, `LookupEvents`, `MaxResults`.
const PAGE: i32 = 50;

/// CloudTrail as seen with the sandbox's session.
pub(crate) struct EventHistory(pub(crate) Arc<Session>);

#[async_trait]
impl ReadEventHistory for EventHistory {
    async fn trails(&self) -> Result<Vec<Trail>, CallError> {
        // Trails of other Regions, and the organization's, which record here too.
        let request = self.0.trails.describe_trails().include_shadow_trails(true);
        let answer = self.0.call(TRAILS, request.send()).await?;
        let trails = answer.trail_list.ok_or_else(|| unreadable(TRAILS, "trailList is missing"))?;
        let trail = |record: aws_sdk_cloudtrail::types::Trail| {
            Ok(Trail {
                arn: need(record.trail_arn, "TrailARN").map_err(|problem| unreadable(TRAILS, problem))?,
                home_region: record.home_region,
                is_multi_region: record.is_multi_region_trail.unwrap_or(false),
                is_of_organization: record.is_organization_trail.unwrap_or(false),
                bucket: record.s3_bucket_name,
                key_prefix: record.s3_key_prefix.filter(|prefix| !prefix.is_empty()),
                log_file_validation: record.log_file_validation_enabled.unwrap_or(false),
            })
        };
        trails.into_iter().map(trail).collect()
    }

    async fn trail_status(&self, trail_arn: &str) -> Result<TrailStatus, CallError> {
        let answer = self.0.call(STATUS, self.0.trails.get_trail_status().name(trail_arn).send()).await?;
        Ok(TrailStatus {
            // Where it is not told, nobody may rely on its recording.
            is_logging: answer.is_logging.unwrap_or(false),
            latest_digest: answer.latest_digest_delivery_time.and_then(moment),
            digest_problem: answer.latest_digest_delivery_error.filter(|problem| !problem.is_empty()),
        })
    }

    async fn events(
        &self,
        event_name: &str,
        (from_moment, to_moment): (Timestamp, Timestamp),
        from: Option<PageToken>,
    ) -> Result<Page<HistoryEvent>, CallError> {
        let by_name = LookupAttribute::builder()
            .attribute_key(LookupAttributeKey::EventName)
            .attribute_value(event_name)
            .build()
            .map_err(|problem| unreadable(EVENTS, problem.to_string()))?;
        let request = self
            .0
            .trails
            .lookup_events()
            .lookup_attributes(by_name)
            .start_time(date_time(from_moment))
            .end_time(date_time(to_moment))
            .max_results(PAGE)
            .set_next_token(from.map(|token| token.0));
        let answer = self.0.call(EVENTS, request.send()).await?;
        let records = answer.events.unwrap_or_default().into_iter().map(|record| {
            let name = record.event_id.clone().unwrap_or_else(|| "without an id".into());
            (name, event(record))
        });
        let (items, unreadable) = sort_out(records, "event");
        Ok(Page { items, next: answer.next_token.filter(|token| !token.is_empty()).map(PageToken), unreadable })
    }
}

fn event(record: Event) -> Result<HistoryEvent, String> {
    let whole = need(record.cloud_trail_event.as_deref(), "CloudTrailEvent")?;
    let whole: Value = serde_json::from_str(whole).map_err(|error| format!("CloudTrailEvent: {error}"))?;
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let mut mentions = BTreeSet::new();
    for part in ["requestParameters", "responseElements", "resources"] {
        collect(&whole[part], &mut mentions);
    }
    mentions.extend(record.resources.unwrap_or_default().into_iter().filter_map(|resource| resource.resource_name));
    Ok(HistoryEvent {
        event_id: need(record.event_id, "EventId")?,
        event_name: need(record.event_name, "EventName")?,
        event_time: record.event_time.and_then(moment).ok_or("EventTime is missing")?,
        request_id: text(&whole["requestID"]),
        identity_arn: text(&whole["userIdentity"]["arn"]),
        error_code: text(&whole["errorCode"]),
        mentions,
    })
}

/// Every text in a value; names of members are none.
fn collect(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            texts.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(members) => members.values().for_each(|value| collect(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
