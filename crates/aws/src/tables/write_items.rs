//! `BatchWriteItem` and `DeleteItem`: in the sandbox only.

use std::time::Duration;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use backproof_clock::SharedClock;
use backproof_cloud::{CallError, Item, Sandbox, Trouble};

use super::values::attributes;
use crate::convert::unreadable;
use crate::session::Session;

const BATCH_WRITE: &str = "dynamodb:BatchWriteItem";
const DELETE: &str = "dynamodb:DeleteItem";

/// The most that one `BatchWriteItem` takes. Source: Amazon DynamoDB API reference, `BatchWriteItem`.
const BATCH: usize = 25;
/// How often what DynamoDB left over is sent again before we give up; with the waits between, about a minute.
const ROUNDS: u32 = 20;

/// Writes all items, in batches, sending again what DynamoDB left over.
pub(super) async fn put(
    session: &Session,
    clock: &SharedClock,
    sandbox: &Sandbox,
    name: &str,
    items: &[Item],
) -> Result<(), CallError> {
    session.must_be(sandbox, BATCH_WRITE)?;
    let write = |item: &Item| {
        let put = PutRequest::builder().set_item(Some(attributes(item.clone()))).build()?;
        Ok(WriteRequest::builder().put_request(put).build())
    };
    for batch in items.chunks(BATCH) {
        write_batch(session, clock, name, batch.iter().map(write).collect()).await?;
    }
    Ok(())
}

/// Deletes items by their keys, in batches. One that is not there is as good as deleted.
pub(super) async fn delete_all(
    session: &Session,
    clock: &SharedClock,
    sandbox: &Sandbox,
    name: &str,
    keys: &[Item],
) -> Result<(), CallError> {
    session.must_be(sandbox, BATCH_WRITE)?;
    let write = |key: &Item| {
        let delete = DeleteRequest::builder().set_key(Some(attributes(key.clone()))).build()?;
        Ok(WriteRequest::builder().delete_request(delete).build())
    };
    for batch in keys.chunks(BATCH) {
        write_batch(session, clock, name, batch.iter().map(write).collect()).await?;
    }
    Ok(())
}

async fn write_batch(
    session: &Session,
    clock: &SharedClock,
    name: &str,
    writes: Result<Vec<WriteRequest>, BuildError>,
) -> Result<(), CallError> {
    let mut left = writes.map_err(|error| unreadable(BATCH_WRITE, error.to_string()))?;
    for round in 0..ROUNDS {
        let request = session.dynamodb.batch_write_item().request_items(name, left);
        let answer = session.call(BATCH_WRITE, request.send()).await?;
        left = answer.unprocessed_items.unwrap_or_default().into_values().flatten().collect();
        if left.is_empty() {
            return Ok(());
        }
        clock.sleep(Duration::from_millis(50 << round.min(6))).await;
    }
    let message = format!("{} items of a batch for table {name} were left over {ROUNDS} times", left.len());
    let call = BATCH_WRITE.to_owned();
    Err(CallError { call, trouble: Trouble::Throttled, code: None, message, request_id: None })
}

/// Deletes one item.
pub(super) async fn delete(session: &Session, sandbox: &Sandbox, name: &str, key: &Item) -> Result<(), CallError> {
    session.must_be(sandbox, DELETE)?;
    let request = session.dynamodb.delete_item().table_name(name).set_key(Some(attributes(key.clone())));
    session.call(DELETE, request.send()).await.map(|_| ())
}
