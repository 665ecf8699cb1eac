//! Moments as AWS Backup writes them in JSON: seconds since 1970 with a fraction.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::errors::invalid_parameter;
use crate::wire::{ApiError, Params};

/// A moment, written as seconds since 1970 with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Epoch(pub Timestamp);

impl Serialize for Epoch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let milliseconds = self.0.as_millisecond();
        if milliseconds % 1000 == 0 {
            return serializer.serialize_i64(milliseconds / 1000);
        }
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of any year to come fit into 52 bits")]
        let seconds = milliseconds as f64 / 1000.0;
        serializer.serialize_f64(seconds)
    }
}

/// Reads a moment of the query string: ISO 8601, or seconds since 1970.
pub(crate) fn moment(query: &Params, name: &str) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let seconds = || text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let moment = text.parse().ok().or_else(seconds);
    moment.map(Some).ok_or_else(|| invalid_parameter(format!("{name} is not a valid timestamp: {text}")))
}
