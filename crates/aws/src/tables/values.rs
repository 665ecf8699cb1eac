//! DynamoDB's attribute values in ours and back. Texts and lists are moved, never copied: a table has many.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use backproof_cloud::{Item, Value};

/// An item that DynamoDB gave; `None` where it holds a type of value that nobody knows.
pub(super) fn item(attributes: HashMap<String, AttributeValue>) -> Option<Item> {
    let mut item = Vec::with_capacity(attributes.len());
    for (name, attribute) in attributes {
        item.push((name, value(attribute)?));
    }
    Some(item)
}

fn value(attribute: AttributeValue) -> Option<Value> {
    Some(match attribute {
        AttributeValue::S(text) => Value::Text(text),
        AttributeValue::N(number) => Value::Number(number),
        AttributeValue::B(blob) => Value::Binary(blob.into_inner()),
        AttributeValue::Bool(truth) => Value::Bool(truth),
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::L(values) => Value::List(values.into_iter().map(value).collect::<Option<_>>()?),
        AttributeValue::M(attributes) => Value::Map(item(attributes)?),
        AttributeValue::Ss(texts) => Value::TextSet(texts),
        AttributeValue::Ns(numbers) => Value::NumberSet(numbers),
        AttributeValue::Bs(blobs) => Value::BinarySet(blobs.into_iter().map(Blob::into_inner).collect()),
        // The SDK's enum is open: a type that DynamoDB has added since.
        _ => return None,
    })
}

/// An item for DynamoDB.
pub(super) fn attributes(item: Item) -> HashMap<String, AttributeValue> {
    item.into_iter().map(|(name, value)| (name, attribute(value))).collect()
}

fn attribute(value: Value) -> AttributeValue {
    match value {
        Value::Text(text) => AttributeValue::S(text),
        Value::Number(number) => AttributeValue::N(number),
        Value::Binary(bytes) => AttributeValue::B(Blob::new(bytes)),
        Value::Bool(truth) => AttributeValue::Bool(truth),
        Value::Null => AttributeValue::Null(true),
        Value::List(values) => AttributeValue::L(values.into_iter().map(attribute).collect()),
        Value::Map(item) => AttributeValue::M(attributes(item)),
        Value::TextSet(texts) => AttributeValue::Ss(texts),
        Value::NumberSet(numbers) => AttributeValue::Ns(numbers),
        Value::BinarySet(sets) => AttributeValue::Bs(sets.into_iter().map(Blob::new).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_survives_the_way_there_and_back() {
        let whole: Item = vec![
            ("text".into(), Value::Text("a".into())),
            ("number".into(), Value::Number("2.50".into())),
            ("binary".into(), Value::Binary(vec![0, 255])),
            ("bool".into(), Value::Bool(false)),
            ("null".into(), Value::Null),
            ("list".into(), Value::List(vec![Value::Map(vec![("x".into(), Value::Null)])])),
            ("texts".into(), Value::TextSet(vec!["b".into(), "a".into()])),
            ("numbers".into(), Value::NumberSet(vec!["1".into(), "1e2".into()])),
            ("binaries".into(), Value::BinarySet(vec![vec![1], vec![]])),
        ];
        let mut back = item(attributes(whole.clone())).unwrap();
        back.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut expected = whole;
        expected.sort_by(|(a, _), (b, _)| a.cmp(b));
        assert_eq!(back, expected);
    }
}
