//! `ListProtectedResources`.

use aws_sdk_backup::types;
use backproof_cloud::{CallError, Page, PageToken, ProtectedResource};
use backproof_model::ResourceType;

use super::PAGE;
use crate::convert::{moment, need, parse, sort_out, unreadable};
use crate::session::Session;

const CALL: &str = "backup:ListProtectedResources";

/// One page of the resources that were backed up at least once.
pub(super) async fn list(session: &Session, from: Option<PageToken>) -> Result<Page<ProtectedResource>, CallError> {
    let request = session.backup.list_protected_resources().max_results(PAGE).set_next_token(from.map(|token| token.0));
    let answer = session.call(CALL, request.send()).await?;
    let records = answer.results.ok_or_else(|| unreadable(CALL, "the list of protected resources is missing"))?;
    let records = records.into_iter().map(|record| {
        let name = record.resource_arn.clone().unwrap_or_else(|| "without a name".into());
        (name, protected_resource(record))
    });
    let (items, unreadable) = sort_out(records, "protected resource");
    Ok(Page { items, next: answer.next_token.map(PageToken), unreadable })
}

fn protected_resource(record: types::ProtectedResource) -> Result<ProtectedResource, String> {
    Ok(ProtectedResource {
        resource_arn: parse(record.resource_arn, "ResourceArn")?,
        resource_type: ResourceType::new(need(record.resource_type, "ResourceType")?),
        resource_name: record.resource_name,
        last_backup_time: record.last_backup_time.and_then(moment),
    })
}
