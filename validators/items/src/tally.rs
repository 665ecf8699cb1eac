//! What one pass over items adds up. Nothing of an item is kept.

use std::sync::Arc;

use backproof_cloud::Item;
use jiff::Timestamp;

use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::time::TimeAttribute;
use backproof_validators_api::FingerprintKey;

/// What to look for in items.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    /// The key of the fingerprints.
    pub(crate) key: FingerprintKey,
    /// The attribute that says when an item was written.
    pub(crate) time: Option<TimeAttribute>,
    /// Items written up to this moment are settled: they are added up on their own as well.
    pub(crate) settled_up_to: Option<Timestamp>,
    /// No item can truthfully be newer than this.
    pub(crate) newest_possible: Timestamp,
}

/// What was seen. Tallies of parts of a table add up to that of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// All items, and their fingerprint.
    pub(crate) all: Sum,
    /// Items up to [`Watch::settled_up_to`].
    pub(crate) settled: Sum,
    /// The newest moment that is not newer than possible.
    pub(crate) newest: Option<Timestamp>,
    /// Items whose time is newer than possible.
    pub(crate) ahead: u64,
    /// Items whose time attribute is missing or no moment.
    pub(crate) undated: u64,
}

/// How many items, and their fingerprint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    /// How many.
    pub(crate) items: u64,
    /// Their fingerprint.
    pub(crate) fingerprint: Fingerprint,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.items += other.items;
        self.fingerprint += other.fingerprint;
    }
}

impl Tally {
    /// Adds what was seen elsewhere in the table.
    pub(crate) fn add(&mut self, other: &Self) {
        self.all.add(other.all);
        self.settled.add(other.settled);
        self.newest = self.newest.max(other.newest);
        self.ahead += other.ahead;
        self.undated += other.undated;
    }
}

/// Takes items one by one.
#[derive(Debug)]
pub(crate) struct Counter {
    watch: Arc<Watch>,
    printer: Fingerprinter,
    /// What was seen so far.
    pub(crate) tally: Tally,
}

impl Counter {
    pub(crate) fn new(watch: Arc<Watch>) -> Self {
        let printer = Fingerprinter::new(&watch.key);
        Self { watch, printer, tally: Tally::default() }
    }

    /// Counts one item.
    pub(crate) fn count(&mut self, item: &Item) {
        let this = Sum { items: 1, fingerprint: self.printer.fingerprint(item) };
        self.tally.all.add(this);
        let Some(time) = &self.watch.time else {
            return;
        };
        let value = item.iter().find(|(name, _)| *name == time.name);
        let Some(moment) = value.and_then(|(_, value)| time.moment(value)) else {
            self.tally.undated += 1;
            return;
        };
        if self.watch.settled_up_to.is_some_and(|up_to| moment <= up_to) {
            self.tally.settled.add(this);
        }
        if moment > self.watch.newest_possible {
            self.tally.ahead += 1;
        } else {
            self.tally.newest = self.tally.newest.max(Some(moment));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backproof_cloud::Value;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn counter() -> Counter {
        Counter::new(Arc::new(Watch {
            key: FingerprintKey::new(&[1; 32]),
            time: Some(TimeAttribute::named("t")),
            settled_up_to: Some(at("2026-01-01T12:00:00Z")),
            newest_possible: at("2026-01-01T18:00:00Z"),
        }))
    }

    fn item(time: &str) -> Item {
        vec![("t".into(), Value::Text(time.into()))]
    }

    #[test]
    fn the_moments_named_are_themselves_settled_and_possible() {
        let mut counter = counter();
        for time in ["2026-01-01T12:00:00Z", "2026-01-01T12:00:01Z", "2026-01-01T18:00:00Z", "2026-01-01T18:00:01Z"] {
            counter.count(&item(time));
        }
        let tally = counter.tally;
        assert_eq!((tally.all.items, tally.settled.items, tally.ahead, tally.undated), (4, 1, 1, 0));
        assert_eq!(tally.newest, Some(at("2026-01-01T18:00:00Z")));
    }

    #[test]
    fn undated_items_are_counted_and_not_settled() {
        let mut counter = counter();
        counter.count(&item("yesterday"));
        counter.count(&vec![("other".into(), Value::Null)]);
        assert_eq!((counter.tally.all.items, counter.tally.settled.items, counter.tally.undated), (2, 0, 2));
        assert_eq!(counter.tally.newest, None);
    }

    #[test]
    fn tallies_of_parts_add_up_to_that_of_the_whole() {
        let items = ["2026-01-01T11:00:00Z", "2026-01-01T13:00:00Z", "2027-01-01T00:00:00Z", "never"].map(item);
        let mut whole = counter();
        for item in &items {
            whole.count(item);
        }
        let mut sum = Tally::default();
        for item in items.iter().rev() {
            let mut part = counter();
            part.count(item);
            sum.add(&part.tally);
        }
        assert_eq!(sum, whole.tally);
    }
}
