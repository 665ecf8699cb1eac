//! The worlds of the scenarios: every database of theirs can be restored, with its faults.

use std::collections::BTreeMap;

use super::*;

/// Copies the newest point of every database into the sandbox, restores it, and gives the statuses of all instances.
fn all_restored(world: World, served: impl Fn(&str) -> bool) {
    let names: Vec<_> =
        world.resources.iter().filter(|one| one.database.is_some()).map(|one| one.name.clone()).collect();
    let names: Vec<_> = names.into_iter().filter(|name| served(name)).collect();
    assert!(!names.is_empty());
    client::run(world, |client: Client| async move {
        for name in &names {
            let point = client.latest_point("daily", name).await;
            let copied = client.copy_to_sandbox("daily", &point).await;
            let body = json!({
                "RecoveryPointArn": copied, "Metadata": metadata(&format!("bp-{name}")),
                "IamRoleArn": "arn:aws:iam::999988887777:role/backproof-restore",
            });
            client.as_key(SANDBOX).backup("PUT", "/restore-jobs", Some(body)).await;
            client.wait(3600).await;
            let asked = format!("Action=DescribeDBInstances&DBInstanceIdentifier=bp-{name}");
            let xml = rds(&client.as_key(SANDBOX), &asked).await;
            let status = text(&xml, "DBInstanceStatus").unwrap();
            let expected = match name.as_str() {
                "pg-never-available" => "incompatible-network",
                "pg-half-restored" => "failed",
                _ => "available",
            };
            assert_eq!(status, expected, "{name}");
            assert_eq!(xml.contains("<Endpoint>"), expected == "available", "{name}");
            let protected = "Action=ModifyDBInstance&DeletionProtection=false";
            if expected == "available" {
                rds(&client.as_key(SANDBOX), &format!("{protected}&DBInstanceIdentifier=bp-{name}")).await;
            }
            let delete = "Action=DeleteDBInstance&SkipFinalSnapshot=true";
            rds(&client.as_key(SANDBOX), &format!("{delete}&DBInstanceIdentifier=bp-{name}")).await;
        }
        let ends = client.simulator.restore_jobs().into_iter().map(|job| (job.target, job.status));
        let ends: BTreeMap<_, _> = ends.collect();
        assert_eq!(ends.len(), names.len());
    });
}

#[test]
fn every_postgresql_of_the_world_of_databases_comes_up_with_its_fault() {
    all_restored(World::databases().unwrap(), |name| name.starts_with("pg"));
}

#[test]
fn every_other_engine_of_the_world_of_databases_comes_up_with_its_fault() {
    all_restored(World::databases().unwrap(), |name| !name.starts_with("pg"));
}

#[test]
fn the_databases_of_the_demonstration_come_up() {
    all_restored(World::demo().unwrap(), |_| true);
}

#[test]
fn source_databases_are_those_that_are_there() {
    let world = World::databases().unwrap();
    client::run(world, |client: Client| async move {
        let source = client.simulator.source_database("pg-sound").unwrap();
        let port = source.port.to_string();
        let count = psql(&client, &port, &source.user, &source.password, "SELECT count(*) FROM orders").unwrap();
        assert_eq!(count, "600");
        assert_eq!(client.simulator.source_database("pg-sound").unwrap(), source);
        assert!(client.simulator.source_database("nothing").is_err());
    });
}
