//! Values that are not plain texts: whole numbers, shares, amounts, the version, free-form settings.

use std::borrow::Cow;

use backproof_model::money::Money;
use backproof_model::ratio::Ratio;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeInteger, DeValue};

use super::FromToml;
use crate::problem::Findings;

/// The largest whole number that canonical JSON (RFC 8785) writes exactly: 2^53 - 1.
const LARGEST_EXACT: i64 = (1 << 53) - 1;

/// A whole number within bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number<const LEAST: u32, const MOST: u32>(pub(crate) u32);

impl<const LEAST: u32, const MOST: u32> FromToml for Number<LEAST, MOST> {
    fn read(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Self> {
        let DeValue::Integer(integer) = value.get_ref() else {
            let hint = format!("write a number from {LEAST} to {MOST}, without quotes");
            findings.wrong_type(value, "a whole number", hint);
            return None;
        };
        let number = whole(integer).and_then(|number| u32::try_from(number).ok());
        let within = number.filter(|number| (LEAST..=MOST).contains(number));
        if within.is_none() {
            let hint = format!("it must be from {LEAST} to {MOST}");
            findings.problem(&value.span(), format!("{integer} is out of range"), hint);
        }
        within.map(Self)
    }
}

impl<const LEAST: u32, const MOST: u32> JsonSchema for Number<LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("NumberFrom{LEAST}To{MOST}").into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": LEAST, "maximum": MOST })
    }
}

/// A share strictly between 0 and 1, as `0.95` or `"0.95"`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share(pub(crate) Ratio);

impl FromToml for Share {
    fn read(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Self> {
        let hint = "write 95 % as 0.95";
        let text = match value.get_ref() {
            DeValue::String(text) => text.as_ref(),
            DeValue::Float(float) => float.as_str(),
            DeValue::Integer(integer) => integer.as_str(),
            DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                findings.wrong_type(value, "a share such as 0.95", hint);
                return None;
            }
        };
        let share = text.parse::<Ratio>().ok().filter(|ratio| ratio.is_proper());
        if share.is_none() {
            let message = format!("`{}` is not a share between 0 and 1", text.escape_debug());
            findings.problem(&value.span(), message, hint);
        }
        share.map(Self)
    }
}

impl JsonSchema for Share {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1 },
                { "type": "string", "pattern": "^0\\.[0-9]{1,18}$" }
            ]
        })
    }
}

/// A sum of money above zero, as `50`, `12.34` or `"12.34"`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amount(pub(crate) Money);

impl FromToml for Amount {
    fn read(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Self> {
        let hint = "write an amount above zero, as 50 or 12.34, without the currency";
        let text = match value.get_ref() {
            DeValue::String(text) => text.as_ref(),
            DeValue::Float(float) => float.as_str(),
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
            DeValue::Integer(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                findings.wrong_type(value, "an amount such as 12.34", hint);
                return None;
            }
        };
        match text.parse::<Money>() {
            Ok(amount) if amount > Money::ZERO => Some(Self(amount)),
            Ok(_) => {
                findings.problem(&value.span(), format!("`{}` is not above zero", text.escape_debug()), hint);
                None
            }
            Err(problem) => {
                findings.problem(&value.span(), problem.to_string().escape_debug().to_string(), hint);
                None
            }
        }
    }

    fn example() -> Option<String> {
        Some("50".to_owned())
    }
}

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "number", "exclusiveMinimum": 0 },
                { "type": "string", "pattern": "^[0-9]+(\\.[0-9]{1,6})?$" }
            ]
        })
    }
}

/// The version of the format: 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version;

impl FromToml for Version {
    fn read(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Self> {
        if matches!(value.get_ref(), DeValue::Integer(integer) if whole(integer) == Some(1)) {
            return Some(Self);
        }
        findings.problem(&value.span(), "this version of the plan format is not known", "write `version = 1`");
        None
    }

    fn example() -> Option<String> {
        Some("1".to_owned())
    }
}

impl JsonSchema for Version {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "const": 1 })
    }
}

impl FromToml for bool {
    fn read(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Self> {
        if let DeValue::Boolean(boolean) = value.get_ref() {
            return Some(*boolean);
        }
        findings.wrong_type(value, "true or false", "write `true` or `false`, without quotes");
        None
    }
}

/// A free-form table, as a JSON object. Its keys are not ours to know.
#[derive(Clone, Debug)]
pub(crate) struct Settings(pub(crate) Value);

impl FromToml for Settings {
    fn read(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Self> {
        let DeValue::Table(_) = value.get_ref() else {
            findings.wrong_type(value, "a table", "write the settings below [validators.settings]");
            return None;
        };
        as_json(value, findings).map(Self)
    }
}

impl JsonSchema for Settings {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Settings".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

/// The same value as JSON. Dates become texts; numbers that JSON cannot keep exactly are refused.
fn as_json(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Value> {
    match value.get_ref() {
        DeValue::String(text) => Some(Value::from(text.as_ref())),
        DeValue::Boolean(boolean) => Some(Value::from(*boolean)),
        DeValue::Datetime(moment) => Some(Value::from(moment.to_string())),
        DeValue::Integer(integer) => {
            let exact = whole(integer).filter(|number| (-LARGEST_EXACT..=LARGEST_EXACT).contains(number));
            if exact.is_none() {
                let hint = "put it in quotes, so that it is kept digit by digit";
                findings.problem(&value.span(), format!("{integer} is too large to be kept exactly"), hint);
            }
            exact.map(Value::from)
        }
        DeValue::Float(float) => {
            let number = float.as_str().parse::<f64>().ok().and_then(serde_json::Number::from_f64);
            if number.is_none() {
                let hint = "settings are kept as JSON, which has no such number: put it in quotes";
                findings.problem(&value.span(), format!("{float} is not a finite number"), hint);
            }
            number.map(Value::Number)
        }
        DeValue::Array(array) => Some(array.iter().filter_map(|element| as_json(element, findings)).collect()),
        DeValue::Table(table) => Some(Value::Object(
            table
                .iter()
                .filter_map(|(key, value)| Some((key.get_ref().to_string(), as_json(value, findings)?)))
                .collect(),
        )),
    }
}

/// The integer, where 64 bits hold it.
fn whole(integer: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}
