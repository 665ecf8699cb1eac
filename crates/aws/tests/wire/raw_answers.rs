//! What of AWS's answers is handed to whoever keeps them.

use std::sync::{Arc, Mutex};

use backproof_cloud::{Cloud, RawAnswer, RawAnswers, SandboxAccess, ScanPart, VaultRef};
use backproof_model::Secret;
use backproof_model::canonical::sha256_hex;
use serde_json::json;

use crate::double::{Reply, SANDBOX, SOURCE, Seen, cloud_of, json_error, ok, region, runtime, source};
use crate::requests::{POINT, start_restore};

/// Keeps everything.
#[derive(Default)]
struct Keeper(Mutex<Vec<RawAnswer>>);

impl RawAnswers for Keeper {
    fn seen(&self, answer: RawAnswer) {
        self.0.lock().unwrap().push(answer);
    }
}

/// What was handed over while the sandbox was asked, without questions after our identity.
#[expect(clippy::needless_pass_by_value, reason = "every caller gives a closure that is made for it")]
fn handed_over<T>(
    script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static,
    ask: impl AsyncFn(&SandboxAccess) -> T,
) -> Vec<RawAnswer> {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, script);
    let keeper = Arc::new(Keeper::default());
    runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        cloud.keep_answers(Some(keeper.clone()));
        ask(&access).await;
        cloud.keep_answers(None);
        ask(&access).await;
    });
    keeper.0.lock().unwrap().clone()
}

fn with_headers(body: &str) -> Reply {
    let headers = vec![("x-amzn-requestid", "req-7".to_owned()), ("date", "Thu, 01 Jan 2026 00:00:03 GMT".to_owned())];
    Reply::Body { status: 200, headers, body: body.to_owned() }
}

#[test]
fn an_answer_comes_with_both_clocks_its_request_id_and_its_digest() {
    const BODY: &str = r#"{"RestoreJobId":"job-1","Other":"something else"}"#;
    let answers = handed_over(
        |_, _| with_headers(BODY),
        async |access| access.restores.start_restore(&access.sandbox, &start_restore()).await.unwrap(),
    );
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!((answer.call.as_str(), answer.status), ("backup:StartRestoreJob", 200));
    assert_eq!(answer.account.as_ref().unwrap().as_str(), SANDBOX);
    assert_eq!(answer.region.as_ref(), Some(&region()));
    assert_eq!(answer.request_id.as_deref(), Some("req-7"));
    assert_eq!(answer.aws_date.as_deref(), Some("Thu, 01 Jan 2026 00:00:03 GMT"));
    assert_eq!(answer.sent.to_string(), "2026-01-01T00:00:00Z");
    assert_eq!((answer.body_bytes, answer.body_sha256.as_str()), (BODY.len() as u64, sha256_hex(BODY).as_str()));
    assert_eq!(answer.body, json!({ "RestoreJobId": "job-1", "Other": "<string, 14 characters>" }));
    let asked = json!({
        "RecoveryPointArn": POINT,
        "Metadata": { "targetTableName": "bp-k3v9x2aa-1-1-1" },
        "IamRoleArn": "arn:aws:iam::999988887777:role/restore",
        "IdempotencyToken": "<string, 7 characters>",
        "ResourceType": "DynamoDB",
        "CopySourceTagsToRestoredResource": false,
    });
    assert_eq!(answer.asked, asked);
}

#[test]
fn parameters_are_read_from_paths_and_queries() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SOURCE, &clock, |_, _| ok(r#"{"RecoveryPoints":[{"a":1},{"a":2}],"NextToken":"more"}"#));
    let keeper = Arc::new(Keeper::default());
    runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        cloud.keep_answers(Some(keeper.clone()));
        let vault = VaultRef { name: "Default".into(), owner: Some("555566667777".parse().unwrap()) };
        let token = backproof_cloud::PageToken("a+b/=".into());
        access.backups.list_recovery_points(&vault, Some(token)).await.unwrap();
    });
    let answers = keeper.0.lock().unwrap();
    let expected = json!({
        "BackupVaultName": "Default",
        "backupVaultAccountId": "555566667777",
        "maxResults": "1000",
        "nextToken": "<string, 5 characters>",
    });
    assert_eq!(answers[0].asked, expected);
    assert_eq!(
        answers[0].body,
        json!({ "RecoveryPoints": "<array, 2 elements>", "NextToken": "<string, 4 characters>" })
    );
}

#[test]
fn every_attempt_is_handed_over_and_so_is_a_refusal() {
    let answers = handed_over(
        |number, _| match number {
            0 => json_error(500, "InternalServerError", "try again"),
            _ => json_error(400, "ResourceNotFoundException", "no such table"),
        },
        async |access| access.tables.describe_table("bp-1").await.unwrap_err(),
    );
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [500, 400]);
    assert_eq!(answers[1].body["message"], "no such table");
    assert_eq!(answers[0].question, answers[1].question, "the same was asked twice");
}

#[test]
fn nothing_that_a_table_holds_is_handed_over() {
    let items = r#"{"Count":1,"ScannedCount":1,"Items":[{"id":{"S":"customer"}}]}"#;
    let answers = handed_over(
        move |_, _| ok(items),
        async |access| access.tables.scan("bp-1", ScanPart { segment: 0, total_segments: 1 }, None).await.unwrap(),
    );
    assert_eq!(answers, []);
}

#[test]
fn no_password_is_handed_over() {
    let instance = "<DBInstance><DBInstanceIdentifier>bp-1</DBInstanceIdentifier>\
        <DBInstanceArn>arn:aws:rds:eu-central-1:999988887777:db:bp-1</DBInstanceArn>\
        <DBInstanceStatus>available</DBInstanceStatus><Engine>postgres</Engine></DBInstance>";
    let answers = handed_over(
        move |_, _| {
            ok(format!(
                "<ModifyDBInstanceResponse><ModifyDBInstanceResult>{instance}</ModifyDBInstanceResult></ModifyDBInstanceResponse>"
            ))
        },
        async |access| {
            access.databases.reset_password(&access.sandbox, "bp-1", &Secret::new("made-for-this-test-1")).await
        },
    );
    assert!(!format!("{answers:?}").contains("made-for-this-test"), "{answers:?}");
}

#[test]
fn an_instance_is_told_by_what_is_listed_and_a_listing_by_its_figures() {
    let instances = |names: &[&str]| {
        let of = |name: &&str| {
            format!(
                "<DBInstance><DBInstanceIdentifier>{name}</DBInstanceIdentifier>\
                 <DBInstanceArn>arn:aws:rds:eu-central-1:999988887777:db:{name}</DBInstanceArn>\
                 <DBInstanceStatus>available</DBInstanceStatus><Engine>postgres</Engine>\
                 <MasterUsername>root</MasterUsername></DBInstance>"
            )
        };
        let all: String = names.iter().map(of).collect();
        ok(format!(
            "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>{all}</DBInstances>\
             </DescribeDBInstancesResult></DescribeDBInstancesResponse>"
        ))
    };
    let answers = handed_over(
        move |number, _| if number % 2 == 0 { instances(&["bp-1"]) } else { instances(&["bp-1", "theirs"]) },
        async |access| {
            access.databases.describe_instance("bp-1").await.unwrap();
            access.databases.list_instances(None).await.unwrap();
        },
    );
    let one = &answers[0].body["DBInstances"]["DBInstance"][0];
    assert_eq!(
        (&one["DBInstanceStatus"], &one["MasterUsername"]),
        (&json!("available"), &json!("<string, 4 characters>"))
    );
    assert_eq!(answers[1].body, json!({ "DBInstances": { "DBInstance": "<array, 2 elements>" } }));
}

#[test]
fn half_an_answer_is_told_by_its_length() {
    let answers = handed_over(
        |_, _| ok(r#"{"RestoreJobId":"job-"#),
        async |access| access.restores.start_restore(&access.sandbox, &start_restore()).await.unwrap_err(),
    );
    assert_eq!(answers[0].body, json!({ "unreadable": "<string, 21 characters>" }));
    assert_eq!(answers[0].body_bytes, 21);
}
