//! Restore jobs from start to end, well and ill.

use serde_json::{Value, json};

use crate::client::{self, Client, label, restore_of};
use crate::worlds::point_in_sandbox;

const SANDBOX: &str = "999988887777";
const TABLE: &str = "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-1";

/// Starts a restore of the sandbox's point into the table `bp-1`, waits an hour and answers the job.
async fn restored(client: &Client) -> Value {
    let client = client.as_key(SANDBOX);
    let point = client.latest_point("backproof-sandbox", "orders").await;
    let id = started(&client, restore_of(&point, "bp-1", "token")).await;
    client.wait(3600).await;
    client.backup("GET", &format!("/restore-jobs/{id}"), None).await
}

async fn started(client: &Client, body: Value) -> String {
    let started = client.backup("PUT", "/restore-jobs", Some(body)).await;
    started["RestoreJobId"].as_str().unwrap().to_owned()
}

#[test]
fn a_job_waits_runs_and_completes_and_names_its_table_late() {
    client::run(point_in_sandbox(""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let point = client.latest_point("backproof-sandbox", "orders").await;
        let id = started(&client, restore_of(&point, "bp-1", "token")).await;
        let mut seen = Vec::new();
        for minutes in [0, 2, 5, 5] {
            client.wait(minutes * 60).await;
            let job = client.backup("GET", &format!("/restore-jobs/{id}/"), None).await;
            seen.push((
                job["Status"].as_str().unwrap().to_owned(),
                job["CreatedResourceArn"].as_str().map(str::to_owned),
            ));
        }
        let expected = [("PENDING", None), ("RUNNING", None), ("RUNNING", Some(TABLE)), ("COMPLETED", Some(TABLE))];
        assert_eq!(seen, expected.map(|(status, arn)| (status.to_owned(), arn.map(str::to_owned))));
        let job = client.backup("GET", &format!("/restore-jobs/{id}"), None).await;
        assert_eq!(job["PercentDone"], "100.00%");
        assert_eq!(job["CompletionDate"].as_i64().unwrap() - job["CreationDate"].as_i64().unwrap(), 660);
        assert_eq!(client.simulator.existing_resources(SANDBOX), [TABLE]);
        let metadata = client.backup("GET", &format!("/restore-jobs/{id}/metadata"), None).await;
        assert_eq!(metadata["Metadata"]["targetTableName"], "bp-1");
    });
}

#[test]
fn the_same_token_starts_nothing_twice() {
    client::run(point_in_sandbox(""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let point = client.latest_point("backproof-sandbox", "orders").await;
        let first = started(&client, restore_of(&point, "bp-1", "token")).await;
        let again = started(&client, restore_of(&point, "bp-1", "token")).await;
        let other = started(&client, restore_of(&point, "bp-2", "another")).await;
        assert_eq!(first, again);
        assert_ne!(first, other);
        assert_eq!(client.simulator.restore_jobs().len(), 2);
    });
}

#[test]
fn a_script_decides_how_a_job_ends() {
    let cases = [
        (
            "restore = { fails_with = \"Access denied to KMS key.\" }",
            "FAILED",
            Some("Access denied to KMS key."),
            0,
            None,
        ),
        ("restore = { fails_with = \"x\", leaves_behind = true }", "FAILED", Some("x"), 1, None),
        ("restore = { aborts_with = \"y\" }", "ABORTED", Some("y"), 0, None),
        ("restore = { stuck = true }", "RUNNING", None, 0, None),
        ("restore = { status_message = \"z\" }", "COMPLETED", Some("z"), 1, Some(TABLE)),
        ("restore = { created = \"untold\" }", "COMPLETED", None, 1, None),
        ("restore = { created = \"dangling\" }", "COMPLETED", None, 0, Some(TABLE)),
        (
            "restore = { created = \"wrong-account\" }",
            "COMPLETED",
            None,
            1,
            Some("arn:aws:dynamodb:eu-central-1:000000000000:table/bp-1"),
        ),
    ];
    for (script, status, message, tables, created) in cases {
        client::run(point_in_sandbox(script), |client: Client| async move {
            let job = restored(&client).await;
            assert_eq!(job["Status"], status, "{script}");
            assert_eq!(job["StatusMessage"].as_str(), message, "{script}");
            assert_eq!(job["CreatedResourceArn"].as_str(), created, "{script}");
            assert_eq!(client.simulator.existing_resources(SANDBOX).len(), tables, "{script}");
        });
    }
}

#[test]
fn a_table_of_the_same_name_makes_the_job_fail() {
    client::run(point_in_sandbox(""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let point = client.latest_point("backproof-sandbox", "orders").await;
        let first = started(&client, restore_of(&point, "bp-1", "1")).await;
        client.wait(30).await;
        let second = started(&client, restore_of(&point, "bp-1", "2")).await;
        client.wait(3600).await;
        let jobs = client.backup("GET", "/restore-jobs/?status=FAILED", None).await;
        assert_eq!(jobs["RestoreJobs"][0]["RestoreJobId"], second.as_str());
        assert_eq!(jobs["RestoreJobs"][0]["StatusMessage"], "Table already exists: bp-1");
        assert_eq!(client.backup("GET", &format!("/restore-jobs/{first}"), None).await["Status"], "COMPLETED");
    });
}

#[test]
fn what_cannot_be_started_is_refused_in_the_modelled_way() {
    client::run(point_in_sandbox("delete_after_days = 1"), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let expired = client.latest_point("backproof-sandbox", "orders").await;
        let with = |name: &str, value: Value| {
            let mut body = restore_of(&expired, "bp-1", "token");
            body[name] = value;
            body
        };
        let cases = [
            (
                with("RecoveryPointArn", json!("arn:aws:backup:eu-central-1:1:recovery-point:x")),
                404,
                "ResourceNotFoundException",
            ),
            (with("RecoveryPointArn", Value::Null), 400, "MissingParameterValueException"),
            (with("Metadata", Value::Null), 400, "MissingParameterValueException"),
            (with("Metadata", json!({})), 400, "InvalidRequestException"),
            (with("ResourceType", json!("RDS")), 400, "InvalidParameterValueException"),
            (with("IamRoleArn", json!("arn:aws:iam::111122223333:role/x")), 403, "AccessDeniedException"),
            (with("IamRoleArn", json!("a role")), 400, "InvalidParameterValueException"),
        ];
        for (body, status, code) in cases {
            let (answered, error) = client.call("backup", "PUT", "/restore-jobs", Some(body.clone())).await;
            assert_eq!((answered, error["Code"].as_str()), (status, Some(code)), "{body} {error}");
        }
        assert_eq!(client.simulator.restore_jobs(), []);
    });
}

#[test]
fn metadata_names_may_be_written_in_any_case_and_must_name_a_table() {
    client::run(point_in_sandbox(""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let point = client.latest_point("backproof-sandbox", "orders").await;
        let mut body = restore_of(&point, "bp-1", "token");
        body["Metadata"] = json!({ "TARGETTABLENAME": "bp-7" });
        started(&client, body.clone()).await;
        assert_eq!(client.simulator.restore_jobs()[0].target, "bp-7");
        body["IdempotencyToken"] = json!("other");
        for metadata in
            [json!({}), json!({ "targetTableName": "a/b" }), json!({ "targetTableName": "abc", "encryptionType": "X" })]
        {
            body["Metadata"] = metadata.clone();
            let (status, error) = client.call("backup", "PUT", "/restore-jobs", Some(body.clone())).await;
            assert_eq!((status, error["Code"].as_str()), (400, Some("InvalidParameterValueException")), "{metadata}");
        }
    });
}

#[test]
fn roles_and_permissions_that_are_missing_fail_the_job_and_create_nothing() {
    let lacking = "[[denied]]\naccount = \"999988887777\"\nrole = \"backproof-restore\"\n\
                   actions = [\"dynamodb:BatchWriteItem\"]\nrestoring = [\"orders\"]";
    client::run(point_in_sandbox(lacking), |client: Client| async move {
        let job = restored(&client).await;
        assert_eq!(job["Status"], "FAILED");
        let message = job["StatusMessage"].as_str().unwrap();
        assert!(message.contains("is not authorized to perform: dynamodb:BatchWriteItem"), "{message}");
        let client = client.as_key(SANDBOX);
        let point = client.latest_point("backproof-sandbox", "orders").await;
        for role in ["nobody", "backproof-sandbox"] {
            let mut body = restore_of(&point, "bp-2", role);
            body["IamRoleArn"] = json!(format!("arn:aws:iam::999988887777:role/{role}"));
            let id = started(&client, body).await;
            client.wait(60).await;
            let job = client.backup("GET", &format!("/restore-jobs/{id}"), None).await;
            assert_eq!(job["StatusMessage"], "IAM Role cannot be assumed by AWS Backup");
        }
        let mut body = restore_of(&point, "bp-3", "tags");
        body["CopySourceTagsToRestoredResource"] = json!(true);
        started(&client, body).await;
        client.wait(3600).await;
        assert!(client.simulator.restore_jobs().iter().all(|job| job.status == "FAILED"));
        assert_eq!(client.simulator.existing_resources(SANDBOX), Vec::<String>::new());
    });
}

#[test]
fn a_point_that_vanishes_is_listed_and_gone_when_it_is_used() {
    client::run(point_in_sandbox("vanishes_when_used = true"), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let point = client.latest_point("backproof-sandbox", "orders").await;
        let (status, error) =
            client.call("backup", "PUT", "/restore-jobs", Some(restore_of(&point, "bp-1", "t"))).await;
        assert_eq!((status, error["Code"].as_str()), (404, Some("ResourceNotFoundException")));
        let listed = client.backup("GET", "/backup-vaults/backproof-sandbox/recovery-points", None).await;
        assert_eq!(listed["RecoveryPoints"], json!([]));
    });
}

#[test]
fn a_verdict_is_given_once_and_only_on_a_completed_job() {
    client::run(point_in_sandbox(""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let point = client.latest_point("backproof-sandbox", "orders").await;
        let id = started(&client, restore_of(&point, "bp-1", "token")).await;
        let path = format!("/restore-jobs/{id}/validations");
        let verdict = |status: &str| Some(json!({ "ValidationStatus": status }));
        let early = client.call("backup", "PUT", &path, verdict("SUCCESSFUL")).await;
        assert_eq!((early.0, early.1["Code"].as_str()), (400, Some("InvalidRequestException")));
        client.wait(3600).await;
        assert_eq!(client.call("backup", "PUT", &path, verdict("SUCCESSFUL")).await, (204, Value::Null));
        let late = client.call("backup", "PUT", &path, verdict("FAILED")).await;
        assert_eq!((late.0, late.1["Code"].as_str()), (400, Some("InvalidRequestException")));
        let job = client.backup("GET", &format!("/restore-jobs/{id}"), None).await;
        assert_eq!(job["ValidationStatus"], "SUCCESSFUL");
    });
}

#[test]
fn metadata_of_a_point_names_the_source_and_the_inferred_one_does_not() {
    client::run(point_in_sandbox(""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let point = client.latest_point("backproof-sandbox", "orders").await;
        let path = format!("/backup-vaults/backproof-sandbox/recovery-points/{}/restore-metadata", label(&point));
        let remembered = client.backup("GET", &path, None).await;
        assert_eq!(remembered["RestoreMetadata"]["originalTableName"], "orders");
        let path = format!(
            "/restore-testing/inferred-metadata?BackupVaultName=backproof-sandbox&RecoveryPointArn={}",
            label(&point)
        );
        let inferred = client.backup("GET", &path, None).await;
        assert!(
            inferred["InferredMetadata"]["targetTableName"].as_str().unwrap().starts_with("awsbackup-restore-test-")
        );
        assert_eq!(inferred["InferredMetadata"]["encryptionType"], "Default");
    });
}
