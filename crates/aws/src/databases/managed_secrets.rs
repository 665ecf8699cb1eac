//! Secrets Manager: `ListSecrets`, for the master password that RDS may keep there. No secret is read or deleted: RDS
//! deletes its own.

use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SecretListEntry};
use backproof_cloud::{CallError, Remnant};
use backproof_model::ResourceArn;

use crate::convert::{moment, need, unreadable};
use crate::paging::Pages;
use crate::session::Session;

const CALL: &str = "secretsmanager:ListSecrets";
/// By this tag RDS says whose master password a secret is.
const OF_INSTANCE: &str = "aws:rds:primaryDBInstanceArn";

/// All secrets that RDS made for an instance, to the last page.
pub(super) async fn list(session: &Session, instance: &ResourceArn) -> Result<Vec<Remnant>, CallError> {
    let mut secrets = Vec::new();
    let mut pages = Pages::of(CALL);
    let mut from = None;
    loop {
        let request = session
            .secrets
            .list_secrets()
            .filters(Filter::builder().key(FilterNameStringType::TagKey).values(OF_INSTANCE).build())
            .filters(Filter::builder().key(FilterNameStringType::TagValue).values(instance.as_str()).build())
            .set_next_token(from);
        let answer = session.call(CALL, request.send()).await?;
        for record in answer.secret_list.ok_or_else(|| unreadable(CALL, "SecretList is missing"))? {
            // The filters go by beginnings, and not by one tag: `…:db:bp-1` finds `…:db:bp-10`.
            if is_of(&record, instance) {
                let name = need(record.arn, "ARN").map_err(|problem| unreadable(CALL, problem))?;
                secrets.push(Remnant { name, created: record.created_date.and_then(moment) });
            }
        }
        from = pages.next(answer.next_token)?;
        if from.is_none() {
            return Ok(secrets);
        }
    }
}

fn is_of(secret: &SecretListEntry, instance: &ResourceArn) -> bool {
    let names_it = |tag: &aws_sdk_secretsmanager::types::Tag| {
        tag.key.as_deref() == Some(OF_INSTANCE) && tag.value.as_deref() == Some(instance.as_str())
    };
    secret.tags.as_deref().unwrap_or_default().iter().any(names_it)
}
