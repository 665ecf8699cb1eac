//! `ListTables`.

use backproof_cloud::{CallError, Page, PageToken};

use crate::convert::unreadable;
use crate::session::Session;

const CALL: &str = "dynamodb:ListTables";

/// One page of the names of all tables.
pub(super) async fn list(session: &Session, from: Option<PageToken>) -> Result<Page<String>, CallError> {
    let request = session.dynamodb.list_tables().limit(100).set_exclusive_start_table_name(from.map(|token| token.0));
    let answer = session.call(CALL, request.send()).await?;
    let items = answer.table_names.ok_or_else(|| unreadable(CALL, "TableNames is missing"))?;
    Ok(Page { items, next: answer.last_evaluated_table_name.map(PageToken), unreadable: Vec::new() })
}
