//! CloudTrail.

use backproof_cloud::{Cloud, PageToken, SandboxAccess, Trouble};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::double::{Reply, SANDBOX, Seen, cloud_of, json_error, ok, region, runtime};

fn asking<T>(
    script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static,
    ask: impl AsyncFnOnce(&SandboxAccess) -> T,
) -> (T, Vec<Seen>) {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SANDBOX, &clock, script);
    let got = runtime.block_on(async { ask(&cloud.sandbox(&region()).await.unwrap()).await });
    (got, double.asked())
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn whole_event() -> Value {
    json!({
        "userIdentity": { "type": "AssumedRole", "arn": "arn:aws:sts::999988887777:assumed-role/backproof-sandbox/s" },
        "requestParameters": { "recoveryPointArn": "arn:point", "metadata": { "targetTableName": "bp-1" } },
        "responseElements": { "restoreJobId": "job-1", "copied": false },
        "requestID": "req-9",
    })
}

#[test]
fn events_are_looked_up_by_name_in_their_time_and_told_by_what_they_mention() {
    let (page, seen) = asking(
        |_, _| {
            let event = json!({
                "EventId": "event-1", "EventName": "StartRestoreJob", "EventTime": 1_767_225_600,
                "CloudTrailEvent": whole_event().to_string(),
                "Resources": [{ "ResourceType": "t", "ResourceName": "named" }],
            });
            ok(json!({ "Events": [event, { "EventId": "event-2" }], "NextToken": "more" }).to_string())
        },
        async |access| {
            let between = (moment("2026-01-01T00:00:00Z"), moment("2026-01-02T00:00:00Z"));
            access.history.events("StartRestoreJob", between, Some(PageToken("here".into()))).await.unwrap()
        },
    );
    assert!(seen[0].target.ends_with("CloudTrail_20131101.LookupEvents"), "{}", seen[0].target);
    let asked: Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(
        asked["LookupAttributes"],
        json!([{ "AttributeKey": "EventName", "AttributeValue": "StartRestoreJob" }])
    );
    assert_eq!((&asked["MaxResults"], &asked["NextToken"]), (&json!(50), &json!("here")));
    let [event] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!((event.event_id.as_str(), event.event_time), ("event-1", moment("2026-01-01T00:00:00Z")));
    assert_eq!(event.request_id.as_deref(), Some("req-9"));
    assert!(event.identity_arn.as_ref().unwrap().ends_with("backproof-sandbox/s"));
    let mentions: Vec<&str> = event.mentions.iter().map(String::as_str).collect();
    assert_eq!(mentions, ["arn:point", "bp-1", "job-1", "named"]);
    assert_eq!(page.unreadable.len(), 1, "{:?}", page.unreadable);
    assert_eq!(page.next, Some(PageToken("more".into())));
}

#[test]
fn trails_are_listed_with_those_of_other_regions() {
    let (trails, seen) = asking(
        |_, _| {
            ok(json!({ "trailList": [{
                "TrailARN": "arn:trail", "HomeRegion": "us-east-1", "IsMultiRegionTrail": true,
                "IsOrganizationTrail": true, "LogFileValidationEnabled": true, "S3BucketName": "logs", "S3KeyPrefix": "",
            }] })
            .to_string())
        },
        async |access| access.history.trails().await.unwrap(),
    );
    let asked: Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(asked, json!({ "includeShadowTrails": true }));
    assert!(trails[0].is_multi_region && trails[0].is_of_organization && trails[0].log_file_validation);
    assert_eq!((trails[0].bucket.as_deref(), &trails[0].key_prefix), (Some("logs"), &None));
}

#[test]
fn a_trail_that_does_not_say_that_it_records_is_not_taken_to() {
    let (status, _) = asking(|_, _| ok("{}"), async |access| access.history.trail_status("arn:trail").await.unwrap());
    assert!(!status.is_logging);
}

#[test]
fn who_may_not_look_is_told_so() {
    let (denied, _) = asking(
        |_, _| json_error(400, "AccessDeniedException", "User is not authorized"),
        async |access| {
            let between = (moment("2026-01-01T00:00:00Z"), moment("2026-01-02T00:00:00Z"));
            access.history.events("DeleteTable", between, None).await.unwrap_err()
        },
    );
    assert_eq!((denied.trouble, denied.call.as_str()), (Trouble::Denied, "cloudtrail:LookupEvents"));
}
