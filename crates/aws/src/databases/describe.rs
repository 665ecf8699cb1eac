//! `DescribeDBInstances`.

use aws_sdk_rds::types;
use backproof_cloud::{CallError, DatabaseInstance, Page, PageToken};

use super::tags::in_our_words;
use crate::convert::{count, moment, need, parse, sort_out, unreadable};
use crate::session::Session;

const CALL: &str = "rds:DescribeDBInstances";
/// The most that one page holds.
/// Source: Amazon RDS API reference, `DescribeDBInstances`, `MaxRecords`.
const PAGE: i32 = 100;

/// One instance.
pub(super) async fn describe(session: &Session, name: &str) -> Result<DatabaseInstance, CallError> {
    let request = session.rds.describe_db_instances().db_instance_identifier(name);
    let answer = session.call(CALL, request.send()).await?;
    let record = answer.db_instances.unwrap_or_default().into_iter().next();
    let record = record.ok_or_else(|| unreadable(CALL, format!("DBInstance {name} is missing")))?;
    let instance = instance(record).map_err(|problem| unreadable(CALL, problem))?;
    // What is changed and deleted afterwards goes by this answer, so it must be of the instance that was asked for.
    if !instance.name.eq_ignore_ascii_case(name) {
        return Err(unreadable(CALL, format!("asked for {name}, answered with {}", instance.name)));
    }
    Ok(instance)
}

/// One page of all instances. Those of clusters (Aurora, Neptune, DocumentDB, Multi-AZ) are among them.
pub(super) async fn list(session: &Session, from: Option<PageToken>) -> Result<Page<DatabaseInstance>, CallError> {
    let request = session.rds.describe_db_instances().max_records(PAGE).set_marker(from.map(|token| token.0));
    let answer = session.call(CALL, request.send()).await?;
    let records = answer.db_instances.ok_or_else(|| unreadable(CALL, "DBInstances is missing"))?;
    let records = records.into_iter().map(|record| {
        let name = record.db_instance_identifier.clone().unwrap_or_else(|| "without a name".into());
        (name, instance(record))
    });
    let (items, unreadable) = sort_out(records, "DB instance");
    Ok(Page { items, next: answer.marker.map(PageToken), unreadable })
}

fn instance(record: types::DbInstance) -> Result<DatabaseInstance, String> {
    Ok(DatabaseInstance {
        arn: parse(record.db_instance_arn, "DBInstanceArn")?,
        name: need(record.db_instance_identifier, "DBInstanceIdentifier")?,
        resource_id: record.dbi_resource_id,
        status: need(record.db_instance_status, "DBInstanceStatus")?,
        engine: need(record.engine, "Engine")?,
        engine_version: record.engine_version.unwrap_or_default(),
        class: record.db_instance_class.unwrap_or_default(),
        endpoint: record.endpoint.map(endpoint).transpose()?.flatten(),
        master_user: record.master_username,
        database: record.db_name.filter(|name| !name.is_empty()),
        storage_gib: count(record.allocated_storage.map(i64::from)),
        storage_loading_percent: loading(
            record.storage_operation_status.as_deref(),
            record.storage_operation_percent_progress,
        ),
        changes_pending: record.pending_modified_values.is_some_and(holds_anything),
        // Where it is not told, nobody may rely on its being closed.
        publicly_accessible: record.publicly_accessible.unwrap_or(true),
        deletion_protection: record.deletion_protection.unwrap_or(false),
        iam_authentication: record.iam_database_authentication_enabled.unwrap_or(false),
        managed_secret_arn: record.master_user_secret.and_then(|secret| secret.secret_arn),
        subnet_group: record.db_subnet_group.and_then(|group| group.db_subnet_group_name),
        security_group_ids: security_groups(record.vpc_security_groups.unwrap_or_default()),
        created: record.instance_create_time.and_then(moment),
        tags: in_our_words(record.tag_list.unwrap_or_default())?,
    })
}

/// RDS gives an endpoint without an address while it is being made.
fn endpoint(of: types::Endpoint) -> Result<Option<(String, u16)>, String> {
    let (Some(address), Some(port)) = (of.address.filter(|address| !address.is_empty()), of.port) else {
        return Ok(None);
    };
    let port = u16::try_from(port).map_err(|_| format!("Endpoint.Port: {port} is no port"))?;
    Ok(Some((address, port)))
}

/// How much of the storage has been loaded, while it is being loaded. Both fields are gone when it is all there.
fn loading(status: Option<&str>, percent: Option<i32>) -> Option<u8> {
    match status {
        Some(status) if status.eq_ignore_ascii_case("initializing") => {
            Some(u8::try_from(percent.unwrap_or(0).clamp(0, 100)).unwrap_or(0))
        }
        Some(_) | None => None,
    }
}

/// Whether a change is still to be made. An empty list within is no change.
fn holds_anything(mut pending: types::PendingModifiedValues) -> bool {
    pending.processor_features = pending.processor_features.filter(|features| !features.is_empty());
    pending.additional_storage_volumes = pending.additional_storage_volumes.filter(|volumes| !volumes.is_empty());
    pending != types::PendingModifiedValues::builder().build()
}

fn security_groups(of: Vec<types::VpcSecurityGroupMembership>) -> Vec<String> {
    let stays = |group: &types::VpcSecurityGroupMembership| group.status.as_deref() != Some("removing");
    of.into_iter().filter(stays).filter_map(|group| group.vpc_security_group_id).collect()
}
