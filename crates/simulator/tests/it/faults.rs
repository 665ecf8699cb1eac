//! Faults of single calls, from the world and from a test.

use backproof_simulator::{FaultAt, FaultKind, LostAnswer};
use serde_json::{Value, json};

use crate::client::{self, Client, restore_of};
use crate::worlds::{point_in_sandbox, small};

const SERIES: &str = "[[points]]\nresource = \"orders\"\nvault = \"daily\"\nage = [\"1d\", \"2d\", \"3d\"]\n";

#[test]
fn each_kind_looks_as_it_does_at_aws() {
    let cases = [
        (FaultKind::Throttle, 400, "ThrottlingException"),
        (FaultKind::ServerError, 500, "ServiceUnavailableException"),
        (FaultKind::AccessDenied, 403, "AccessDeniedException"),
        (FaultKind::ExpiredToken, 403, "ExpiredTokenException"),
    ];
    for (kind, status, code) in cases {
        client::run(small(""), |client: Client| async move {
            client.simulator.inject(FaultAt { call: 2, kind });
            client.backup("GET", "/backup-vaults", None).await;
            let (answered, error) = client.call("backup", "GET", "/backup-vaults", None).await;
            assert_eq!((answered, error["Code"].as_str()), (status, Some(code)));
            client.backup("GET", "/backup-vaults", None).await;
            let statuses: Vec<_> = client.simulator.calls().iter().map(|call| call.status).collect();
            assert_eq!(statuses, [Some(200), Some(status), Some(200)]);
        });
    }
}

#[test]
fn a_lost_answer_has_its_effect_and_a_timeout_has_none() {
    for (kind, jobs, hours) in [(FaultKind::LostAnswer, 1, 0), (FaultKind::Timeout, 0, 1)] {
        client::run(point_in_sandbox(""), |client: Client| async move {
            let client = client.as_key("999988887777");
            let point = client.latest_point("backproof-sandbox", "orders").await;
            client.simulator.inject(FaultAt { call: 2, kind });
            let before = client.clock.now();
            let lost = client.try_call("PUT", "/restore-jobs", Some(restore_of(&point, "bp-1", "t"))).await;
            assert_eq!(lost, Err(LostAnswer));
            assert_eq!(client.clock.now().duration_since(before).as_hours(), hours);
            assert_eq!(client.simulator.restore_jobs().len(), jobs);
        });
    }
}

#[test]
fn a_page_token_can_repeat_for_ever() {
    let fault = "[[faults]]\nservice = \"backup\"\noperation = \"ListRecoveryPointsByBackupVault\"\nkind = \"repeat-page-token\"\n";
    client::run(small(&format!("{SERIES}{fault}")), |client: Client| async move {
        let path = "/backup-vaults/daily/recovery-points?maxResults=2";
        let first = client.backup("GET", path, None).await;
        let token = first["NextToken"].as_str().unwrap();
        let second = client.backup("GET", &format!("{path}&nextToken={token}"), None).await;
        assert_eq!(second["NextToken"], token);
        assert_eq!(second["RecoveryPoints"], first["RecoveryPoints"]);
    });
}

#[test]
fn pages_of_databases_and_of_what_they_leave_can_repeat_too() {
    let groups = "[[networks]]\naccount = \"111122223333\"\nregion = \"eu-central-1\"\nlog_groups = [\"/a\", \"/b\"]\n";
    let faults = ["rds", "logs", "secretsmanager"];
    let faults = faults.map(|service| format!("[[faults]]\nservice = \"{service}\"\nkind = \"repeat-page-token\"\n"));
    client::run(small(&(groups.to_owned() + &faults.concat())), |client: Client| async move {
        for marker in ["", "&Marker=MA=="] {
            let (_, instances) = client.query("rds", &format!("Action=DescribeDBInstances{marker}")).await;
            assert!(instances.contains("<Marker>MA==</Marker>"), "{instances}");
        }
        let target = "Logs_20140328.DescribeLogGroups";
        let (_, first) = client.json("logs", target, json!({ "limit": 1 })).await;
        let again = json!({ "limit": 1, "nextToken": first["nextToken"] });
        assert_eq!(client.json("logs", target, again).await.1, first);
        let (_, secrets) = client.json("secretsmanager", "secretsmanager.ListSecrets", json!({})).await;
        assert_eq!(secrets["NextToken"], "0");
    });
}

#[test]
fn each_protocol_refuses_in_its_own_words() {
    let faults = ["logs", "rds"].map(|service| format!("[[faults]]\nservice = \"{service}\"\nkind = \"throttle\"\n"));
    client::run(small(&faults.concat()), |client: Client| async move {
        let (status, error) = client.json("logs", "Logs_20140328.DescribeLogGroups", json!({})).await;
        assert_eq!((status, error["__type"].as_str()), (400, Some("ThrottlingException")));
        let (status, error) = client.query("rds", "Action=DescribeDBInstances").await;
        assert!(status == 400 && error.contains("<Code>Throttling</Code>"), "{error}");
        let (status, error) = client.json("ssm", "AmazonSSM.SendCommand", json!({})).await;
        assert_eq!((status, error["__type"].as_str()), (501, Some("UnknownOperationException")));
    });
}

#[test]
fn a_truncated_body_is_no_json_any_more() {
    let fault = "[[faults]]\noperation = \"ListBackupVaults\"\nnth = [1]\nkind = \"truncated-body\"\n";
    client::run(small(fault), |client: Client| async move {
        let (status, members) = client.call("backup", "GET", "/backup-vaults", None).await;
        assert_eq!(status, 200);
        assert!(matches!(members, Value::String(_)), "{members}");
        client.backup("GET", "/backup-vaults", None).await["BackupVaultList"].as_array().unwrap();
    });
}

#[test]
fn what_is_not_served_says_so() {
    client::run(small(""), |client: Client| async move {
        let (status, error) = client.call("backup", "GET", "/audit/frameworks", None).await;
        assert_eq!((status, error["Code"].as_str()), (501, Some("UnknownOperationException")));
    });
}
