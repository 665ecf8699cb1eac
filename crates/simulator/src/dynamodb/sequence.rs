//! Items in order, shared between tables and snapshots until one of them is changed.
//!
//! The items lie in chunks behind reference counts. A copy of a million items costs one counter, a write to a copy
//! costs one chunk, and a scan walks through neighbouring memory.

use std::sync::Arc;

use bytes::Bytes;

use super::order::Place;

/// Chunks are split when they grow beyond this.
const CHUNK: usize = 512;

/// An item as it is kept: its place in the order and the JSON that goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredItem {
    /// Where it stands.
    pub(crate) place: Box<[u8]>,
    /// Its JSON form, numbers normalised.
    pub(crate) json: Bytes,
    /// Its size by AWS's rules for item sizes, in bytes.
    pub(crate) size: u32,
}

type Chunk = Vec<Arc<StoredItem>>;

/// Items in the order of their places, each place once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ItemSequence {
    chunks: Arc<Vec<Arc<Chunk>>>,
    count: usize,
    bytes: u64,
}

impl ItemSequence {
    /// Puts items in order; of two in one place the later stays.
    pub(crate) fn from_items(items: impl IntoIterator<Item = Arc<StoredItem>>) -> Self {
        let mut items: Vec<_> = items.into_iter().collect();
        items.reverse();
        items.sort_by(|left, right| left.place.cmp(&right.place));
        items.dedup_by(|repeated, kept| repeated.place == kept.place);
        let count = items.len();
        let bytes = items.iter().map(|item| u64::from(item.size)).sum();
        let chunks = items.chunks(CHUNK / 2).map(|chunk| Arc::new(chunk.to_vec())).collect();
        Self { chunks: Arc::new(chunks), count, bytes }
    }

    /// How many items there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The sum of their sizes, in bytes by AWS's rules.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// All items in order.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<StoredItem>> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// The items from `from` on and before `to`; no `to` is the end.
    pub(crate) fn range(&self, from: &[u8], to: Option<&[u8]>) -> impl DoubleEndedIterator<Item = &Arc<StoredItem>> {
        let start = self.position(from);
        let end = to.map_or((self.chunks.len(), 0), |to| self.position(to)).max(start);
        (start.0..self.chunks.len().min(end.0 + 1)).flat_map(move |number| {
            let chunk = &self.chunks[number];
            let first = if number == start.0 { start.1 } else { 0 };
            let last = if number == end.0 { end.1 } else { chunk.len() };
            chunk[first..last].iter()
        })
    }

    /// The item in exactly this place.
    pub(crate) fn get(&self, place: &[u8]) -> Option<&Arc<StoredItem>> {
        let (chunk, index) = self.position(place);
        self.chunks.get(chunk)?.get(index).filter(|item| &*item.place == place)
    }

    /// Puts an item in its place and gives back the one that stood there.
    pub(crate) fn insert(&mut self, item: StoredItem) -> Option<Arc<StoredItem>> {
        let (number, index) = self.place_for(&item.place);
        self.bytes += u64::from(item.size);
        let chunks = Arc::make_mut(&mut self.chunks);
        if chunks.is_empty() {
            chunks.push(Arc::default());
        }
        let chunk = Arc::make_mut(&mut chunks[number]);
        if let Some(old) = chunk.get_mut(index).filter(|old| old.place == item.place) {
            self.bytes -= u64::from(old.size);
            return Some(std::mem::replace(old, Arc::new(item)));
        }
        chunk.insert(index, Arc::new(item));
        self.count += 1;
        if chunk.len() > CHUNK {
            let upper = chunk.split_off(CHUNK / 2);
            chunks.insert(number + 1, Arc::new(upper));
        }
        None
    }

    /// Takes the item in this place away.
    pub(crate) fn remove(&mut self, place: &[u8]) -> Option<Arc<StoredItem>> {
        self.get(place)?;
        let (number, index) = self.position(place);
        let chunks = Arc::make_mut(&mut self.chunks);
        let chunk = Arc::make_mut(&mut chunks[number]);
        let removed = chunk.remove(index);
        if chunk.is_empty() {
            chunks.remove(number);
        }
        self.count -= 1;
        self.bytes -= u64::from(removed.size);
        Some(removed)
    }

    /// Where the first item at or after `place` stands: the chunk and the index in it.
    fn position(&self, place: &[u8]) -> (usize, usize) {
        let number = self.chunks.partition_point(|chunk| chunk.last().is_some_and(|last| &*last.place < place));
        let index = self.chunks.get(number).map_or(0, |chunk| chunk.partition_point(|item| &*item.place < place));
        (number, index)
    }

    /// Like `position`, but the end of the last chunk rather than a chunk after it.
    fn place_for(&self, place: &[u8]) -> (usize, usize) {
        let (number, index) = self.position(place);
        match self.chunks.last() {
            Some(last) if number == self.chunks.len() => (number - 1, last.len()),
            _ => (number, index),
        }
    }
}

/// The first place after `place` itself.
pub(crate) fn just_after(place: &[u8]) -> Place {
    let mut next = place.to_vec();
    next.push(0);
    next
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn item(place: u16, size: u32) -> StoredItem {
        StoredItem { place: place.to_be_bytes().into(), json: Bytes::from(size.to_string()), size }
    }

    fn places<'a>(items: impl Iterator<Item = &'a Arc<StoredItem>>) -> Vec<u16> {
        items.map(|item| u16::from_be_bytes([item.place[0], item.place[1]])).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn behaves_like_an_ordered_map(writes in prop::collection::vec((0_u16..2000, any::<bool>(), 0_u32..9), 0..3000), from in 0_u16..2000, to in 0_u16..2000) {
            let mut sequence = ItemSequence::default();
            let mut expected = BTreeMap::new();
            for (place, insert, size) in writes {
                if insert {
                    let old = sequence.insert(item(place, size)).map(|old| old.size);
                    prop_assert_eq!(old, expected.insert(place, size));
                } else {
                    let old = sequence.remove(&place.to_be_bytes()).map(|old| old.size);
                    prop_assert_eq!(old, expected.remove(&place));
                }
            }
            prop_assert_eq!(sequence.count(), expected.len());
            prop_assert_eq!(sequence.bytes(), expected.values().map(|size| u64::from(*size)).sum::<u64>());
            prop_assert_eq!(places(sequence.iter()), expected.keys().copied().collect::<Vec<_>>());
            let within: Vec<_> = expected.keys().copied().filter(|place| (from..to).contains(place)).collect();
            prop_assert_eq!(places(sequence.range(&from.to_be_bytes(), Some(&to.to_be_bytes()))), within.clone());
            let backwards: Vec<_> = within.into_iter().rev().collect();
            prop_assert_eq!(places(sequence.range(&from.to_be_bytes(), Some(&to.to_be_bytes())).rev()), backwards);
        }
    }

    #[test]
    fn a_copy_keeps_its_items_when_the_original_changes() {
        let mut original = ItemSequence::from_items((0..2000).map(|place| Arc::new(item(place, 1))));
        let copy = original.clone();
        original.remove(&7_u16.to_be_bytes());
        original.insert(item(5000, 1));
        assert_eq!((copy.count(), copy.get(&7_u16.to_be_bytes()).is_some()), (2000, true));
        assert!(copy.get(&5000_u16.to_be_bytes()).is_none());
    }

    #[test]
    fn of_two_items_in_one_place_the_later_stays() {
        let sequence = ItemSequence::from_items([item(1, 4), item(1, 5)].map(Arc::new));
        assert_eq!((sequence.count(), sequence.bytes()), (1, 5));
    }
}
