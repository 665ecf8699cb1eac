//! From an instance to the absence of all that it left.

use backproof_cloud::{DatabaseInstance, DeletionStep, Trouble};

use super::sandbox::{Contents, Databases, NAME, arn, backup, instance, remnant};
use crate::rds::remains::{delete, find, list};

#[tokio::test]
async fn an_instance_goes_with_its_backups_and_logs_before_it_counts_as_absent() {
    let databases = Databases::with(Contents {
        instance: Some(DatabaseInstance { deletion_protection: true, ..instance() }),
        backups: vec![backup(NAME)],
        log_groups: vec![remnant("/aws/rds/instance/bp-k3v9x2aa-1-1-1/postgresql")],
        ..Contents::default()
    })
    .await;
    let step = async || delete(&databases.here(), &arn()).await.unwrap();
    assert!(matches!(step().await, DeletionStep::NotYet { .. }), "first the protection");
    assert_eq!(step().await, DeletionStep::Asked);
    assert_eq!(step().await, DeletionStep::NotYet { state: "deleting".into() });
    databases.edit(|contents| contents.instance = None);
    assert!(matches!(step().await, DeletionStep::NotYet { .. }), "then what it left");
    assert_eq!(step().await, DeletionStep::Absent);
    let expected = [
        "unprotect bp-k3v9x2aa-1-1-1",
        "delete bp-k3v9x2aa-1-1-1",
        "delete the backups of db-ABC",
        "delete /aws/rds/instance/bp-k3v9x2aa-1-1-1/postgresql",
    ];
    assert_eq!(databases.changes(), expected);
}

#[tokio::test]
async fn snapshots_and_secrets_are_named_and_left() {
    let databases = Databases::with(Contents {
        snapshots: vec![remnant("arn:aws:rds:eu-central-1:999988887777:snapshot:by-hand")],
        secrets: vec![remnant("arn:aws:secretsmanager:eu-central-1:999988887777:secret:rds!db-1")],
        ..Contents::default()
    })
    .await;
    let DeletionStep::LeftBehind { what } = delete(&databases.here(), &arn()).await.unwrap() else { panic!() };
    assert_eq!(what.len(), 2);
    assert!(what[0].ends_with("snapshot:by-hand") && what[1].ends_with("rds!db-1"), "{what:?}");
    assert!(databases.changes().is_empty());
}

#[tokio::test]
async fn an_instance_that_is_being_made_is_waited_for() {
    let creating = DatabaseInstance { status: "creating".into(), created: None, ..instance() };
    let databases = Databases::holding(creating).await;
    assert_eq!(delete(&databases.here(), &arn()).await.unwrap(), DeletionStep::NotYet { state: "creating".into() });
    assert!(databases.changes().is_empty());
    let error = find(&databases.here(), &arn()).await.unwrap_err();
    assert!(error.may_pass(), "its date will come: {error}");
}

#[tokio::test]
async fn a_state_that_changed_meanwhile_is_looked_at_again() {
    let databases = Databases::holding(instance()).await;
    databases.edit(|contents| contents.refusal = Some(Trouble::Conflict));
    let conflict = delete(&databases.here(), &arn()).await.unwrap();
    assert_eq!(conflict, DeletionStep::NotYet { state: "refused".into() });
    databases.edit(|contents| contents.refusal = Some(Trouble::NotFound));
    assert_eq!(
        delete(&databases.here(), &arn()).await.unwrap(),
        DeletionStep::Asked,
        "its remains are still to be seen"
    );
    databases.edit(|contents| contents.refusal = Some(Trouble::Denied));
    assert_eq!(delete(&databases.here(), &arn()).await.unwrap_err().trouble, Trouble::Denied);
}

#[tokio::test]
async fn what_an_instance_left_is_found_under_its_name() {
    let gone = Databases::with(Contents::default()).await;
    assert_eq!(find(&gone.here(), &arn()).await.unwrap(), None);

    let left = Contents {
        backups: vec![backup(NAME), backup("bp-k3v9x2aa-1-1-2")],
        log_groups: vec![remnant("/aws/rds/instance/bp-k3v9x2aa-1-1-1/error")],
        ..Contents::default()
    };
    let databases = Databases::with(left).await;
    let found = find(&databases.here(), &arn()).await.unwrap().unwrap();
    assert_eq!(found.arn, arn());
    assert_eq!(found.created, Some("2026-01-01T00:05:00Z".parse().unwrap()), "the earliest date is the instance's");

    databases.edit(|contents| contents.log_groups[0].created = None);
    let undated = find(&databases.here(), &arn()).await.unwrap().unwrap();
    assert_eq!(undated.created, None, "what has no date may be older than our intent");
}

#[tokio::test]
async fn a_listing_names_instances_and_those_that_only_backups_remember() {
    let contents = Contents {
        instance: Some(instance()),
        backups: vec![backup(NAME), backup("bp-k3v9x2aa-1-2-1")],
        ..Contents::default()
    };
    let databases = Databases::with(contents).await;
    let listed = list(&databases.here()).await.unwrap();
    let names: Vec<_> = listed.iter().map(|arn| arn.arn().resource_name()).collect();
    assert_eq!(names, [NAME, "bp-k3v9x2aa-1-2-1"]);
}
