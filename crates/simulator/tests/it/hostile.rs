//! Worlds that work against whoever restores in them: robots, refusals, moving pages, wrong clocks.

use serde_json::json;

use crate::client::{self, Client, label, restore_of};
use crate::worlds::{point_in_sandbox, small};

const ARN: &str = "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-1";

/// A client of the sandbox account after `bp-1` was restored there.
async fn restored(client: Client) -> Client {
    let client = client.as_key("999988887777");
    let point = client.latest_point("backproof-sandbox", "orders").await;
    client.backup("PUT", "/restore-jobs", Some(restore_of(&point, "bp-1", "t"))).await;
    client.wait(3600).await;
    client
}

#[test]
fn a_robot_takes_tags_off_before_anybody_can_read_them() {
    let mut world = point_in_sandbox("");
    world.accounts.iter_mut().find(|account| account.id == "999988887777").unwrap().strips_tags = true;
    client::run(world, |client: Client| async move {
        let client = restored(client).await;
        let tags = json!({ "ResourceArn": ARN, "Tags": [{ "Key": "backproof:run", "Value": "1" }] });
        assert_eq!(client.dynamodb("TagResource", tags).await.0, 200);
        let (_, listed) = client.dynamodb("ListTagsOfResource", json!({ "ResourceArn": ARN })).await;
        assert_eq!(listed["Tags"], json!([]));
    });
}

#[test]
fn a_restored_table_can_refuse_its_deletion_for_a_while() {
    client::run(point_in_sandbox("restore = { refuses_deletion_for = \"2h\" }"), |client: Client| async move {
        let client = restored(client).await;
        let (status, refused) = client.dynamodb("DeleteTable", json!({ "TableName": "bp-1" })).await;
        assert_eq!(status, 400);
        assert!(refused["__type"].as_str().unwrap().contains("ResourceInUseException"), "{refused}");
        client.wait(2 * 3600).await;
        assert_eq!(client.dynamodb("DeleteTable", json!({ "TableName": "bp-1" })).await.0, 200);
    });
}

#[test]
fn a_page_repeats_or_leaves_out_what_lies_at_its_edge() {
    let series = "[[points]]\nresource = \"orders\"\nvault = \"daily\"\nage = [\"1d\", \"2d\", \"3d\", \"4d\"]\n";
    for (kind, listed) in [("page-begins-earlier", [0, 1, 1, 2]), ("page-begins-later", [0, 1, 3, 9])] {
        let fault =
            format!("[[faults]]\noperation = \"ListRecoveryPointsByBackupVault\"\nnth = [3]\nkind = \"{kind}\"\n");
        client::run(small(&format!("{series}{fault}")), |client: Client| async move {
            let path = |rest: &str| format!("/backup-vaults/{}/recovery-points?{rest}", label("daily"));
            let all = client.backup("GET", &path("maxResults=1000"), None).await;
            let all = all["RecoveryPoints"].as_array().unwrap();
            let first = client.backup("GET", &path("maxResults=2"), None).await;
            let token = first["NextToken"].as_str().unwrap();
            let second = client.backup("GET", &path(&format!("maxResults=2&nextToken={token}")), None).await;
            let pages = [&first, &second].map(|page| page["RecoveryPoints"].as_array().unwrap().clone()).concat();
            let places: Vec<usize> =
                pages.iter().map(|point| all.iter().position(|known| known == point).unwrap()).collect();
            assert_eq!(places, listed.into_iter().filter(|place| *place < all.len()).collect::<Vec<_>>(), "{kind}");
        });
    }
}

#[test]
fn an_aws_whose_clock_differs_dates_everything_by_its_own() {
    for (ahead, behind, hours) in [("3h", "0s", 3), ("0s", "3h", -3)] {
        let mut world = point_in_sandbox("");
        world.clock_ahead = ahead.parse().unwrap();
        world.clock_behind = behind.parse().unwrap();
        client::run(world, |client: Client| async move {
            let ours = client.clock.now();
            restored(client.clone()).await;
            let created = client.simulator.restore_jobs()[0].created_at;
            assert_eq!(created.duration_since(ours).as_hours(), hours);
        });
    }
}
