//! RDS, and what its instances leave in CloudWatch Logs and Secrets Manager.

use backproof_cloud::{Cloud, SandboxAccess, Trouble};
use backproof_model::{ResourceArn, Secret};
use serde_json::json;

use crate::double::{Reply, SANDBOX, Seen, cloud_of, ok, query_error, region, runtime};

const NAME: &str = "bp-k3v9x2aa-1-1-1";
const ARN: &str = "arn:aws:rds:eu-central-1:999988887777:db:bp-k3v9x2aa-1-1-1";

/// One member of `DBInstances`, with `more` of its own.
fn instance(name: &str, status: &str, more: &str) -> String {
    format!(
        "<DBInstance><DBInstanceIdentifier>{name}</DBInstanceIdentifier>\
         <DBInstanceArn>arn:aws:rds:eu-central-1:999988887777:db:{name}</DBInstanceArn>\
         <DBInstanceStatus>{status}</DBInstanceStatus><Engine>postgres</Engine><EngineVersion>16.4</EngineVersion>\
         <DBInstanceClass>db.t4g.medium</DBInstanceClass>{more}</DBInstance>"
    )
}

/// The answer of an operation of RDS.
fn result(action: &str, body: &str) -> Reply {
    ok(format!("<{action}Response><{action}Result>{body}</{action}Result></{action}Response>"))
}

fn instances(body: &str) -> Reply {
    result("DescribeDBInstances", &format!("<DBInstances>{body}</DBInstances>"))
}

/// What `ask` gets from the sandbox when AWS answers by `script`, and what AWS was asked.
fn asking<T>(
    script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static,
    ask: impl AsyncFnOnce(&SandboxAccess) -> T,
) -> (T, Vec<Seen>) {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SANDBOX, &clock, script);
    let got = runtime.block_on(async { ask(&cloud.sandbox(&region()).await.unwrap()).await });
    (got, double.asked())
}

/// The parameters of a request of the query protocol, decoded as far as these tests need it.
fn parameters(seen: &Seen) -> Vec<String> {
    let parts = seen.body.split('&').filter(|part| !part.starts_with("Version="));
    parts.map(|part| part.replace("%3A", ":").replace("%2F", "/")).collect()
}

fn arn() -> ResourceArn {
    ARN.parse().unwrap()
}

#[test]
fn a_restored_instance_is_told_with_all_that_matters() {
    let more = "<DbiResourceId>db-ABC</DbiResourceId>\
                <Endpoint><Address>bp.abc.rds.amazonaws.com</Address><Port>5433</Port></Endpoint>\
                <MasterUsername>root</MasterUsername><DBName>orders</DBName><AllocatedStorage>100</AllocatedStorage>\
                <StorageOperationStatus>Initializing</StorageOperationStatus>\
                <StorageOperationPercentProgress>37</StorageOperationPercentProgress>\
                <PendingModifiedValues><MasterUserPassword>****</MasterUserPassword></PendingModifiedValues>\
                <PubliclyAccessible>false</PubliclyAccessible><DeletionProtection>true</DeletionProtection>\
                <IAMDatabaseAuthenticationEnabled>true</IAMDatabaseAuthenticationEnabled>\
                <MasterUserSecret><SecretArn>arn:aws:secretsmanager:x</SecretArn></MasterUserSecret>\
                <DBSubnetGroup><DBSubnetGroupName>backproof</DBSubnetGroupName></DBSubnetGroup>\
                <VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-1</VpcSecurityGroupId>\
                <Status>active</Status></VpcSecurityGroupMembership><VpcSecurityGroupMembership>\
                <VpcSecurityGroupId>sg-2</VpcSecurityGroupId><Status>removing</Status></VpcSecurityGroupMembership>\
                </VpcSecurityGroups><InstanceCreateTime>2026-01-01T00:05:00Z</InstanceCreateTime>\
                <TagList><Tag><Key>env</Key><Value>prod</Value></Tag><Tag><Key>bare</Key></Tag></TagList>";
    let (seen, asked) = asking(
        move |_, _| instances(&instance(NAME, "available", more)),
        async |access| access.databases.describe_instance(NAME).await.unwrap(),
    );
    assert_eq!(parameters(&asked[0]), ["Action=DescribeDBInstances", &format!("DBInstanceIdentifier={NAME}")]);
    assert_eq!((seen.arn, seen.name.as_str()), (arn(), NAME));
    assert_eq!((seen.status.as_str(), seen.engine.as_str()), ("available", "postgres"));
    assert_eq!((seen.engine_version.as_str(), seen.class.as_str()), ("16.4", "db.t4g.medium"));
    assert_eq!(seen.resource_id.as_deref(), Some("db-ABC"));
    assert_eq!(seen.endpoint, Some(("bp.abc.rds.amazonaws.com".into(), 5433)));
    assert_eq!((seen.master_user.as_deref(), seen.database.as_deref()), (Some("root"), Some("orders")));
    assert_eq!((seen.storage_gib, seen.storage_loading_percent), (Some(100), Some(37)));
    assert!(seen.changes_pending && seen.deletion_protection && seen.iam_authentication && !seen.publicly_accessible);
    assert_eq!(seen.managed_secret_arn.as_deref(), Some("arn:aws:secretsmanager:x"));
    assert_eq!((seen.subnet_group.as_deref(), seen.security_group_ids), (Some("backproof"), vec!["sg-1".to_owned()]));
    assert_eq!(seen.created, Some("2026-01-01T00:05:00Z".parse().unwrap()));
    assert_eq!(seen.tags, [("bare".to_owned(), String::new()), ("env".into(), "prod".into())].into());
}

#[test]
fn an_instance_that_is_being_made_has_neither_endpoint_nor_date() {
    let more = "<Endpoint><Port>5432</Port></Endpoint><PendingModifiedValues><ProcessorFeatures/>\
                </PendingModifiedValues><TagList/>";
    let (seen, _) = asking(
        move |_, _| instances(&instance(NAME, "creating", more)),
        async |access| access.databases.describe_instance(NAME).await.unwrap(),
    );
    assert_eq!((seen.endpoint, seen.created, seen.storage_loading_percent), (None, None, None));
    assert!(!seen.changes_pending, "an empty list is no change");
}

#[test]
fn an_instance_without_a_status_is_not_one_that_is_ready() {
    let (error, _) = asking(
        |_, _| instances(&instance(NAME, "x", "").replace("<DBInstanceStatus>x</DBInstanceStatus>", "")),
        async |access| access.databases.describe_instance(NAME).await.unwrap_err(),
    );
    assert_eq!(error.trouble, Trouble::Unreadable, "{error}");
    let (error, _) =
        asking(|_, _| instances(""), async |access| access.databases.describe_instance(NAME).await.unwrap_err());
    assert_eq!(error.trouble, Trouble::Unreadable, "{error}");
}

#[test]
fn instances_are_listed_page_by_page() {
    let pages = |number, _: &Seen| match number {
        0 => result(
            "DescribeDBInstances",
            &format!("<Marker>m</Marker><DBInstances>{}</DBInstances>", instance("a", "available", "")),
        ),
        _ => instances(&instance("b", "storage-full", "")),
    };
    let (names, asked) = asking(pages, async |access| {
        let first = access.databases.list_instances(None).await.unwrap();
        let second = access.databases.list_instances(first.next).await.unwrap();
        assert_eq!(second.next, None);
        [first.items, second.items].concat().into_iter().map(|found| found.name).collect::<Vec<_>>()
    });
    assert_eq!(names, ["a", "b"]);
    assert_eq!(parameters(&asked[1]), ["Action=DescribeDBInstances", "MaxRecords=100", "Marker=m"]);
}

#[test]
fn a_password_is_set_at_once_and_a_protection_taken_off() {
    let ((), asked) = asking(
        |_, _| result("ModifyDBInstance", ""),
        async |access| {
            let password = Secret::new("very-secret-9");
            access.databases.reset_password(&access.sandbox, NAME, &password).await.unwrap();
            access.databases.unprotect_instance(&access.sandbox, NAME).await.unwrap();
        },
    );
    let of = format!("DBInstanceIdentifier={NAME}");
    let set = ["Action=ModifyDBInstance", &of, "ApplyImmediately=true", "MasterUserPassword=very-secret-9"];
    assert_eq!(parameters(&asked[0]), set);
    let off = ["Action=ModifyDBInstance", &of, "ApplyImmediately=true", "DeletionProtection=false"];
    assert_eq!(parameters(&asked[1]), off);
}

#[test]
fn tags_are_put_on_and_taken_off() {
    let ((), asked) = asking(
        |_, seen| result(if seen.body.contains("Remove") { "RemoveTagsFromResource" } else { "AddTagsToResource" }, ""),
        async |access| {
            let tags = [("backproof:run".to_owned(), "1".to_owned())].into();
            access.databases.tag_instance(&access.sandbox, &arn(), &tags).await.unwrap();
            access.databases.untag_instance(&access.sandbox, &arn(), &["env".into()]).await.unwrap();
        },
    );
    let resource = format!("ResourceName={ARN}");
    let put = ["Action=AddTagsToResource", &resource, "Tags.Tag.1.Key=backproof:run", "Tags.Tag.1.Value=1"];
    assert_eq!(parameters(&asked[0]), put);
    assert_eq!(parameters(&asked[1]), ["Action=RemoveTagsFromResource", &resource, "TagKeys.member.1=env"]);
}

#[test]
fn deleting_takes_no_snapshot_and_leaves_no_backups() {
    let ((), asked) = asking(
        |number, _| result(["DeleteDBInstance", "DeleteDBInstanceAutomatedBackup"][number], ""),
        async |access| {
            access.databases.delete_instance(&access.sandbox, NAME).await.unwrap();
            access.databases.delete_automated_backup(&access.sandbox, "db-ABC").await.unwrap();
        },
    );
    let of = format!("DBInstanceIdentifier={NAME}");
    let gone = ["Action=DeleteDBInstance", &of, "SkipFinalSnapshot=true", "DeleteAutomatedBackups=true"];
    assert_eq!(parameters(&asked[0]), gone);
    assert_eq!(parameters(&asked[1]), ["Action=DeleteDBInstanceAutomatedBackup", "DbiResourceId=db-ABC"]);
}

#[test]
fn rds_s_codes_say_what_kind_of_trouble_it_is() {
    for (status, code, trouble) in [
        (404, "DBInstanceNotFound", Trouble::NotFound),
        (400, "InvalidDBInstanceState", Trouble::Conflict),
        (400, "InvalidParameterCombination", Trouble::Invalid),
        (403, "AccessDenied", Trouble::Denied),
    ] {
        let (error, _) = asking(
            move |_, _| query_error(status, code, "words"),
            async |access| access.databases.delete_instance(&access.sandbox, NAME).await.unwrap_err(),
        );
        assert_eq!((error.trouble, error.code.as_deref()), (trouble, Some(code)), "{error}");
        assert_eq!(error.call, "rds:DeleteDBInstance");
    }
}

#[test]
fn automated_backups_are_read_to_the_last_page() {
    let backup = |name: &str, resource: &str| {
        format!(
            "<DBInstanceAutomatedBackup><DBInstanceIdentifier>{name}</DBInstanceIdentifier>\
             <DbiResourceId>{resource}</DbiResourceId><Status>retained</Status>\
             <InstanceCreateTime>2026-01-01T00:05:00Z</InstanceCreateTime></DBInstanceAutomatedBackup>"
        )
    };
    let action = "DescribeDBInstanceAutomatedBackups";
    let list = |members: String| format!("<DBInstanceAutomatedBackups>{members}</DBInstanceAutomatedBackups>");
    let (found, asked) = asking(
        move |number, _| match number {
            0 => result(action, &format!("<Marker>m</Marker>{}", list(backup("a", "db-A")))),
            _ => result(action, &list(backup("b", "db-B"))),
        },
        async |access| access.databases.automated_backups(None).await.unwrap(),
    );
    assert_eq!(found.iter().map(|found| found.resource_id.as_str()).collect::<Vec<_>>(), ["db-A", "db-B"]);
    assert_eq!(found[0].instance_created, Some("2026-01-01T00:05:00Z".parse().unwrap()));
    assert_eq!(parameters(&asked[1]), [&format!("Action={action}"), "Marker=m"]);

    let (none, asked) = asking(
        |_, _| query_error(404, "DBInstanceAutomatedBackupNotFound", "none"),
        async |access| access.databases.automated_backups(Some(NAME)).await.unwrap(),
    );
    assert!(none.is_empty());
    assert!(parameters(&asked[0]).contains(&format!("DBInstanceIdentifier={NAME}")));
}

#[test]
fn only_manual_snapshots_are_looked_for() {
    let (found, asked) = asking(
        |_, _| {
            result(
                "DescribeDBSnapshots",
                "<DBSnapshots><DBSnapshot><DBSnapshotArn>arn:aws:rds:eu-central-1:999988887777:snapshot:by-hand\
                 </DBSnapshotArn><InstanceCreateTime>2026-01-01T00:05:00Z</InstanceCreateTime></DBSnapshot></DBSnapshots>",
            )
        },
        async |access| access.databases.manual_snapshots(NAME).await.unwrap(),
    );
    assert!(found[0].name.ends_with(":snapshot:by-hand") && found[0].created.is_some(), "{found:?}");
    let expected = ["Action=DescribeDBSnapshots", &format!("DBInstanceIdentifier={NAME}"), "SnapshotType=manual"];
    assert_eq!(parameters(&asked[0]), expected);
}

#[test]
fn log_groups_are_those_below_the_instance_s_own_name() {
    let ours = format!("/aws/rds/instance/{NAME}/postgresql");
    let answer = json!({ "logGroups": [
        { "logGroupName": ours, "creationTime": 1_767_225_900_000_i64 },
        { "logGroupName": format!("/aws/rds/instance/{NAME}0/postgresql") },
    ]});
    let (found, asked) = asking(
        move |number, _| ok(if number == 0 { answer.to_string() } else { "{}".into() }),
        async |access| {
            let found = access.databases.log_groups(NAME).await.unwrap();
            access.databases.delete_log_group(&access.sandbox, &found[0].name).await.unwrap();
            let refused = access.databases.delete_log_group(&access.sandbox, "/aws/lambda/orders").await.unwrap_err();
            assert!(refused.message.starts_with("not sent: "), "{refused}");
            found
        },
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].created, Some("2026-01-01T00:05:00Z".parse().unwrap()));
    assert!(asked[0].target.ends_with(".DescribeLogGroups"));
    assert!(asked[0].body.contains(&format!("/aws/rds/instance/{NAME}/\"")), "{}", asked[0].body);
    assert!(asked[1].target.ends_with(".DeleteLogGroup") && asked[1].body.contains("postgresql"));
    assert_eq!(asked.len(), 2);
}

#[test]
fn a_secret_is_the_instance_s_if_its_tag_says_exactly_that() {
    let secret = |name: &str, of: &str| {
        json!({ "ARN": format!("arn:aws:secretsmanager:eu-central-1:999988887777:secret:{name}"), "CreatedDate": 1_767_225_900,
                "Tags": [{ "Key": "aws:rds:primaryDBInstanceArn", "Value": of }] })
    };
    let answer = json!({ "SecretList": [secret("rds!db-1", ARN), secret("rds!db-2", &format!("{ARN}0"))] });
    let (found, asked) = asking(
        move |_, _| ok(answer.to_string()),
        async |access| access.databases.managed_secrets(&arn()).await.unwrap(),
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].name.ends_with("rds!db-1") && found[0].created.is_some());
    let body: serde_json::Value = serde_json::from_str(&asked[0].body).unwrap();
    let filters = json!([{ "Key": "tag-key", "Values": ["aws:rds:primaryDBInstanceArn"] }, { "Key": "tag-value", "Values": [ARN] }]);
    assert_eq!(body["Filters"], filters);
}

#[test]
fn listings_without_their_list_are_not_empty() {
    for (error, call) in [
        (
            asking(|_, _| ok("{}"), async |access| access.databases.log_groups(NAME).await.unwrap_err()).0,
            "logs:DescribeLogGroups",
        ),
        (
            asking(|_, _| ok("{}"), async |access| access.databases.managed_secrets(&arn()).await.unwrap_err()).0,
            "secretsmanager:ListSecrets",
        ),
    ] {
        assert_eq!((error.call.as_str(), error.trouble), (call, Trouble::Unreadable), "{error}");
    }
}

#[test]
fn calls_are_counted_under_the_names_of_their_permissions() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, |_, _| ok(r#"{"SecretList":[],"logGroups":[]}"#));
    runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        access.databases.log_groups(NAME).await.unwrap();
        access.databases.managed_secrets(&arn()).await.unwrap();
    });
    let calls = cloud.calls();
    assert_eq!((calls["logs:DescribeLogGroups"], calls["secretsmanager:ListSecrets"]), (1, 1), "{calls:?}");
}

#[test]
fn a_login_token_is_signed_for_one_user_at_one_endpoint_and_nothing_is_sent() {
    let (token, asked) = asking(
        |_, _| ok(""),
        async |access| {
            let token = access.databases.login_token(&access.sandbox, "bp.abc.rds.amazonaws.com", 5432, "a&b c");
            let elsewhere = access.databases.login_token(&access.sandbox, "evil/x@y", 5432, "u").await.unwrap_err();
            assert_eq!(elsewhere.trouble, Trouble::Invalid, "{elsewhere}");
            token.await.unwrap()
        },
    );
    assert!(asked.is_empty());
    let token = token.reveal();
    assert!(token.starts_with("bp.abc.rds.amazonaws.com:5432/?Action=connect&DBUser=a%26b%20c&"), "{token}");
    assert!(token.contains("X-Amz-Expires=900") && token.contains("X-Amz-Signature="), "{token}");
    assert!(token.contains("20260101%2Feu-central-1%2Frds-db%2Faws4_request"), "{token}");
}
