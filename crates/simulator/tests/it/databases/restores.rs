//! From recovery point to a server that answers.

use backproof_simulator::world::Ages;
use serde_json::{Value, json};

use super::*;

#[test]
fn a_restored_instance_serves_the_data_of_its_point_until_it_is_deleted() {
    client::run(world("postgres", "", ""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let job = restored(&client).await;
        assert_eq!((job["Status"].as_str(), job["CreatedResourceArn"].as_str()), (Some("COMPLETED"), Some(ARN)));
        assert_eq!(client.simulator.existing_resources(SANDBOX), [ARN]);

        let xml = described(&client).await;
        assert_eq!(text(&xml, "DBInstanceStatus").as_deref(), Some("available"));
        assert_eq!(text(&xml, "DBInstanceClass").as_deref(), Some("db.t4g.micro"));
        assert!(xml.contains("<Key>team</Key><Value>checkout</Value>"), "tags are copied, asked or not: {xml}");
        let endpoint = text(&xml, "Endpoint").unwrap();
        assert_eq!(text(&endpoint, "Address").as_deref(), Some("localhost"));
        let port = text(&endpoint, "Port").unwrap();

        rds(&client, "Action=ModifyDBInstance&DBInstanceIdentifier=bp-1&MasterUserPassword=open-sesame").await;
        assert!(described(&client).await.contains("<MasterUserPassword>****</MasterUserPassword>"));
        client.wait(10).await;
        assert!(described(&client).await.contains("<DBInstanceStatus>resetting-master-credentials<"));
        assert!(psql(&client, &port, "shop_admin", "open-sesame", "SELECT 1").is_err(), "it is not set yet");
        client.wait(30).await;
        let xml = described(&client).await;
        assert!(xml.contains("<DBInstanceStatus>available<") && xml.contains("<PendingModifiedValues></"), "{xml}");
        let newest = psql(&client, &port, "shop_admin", "open-sesame", "SELECT count(*), max(created_at) FROM orders");
        let newest = newest.unwrap();
        let (count, moment) = newest.split_once('|').unwrap();
        assert!((190..200).contains(&count.parse::<u32>().unwrap()), "{newest}");
        assert!(moment.starts_with("2026-02-2"), "the newest row is of the point's time: {newest}");

        assert!(rds(&client, DELETE).await.contains("<DBInstanceStatus>deleting<"));
        assert!(psql(&client, &port, "shop_admin", "open-sesame", "SELECT 1").is_err(), "the server is stopped");
        assert_eq!(client.simulator.existing_resources(SANDBOX), [ARN]);
        client.wait(180).await;
        assert_eq!(
            refused(&client, "Action=DescribeDBInstances&DBInstanceIdentifier=bp-1").await.1,
            "DBInstanceNotFound"
        );
        assert_eq!(client.simulator.existing_resources(SANDBOX), [""; 0]);
    });
}

#[test]
fn an_instance_is_created_backed_up_and_loaded_while_it_is_available() {
    let script = "restore = { creating = \"5m\", backing_up = \"2m\", storage_loading = \"20m\" }";
    client::run(world("postgres", "", script), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        started(&client, &metadata("bp-1")).await;
        assert_eq!(refused(&client, "Action=DescribeDBInstances&DBInstanceIdentifier=bp-1").await.0, 404);
        let mut seen = Vec::new();
        for minutes in [2, 11, 4, 2, 6, 20] {
            client.wait(minutes * 60).await;
            let xml = described(&client).await;
            let status = text(&xml, "DBInstanceStatus").unwrap();
            let percent = text(&xml, "StorageOperationPercentProgress").unwrap_or_default();
            seen.push((status, xml.contains("<Endpoint>"), xml.contains("<InstanceCreateTime>"), percent));
        }
        let expected = [
            ("creating", false, ""),
            ("creating", false, ""),
            ("backing-up", true, "5"),
            ("available", true, "15"),
            ("available", true, "45"),
            ("available", true, ""),
        ];
        let expected =
            expected.map(|(status, is_there, percent)| (status.to_owned(), is_there, is_there, percent.to_owned()));
        assert_eq!(seen, expected);
    });
}

#[test]
fn what_the_restore_does_not_take_fails_the_job_within_seconds() {
    let cases = [
        ("DBSnapshotIdentifier", json!("awsbackup:job-1"), "Unsupported parameter: DBSnapshotIdentifier"),
        ("InformationalOnly:Encrypted", json!("true"), "Unsupported parameter: InformationalOnly:Encrypted"),
        ("Port", json!("0"), "Invalid database port: 0"),
        ("VpcSecurityGroupIds", json!("sg-1"), "is not a JSON list"),
    ];
    for (key, value, message) in cases {
        client::run(world("postgres", "", ""), |client: Client| async move {
            let client = client.as_key(SANDBOX);
            let mut asked = metadata("bp-1");
            asked[key] = value;
            let id = started(&client, &asked).await;
            client.wait(20).await;
            let job = client.backup("GET", &format!("/restore-jobs/{id}"), None).await;
            assert_eq!(job["Status"], "FAILED");
            assert!(job["StatusMessage"].as_str().unwrap().contains(message), "{job}");
            assert_eq!(client.simulator.instances(), []);
        });
    }
}

#[test]
fn what_the_network_lacks_fails_the_job_when_it_begins() {
    let default = "No default subnet detected in VPC. Please contact AWS Support to recreate default Subnets.";
    let cases = [
        ("DBSubnetGroupName", Value::Null, default),
        ("DBSubnetGroupName", json!("production"), "DB subnet group 'production' does not exist."),
        ("VpcSecurityGroupIds", json!("[\"sg-0production\"]"), "Invalid security group , groupId= sg-0production"),
        ("DBParameterGroupName", json!("production"), "DBParameterGroup not found: production"),
        ("OptionGroupName", json!("production"), "OptionGroupName: production not found"),
    ];
    for (key, value, message) in cases {
        client::run(world("postgres", "", ""), |client: Client| async move {
            let client = client.as_key(SANDBOX);
            let mut asked = metadata("bp-1");
            asked[key] = value;
            asked.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            let id = started(&client, &asked).await;
            client.wait(70).await;
            let job = client.backup("GET", &format!("/restore-jobs/{id}"), None).await;
            assert_eq!(job["Status"], "FAILED");
            assert!(job["StatusMessage"].as_str().unwrap().contains(message), "{job}");
            assert_eq!(client.simulator.instances(), []);
        });
    }
}

#[test]
fn a_name_that_is_taken_or_that_cannot_be_is_refused() {
    client::run(world("postgres", "", ""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        started(&client, &metadata("bp-1")).await;
        client.wait(120).await;
        let second = started(&client, &metadata("BP-1")).await;
        client.wait(120).await;
        let job = client.backup("GET", &format!("/restore-jobs/{second}"), None).await;
        assert_eq!(job["StatusMessage"], "DBInstanceAlreadyExists: DB instance already exists: bp-1");
        let point = client.latest_point("backproof-sandbox", "shop-db").await;
        for name in ["", "-x", "a b"] {
            let body = json!({
                "RecoveryPointArn": point, "Metadata": metadata(name),
                "IamRoleArn": "arn:aws:iam::999988887777:role/backproof-restore",
            });
            let (status, error) = client.call("backup", "PUT", "/restore-jobs", Some(body)).await;
            assert_eq!((status, error["Code"].as_str()), (400, Some("InvalidParameterValueException")), "{name}");
        }
    });
}

#[test]
fn a_point_remembers_what_nobody_should_send_back() {
    client::run(world("mariadb", "", ""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let point = client.latest_point("backproof-sandbox", "shop-db").await;
        let path =
            format!("/backup-vaults/backproof-sandbox/recovery-points/{}/restore-metadata", client::label(&point));
        let remembered = client.backup("GET", &path, None).await;
        assert_eq!(remembered["ResourceType"], "RDS");
        let remembered = remembered["RestoreMetadata"].as_object().unwrap().clone();
        let snapshot = point.split_once(":snapshot:").unwrap().1;
        assert_eq!(remembered["DBSnapshotIdentifier"], snapshot);
        assert_eq!((&remembered["Engine"], &remembered["Port"]), (&json!("mariadb"), &json!("0")));
        for key in ["DBSubnetGroupName", "VpcSecurityGroupIds", "InformationalOnly:Encrypted", "OptionGroupName"] {
            assert!(remembered.contains_key(key), "{key}");
        }
        let id = started(&client, &Value::Object(remembered)).await;
        client.wait(20).await;
        assert_eq!(client.backup("GET", &format!("/restore-jobs/{id}"), None).await["Status"], "FAILED");
    });
}

#[test]
fn an_older_point_holds_the_same_rows_as_a_newer_one_but_fewer() {
    let points = "[[points]]\nresource = \"shop-db\"\nvault = \"daily\"\nage = \"30d\"";
    client::run(world("postgres", "", points), |client: Client| async move {
        let digest = "SELECT count(*), md5(string_agg(orders::text, '/' ORDER BY id)) FROM orders WHERE id <= 100";
        let source = client.simulator.source_database("shop-db").unwrap();
        let port = source.port.to_string();
        let live = psql(&client, &port, &source.user, &source.password, digest).unwrap();
        assert!(live.starts_with("100|"), "{live}");
        let older = client.latest_point("daily", "shop-db").await;
        let newer = client.as_key(SANDBOX).latest_point("backproof-sandbox", "shop-db").await;
        let copied = client.copy_to_sandbox("daily", &older).await;
        assert!(copied.contains(":snapshot:awsbackup:copyjob-"), "{copied}");
        let client = client.as_key(SANDBOX);
        let mut counts = Vec::new();
        for (point, name) in [(copied, "bp-1"), (newer, "bp-2")] {
            let body = json!({
                "RecoveryPointArn": point, "Metadata": metadata(name),
                "IamRoleArn": "arn:aws:iam::999988887777:role/backproof-restore",
            });
            client.backup("PUT", "/restore-jobs", Some(body)).await;
            client.wait(1200).await;
            rds(&client, "Action=DescribeDBInstances").await;
            let ask = |sql: &str| client.simulator.instance_sql(SANDBOX, name, "shop", sql).unwrap();
            assert_eq!(ask(digest), live);
            counts.push(ask("SELECT count(*) FROM orders").parse::<u32>().unwrap());
        }
        assert!(counts[0] < 150 && counts[1] > 190, "{counts:?}");
    });
}

#[test]
fn without_a_subnet_group_an_instance_lands_in_the_default_vpc_where_there_is_one() {
    let network = r#"
        [[networks]]
        account = "999988887777"
        region = "eu-central-1"
        [[networks.vpcs]]
        id = "vpc-1"
        cidr = "172.31.0.0/16"
        is_default = true
        subnets = [{ id = "subnet-1", cidr = "172.31.0.0/20", zone = "a" }]
    "#;
    client::run(world("sqlserver-se", "", network), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        started(&client, &json!({ "DBInstanceIdentifier": "bp-1", "PubliclyAccessible": "true" })).await;
        client.wait(1200).await;
        let xml = described(&client).await;
        assert!(xml.contains("<DBSubnetGroupName>default<") && xml.contains("<VpcId>vpc-1<"), "{xml}");
        assert!(xml.contains("<PubliclyAccessible>true<"), "it is as public as was asked for: {xml}");
    });
}

#[test]
fn a_continuous_point_is_restored_to_the_moment_that_was_asked_for() {
    client::run(world("postgres", "", ""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let mut asked = metadata("bp-1");
        asked["RestoreTime"] = json!("2026-02-01T00:00:00Z");
        let id = started(&client, &asked).await;
        client.wait(60).await;
        let job = client.backup("GET", &format!("/restore-jobs/{id}"), None).await;
        assert_eq!(job["Status"], "FAILED", "a snapshot has one moment: {job}");
    });
    let mut continuous = world("postgres", "", "continuous = true");
    continuous.points[0].age = "30d".parse().map(Ages::One).unwrap();
    client::run(continuous, |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let mut asked = metadata("bp-1");
        asked["RestoreTime"] = json!("2026-02-19T00:00:00Z");
        started(&client, &asked).await;
        client.wait(1200).await;
        described(&client).await;
        let newest = "SELECT max(created_at) < '2026-02-19' AND max(created_at) > '2026-02-18' FROM orders";
        assert_eq!(client.simulator.instance_sql(SANDBOX, "bp-1", "shop", newest).unwrap(), "t");
    });
}
