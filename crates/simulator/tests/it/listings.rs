//! Listings: pages, filters, very many points.

use std::collections::BTreeSet;

use backproof_simulator::World;
use serde_json::Value;

use crate::client::{self, Client, label};
use crate::worlds::small;

const SERIES: &str =
    "[[points]]\nresource = \"orders\"\nvault = \"daily\"\nage = [\"1d\", \"2d\", \"3d\", \"4d\", \"5d\"]\n";

async fn all_pages(client: &Client, path: &str, name: &str) -> Vec<Value> {
    let (mut results, mut token) = (Vec::new(), String::new());
    loop {
        let page = client.backup("GET", &format!("{path}{token}"), None).await;
        results.extend(page[name].as_array().unwrap().clone());
        match page["NextToken"].as_str() {
            Some(next) => token = format!("&nextToken={next}"),
            None => return results,
        }
    }
}

#[test]
fn pages_hold_every_point_once_and_filters_are_the_servers() {
    client::run(small(SERIES), |client: Client| async move {
        let path = "/backup-vaults/daily/recovery-points/?maxResults=2";
        let points = all_pages(&client, path, "RecoveryPoints").await;
        let arns: BTreeSet<_> = points.iter().map(|point| point["RecoveryPointArn"].as_str().unwrap()).collect();
        assert_eq!((points.len(), arns.len()), (5, 5));
        let since = format!("{path}&createdAfter=2026-02-26T00:00:00Z&resourceType=DynamoDB");
        assert_eq!(all_pages(&client, &since, "RecoveryPoints").await.len(), 2);
        let none = format!("{path}&resourceType=RDS");
        assert_eq!(all_pages(&client, &none, "RecoveryPoints").await.len(), 0);
        let arn = label("arn:aws:dynamodb:eu-central-1:111122223333:table/orders");
        let by_resource = format!("/resources/{arn}/recovery-points/?maxResults=3");
        assert_eq!(all_pages(&client, &by_resource, "RecoveryPoints").await.len(), 5);
        let (status, error) =
            client.call("backup", "GET", "/backup-vaults/daily/recovery-points?maxResults=0", None).await;
        assert_eq!((status, error["Code"].as_str()), (400, Some("InvalidParameterValueException")));
    });
}

#[test]
fn a_million_points_are_there_without_being_kept() {
    let world =
        "[[bulk]]\nvault = \"daily\"\ntype = \"DynamoDB\"\ncount = 1000000\nresources = 5000\nspan = \"365d\"\n";
    let world: World = small(&format!("{SERIES}{world}"));
    client::run(world, |client: Client| async move {
        let vault = client.backup("GET", "/backup-vaults/daily", None).await;
        assert_eq!(vault["NumberOfRecoveryPoints"], 1_000_005);
        let page = client.backup("GET", "/backup-vaults/daily/recovery-points", None).await;
        assert_eq!(page["RecoveryPoints"].as_array().unwrap().len(), 1000);
        let point = page["RecoveryPoints"][777]["RecoveryPointArn"].as_str().unwrap();
        let path = format!("/backup-vaults/daily/recovery-points/{}", label(point));
        assert_eq!(client.backup("GET", &path, None).await["RecoveryPointArn"], point);
        client.call("backup", "DELETE", &path, None).await;
        assert_eq!(client.call("backup", "GET", &path, None).await.0, 404);
        let resources = all_pages(&client, "/resources/?maxResults=1000", "Results").await;
        assert_eq!(resources.len(), 5001);
        let last = resources.iter().find(|one| one["ResourceName"] == "bulk-0004999").unwrap();
        let described = format!("/resources/{}", label(last["ResourceArn"].as_str().unwrap()));
        assert_eq!(client.backup("GET", &described, None).await["LastRecoveryPointArn"], last["LastRecoveryPointArn"]);
    });
}

#[test]
fn a_burst_is_throttled_at_the_published_rate_where_the_world_says_so() {
    let mut world = small(SERIES);
    world.throttling = true;
    client::run(world, |client: Client| async move {
        let mut statuses = Vec::new();
        for _ in 0..7 {
            statuses.push(client.call("backup", "GET", "/backup-vaults/daily", None).await);
        }
        assert_eq!(statuses.iter().filter(|(status, _)| *status == 200).count(), 5);
        assert_eq!(statuses[6].1["Code"], "ThrottlingException");
        assert_eq!(statuses[6].1["Message"], "Rate exceeded");
        client.wait(1).await;
        assert_eq!(client.call("backup", "GET", "/backup-vaults/daily", None).await.0, 200);
    });
}
