//! Deleting, and what refuses it.

use super::*;

#[test]
fn an_instance_that_is_being_created_cannot_be_deleted() {
    client::run(world("postgres", "", ""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        started(&client, &metadata("bp-1")).await;
        client.wait(120).await;
        assert_eq!(refused(&client, DELETE).await, (400, "InvalidDBInstanceState".to_owned()));
        let modify = "Action=ModifyDBInstance&DBInstanceIdentifier=bp-1&MasterUserPassword=open-sesame";
        assert_eq!(refused(&client, modify).await, (400, "InvalidDBInstanceState".to_owned()));
        client.wait(1200).await;
        rds(&client, DELETE).await;
        assert_eq!(refused(&client, DELETE).await, (400, "InvalidDBInstanceState".to_owned()));
    });
}

#[test]
fn protection_and_state_refuse_deletion_until_they_are_over() {
    let script = "restore = { deletion_protection = true, refuses_deletion_for = \"30m\", deleting = \"10m\" }";
    client::run(world("postgres", "", script), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        restored(&client).await;
        assert_eq!(refused(&client, DELETE).await.1, "InvalidDBInstanceState");
        client.wait(1800).await;
        assert_eq!(refused(&client, DELETE).await, (400, "InvalidParameterCombination".to_owned()));
        let unprotect =
            "Action=ModifyDBInstance&DBInstanceIdentifier=bp-1&DeletionProtection=false&ApplyImmediately=true";
        assert!(rds(&client, unprotect).await.contains("<DeletionProtection>false<"));
        rds(&client, DELETE).await;
        client.wait(540).await;
        assert!(described(&client).await.contains("<DBInstanceStatus>deleting<"));
        client.wait(120).await;
        assert_eq!(client.simulator.existing_resources(SANDBOX), [""; 0]);
    });
}

#[test]
fn a_final_snapshot_is_taken_unless_it_is_skipped() {
    client::run(world("postgres", "", ""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        restored(&client).await;
        let delete = "Action=DeleteDBInstance&DBInstanceIdentifier=bp-1";
        assert_eq!(refused(&client, delete).await.1, "InvalidParameterCombination");
        let both = format!("{delete}&SkipFinalSnapshot=true&FinalDBSnapshotIdentifier=last");
        assert_eq!(refused(&client, &both).await.1, "InvalidParameterCombination");
        rds(&client, &format!("{delete}&FinalDBSnapshotIdentifier=last")).await;
        let list = "Action=DescribeDBSnapshots&DBInstanceIdentifier=bp-1&SnapshotType=manual";
        assert!(rds(&client, list).await.contains("<Status>creating<"));
        client.wait(300).await;
        let snapshot = "arn:aws:rds:eu-central-1:999988887777:snapshot:last";
        assert_eq!(client.simulator.existing_resources(SANDBOX), [snapshot]);
        assert!(rds(&client, list).await.contains("<Status>available<"));
        rds(&client, "Action=DeleteDBSnapshot&DBSnapshotIdentifier=last").await;
        assert_eq!(refused(&client, "Action=DescribeDBSnapshots&DBSnapshotIdentifier=last").await.0, 404);
    });
}

#[test]
fn a_failed_job_leaves_an_instance_that_failed_and_can_be_deleted() {
    let script = "restore = { fails_with = \"Internal error\", leaves_behind = true }";
    client::run(world("postgres", "", script), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        let job = restored(&client).await;
        assert_eq!((job["Status"].as_str(), job["CreatedResourceArn"].as_str()), (Some("FAILED"), None));
        assert_eq!(client.simulator.existing_resources(SANDBOX), [ARN]);
        let xml = described(&client).await;
        assert!(xml.contains("<DBInstanceStatus>failed<") && !xml.contains("<Endpoint>"), "{xml}");
        let last = "Action=DeleteDBInstance&DBInstanceIdentifier=bp-1&FinalDBSnapshotIdentifier=last";
        assert_eq!(refused(&client, last).await.1, "InvalidDBInstanceState");
        rds(&client, DELETE).await;
        client.wait(300).await;
        assert_eq!(client.simulator.existing_resources(SANDBOX), [""; 0]);
    });
}

#[test]
fn an_instance_may_come_to_another_state_than_available() {
    let script = "restore = { instance_status = \"incompatible-network\" }";
    client::run(world("postgres", "", script), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        assert_eq!(restored(&client).await["Status"], "COMPLETED");
        let xml = described(&client).await;
        assert!(xml.contains("<DBInstanceStatus>incompatible-network<") && !xml.contains("<Endpoint>"), "{xml}");
        rds(&client, DELETE).await;
    });
}

#[test]
fn tags_are_added_and_removed_but_not_those_of_aws() {
    client::run(world("postgres", "", ""), |client: Client| async move {
        let client = client.as_key(SANDBOX);
        started(&client, &metadata("bp-1")).await;
        client.wait(90).await;
        let tags = format!("Action=ListTagsForResource&ResourceName={ARN}");
        assert!(rds(&client, &tags).await.contains("<Key>team</Key><Value>checkout</Value>"));
        let add =
            format!("Action=AddTagsToResource&ResourceName={ARN}&Tags.Tag.1.Key=backproof:run&Tags.Tag.1.Value=7");
        rds(&client, &add).await;
        rds(&client, &format!("Action=RemoveTagsFromResource&ResourceName={ARN}&TagKeys.member.1=team")).await;
        let left = rds(&client, &tags).await;
        assert!(left.contains("<Key>backproof:run</Key><Value>7</Value>") && !left.contains("team"), "{left}");
        let aws = format!("Action=AddTagsToResource&ResourceName={ARN}&Tags.Tag.1.Key=aws:x&Tags.Tag.1.Value=7");
        assert_eq!(refused(&client, &aws).await.1, "InvalidParameterValue");
        let other =
            "Action=RemoveTagsFromResource&ResourceName=arn:aws:rds:eu-central-1:999988887777:db:x&TagKeys.member.1=a";
        assert_eq!(refused(&client, other).await, (404, "DBInstanceNotFound".to_owned()));
    });
}
