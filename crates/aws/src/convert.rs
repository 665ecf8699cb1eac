//! The SDK's small types in ours.

use std::str::FromStr;

use aws_smithy_types::DateTime;
use backproof_cloud::{CallError, Trouble};
use jiff::{Timestamp, TimestampRound, Unit};

/// A moment that AWS gave.
///
/// AWS writes seconds with a decimal fraction and promises milliseconds; what the way through a floating point number
/// added is rounded off, so that the same moment is always the same text.
pub(crate) fn moment(of: DateTime) -> Option<Timestamp> {
    let exact = Timestamp::new(of.secs(), i32::try_from(of.subsec_nanos()).ok()?).ok()?;
    exact.round(TimestampRound::new().smallest(Unit::Millisecond)).ok()
}

/// A moment for AWS.
pub(crate) fn date_time(of: Timestamp) -> DateTime {
    DateTime::from_nanos(of.as_nanosecond()).unwrap_or_else(|_| DateTime::from_secs(of.as_second()))
}

/// A field that must be there.
pub(crate) fn need<T>(field: Option<T>, name: &str) -> Result<T, String> {
    field.ok_or_else(|| format!("{name} is missing"))
}

/// A field that must be there and have a certain form.
pub(crate) fn parse<T>(field: Option<String>, name: &str) -> Result<T, String>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    need(field, name)?.parse().map_err(|error| format!("{name}: {error}"))
}

/// A field that may be missing, but has a certain form if it is there.
pub(crate) fn parse_if_given<T>(field: Option<String>, name: &str) -> Result<Option<T>, String>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    let given = field.filter(|text| !text.is_empty());
    given.map(|text| text.parse().map_err(|error| format!("{name}: {error}"))).transpose()
}

/// A size or number that AWS gave, if it is one.
pub(crate) fn count(of: Option<i64>) -> Option<u64> {
    of.and_then(|number| u64::try_from(number).ok())
}

/// An answer that came but lacks what it must have, or has it in a form that nobody knows.
pub(crate) fn unreadable(call: &str, what: impl Into<String>) -> CallError {
    CallError {
        call: call.to_owned(),
        trouble: Trouble::Unreadable,
        code: None,
        message: format!("AWS's answer cannot be understood: {}", what.into()),
        request_id: None,
    }
}

/// Sorts records into those that were understood and words about the others.
pub(crate) fn sort_out<T>(
    records: impl IntoIterator<Item = (String, Result<T, String>)>,
    kind: &str,
) -> (Vec<T>, Vec<String>) {
    let records = records.into_iter();
    let mut understood = Vec::with_capacity(records.size_hint().0);
    let mut others = Vec::new();
    for (name, record) in records {
        match record {
            Ok(record) => understood.push(record),
            Err(problem) => others.push(format!("{kind} {name}: {problem}")),
        }
    }
    (understood, others)
}
