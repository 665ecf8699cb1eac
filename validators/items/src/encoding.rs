//! The canonical encoding of an item: equal bytes exactly where two items hold the same data.
//!
//! Version 1, the `items-v1` of fingerprints. Any change here needs another version, or every baseline would alarm.
//!
//! - A text, a name or binary data: its length, then its bytes. Lengths and counts are LEB128.
//! - A value: one letter for its type, then what it holds. Numbers as in [`crate::number`].
//! - A list: how many, then each in order. A set: how many, then each once, in the order of their encodings.
//! - A map, and the item itself: how many, then each name with its value, in the order of the names' bytes.

use backproof_cloud::{Item, Value};

use crate::number::append_number;

/// Encodes one item after another in buffers that are used again.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    bytes: Vec<u8>,
    /// A stack: the order of the names of each map that is being encoded, the outermost first.
    order: Vec<usize>,
}

impl Encoder {
    /// The item's canonical bytes, until the next call.
    pub(crate) fn encode(&mut self, item: &Item) -> &[u8] {
        self.bytes.clear();
        self.append_map(item);
        &self.bytes
    }

    fn append_map(&mut self, map: &Item) {
        self.append_count(map.len());
        let first = self.order.len();
        self.order.extend(0..map.len());
        self.order[first..].sort_unstable_by(|a, b| map[*a].0.cmp(&map[*b].0));
        for place in first..first + map.len() {
            let (name, value) = &map[self.order[place]];
            self.append_bytes(name.as_bytes());
            self.append_value(value);
        }
        self.order.truncate(first);
    }

    fn append_value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => {
                self.bytes.push(b'S');
                self.append_bytes(text.as_bytes());
            }
            Value::Number(number) => append_number(number, &mut self.bytes),
            Value::Binary(binary) => {
                self.bytes.push(b'B');
                self.append_bytes(binary);
            }
            Value::Bool(false) => self.bytes.push(b'f'),
            Value::Bool(true) => self.bytes.push(b't'),
            Value::Null => self.bytes.push(b'0'),
            Value::List(values) => {
                self.bytes.push(b'L');
                self.append_count(values.len());
                for value in values {
                    self.append_value(value);
                }
            }
            Value::Map(map) => {
                self.bytes.push(b'M');
                self.append_map(map);
            }
            Value::TextSet(texts) => self.append_set(b's', texts.iter().map(|text| text.as_bytes().to_vec())),
            Value::NumberSet(numbers) => self.append_set(b'#', numbers.iter().map(|number| canonical(number))),
            Value::BinarySet(binaries) => self.append_set(b'b', binaries.iter().cloned()),
        }
    }

    fn append_set(&mut self, letter: u8, members: impl Iterator<Item = Vec<u8>>) {
        let mut members: Vec<Vec<u8>> = members.collect();
        members.sort_unstable();
        members.dedup();
        self.bytes.push(letter);
        self.append_count(members.len());
        for member in members {
            self.append_bytes(&member);
        }
    }

    fn append_bytes(&mut self, bytes: &[u8]) {
        self.append_count(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    fn append_count(&mut self, mut count: usize) {
        loop {
            // The mask leaves seven bits.
            let low = u8::try_from(count & 0x7f).unwrap_or(0x7f);
            count >>= 7;
            if count == 0 {
                self.bytes.push(low);
                return;
            }
            self.bytes.push(low | 0x80);
        }
    }
}

fn canonical(number: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    append_number(number, &mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(value: Value) -> Vec<u8> {
        Encoder::default().encode(&vec![("a".to_owned(), value)]).to_vec()
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn the_encoding_of_version_1_does_not_change() {
        let item = vec![
            ("n".to_owned(), Value::Number("-2.50".into())),
            ("id".to_owned(), Value::Text("x".into())),
            ("m".to_owned(), Value::Map(vec![("b".into(), Value::Bool(true)), ("a".into(), Value::Null)])),
        ];
        let expected = [&b"\x03"[..], b"\x02idS\x01x", b"\x01mM\x02\x01a0\x01bt", b"\x01nN-\x01\0\0\0\0\0\0\x0025\0"];
        assert_eq!(Encoder::default().encode(&item), expected.concat());
    }

    #[test]
    fn sets_have_no_order_and_lists_have_one() {
        assert_eq!(encoded(Value::TextSet(texts(&["b", "a"]))), encoded(Value::TextSet(texts(&["a", "b"]))));
        assert_eq!(
            encoded(Value::NumberSet(texts(&["10", "2.50", "-1"]))),
            encoded(Value::NumberSet(texts(&["-1.0", "1E1", "2.5"])))
        );
        let list = |names: &[&str]| Value::List(names.iter().map(|name| Value::Text((*name).into())).collect());
        assert_ne!(encoded(list(&["b", "a"])), encoded(list(&["a", "b"])));
    }

    #[test]
    fn the_type_is_part_of_the_value() {
        let values = [
            Value::Text("1".into()),
            Value::Number("1".into()),
            Value::Binary(b"1".to_vec()),
            Value::Bool(true),
            Value::Bool(false),
            Value::Null,
            Value::List(vec![]),
            Value::Map(vec![]),
            Value::Text(String::new()),
            Value::TextSet(texts(&["1"])),
            Value::NumberSet(texts(&["1"])),
            Value::BinarySet(vec![b"1".to_vec()]),
            Value::List(vec![Value::Text("1".into())]),
        ];
        for (at, value) in values.iter().enumerate() {
            for other in &values[at + 1..] {
                assert_ne!(encoded(value.clone()), encoded(other.clone()), "{value:?} and {other:?}");
            }
        }
    }

    #[test]
    fn no_text_can_reach_into_the_next_attribute() {
        let item = |a: &str, b: &str| vec![("a".into(), Value::Text(a.into())), ("b".into(), Value::Text(b.into()))];
        let longer = Encoder::default().encode(&item("x\u{1}bS\u{1}y", "z")).to_vec();
        assert_ne!(longer, Encoder::default().encode(&item("x", "y")));
        assert_ne!(Encoder::default().encode(&item("xy", "")).to_vec(), Encoder::default().encode(&item("x", "y")));
    }
}
