//! The order in which DynamoDB keeps items: by a hash of the partition key, then by the sort key.
//!
//! An item's place is a byte string; comparing two of them as bytes compares the items. Parallel scans cut the space of
//! the hash into equal parts, so a segment is a run of neighbours.

use super::schema::Keys;
use super::value::{AttributeValue, Attributes};

/// The place of an item: eight bytes of hash, the partition key, the sort key, and for an index the table's key.
pub(crate) type Place = Vec<u8>;

/// Makes places for the items of one table or index.
#[derive(Clone, Debug)]
pub(crate) struct Ordering<'a> {
    /// The key by which the items are ordered.
    pub(crate) keys: Keys<'a>,
    /// The table's own key, where `keys` is that of an index.
    pub(crate) table_keys: Option<Keys<'a>>,
    /// Changes the hash, and so the order of a scan, without changing anything else.
    pub(crate) seed: u64,
}

impl Ordering<'_> {
    /// The item's place; `None` where it lacks a key attribute, or has one of another type, and so is not in the index.
    pub(crate) fn place(&self, item: &Attributes) -> Option<Place> {
        let mut place = self.partition(item.get(&self.keys.partition.name)?)?;
        for attribute in self.keys.sort.into_iter().chain(self.table_keys.into_iter().flat_map(Keys::attributes)) {
            place.extend(component(item.get(&attribute.name)?)?);
        }
        Some(place)
    }

    /// The common beginning of the places of all items with this partition key.
    pub(crate) fn partition(&self, value: &AttributeValue) -> Option<Place> {
        if value.tag() != self.keys.partition.attribute_type.letter() {
            return None;
        }
        let encoded = component(value)?;
        let mut place = hash(&encoded, self.seed).to_be_bytes().to_vec();
        place.extend(encoded);
        Some(place)
    }
}

/// The first place of a segment and the first place after it; `None` is the end of the table.
pub(crate) fn segment_bounds(segment: u32, total: u32) -> (Place, Option<Place>) {
    // The smallest hash h with floor(h * total / 2^64) = segment: each hash is in exactly one segment.
    let first = |segment: u32| (u128::from(segment) << 64).div_ceil(u128::from(total.max(1)));
    let bound = |hash: u128| u64::try_from(hash).ok().map(|hash| hash.to_be_bytes().to_vec());
    (bound(first(segment)).unwrap_or_else(|| vec![u8::MAX; 9]), bound(first(segment + 1)))
}

/// The first place after all places that begin with `prefix`; `None` where there is none.
pub(crate) fn after_prefix(prefix: &[u8]) -> Option<Place> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut place = prefix[..=last].to_vec();
    place[last] += 1;
    Some(place)
}

/// One key value, ending so that no value's bytes begin another's.
pub(crate) fn component(value: &AttributeValue) -> Option<Vec<u8>> {
    let mut bytes = unfinished_component(value)?;
    bytes.extend([0, 0]);
    Some(bytes)
}

/// The bytes of a key value without its end: what all values that begin with it begin with.
pub(crate) fn unfinished_component(value: &AttributeValue) -> Option<Vec<u8>> {
    let raw = match value {
        AttributeValue::S(text) => text.as_bytes(),
        AttributeValue::B(bytes) => bytes,
        AttributeValue::N(number) => &number.ordered_bytes(),
        _ => return None,
    };
    let mut bytes = Vec::with_capacity(raw.len() + 2);
    for byte in raw {
        bytes.push(*byte);
        if *byte == 0 {
            bytes.push(u8::MAX);
        }
    }
    Some(bytes)
}

/// FNV-1a with the finish of `SplitMix64`: every run and every machine gives the same order.
fn hash(bytes: &[u8], seed: u64) -> u64 {
    let mut hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn components_order_as_their_bytes(left: Vec<u8>, right: Vec<u8>) {
            let encode = |bytes: &Vec<u8>| component(&AttributeValue::B(bytes.clone())).unwrap();
            prop_assert_eq!(encode(&left).cmp(&encode(&right)), left.cmp(&right));
        }

        #[test]
        fn each_hash_is_in_exactly_one_segment(hash: u64, total in 1_u32..1000) {
            let place = hash.to_be_bytes().to_vec();
            let holding = (0..total).filter(|segment| {
                let (from, to) = segment_bounds(*segment, total);
                from <= place && to.is_none_or(|to| place < to)
            });
            prop_assert_eq!(holding.count(), 1);
        }
    }
}
