//! Every protocol's errors, and answers that cannot be understood.

use backproof_cloud::{CallError, Cloud, Trouble};

use crate::double::{
    Reply, SANDBOX, SOURCE, cloud_of, ec2_error, json_error, ok, query_error, region, rest_error, runtime, source,
};

/// The error of `ListBackupVaults` when AWS replies so.
fn of_backup(reply: Reply) -> CallError {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SOURCE, &clock, move |_, _| reply.clone());
    runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        access.backups.list_vaults(None).await.unwrap_err()
    })
}

/// The error of `DescribeTable` when AWS replies so.
fn of_dynamodb(reply: Reply) -> CallError {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, move |_, _| reply.clone());
    runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        access.tables.describe_table("orders").await.unwrap_err()
    })
}

/// The errors of `DescribeVpcs` and `DescribeDBSubnetGroups` when AWS replies so.
fn of_network(reply: Reply) -> (CallError, CallError) {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, move |_, _| reply.clone());
    runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        let facts = access.network.network_facts("vpc-1", Some("g")).await;
        (facts.vpc.unwrap_err(), facts.db_subnet_group.unwrap().unwrap_err())
    })
}

#[track_caller]
fn assert_is(error: &CallError, call: &str, trouble: Trouble, code: &str) {
    assert_eq!((error.call.as_str(), error.trouble, error.code.as_deref()), (call, trouble, Some(code)), "{error}");
    assert_eq!(error.message, "words");
    assert_eq!(error.request_id.as_deref(), Some("req-1"), "{error:?}");
}

#[test]
fn errors_of_aws_backup_keep_code_words_and_request() {
    for (status, code, trouble) in [
        (403, "AccessDeniedException", Trouble::Denied),
        (403, "ExpiredTokenException", Trouble::SignedOut),
        (400, "ThrottlingException", Trouble::Throttled),
        (400, "ResourceNotFoundException", Trouble::NotFound),
        (400, "InvalidParameterValueException", Trouble::Invalid),
        (400, "InvalidResourceStateException", Trouble::Conflict),
        (400, "LimitExceededException", Trouble::Quota),
        (500, "ServiceUnavailableException", Trouble::ServiceFault),
        (500, "SomethingNew", Trouble::ServiceFault),
    ] {
        assert_is(&of_backup(rest_error(status, code, "words")), "backup:ListBackupVaults", trouble, code);
    }
}

#[test]
fn errors_of_dynamodb_keep_code_words_and_request() {
    for (code, trouble) in [
        ("ResourceNotFoundException", Trouble::NotFound),
        ("ProvisionedThroughputExceededException", Trouble::Throttled),
        ("ResourceInUseException", Trouble::Conflict),
        ("ValidationException", Trouble::Invalid),
        ("UnrecognizedClientException", Trouble::SignedOut),
    ] {
        assert_is(&of_dynamodb(json_error(400, code, "words")), "dynamodb:DescribeTable", trouble, code);
    }
}

#[test]
fn errors_of_ec2_keep_code_words_and_request() {
    for (code, trouble) in [
        ("UnauthorizedOperation", Trouble::Denied),
        ("RequestLimitExceeded", Trouble::Throttled),
        ("InvalidVpcID.NotFound", Trouble::NotFound),
        ("AuthFailure", Trouble::SignedOut),
    ] {
        assert_is(&of_network(ec2_error(400, code, "words")).0, "ec2:DescribeVpcs", trouble, code);
    }
}

#[test]
fn errors_of_rds_keep_code_words_and_request() {
    for (status, code, trouble) in [
        (404, "DBSubnetGroupNotFoundFault", Trouble::NotFound),
        (400, "Throttling", Trouble::Throttled),
        (403, "AccessDenied", Trouble::Denied),
    ] {
        assert_is(&of_network(query_error(status, code, "words")).1, "rds:DescribeDBSubnetGroups", trouble, code);
    }
}

#[test]
fn an_answer_that_breaks_off_is_unreadable() {
    let error = of_backup(ok(r#"{"BackupVaultList":[{"BackupVaultName":"v"#));
    assert_eq!(error.trouble, Trouble::Unreadable, "{error}");
    assert!(error.effect_unknown());
    let error = of_dynamodb(ok(r#"{"Table":{"TableName""#));
    assert_eq!(error.trouble, Trouble::Unreadable, "{error}");
    let (error, _) = of_network(ok("<DescribeVpcsResponse><vpcSet><item>"));
    assert_eq!(error.trouble, Trouble::Unreadable, "{error}");
}

#[test]
fn an_answer_without_its_list_is_not_an_empty_list() {
    let error = of_backup(ok("{}"));
    assert_eq!(error.trouble, Trouble::Unreadable, "{error}");
}

#[test]
fn an_error_page_that_is_not_aws_s_is_unreadable_and_says_its_status() {
    let html = |status| Reply::Body { status, headers: Vec::new(), body: "<html>not here</html>".into() };
    let error = of_backup(html(404));
    assert_eq!(error.trouble, Trouble::Unreadable);
    assert!(error.message.contains("404"), "{error}");
    assert_eq!(of_backup(html(502)).trouble, Trouble::ServiceFault);
}
