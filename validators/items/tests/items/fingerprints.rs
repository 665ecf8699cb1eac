//! Properties of fingerprints, for items of any shape.

use backproof_cloud::{Item, Value};
use backproof_validators_items::Fingerprint;
use bigdecimal::BigDecimal;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

use crate::support::key;

/// Numbers within DynamoDB's range, in many ways of writing.
fn number() -> impl Strategy<Value = String> {
    "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?"
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        "\\PC{0,8}".prop_map(Value::Text),
        number().prop_map(Value::Number),
        vec(any::<u8>(), 0..6).prop_map(Value::Binary),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
        btree_set("[a-c]{1,3}", 1..4).prop_map(|texts| Value::TextSet(texts.into_iter().collect())),
        btree_set("[1-9]{1,3}", 1..4).prop_map(|numbers| Value::NumberSet(numbers.into_iter().collect())),
        btree_set(vec(any::<u8>(), 1..3), 1..4).prop_map(|binaries| Value::BinarySet(binaries.into_iter().collect())),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::List),
            btree_map("[a-z]{1,4}", inner, 0..4).prop_map(|map| Value::Map(map.into_iter().collect())),
        ]
    })
}

fn item() -> impl Strategy<Value = Item> {
    btree_map("[a-z]{1,4}", value(), 1..6).prop_map(|map| map.into_iter().collect())
}

/// The same value with everything that has no order turned around.
fn turned(value: &Value) -> Value {
    match value {
        Value::List(values) => Value::List(values.iter().map(turned).collect()),
        Value::Map(map) => Value::Map(turned_item(map)),
        Value::TextSet(texts) => Value::TextSet(texts.iter().rev().cloned().collect()),
        Value::NumberSet(numbers) => {
            Value::NumberSet(numbers.iter().rev().map(|number| format!("{number}.0")).collect())
        }
        Value::BinarySet(binaries) => Value::BinarySet(binaries.iter().rev().cloned().collect()),
        Value::Text(_) | Value::Number(_) | Value::Binary(_) | Value::Bool(_) | Value::Null => value.clone(),
    }
}

fn turned_item(item: &Item) -> Item {
    item.iter().rev().map(|(name, value)| (name.clone(), turned(value))).collect()
}

fn of(items: &[Item]) -> Fingerprint {
    Fingerprint::of_items(items, &key())
}

fn of_number(number: &str) -> Fingerprint {
    of(&[vec![("n".into(), Value::Number(number.into()))]])
}

proptest! {
    #[test]
    fn order_and_parts_do_not_matter(items in vec(item(), 0..12), cut in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let whole = of(&items);
        let mut shuffled = items.clone();
        shuffled.sort_by_key(|item| format!("{seed}{item:?}").bytes().fold(seed, |hash, byte| hash.rotate_left(5) ^ u64::from(byte)));
        prop_assert_eq!(of(&shuffled), whole);
        let at = cut.index(items.len() + 1);
        let mut sum = of(&items[at..]);
        sum += of(&items[..at]);
        prop_assert_eq!(sum, whole);
        let turned: Vec<Item> = items.iter().map(turned_item).collect();
        prop_assert_eq!(of(&turned), whole);
    }

    #[test]
    fn any_attribute_that_changes_is_seen(item in item(), which in any::<prop::sample::Index>(), other in value()) {
        let at = which.index(item.len());
        let mut changed = item.clone();
        changed[at].1 = other;
        prop_assert_eq!(of(std::slice::from_ref(&changed)) == of(std::slice::from_ref(&item)), same(&changed[at].1, &item[at].1));
        let mut renamed = item.clone();
        renamed[at].0.push('!');
        prop_assert_ne!(of(&[renamed]), of(std::slice::from_ref(&item)));
        let mut lost = item.clone();
        lost.remove(at);
        prop_assert_ne!(of(&[lost]), of(&[item]));
    }

    #[test]
    fn an_item_more_or_less_or_twice_is_seen(items in vec(item(), 1..6), more in item()) {
        let whole = of(&items);
        let mut grown = items.clone();
        grown.push(more);
        prop_assert_ne!(of(&grown), whole);
        prop_assert_ne!(of(&items[1..]), whole);
        let mut twice = items.clone();
        twice.push(items[0].clone());
        prop_assert_ne!(of(&twice), whole);
    }

    #[test]
    fn numbers_are_equal_exactly_where_their_values_are(a in number(), b in number()) {
        let equal = a.parse::<BigDecimal>().unwrap() == b.parse::<BigDecimal>().unwrap();
        prop_assert_eq!(of_number(&a) == of_number(&b), equal, "{} and {}", a, b);
    }

    #[test]
    fn a_number_written_otherwise_is_the_same(number in number(), places in 0_u32..5) {
        let value: BigDecimal = number.parse().unwrap();
        let shifted = format!("{}e-{places}", (&value * BigDecimal::from(10_u64.pow(places))).to_plain_string());
        for other in [value.to_plain_string(), value.to_scientific_notation(), value.normalized().to_string(), shifted] {
            prop_assert_eq!(of_number(&other), of_number(&number), "{} and {}", other, number);
        }
    }
}

/// Equality as DynamoDB means it, by other means than the encoding.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.parse::<BigDecimal>().unwrap() == b.parse::<BigDecimal>().unwrap(),
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && same(&a.1, &b.1))
        }
        (a, b) => a == b,
    }
}
