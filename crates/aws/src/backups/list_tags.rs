//! `ListTags` of a recovery point, a vault or a plan.

use std::collections::BTreeMap;

use backproof_cloud::CallError;

use super::PAGE;
use crate::paging::Pages;
use crate::session::Session;

const CALL: &str = "backup:ListTags";

/// All tags, to the last page.
pub(super) async fn list(session: &Session, arn: &str) -> Result<BTreeMap<String, String>, CallError> {
    let mut tags = BTreeMap::new();
    let mut pages = Pages::of(CALL);
    let mut from = None;
    loop {
        let request = session.backup.list_tags().resource_arn(arn).max_results(PAGE).set_next_token(from);
        let answer = session.call(CALL, request.send()).await?;
        tags.extend(answer.tags.unwrap_or_default());
        from = pages.next(answer.next_token)?;
        if from.is_none() {
            return Ok(tags);
        }
    }
}
