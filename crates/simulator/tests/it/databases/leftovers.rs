//! What an instance leaves: automated backups, log groups, secrets.

use serde_json::{Value, json};

use super::*;

async fn logs(client: &Client, operation: &str, body: Value) -> (u16, Value) {
    client.json("logs", &format!("Logs_20140328.{operation}"), body).await
}

async fn secrets(client: &Client, filters: Value) -> Value {
    let (status, listed) =
        client.json("secretsmanager", "secretsmanager.ListSecrets", json!({ "Filters": filters })).await;
    assert_eq!(status, 200, "{listed}");
    listed["SecretList"].clone()
}

#[test]
fn automated_backups_stay_where_nobody_asks_for_their_deletion_or_the_world_says_so() {
    let cases = [
        ("", "&DeleteAutomatedBackups=true", 0),
        ("", "", 0),
        ("", "&DeleteAutomatedBackups=false", 1),
        ("restore = { retains_automated_backup = true }", "&DeleteAutomatedBackups=true", 1),
    ];
    for (script, asked, kept) in cases {
        client::run(world("postgres", "", script), |client: Client| async move {
            let client = client.as_key(SANDBOX);
            restored(&client).await;
            let id = text(&described(&client).await, "DbiResourceId").unwrap();
            let of = format!("Action=DescribeDBInstanceAutomatedBackups&DbiResourceId={id}");
            assert!(rds(&client, &of).await.contains("<Status>active<"));
            let away = format!("Action=DeleteDBInstanceAutomatedBackup&DbiResourceId={id}");
            assert_eq!(refused(&client, &away).await.1, "InvalidDBInstanceAutomatedBackupState");
            let delete = format!("Action=DeleteDBInstance&DBInstanceIdentifier=bp-1&SkipFinalSnapshot=true{asked}");
            rds(&client, &delete).await;
            client.wait(300).await;
            assert_eq!(client.simulator.existing_resources(SANDBOX).len(), kept, "{asked}");
            if kept == 0 {
                assert_eq!(refused(&client, &of).await, (404, "DBInstanceAutomatedBackupNotFound".to_owned()));
                return;
            }
            let filter = "Action=DescribeDBInstanceAutomatedBackups&Filters.Filter.1.Name=status\
                          &Filters.Filter.1.Values.Value.1=retained";
            let listed = rds(&client, filter).await;
            assert!(listed.contains("<Status>retained<") && listed.contains(&id), "{listed}");
            rds(&client, &away).await;
            assert_eq!(refused(&client, &away).await.0, 404);
            assert_eq!(client.simulator.existing_resources(SANDBOX), [""; 0]);
        });
    }
}

#[test]
fn logs_that_were_exported_stay_until_they_are_deleted() {
    let script = "restore = { log_groups = [\"upgrade\"] }";
    client::run(world("postgres", "", script), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let mut asked = metadata("bp-1");
        asked["EnableCloudwatchLogsExports"] = json!("[\"postgresql\"]");
        started(&client, &asked).await;
        client.wait(1200).await;
        rds(&client, DELETE).await;
        client.wait(300).await;
        let prefix = json!({ "logGroupNamePrefix": "/aws/rds/instance/bp-1/" });
        let mut page = prefix.clone();
        page["limit"] = json!(1);
        let (_, first) = logs(&client, "DescribeLogGroups", page.clone()).await;
        assert_eq!(first["logGroups"][0]["logGroupName"], "/aws/rds/instance/bp-1/postgresql");
        page["nextToken"] = first["nextToken"].clone();
        let (_, second) = logs(&client, "DescribeLogGroups", page).await;
        assert_eq!(
            (&second["logGroups"][0]["logGroupName"], &second["nextToken"]),
            (&json!("/aws/rds/instance/bp-1/upgrade"), &Value::Null)
        );
        assert_eq!(client.simulator.existing_resources(SANDBOX).len(), 2);
        for name in ["postgresql", "upgrade"] {
            let group = json!({ "logGroupName": format!("/aws/rds/instance/bp-1/{name}") });
            assert_eq!(logs(&client, "DeleteLogGroup", group.clone()).await.0, 200);
            let (status, error) = logs(&client, "DeleteLogGroup", group).await;
            assert_eq!((status, error["__type"].as_str()), (400, Some("ResourceNotFoundException")));
        }
        assert_eq!(logs(&client, "DescribeLogGroups", prefix).await.1["logGroups"], json!([]));
        assert_eq!(client.simulator.existing_resources(SANDBOX), [""; 0]);
    });
}

#[test]
fn a_password_that_secrets_manager_holds_cannot_be_set_until_it_is_taken_back() {
    client::run(world("postgres", "", "restore = { managed_secret = true }"), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        restored(&client).await;
        let arn = text(&described(&client).await, "SecretArn").unwrap();
        let of_instance = json!([{ "Key": "tag-value", "Values": [ARN] }]);
        assert_eq!(secrets(&client, of_instance.clone()).await[0]["ARN"], json!(arn));
        assert_eq!(secrets(&client, json!([{ "Key": "name", "Values": ["x"] }])).await, json!([]));
        let modify = "Action=ModifyDBInstance&DBInstanceIdentifier=bp-1&MasterUserPassword=open-sesame";
        assert_eq!(refused(&client, modify).await, (400, "InvalidParameterCombination".to_owned()));
        rds(&client, &format!("{modify}&ManageMasterUserPassword=false")).await;
        assert!(!described(&client).await.contains("<MasterUserSecret>"));
        assert_eq!(secrets(&client, of_instance).await, json!([]));
        let short = "Action=ModifyDBInstance&DBInstanceIdentifier=bp-1&MasterUserPassword=short";
        client.wait(60).await;
        assert_eq!(refused(&client, short).await.1, "InvalidParameterValue");
        let other = "Action=ModifyDBInstance&DBInstanceIdentifier=bp-1&AllocatedStorage=100";
        assert_eq!(refused(&client, other).await.1, "InvalidParameterValue");
    });
}

#[test]
fn a_managed_secret_goes_with_its_instance_unless_the_world_leaves_it() {
    for (leaves, left) in [("", 0), (", leaves_secret = true", 1)] {
        let script = format!("restore = {{ managed_secret = true{leaves} }}");
        client::run(world("postgres", "", &script), |client: Client| async move {
            let client = client.as_key(SANDBOX);
            restored(&client).await;
            rds(&client, DELETE).await;
            client.wait(300).await;
            assert_eq!(secrets(&client, json!([])).await.as_array().unwrap().len(), left);
            assert_eq!(client.simulator.existing_resources(SANDBOX).len(), left);
        });
    }
}
