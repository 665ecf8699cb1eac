//! What a call consumes of a table's capacity, told on request.

use serde_json::{Map, Value, json};

use crate::dynamodb::fault::Fault;
use crate::dynamodb::request::Request;

/// Bytes that one read capacity unit covers in a consistent read.
const READ_UNIT: u64 = 4096;
/// Bytes that one write capacity unit covers.
const WRITE_UNIT: u64 = 1024;

/// Half units consumed by reading so many bytes: an eventually consistent read costs half.
pub(super) fn read_half_units(bytes: u64, consistent: bool) -> u64 {
    let units = bytes.div_ceil(READ_UNIT).max(1);
    if consistent { units * 2 } else { units }
}

/// Half units consumed by writing an item of so many bytes.
pub(super) fn write_half_units(bytes: u64) -> u64 {
    bytes.div_ceil(WRITE_UNIT).max(1) * 2
}

/// `ConsumedCapacity` for an answer; none unless the request asked for it.
pub(super) fn consumed(request: &Request, table: &str, half_units: u64) -> Result<Option<Value>, Fault> {
    #[expect(clippy::cast_precision_loss, reason = "a call consumes some thousand units at most")]
    let units = half_units as f64 / 2.0;
    let mut told = Map::from_iter([("TableName".to_owned(), json!(table)), ("CapacityUnits".to_owned(), json!(units))]);
    match request.text("ReturnConsumedCapacity")? {
        None | Some("NONE") => return Ok(None),
        Some("TOTAL") => {}
        Some("INDEXES") => {
            told.insert("Table".to_owned(), json!({ "CapacityUnits": units }));
        }
        Some(other) => {
            let constraint = "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]";
            return Err(Fault::out_of_bounds(other, "returnConsumedCapacity", constraint));
        }
    }
    Ok(Some(Value::Object(told)))
}

/// The answer, with `ConsumedCapacity` where there is one.
pub(super) fn with_consumed(mut answer: Map<String, Value>, consumed: Option<Value>) -> Value {
    if let Some(consumed) = consumed {
        answer.insert("ConsumedCapacity".to_owned(), consumed);
    }
    Value::Object(answer)
}
