//! Reading the time attribute of an item.

use backproof_cloud::Value;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// What a number in the time attribute counts since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeUnit {
    /// Seconds, perhaps with a fraction.
    #[default]
    Seconds,
    /// Whole milliseconds.
    Milliseconds,
}

/// The attribute that says when an item was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeAttribute {
    /// Its name, at the top level of the item.
    pub name: String,
    /// How to take a number.
    pub unit: TimeUnit,
}

impl TimeAttribute {
    /// An attribute that holds ISO 8601 text, or seconds since 1970 as a number.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), unit: TimeUnit::Seconds }
    }

    /// The moment that the attribute's value stands for, or `None` where it is none.
    ///
    /// A text without an offset is taken as UTC, a date alone as its first moment.
    pub(crate) fn moment(&self, value: &Value) -> Option<Timestamp> {
        match value {
            Value::Text(text) => of_text(text),
            Value::Number(number) => of_number(number, self.unit),
            Value::Binary(_)
            | Value::Bool(_)
            | Value::Null
            | Value::List(_)
            | Value::Map(_)
            | Value::TextSet(_)
            | Value::NumberSet(_)
            | Value::BinarySet(_) => None,
        }
    }
}

fn of_text(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn of_number(number: &str, unit: TimeUnit) -> Option<Timestamp> {
    match unit {
        TimeUnit::Milliseconds => Timestamp::from_millisecond(number.parse().ok()?).ok(),
        TimeUnit::Seconds => {
            let (seconds, fraction) = number.split_once('.').unwrap_or((number, ""));
            if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            // Nine digits of the fraction are nanoseconds; what is finer cannot be told apart.
            let nanoseconds = format!("{:0<9}", &fraction[..fraction.len().min(9)]).parse::<i32>().ok()?;
            let sign = if seconds.starts_with('-') { -1 } else { 1 };
            Timestamp::new(seconds.parse().ok()?, sign * nanoseconds).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(value: &Value, unit: TimeUnit) -> Option<String> {
        TimeAttribute { name: "t".into(), unit }.moment(value).map(|moment| moment.to_string())
    }

    #[test]
    fn texts_and_numbers_are_read_as_moments() {
        for (text, expected) in [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
            ("2026-01-02T03:04:05.250+02:00", "2026-01-02T01:04:05.25Z"),
            ("2026-01-02T03:04:05", "2026-01-02T03:04:05Z"),
            ("2026-01-02 03:04:05", "2026-01-02T03:04:05Z"),
            ("2026-01-02", "2026-01-02T00:00:00Z"),
        ] {
            assert_eq!(moment(&Value::Text(text.into()), TimeUnit::Seconds).as_deref(), Some(expected), "{text}");
        }
        for (number, unit, expected) in [
            ("1767323045", TimeUnit::Seconds, "2026-01-02T03:04:05Z"),
            ("1767323045.25", TimeUnit::Seconds, "2026-01-02T03:04:05.25Z"),
            ("1767323045.1234567891", TimeUnit::Seconds, "2026-01-02T03:04:05.123456789Z"),
            ("-0.5", TimeUnit::Seconds, "1969-12-31T23:59:59.5Z"),
            ("1767323045250", TimeUnit::Milliseconds, "2026-01-02T03:04:05.25Z"),
        ] {
            assert_eq!(moment(&Value::Number(number.into()), unit).as_deref(), Some(expected), "{number}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for value in [
            Value::Text("yesterday".into()),
            Value::Text(String::new()),
            Value::Number("1767323045250".into()),
            Value::Number("1.5.5".into()),
            Value::Number("1E9".into()),
            Value::Number("1.é".into()),
            Value::Bool(true),
            Value::Null,
        ] {
            assert_eq!(moment(&value, TimeUnit::Seconds), None, "{value:?}");
        }
    }
}
