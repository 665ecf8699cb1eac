//! Attribute values and items, checked and normalised as DynamoDB does when they are written.
//!
//! Items are kept as the JSON that goes over the wire; these types exist while an item is written, filtered, projected
//! or changed.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::fault::Fault;
use super::number::Number;

/// The deepest nesting of lists and maps.
const DEEPEST: usize = 32;

/// An item: its attributes by name.
pub(crate) type Attributes = BTreeMap<String, AttributeValue>;

/// One attribute's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AttributeValue {
    /// Text.
    S(String),
    /// A number.
    N(Number),
    /// Bytes.
    B(Vec<u8>),
    /// A truth value.
    Bool(bool),
    /// Null.
    Null,
    /// An ordered list of any values.
    L(Vec<AttributeValue>),
    /// Values by name.
    M(BTreeMap<String, AttributeValue>),
    /// A set of texts.
    Ss(BTreeSet<String>),
    /// A set of numbers.
    Ns(BTreeSet<Number>),
    /// A set of byte strings.
    Bs(BTreeSet<Vec<u8>>),
}

/// Reads an item from its JSON form.
pub(crate) fn item_from_json(value: &Value) -> Result<Attributes, Fault> {
    let Value::Object(members) = value else {
        return Err(Fault::Serialization("Unexpected value type in payload: an item is an object".into()));
    };
    members.iter().map(|(name, value)| Ok((name.clone(), AttributeValue::from_json(value, 0)?))).collect()
}

/// Reads an item that this data plane wrote.
pub(crate) fn item_from_stored(json: &[u8]) -> Attributes {
    let value: Value = serde_json::from_slice(json).expect("stored items were written by item_to_json");
    item_from_json(&value).expect("stored items were checked when they were written")
}

/// Writes an item as JSON.
pub(crate) fn item_to_json(item: &Attributes) -> Vec<u8> {
    let mut json = Vec::with_capacity(256);
    write_members(item, &mut json);
    json
}

/// The size by AWS's rules: names in UTF-8 and the sizes of the values.
pub(crate) fn item_size(item: &Attributes) -> usize {
    item.iter().map(|(name, value)| name.len() + value.size()).sum()
}

impl AttributeValue {
    /// Reads a value such as `{"S": "text"}`; `depth` counts the lists and maps around it.
    pub(crate) fn from_json(value: &Value, depth: usize) -> Result<Self, Fault> {
        let Some((tag, content)) = value.as_object().filter(|object| object.len() == 1).and_then(|o| o.iter().next())
        else {
            return Err(Fault::invalid(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            ));
        };
        if depth > DEEPEST {
            return Err(Fault::invalid("Nesting Levels have exceeded supported limits"));
        }
        match (tag.as_str(), content) {
            ("S", Value::String(text)) => Ok(Self::S(text.clone())),
            ("N", Value::String(text)) => Ok(Self::N(text.parse()?)),
            ("B", Value::String(text)) => Ok(Self::B(decoded(text)?)),
            ("BOOL", Value::Bool(truth)) => Ok(Self::Bool(*truth)),
            ("NULL", Value::Bool(true)) => Ok(Self::Null),
            ("NULL", Value::Bool(false)) => Err(Fault::invalid(
                "One or more parameter values were invalid: Null attribute value types must have the value of true",
            )),
            ("L", Value::Array(values)) => {
                Ok(Self::L(values.iter().map(|value| Self::from_json(value, depth + 1)).collect::<Result<_, _>>()?))
            }
            ("M", Value::Object(members)) => {
                let read = |(name, value): (&String, &Value)| Ok((name.clone(), Self::from_json(value, depth + 1)?));
                Ok(Self::M(members.iter().map(read).collect::<Result<_, Fault>>()?))
            }
            ("SS", Value::Array(values)) => Ok(Self::Ss(set_of(values, |text| Ok(text.to_owned()))?)),
            ("NS", Value::Array(values)) => Ok(Self::Ns(set_of(values, str::parse)?)),
            ("BS", Value::Array(values)) => Ok(Self::Bs(set_of(values, decoded)?)),
            (tag, _) => Err(Fault::Serialization(format!("Unexpected value type in payload for an attribute `{tag}`"))),
        }
    }

    /// Appends the JSON form.
    pub(crate) fn write_json(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(b"{\"");
        json.extend_from_slice(self.tag().as_bytes());
        json.extend_from_slice(b"\":");
        match self {
            Self::S(text) => write_text(text, json),
            Self::N(number) => write_text(&number.to_string(), json),
            Self::B(bytes) => write_text(&STANDARD.encode(bytes), json),
            Self::Bool(truth) => json.extend_from_slice(if *truth { b"true" } else { b"false" }),
            Self::Null => json.extend_from_slice(b"true"),
            Self::L(values) => write_list(values.iter(), json, AttributeValue::write_json),
            Self::M(members) => write_members(members, json),
            Self::Ss(texts) => write_list(texts.iter(), json, |text, json| write_text(text, json)),
            Self::Ns(numbers) => write_list(numbers.iter(), json, |number, json| write_text(&number.to_string(), json)),
            Self::Bs(all) => write_list(all.iter(), json, |bytes, json| write_text(&STANDARD.encode(bytes), json)),
        }
        json.push(b'}');
    }

    /// The JSON form as a value of its own.
    pub(crate) fn to_json(&self) -> Value {
        let mut json = Vec::new();
        self.write_json(&mut json);
        serde_json::from_slice(&json).expect("write_json writes JSON")
    }

    /// The name of the type on the wire.
    pub(crate) fn tag(&self) -> &'static str {
        match self {
            Self::S(_) => "S",
            Self::N(_) => "N",
            Self::B(_) => "B",
            Self::Bool(_) => "BOOL",
            Self::Null => "NULL",
            Self::L(_) => "L",
            Self::M(_) => "M",
            Self::Ss(_) => "SS",
            Self::Ns(_) => "NS",
            Self::Bs(_) => "BS",
        }
    }

    /// The size by AWS's rules: lists and maps take three bytes and one more for each member.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::N(number) => number.size(),
            Self::B(bytes) => bytes.len(),
            Self::Bool(_) | Self::Null => 1,
            Self::L(values) => 3 + values.iter().map(|value| 1 + value.size()).sum::<usize>(),
            Self::M(members) => 3 + members.len() + item_size(members),
            Self::Ss(texts) => texts.iter().map(String::len).sum(),
            Self::Ns(numbers) => numbers.iter().map(Number::size).sum(),
            Self::Bs(all) => all.iter().map(Vec::len).sum(),
        }
    }
}

fn write_members(members: &BTreeMap<String, AttributeValue>, json: &mut Vec<u8>) {
    json.push(b'{');
    for (position, (name, value)) in members.iter().enumerate() {
        if position > 0 {
            json.push(b',');
        }
        write_text(name, json);
        json.push(b':');
        value.write_json(json);
    }
    json.push(b'}');
}

fn write_list<T>(values: impl Iterator<Item = T>, json: &mut Vec<u8>, write: impl Fn(T, &mut Vec<u8>)) {
    json.push(b'[');
    for (position, value) in values.enumerate() {
        if position > 0 {
            json.push(b',');
        }
        write(value, json);
    }
    json.push(b']');
}

/// Appends a JSON string.
pub(crate) fn write_text(text: &str, json: &mut Vec<u8>) {
    serde_json::to_writer(json, text).expect("writing to memory does not fail");
}

fn decoded(text: &str) -> Result<Vec<u8>, Fault> {
    STANDARD.decode(text).map_err(|_| Fault::Serialization(format!("`{text}` is not Base64")))
}

fn set_of<T: Ord>(values: &[Value], read: impl Fn(&str) -> Result<T, Fault>) -> Result<BTreeSet<T>, Fault> {
    if values.is_empty() {
        return Err(Fault::invalid("One or more parameter values were invalid: An set may not be empty"));
    }
    let mut set = BTreeSet::new();
    for value in values {
        let Value::String(text) = value else {
            return Err(Fault::Serialization("Unexpected value type in payload: sets hold strings".into()));
        };
        if !set.insert(read(text)?) {
            let message = "One or more parameter values were invalid: Input collection contains duplicates.";
            return Err(Fault::invalid(message));
        }
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(value: &Value) -> Value {
        serde_json::from_slice(&item_to_json(&item_from_json(value).unwrap())).unwrap()
    }

    #[test]
    fn every_type_comes_back_as_written_but_for_numbers_and_the_order_of_sets() {
        let item = json!({
            "s": {"S": "a \"quoted\" ü"}, "n": {"N": "2.50"}, "b": {"B": "AAEC"}, "t": {"BOOL": true}, "z": {"NULL": true},
            "l": {"L": [{"S": ""}, {"L": []}]}, "m": {"M": {"x": {"N": "1e2"}}},
            "ss": {"SS": ["b", "a"]}, "ns": {"NS": ["10", "9.0"]}, "bs": {"BS": ["AQ==", "AA=="]},
        });
        let expected = json!({
            "s": {"S": "a \"quoted\" ü"}, "n": {"N": "2.5"}, "b": {"B": "AAEC"}, "t": {"BOOL": true}, "z": {"NULL": true},
            "l": {"L": [{"S": ""}, {"L": []}]}, "m": {"M": {"x": {"N": "100"}}},
            "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["9", "10"]}, "bs": {"BS": ["AA==", "AQ=="]},
        });
        assert_eq!(written(&item), expected);
        assert_eq!(written(&expected), expected);
    }

    #[test]
    fn refuses_what_dynamodb_refuses() {
        for value in [
            json!({}),
            json!({"S": "a", "N": "1"}),
            json!({"NULL": false}),
            json!({"SS": []}),
            json!({"SS": ["a", "a"]}),
            json!({"NS": ["1", "1.0"]}),
            json!({"N": 1}),
            json!({"B": "not base64!"}),
            json!({"X": "a"}),
        ] {
            assert!(AttributeValue::from_json(&value, 0).is_err(), "{value}");
        }
        let nested = (0..40).fold(json!({"S": "deep"}), |inner, _| json!({"L": [inner]}));
        assert!(AttributeValue::from_json(&nested, 0).is_err());
    }

    #[test]
    fn sizes_follow_the_published_rules() {
        let item =
            item_from_json(&json!({"id": {"S": "ab"}, "n": {"N": "123"}, "m": {"M": {"k": {"BOOL": true}}}})).unwrap();
        assert_eq!(item_size(&item), (2 + 2) + (1 + 3) + (1 + 3 + 1 + 2));
    }
}
