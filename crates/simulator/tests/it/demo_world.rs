//! The demonstration's world, asked as a client would ask it, without a client.

use backproof_simulator::World;
use serde_json::Value;

use crate::client::{self, Client};

#[test]
fn the_demo_world_lists_what_it_promises() {
    let world = World::demo().unwrap();
    client::run(world, |client: Client| async move {
        let vaults = client.backup("GET", "/backup-vaults/", None).await;
        let names: Vec<_> =
            vaults["BackupVaultList"].as_array().unwrap().iter().map(|v| v["BackupVaultName"].clone()).collect();
        assert_eq!(names, ["daily", "monthly"]);
        let points = client.backup("GET", "/backup-vaults/daily/recovery-points", None).await;
        let points = points["RecoveryPoints"].as_array().unwrap().clone();
        let of = |name: &str| points.iter().filter(|point| point["ResourceName"] == name).count();
        assert_eq!((of("orders"), of("legacy-prices"), of("shop-database")), (5, 2, 4));
        let tables = client.backup("GET", "/resources", None).await;
        let tables = tables["Results"].as_array().unwrap();
        assert_eq!(tables.iter().filter(|one| one["ResourceType"] == "DynamoDB").count(), 14);
        assert!(tables.iter().any(|one| one["ResourceName"] == "loyalty"));
    });
}

#[test]
fn the_worlds_of_the_scenarios_hold_a_resource_for_each_fault() {
    let worlds =
        [(World::data_faults(), 7), (World::no_alarm(), 4), (World::restore_failures(), 12), (World::databases(), 48)];
    for (world, resources) in worlds {
        let world = world.unwrap();
        assert_eq!((world.resources.len(), world.points.len()), (resources, resources));
    }
}

#[test]
fn accounts_do_not_see_each_other() {
    let world = World::demo().unwrap();
    client::run(world, |client: Client| async move {
        let daily = "/backup-vaults/daily";
        let (status, _) = client.as_key("222233334444").call("backup", "GET", daily, None).await;
        assert_eq!(status, 404);
        let (status, error) = client.in_region("eu-west-1").call("backup", "GET", daily, None).await;
        assert_eq!((status, error["Code"].clone()), (404, Value::from("ResourceNotFoundException")));
        let events =
            client.as_key("222233334444").backup("GET", "/backup-vaults/analytics/recovery-points/", None).await;
        assert_eq!(events["RecoveryPoints"].as_array().unwrap().len(), 5);
    });
}
