//! Settings of a validator, as the plan gives them.

use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde_json::Value;

/// Why settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("settings of validator `{validator}`: {problem}")]
pub struct InvalidSettings {
    /// The validator.
    pub validator: &'static str,
    /// What is wrong, where, and how to mend it.
    pub problem: String,
}

/// Reads settings into the type that a validator has for them. No settings at all are an empty object.
///
/// # Errors
/// Names the setting by its path (`tables.orders.max_lag`) and says what is wrong with it.
pub fn read_settings<T: DeserializeOwned>(validator: &'static str, settings: &Value) -> Result<T, InvalidSettings> {
    let empty = Value::Object(serde_json::Map::new());
    let settings = if settings.is_null() { &empty } else { settings };
    serde_path_to_error::deserialize(settings).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner();
        let problem = if path == "." { cause.to_string() } else { format!("`{path}`: {cause}") };
        InvalidSettings { validator, problem }
    })
}

/// A length of time as plans write it: `30s`, `90m`, `26h`, `1d12h`; larger units first, each at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LengthOfTime(SignedDuration);

/// The units, largest first, with their seconds.
const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

/// Ten years: longer is a slip of the pen.
const LONGEST: i64 = 3650 * 86_400;

impl LengthOfTime {
    /// So many seconds; more than ten years count as ten years, less than none as none.
    pub const fn seconds(seconds: i64) -> Self {
        let seconds = if seconds > LONGEST { LONGEST } else { seconds };
        Self(SignedDuration::from_secs(if seconds < 0 { 0 } else { seconds }))
    }

    /// The same as the project's type for durations; never negative.
    pub fn as_duration(self) -> SignedDuration {
        self.0
    }

    /// Whole seconds.
    pub fn as_seconds(self) -> i64 {
        self.0.as_secs()
    }

    fn parse(text: &str) -> Option<Self> {
        let mut total: i64 = 0;
        let mut units = UNITS.iter();
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            let (number, after) = rest.split_at(digits);
            let letter = after.chars().next()?;
            let (_, factor) = units.find(|(unit, _)| *unit == letter)?;
            total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(*factor)?)?;
            rest = &after[letter.len_utf8()..];
        }
        (!text.is_empty() && total <= LONGEST).then_some(Self::seconds(total))
    }
}

impl<'de> Deserialize<'de> for LengthOfTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format_args!(
                "`{text}` is no length of time; write it like `30s`, `90m`, `26h` or `1d12h`"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        max_lag: Option<LengthOfTime>,
    }

    fn read(settings: &Value) -> Result<Settings, String> {
        read_settings("items", settings).map_err(|error| error.to_string())
    }

    #[test]
    fn lengths_of_time_are_added_up() {
        for (text, seconds) in [("0s", 0), ("30s", 30), ("90m", 5400), ("26h", 93_600), ("1d12h", 129_600)] {
            let settings = read(&json!({ "max_lag": text })).unwrap();
            assert_eq!(settings.max_lag.map(LengthOfTime::as_seconds), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused_with_its_place() {
        for text in ["", "26", "h", "26 h", "-1h", "1.5h", "12h1d", "1h1h", "4w", "99999999999999999999s", "3651d"] {
            let refusal = read(&json!({ "max_lag": text })).unwrap_err();
            assert!(refusal.contains("settings of validator `items`: `max_lag`"), "{refusal}");
            assert!(refusal.contains("26h"), "says how to mend it: {refusal}");
        }
    }

    #[test]
    fn no_settings_are_empty_settings_and_unknown_ones_are_named() {
        assert!(read(&Value::Null).unwrap().max_lag.is_none());
        assert!(read(&json!({})).unwrap().max_lag.is_none());
        assert!(read(&json!({ "maxlag": "1h" })).unwrap_err().contains("maxlag"));
    }
}
