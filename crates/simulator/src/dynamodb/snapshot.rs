//! A table as a backup holds it, and the faults that a world plants in its data.
//!
//! A snapshot shares its items with the tables made from it. It keeps the whole definition; what a restore leaves out
//! of it is decided where the restored table is made.

use std::sync::Arc;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::number::Number;
use super::order::Ordering;
use super::schema::{AttributeType, TableDefinition};
use super::sequence::{ItemSequence, StoredItem};
use super::value::{AttributeValue, Attributes, item_from_json, item_from_stored, item_size, item_to_json};

/// One item in DynamoDB's JSON notation: `{"id": {"S": "a"}, "total": {"N": "2.50"}}`.
pub type Item = Map<String, Value>;

/// A table at one moment. Cloning one costs no more than its definition.
#[derive(Clone, Debug, PartialEq)]
pub struct TableSnapshot {
    /// Keys, indexes and settings.
    pub definition: TableDefinition,
    /// The items in the order of a scan.
    pub(super) items: ItemSequence,
    /// What the order of a scan depends on besides the keys.
    pub(super) seed: u64,
}

impl TableSnapshot {
    /// A table with these items, numbers normalised as DynamoDB does. An item that no table of this definition can
    /// hold is left out: [`TableSnapshot::refusal`] says beforehand which and why.
    pub fn new(definition: TableDefinition, items: impl IntoIterator<Item = Item>) -> Self {
        let attributes: Vec<_> = items.into_iter().filter_map(|item| checked(&definition, item).ok()).collect();
        Self::from_attributes(definition, attributes.into_iter(), 0)
    }

    /// Why a table of this definition cannot hold the item, in DynamoDB's words; none if it can.
    pub fn refusal(definition: &TableDefinition, item: &Item) -> Option<String> {
        checked(definition, item.clone()).err().map(|fault| fault.to_string())
    }

    fn from_attributes(definition: TableDefinition, items: impl Iterator<Item = Attributes>, seed: u64) -> Self {
        let ordering = Ordering { keys: definition.keys(), table_keys: None, seed };
        let items = ItemSequence::from_items(items.filter_map(|item| Some(Arc::new(stored(&ordering, &item)?))));
        Self { definition, items, seed }
    }

    /// How many items there are.
    pub fn count(&self) -> usize {
        self.items.count()
    }

    /// The sum of the items' sizes, in bytes by DynamoDB's rules.
    pub fn bytes(&self) -> u64 {
        self.items.bytes()
    }

    /// All items, in the order of a scan.
    pub fn items(&self) -> impl Iterator<Item = Item> {
        self.items.iter().map(|item| serde_json::from_slice(&item.json).expect("stored items are JSON objects"))
    }

    /// The same table with `count` items gone, spread over it.
    #[must_use]
    pub fn without_items(self, count: usize) -> Self {
        let total = self.items.count();
        self.keeping(|position| !is_chosen(position, count, total))
    }

    /// The same table with another value in an attribute (no key, no timestamp) of `count` items, spread over it.
    #[must_use]
    pub fn with_changed_items(mut self, count: usize) -> Self {
        let total = self.items.count();
        let ordering = Ordering { keys: self.definition.keys(), table_keys: None, seed: self.seed };
        let change = |(position, item): (usize, &Arc<StoredItem>)| {
            if !is_chosen(position, count, total) {
                return Some(item.clone());
            }
            let changed = changed(item_from_stored(&item.json), &self.definition);
            stored(&ordering, &changed).map(Arc::new)
        };
        let items = ItemSequence::from_items(self.items.iter().enumerate().filter_map(change));
        self.items = items;
        self
    }

    /// The same table as it would be had nothing been written for so long: every value of the time attribute, an ISO
    /// 8601 text or a number of seconds, lies that much earlier.
    #[must_use]
    pub fn stale_by(self, attribute: &str, lag: SignedDuration) -> Self {
        let items: Vec<_> = self.attributes().map(|item| earlier(item, attribute, lag)).collect();
        Self::from_attributes(self.definition, items.into_iter(), self.seed)
    }

    /// The same table without any item.
    #[must_use]
    pub fn emptied(mut self) -> Self {
        self.items = ItemSequence::default();
        self
    }

    /// The same table with the first `count` items of a scan only.
    #[must_use]
    pub fn truncated_to(self, count: usize) -> Self {
        self.keeping(|position| position < count)
    }

    /// The same table without the secondary index `name`.
    #[must_use]
    pub fn without_index(mut self, name: &str) -> Self {
        self.definition.global_indexes.retain(|index| index.name != name);
        self.definition.local_indexes.retain(|index| index.name != name);
        self
    }

    /// The same items in another order of a scan: nothing may alarm.
    #[must_use]
    pub fn reordered(self) -> Self {
        let items: Vec<_> = self.attributes().collect();
        let seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        Self::from_attributes(self.definition, items.into_iter(), seed)
    }

    /// The same numbers written otherwise (`2.5` as `2.50`), as no real table answers: nothing may alarm.
    #[must_use]
    pub fn with_numbers_rewritten(mut self) -> Self {
        let rewrite = |item: &Arc<StoredItem>| {
            let mut value: Value = serde_json::from_slice(&item.json).expect("stored items are JSON objects");
            value.as_object_mut().into_iter().flatten().for_each(|(_, value)| rewrite_numbers(value));
            Arc::new(StoredItem { json: Bytes::from(value.to_string()), ..StoredItem::clone(item) })
        };
        self.items = ItemSequence::from_items(self.items.iter().map(rewrite));
        self
    }

    /// `count` further items beside those of the snapshot: copies under keys of their own.
    #[must_use]
    pub fn with_extra_items(self, count: usize) -> Self {
        let items: Vec<_> = self.attributes().collect();
        let models = items.iter().map(Some).chain(std::iter::once(None).filter(|_| items.is_empty())).cycle();
        let extra = models.take(count).enumerate().map(|(n, model)| extra_item(model, &self.definition, n));
        let all: Vec<_> = items.iter().cloned().chain(extra).collect();
        Self::from_attributes(self.definition, all.into_iter(), self.seed)
    }

    fn attributes(&self) -> impl Iterator<Item = Attributes> {
        self.items.iter().map(|item| item_from_stored(&item.json))
    }

    fn keeping(mut self, keep: impl Fn(usize) -> bool) -> Self {
        let kept = self.items.iter().enumerate().filter(|(position, _)| keep(*position));
        self.items = ItemSequence::from_items(kept.map(|(_, item)| item.clone()));
        self
    }
}

fn checked(definition: &TableDefinition, item: Item) -> Result<Attributes, super::fault::Fault> {
    let attributes = item_from_json(&Value::Object(item))?;
    definition.check_item(&attributes)?;
    Ok(attributes)
}

/// The item as a table keeps it; none if it lacks a key.
pub(super) fn stored(ordering: &Ordering<'_>, item: &Attributes) -> Option<StoredItem> {
    let place = ordering.place(item)?.into_boxed_slice();
    let size = u32::try_from(item_size(item)).unwrap_or(u32::MAX);
    Some(StoredItem { place, json: Bytes::from(item_to_json(item)), size })
}

/// Whether the item at this position is one of `count` that are spread evenly over `total`.
fn is_chosen(position: usize, count: usize, total: usize) -> bool {
    let chosen_before = |position: usize| position as u128 * count.min(total) as u128 / total.max(1) as u128;
    chosen_before(position) != chosen_before(position + 1)
}

/// The item with another value in the first attribute that can carry one: a number, else a text, else a new one.
fn changed(mut item: Attributes, definition: &TableDefinition) -> Attributes {
    let keys = definition.key_attributes();
    let is_free = |name: &String| keys.iter().all(|key| key.name != *name);
    let is_time = |name: &str| name.ends_with("_at") || definition.settings.time_to_live.as_deref() == Some(name);
    let one = || "1".parse::<Number>().expect("1 is a number");
    let number = |(name, value): (&String, &AttributeValue)| match value {
        AttributeValue::N(number) if is_free(name) && !is_time(name) => {
            let other = number.plus(&one()).or_else(|_| number.minus(&one())).ok()?;
            Some((name.clone(), AttributeValue::N(other)))
        }
        _ => None,
    };
    let text = |(name, value): (&String, &AttributeValue)| match value {
        AttributeValue::S(text) if is_free(name) && text.parse::<Timestamp>().is_err() => {
            Some((name.clone(), AttributeValue::S(format!("{text}~"))))
        }
        _ => None,
    };
    let new = || ("changed".to_owned(), AttributeValue::Bool(true));
    let (name, value) = item.iter().find_map(number).or_else(|| item.iter().find_map(text)).unwrap_or_else(new);
    item.insert(name, value);
    item
}

fn earlier(mut item: Attributes, attribute: &str, lag: SignedDuration) -> Attributes {
    let earlier = match item.get(attribute) {
        Some(AttributeValue::S(text)) => {
            let moment = text.parse::<Timestamp>().ok().and_then(|moment| moment.checked_sub(lag).ok());
            moment.map(|moment| AttributeValue::S(moment.to_string()))
        }
        Some(AttributeValue::N(seconds)) => {
            let lag: Option<Number> = lag.as_secs().to_string().parse().ok();
            lag.and_then(|lag| seconds.minus(&lag).ok()).map(AttributeValue::N)
        }
        _ => None,
    };
    if let Some(earlier) = earlier {
        item.insert(attribute.to_owned(), earlier);
    }
    item
}

fn extra_item(model: Option<&Attributes>, definition: &TableDefinition, n: usize) -> Attributes {
    let mut item = model.cloned().unwrap_or_default();
    for key in definition.keys().attributes() {
        let value = match (item.get(&key.name), key.attribute_type) {
            (Some(AttributeValue::S(text)), _) => AttributeValue::S(format!("{text}-extra-{n:08}")),
            (Some(AttributeValue::B(bytes)), _) => AttributeValue::B([bytes, n.to_be_bytes().as_slice()].concat()),
            (_, AttributeType::N) => AttributeValue::N(format!("9{n:015}").parse().expect("16 digits are a number")),
            (_, AttributeType::S) => AttributeValue::S(format!("extra-{n:08}")),
            (_, AttributeType::B) => AttributeValue::B(n.to_be_bytes().to_vec()),
        };
        item.insert(key.name.clone(), value);
    }
    item
}

fn rewrite_numbers(value: &mut Value) {
    let Some((tag, content)) = value.as_object_mut().and_then(|members| members.iter_mut().next()) else { return };
    let rewritten = |text: &str| if text.contains('.') { format!("{text}0") } else { format!("{text}.0") };
    match (tag.as_str(), content) {
        ("N", Value::String(text)) => *text = rewritten(text),
        ("NS", Value::Array(texts)) => {
            for text in texts {
                if let Value::String(text) = text {
                    *text = rewritten(text);
                }
            }
        }
        ("L", Value::Array(values)) => values.iter_mut().for_each(rewrite_numbers),
        ("M", Value::Object(members)) => members.iter_mut().for_each(|(_, value)| rewrite_numbers(value)),
        _ => {}
    }
}
