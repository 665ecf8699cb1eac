//! `ListTagsOfResource` and `TagResource`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::Tag;
use backproof_cloud::{CallError, Sandbox};
use backproof_model::ResourceArn;

use crate::convert::unreadable;
use crate::paging::Pages;
use crate::session::Session;

const LIST: &str = "dynamodb:ListTagsOfResource";
const PUT: &str = "dynamodb:TagResource";

/// All tags of a table, to the last page.
pub(super) async fn list(session: &Session, arn: &ResourceArn) -> Result<BTreeMap<String, String>, CallError> {
    let mut tags = BTreeMap::new();
    let mut pages = Pages::of(LIST);
    let mut from = None;
    loop {
        let request = session.dynamodb.list_tags_of_resource().resource_arn(arn.as_str()).set_next_token(from);
        let answer = session.call(LIST, request.send()).await?;
        tags.extend(answer.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
        from = pages.next(answer.next_token)?;
        if from.is_none() {
            return Ok(tags);
        }
    }
}

/// Puts tags on a table.
pub(super) async fn put(
    session: &Session,
    sandbox: &Sandbox,
    arn: &ResourceArn,
    tags: &BTreeMap<String, String>,
) -> Result<(), CallError> {
    session.must_be(sandbox, PUT)?;
    let request = session.dynamodb.tag_resource().resource_arn(arn.as_str()).set_tags(Some(sdk_tags(PUT, tags)?));
    session.call(PUT, request.send()).await.map(|_| ())
}

/// Tags in the SDK's words.
pub(super) fn sdk_tags(call: &str, tags: &BTreeMap<String, String>) -> Result<Vec<Tag>, CallError> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    tags.iter().map(tag).collect::<Result<_, _>>().map_err(|error| unreadable(call, error.to_string()))
}
