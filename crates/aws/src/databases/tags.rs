//! `AddTagsToResource` and `RemoveTagsFromResource`.

use std::collections::BTreeMap;

use aws_sdk_rds::types::Tag;
use backproof_cloud::{CallError, Sandbox};
use backproof_model::ResourceArn;

use crate::convert::need;
use crate::session::Session;

const PUT: &str = "rds:AddTagsToResource";
const REMOVE: &str = "rds:RemoveTagsFromResource";

/// Puts tags on an instance.
pub(super) async fn put(
    session: &Session,
    sandbox: &Sandbox,
    arn: &ResourceArn,
    tags: &BTreeMap<String, String>,
) -> Result<(), CallError> {
    session.must_be(sandbox, PUT)?;
    let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let request = session.rds.add_tags_to_resource().resource_name(arn.as_str()).set_tags(Some(tags));
    session.call(PUT, request.send()).await.map(|_| ())
}

/// Takes tags off an instance.
pub(super) async fn remove(
    session: &Session,
    sandbox: &Sandbox,
    arn: &ResourceArn,
    keys: &[String],
) -> Result<(), CallError> {
    session.must_be(sandbox, REMOVE)?;
    let request = session.rds.remove_tags_from_resource().resource_name(arn.as_str()).set_tag_keys(Some(keys.to_vec()));
    session.call(REMOVE, request.send()).await.map(|_| ())
}

/// Tags by key. A tag without a value has an empty one.
pub(super) fn in_our_words(tags: Vec<Tag>) -> Result<BTreeMap<String, String>, String> {
    let tag = |tag: Tag| Ok((need(tag.key, "a tag's Key")?, tag.value.unwrap_or_default()));
    tags.into_iter().map(tag).collect()
}
