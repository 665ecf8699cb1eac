//! Copies of recovery points into the sandbox's vault.

use serde_json::{Value, json};

use crate::client::{self, Client, label, restore_of};
use crate::worlds::small;

const POINT: &str = "[[points]]\nresource = \"orders\"\nvault = \"daily\"\nage = \"3d\"\ntags = { class = \"a\" }\n";

fn copy_of(point: &str) -> Value {
    json!({
        "RecoveryPointArn": point,
        "SourceBackupVaultName": "daily",
        "DestinationBackupVaultArn": "arn:aws:backup:eu-central-1:999988887777:backup-vault:backproof-sandbox",
        "IamRoleArn": "arn:aws:iam::111122223333:role/copy",
    })
}

#[test]
fn a_copy_keeps_its_date_and_can_be_restored_in_the_sandbox() {
    client::run(small(POINT), |client: Client| async move {
        let point = client.latest_point("daily", "orders").await;
        let copy = client.copy_to_sandbox("daily", &point).await;
        assert!(copy.starts_with("arn:aws:backup:eu-central-1:999988887777:recovery-point:"), "{copy}");
        let sandbox = client.as_key("999988887777");
        let path = format!("/backup-vaults/backproof-sandbox/recovery-points/{}", label(&copy));
        let described = sandbox.backup("GET", &path, None).await;
        let made = described["CreationDate"].as_i64().unwrap();
        assert_eq!(made, "2026-02-26T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second());
        assert_eq!(described["ResourceArn"], "arn:aws:dynamodb:eu-central-1:111122223333:table/orders");
        assert_eq!(described["SourceBackupVaultArn"], "arn:aws:backup:eu-central-1:111122223333:backup-vault:daily");
        let tags = sandbox.backup("GET", &format!("/tags/{}/", label(&copy)), None).await;
        assert_eq!(tags["Tags"], json!({ "class": "a" }));
        sandbox.backup("PUT", "/restore-jobs", Some(restore_of(&copy, "bp-1", "t"))).await;
        sandbox.wait(3600).await;
        assert_eq!(sandbox.simulator.existing_resources("999988887777").len(), 1);
        assert_eq!(sandbox.call("backup", "DELETE", &path, None).await.0, 200);
        assert_eq!(sandbox.call("backup", "GET", &path, None).await.0, 404);
    });
}

#[test]
fn a_foreign_point_cannot_be_restored_without_a_copy() {
    client::run(small(POINT), |client: Client| async move {
        let point = client.latest_point("daily", "orders").await;
        let sandbox = client.as_key("999988887777");
        let (status, error) =
            sandbox.call("backup", "PUT", "/restore-jobs", Some(restore_of(&point, "bp-1", "t"))).await;
        assert_eq!((status, error["Code"].as_str()), (404, Some("ResourceNotFoundException")));
    });
}

#[test]
fn one_resource_is_copied_by_one_job_at_a_time() {
    client::run(small(POINT), |client: Client| async move {
        let point = client.latest_point("daily", "orders").await;
        let first = client.backup("PUT", "/copy-jobs", Some(copy_of(&point))).await;
        let (status, error) = client.call("backup", "PUT", "/copy-jobs", Some(copy_of(&point))).await;
        assert_eq!((status, error["Code"].as_str()), (400, Some("LimitExceededException")));
        client.wait(3600).await;
        client.backup("PUT", "/copy-jobs", Some(copy_of(&point))).await;
        let jobs = client.backup("GET", "/copy-jobs/?maxResults=1", None).await;
        assert_eq!(jobs["CopyJobs"].as_array().unwrap().len(), 1);
        let token = jobs["NextToken"].as_str().unwrap();
        let rest = client.backup("GET", &format!("/copy-jobs?nextToken={token}"), None).await;
        assert_eq!(rest["CopyJobs"][0]["CopyJobId"], first["CopyJobId"]);
        assert_eq!(rest["NextToken"], Value::Null);
    });
}

#[test]
fn what_cannot_leave_its_account_is_refused() {
    let basic = "[[resources]]\nname = \"old\"\ntype = \"DynamoDB\"\nbackups = \"basic\"\n\
                 table.partition_key = { name = \"id\", type = \"S\" }\n\
                 [[points]]\nresource = \"old\"\nvault = \"daily\"\nage = \"3d\"\n";
    let cases = [
        (basic.to_owned(), "old", "Feature is not supported"),
        (POINT.replace("age = \"3d\"", "age = \"3d\"\ncontinuous = true"), "orders", "Continuous"),
        (POINT.replace("age = \"3d\"", "age = \"93d\"\ncold_after_days = 90"), "orders", "cold storage"),
        (POINT.replace("age = \"3d\"", "age = \"3d\"\nstatus = \"PARTIAL\""), "orders", "PARTIAL"),
    ];
    for (more, resource, reason) in cases {
        client::run(small(&more), |client: Client| async move {
            let point = client.latest_point("daily", resource).await;
            let (status, error) = client.call("backup", "PUT", "/copy-jobs", Some(copy_of(&point))).await;
            assert_eq!((status, error["Code"].as_str()), (400, Some("InvalidRequestException")), "{resource}");
            assert!(error["Message"].as_str().unwrap().contains(reason), "{error}");
        });
    }
}

#[test]
fn a_shared_air_gapped_vault_opens_to_who_names_its_owner() {
    let world = "[[vaults]]\nname = \"gap\"\ntype = \"logically-air-gapped\"\nshared_with = [\"999988887777\"]\n\
                 [[points]]\nresource = \"orders\"\nvault = \"111122223333/eu-central-1/gap\"\nage = \"1d\"\n";
    client::run(small(world), |client: Client| async move {
        let sandbox = client.as_key("999988887777");
        let shared = sandbox.backup("GET", "/backup-vaults/?shared=true", None).await;
        assert_eq!(shared["BackupVaultList"][0]["BackupVaultName"], "gap");
        let (status, error) = sandbox.call("backup", "GET", "/backup-vaults/gap/recovery-points", None).await;
        assert_eq!((status, error["Code"].as_str()), (403, Some("AccessDeniedException")));
        assert_eq!(error["Message"], "Insufficient privileges to perform this action.");
        let path = "/backup-vaults/gap/recovery-points?backupVaultAccountId=111122223333";
        let listed = sandbox.backup("GET", path, None).await;
        let point = listed["RecoveryPoints"][0]["RecoveryPointArn"].as_str().unwrap();
        assert!(point.starts_with("arn:aws:backup:"), "{point}");
        sandbox.backup("PUT", "/restore-jobs", Some(restore_of(point, "bp-1", "t"))).await;
    });
}
