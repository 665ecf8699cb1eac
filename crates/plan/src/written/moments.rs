//! Moments: with an offset from UTC, or by some local clock.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use toml::Spanned;
use toml::de::DeValue;

use super::FromToml;
use crate::problem::Findings;

/// A date and time by some local clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalTime(pub(crate) DateTime);

impl FromToml for LocalTime {
    fn read(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Self> {
        let hint = "write date and time without an offset: 2026-12-20T18:00:00";
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(moment) => moment.to_string(),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => {
                findings.wrong_type(value, "a date and time", hint);
                return None;
            }
        };
        let local = text.parse::<DateTime>().ok().filter(|_| is_local(&text));
        let local = local.or_else(|| text.parse::<Date>().ok().filter(|_| text.len() == 10).map(DateTime::from));
        if local.is_none() {
            findings.problem(&value.span(), format!("`{}` is no local date and time", text.escape_debug()), hint);
        }
        local.map(Self)
    }

    fn example() -> Option<String> {
        Some("2026-12-20T18:00:00".to_owned())
    }
}

/// Whether nothing but digits and their marks follows: no offset, no zone.
fn is_local(text: &str) -> bool {
    text.len() > 10
        && text.bytes().skip(10).all(|b| b.is_ascii_digit() || matches!(b, b'T' | b't' | b' ' | b':' | b'.'))
}

impl JsonSchema for LocalTime {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "LocalTime".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$" })
    }
}

/// A moment with its offset from UTC.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expiry(pub(crate) Timestamp);

impl FromToml for Expiry {
    fn read(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Self> {
        let hint = "write date, time and offset: 2026-12-31T23:59:59Z";
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(moment) => moment.to_string(),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => {
                findings.wrong_type(value, "a moment", hint);
                return None;
            }
        };
        let moment = text.parse::<Timestamp>().ok();
        if moment.is_none() {
            findings.problem(&value.span(), format!("`{}` is not a moment", text.escape_debug()), hint);
        }
        moment.map(Self)
    }

    fn example() -> Option<String> {
        Some("2026-12-31T23:59:59Z".to_owned())
    }
}

impl JsonSchema for Expiry {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}
