//! A proof of sandbox opens that account and Region, and no other.

use backproof_cloud::{CallError, Cloud, Trouble};
use backproof_model::Secret;

use crate::double::{SANDBOX, cloud_of, ok, region, runtime};
use crate::requests::{POINT, start_restore};

#[test]
fn nothing_that_changes_anything_is_sent_with_the_proof_of_another_region() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SANDBOX, &clock, |_, _| ok("{}"));
    let refusals: Vec<CallError> = runtime.block_on(async {
        let here = cloud.sandbox(&region()).await.unwrap();
        let proof = cloud.sandbox(&"eu-west-1".parse().unwrap()).await.unwrap().sandbox;
        let arn = "arn:aws:dynamodb:eu-central-1:999988887777:table/t".parse().unwrap();
        let table =
            backproof_cloud::NewTable { name: "t".into(), partition_key: "pk".into(), index: None, tags: [].into() };
        let item = [vec![]];
        vec![
            here.restores.start_restore(&proof, &start_restore()).await.unwrap_err(),
            here.restores.delete_recovery_point(&proof, "v", &POINT.parse().unwrap()).await.unwrap_err(),
            here.tables.create_table(&proof, &table).await.unwrap_err(),
            here.tables.put_items(&proof, "t", &item).await.unwrap_err(),
            here.tables.delete_items(&proof, "t", &item).await.unwrap_err(),
            here.tables.delete_item(&proof, "t", &item[0]).await.unwrap_err(),
            here.tables.drop_index(&proof, "t", "i").await.unwrap_err(),
            here.tables.unprotect_table(&proof, "t").await.unwrap_err(),
            here.tables.tag_table(&proof, &arn, &[].into()).await.unwrap_err(),
            here.tables.delete_table(&proof, "t").await.unwrap_err(),
            here.databases.reset_password(&proof, "bp", &Secret::new("x")).await.unwrap_err(),
            here.databases.unprotect_instance(&proof, "bp").await.unwrap_err(),
            here.databases.tag_instance(&proof, &arn, &[].into()).await.unwrap_err(),
            here.databases.untag_instance(&proof, &arn, &[]).await.unwrap_err(),
            here.databases.delete_instance(&proof, "bp").await.unwrap_err(),
            here.databases.delete_automated_backup(&proof, "db-A").await.unwrap_err(),
            here.databases.delete_log_group(&proof, "/aws/rds/instance/bp/error").await.unwrap_err(),
            here.databases.login_token(&proof, "db.example", 5432, "u").await.unwrap_err(),
        ]
    });
    for refusal in refusals {
        assert_eq!(refusal.trouble, Trouble::Denied);
        assert!(refusal.message.starts_with("not sent: "), "{refusal}");
    }
    assert!(double.asked().is_empty());
}
