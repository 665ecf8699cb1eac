//! `Scan`: the hot path of verification. One page of up to 1 MB of one segment, read consistently.

use backproof_cloud::{CallError, Item, ItemPage, ScanPart};

use super::values::{attributes, item};
use crate::convert::unreadable;
use crate::session::Session;

const CALL: &str = "dynamodb:Scan";

/// One page of a segment.
pub(super) async fn scan(
    session: &Session,
    name: &str,
    part: ScanPart,
    from: Option<Item>,
) -> Result<ItemPage, CallError> {
    let segment = i32::try_from(part.segment);
    let total = i32::try_from(part.total_segments);
    let (Ok(segment), Ok(total)) = (segment, total) else {
        return Err(unreadable(CALL, "a scan has at most 1,000,000 segments"));
    };
    let request = session
        .dynamodb_scans
        .scan()
        .table_name(name)
        .consistent_read(true)
        .segment(segment)
        .total_segments(total)
        .set_exclusive_start_key(from.map(attributes));
    let answer = session.call(CALL, request.send()).await?;
    // DynamoDB always says what it found, if only that it found nothing.
    let found = answer.items.ok_or_else(|| unreadable(CALL, "Items is missing"))?;
    let unknown = || unreadable(CALL, "an item holds a value of an unknown type");
    let items = found.into_iter().map(item).collect::<Option<Vec<_>>>().ok_or_else(unknown)?;
    let next = answer.last_evaluated_key.filter(|key| !key.is_empty());
    let next = next.map(|key| item(key).ok_or_else(unknown)).transpose()?;
    Ok(ItemPage { items, next })
}
