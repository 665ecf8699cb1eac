//! Listings that are followed to their end here, and page tokens that lead in a circle.

use backproof_cloud::{Cloud, Trouble};

use crate::double::{SANDBOX, SOURCE, cloud_of, ok, region, runtime, source};

const TABLE: &str = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders";

fn point(vault: &str, id: &str) -> String {
    format!(
        r#"{{"RecoveryPointArn":"arn:aws:backup:eu-central-1:111122223333:recovery-point:{id}","BackupVaultName":"{vault}",
        "BackupVaultArn":"arn:aws:backup:eu-central-1:111122223333:backup-vault:{vault}","ResourceArn":"{TABLE}",
        "ResourceType":"DynamoDB","Status":"COMPLETED","CreationDate":1767225600.323}}"#
    )
}

#[test]
fn the_points_of_a_resource_come_whole_from_each_of_its_vaults() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SOURCE, &clock, |_, seen| {
        if seen.uri.starts_with("/resources/") {
            let next = if seen.uri.contains("nextToken=2") { "null" } else { "\"2\"" };
            let vault = if next == "null" { "b" } else { "a" };
            ok(format!(r#"{{"RecoveryPoints":[{{"BackupVaultName":"{vault}"}}],"NextToken":{next}}}"#))
        } else if seen.uri.starts_with("/backup-vaults/a/") && !seen.uri.contains("nextToken") {
            ok(format!(r#"{{"RecoveryPoints":[{}],"NextToken":"n"}}"#, point("a", "1")))
        } else if seen.uri.starts_with("/backup-vaults/a/") {
            ok(format!(r#"{{"RecoveryPoints":[{}]}}"#, point("a", "2")))
        } else {
            ok(format!(r#"{{"RecoveryPoints":[{}]}}"#, point("b", "3")))
        }
    });
    let points = runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        access.backups.recovery_points_of(&TABLE.parse().unwrap()).await.unwrap()
    });
    let ids: Vec<_> = points.iter().map(|point| point.recovery_point_arn.arn().resource_name().to_owned()).collect();
    assert_eq!(ids, ["1", "2", "3"]);
    let listed = double.asked().into_iter().filter(|seen| seen.uri.starts_with("/backup-vaults/"));
    for seen in listed {
        assert!(seen.uri.contains("resourceArn=arn%3Aaws%3Adynamodb"), "{}", seen.uri);
    }
}

#[test]
fn a_token_that_comes_again_is_unreadable() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SOURCE, &clock, |_, seen| {
        if seen.uri.starts_with("/tags") {
            ok(r#"{"Tags":{"a":"b"},"NextToken":"same"}"#)
        } else {
            ok(r#"{"RecoveryPoints":[],"CopyJobs":[],"NextToken":"same"}"#)
        }
    });
    let errors = runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        let copies = cloud.copy_out(&source(), &region()).await.unwrap();
        [
            access.backups.tags("arn:aws:backup:eu-central-1:111122223333:backup-vault:v").await.unwrap_err(),
            access.backups.recovery_points_of(&TABLE.parse().unwrap()).await.unwrap_err(),
            copies
                .copies_since(
                    "arn:aws:backup:eu-central-1:999988887777:backup-vault:v",
                    crate::double::START.parse().unwrap(),
                )
                .await
                .unwrap_err(),
        ]
    });
    for error in errors {
        assert_eq!(error.trouble, Trouble::Unreadable);
        assert!(error.message.contains("same page token twice"), "{error}");
    }
    assert_eq!(double.asked().len(), 6);
}

#[test]
fn tags_of_a_table_come_from_all_pages() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, |number, _| match number {
        0 => ok(r#"{"Tags":[{"Key":"a","Value":"1"}],"NextToken":"n"}"#),
        _ => ok(r#"{"Tags":[{"Key":"b","Value":"2"}]}"#),
    });
    let tags = runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        access.tables.table_tags(&TABLE.parse().unwrap()).await.unwrap()
    });
    assert_eq!(tags.into_iter().collect::<Vec<_>>(), [("a".into(), "1".into()), ("b".into(), "2".into())]);
}
