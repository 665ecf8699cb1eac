//! One living table: its items, settings and state.
//!
//! Nothing runs in the background: each call first brings the table to its own moment with [`Table::settle`].

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::fault::Fault;
use super::order::Ordering;
use super::schema::{IndexDefinition, TableDefinition};
use super::sequence::{ItemSequence, StoredItem};
use super::snapshot::{TableSnapshot, stored};
use super::value::{Attributes, item_from_stored};

/// How often DynamoDB refreshes the counts that `DescribeTable` tells.
const COUNT_REFRESH: SignedDuration = SignedDuration::from_hours(6);

/// How far a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Being created until then.
    Creating(Timestamp),
    /// Ready.
    Active,
    /// A setting is being changed until then; the data can be read and written.
    Updating(Timestamp),
    /// Being deleted, gone then.
    Deleting(Timestamp),
}

impl Stage {
    /// `TableStatus` and `IndexStatus`.
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Creating(_) => "CREATING",
            Self::Active => "ACTIVE",
            Self::Updating(_) => "UPDATING",
            Self::Deleting(_) => "DELETING",
        }
    }

    fn at(self, now: Timestamp) -> Self {
        match self {
            Self::Creating(until) | Self::Updating(until) if until <= now => Self::Active,
            Self::Creating(_) | Self::Active | Self::Updating(_) | Self::Deleting(_) => self,
        }
    }
}

/// What `DescribeTable` says of the size, as of some hours ago.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Statistics {
    /// How many items.
    pub(crate) count: usize,
    /// The sum of their sizes in bytes.
    pub(crate) bytes: u64,
}

/// A table that exists.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// Its id, a UUID.
    pub(crate) id: String,
    /// Keys, indexes and settings.
    pub(crate) definition: TableDefinition,
    /// Its items.
    pub(crate) items: ItemSequence,
    /// When it was created.
    pub(crate) created: Timestamp,
    /// When a restore made it, if one did, and until when that went on.
    pub(crate) restored: Option<(Timestamp, Timestamp)>,
    /// How far it is.
    pub(crate) stage: Stage,
    /// Until when its deletion is refused.
    pub(crate) deletable_at: Option<Timestamp>,
    /// Global indexes that are not ACTIVE.
    pub(crate) index_stages: BTreeMap<String, Stage>,
    /// The sizes that `DescribeTable` tells: the table's under "", an index's under its name.
    pub(crate) statistics: BTreeMap<String, Statistics>,
    /// When a stream was last switched on.
    pub(crate) stream_since: Timestamp,
    /// When point-in-time recovery was last switched on.
    pub(crate) recovery_since: Timestamp,
    seed: u64,
    refreshed: Timestamp,
    /// The items of indexes, worked out when asked for and thrown away with the next write.
    views: BTreeMap<String, ItemSequence>,
}

impl Table {
    /// A table with the snapshot's data and settings, created at `created`; its counts are not known yet.
    pub(crate) fn new(arn: &str, snapshot: &TableSnapshot, created: Timestamp, stage: Stage) -> Self {
        Self {
            name: arn.rsplit('/').next().unwrap_or_default().to_owned(),
            arn: arn.to_owned(),
            id: uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, format!("{arn} {created}").as_bytes()).to_string(),
            definition: snapshot.definition.clone(),
            items: snapshot.items.clone(),
            created,
            restored: None,
            stage,
            deletable_at: None,
            index_stages: BTreeMap::new(),
            statistics: BTreeMap::new(),
            stream_since: created,
            recovery_since: created,
            seed: snapshot.seed,
            refreshed: created,
            views: BTreeMap::new(),
        }
    }

    /// Whether the table has not been deleted by `now`.
    pub(crate) fn exists_at(&self, now: Timestamp) -> bool {
        !matches!(self.stage, Stage::Deleting(until) if until <= now)
    }

    /// Brings the table to `now`; whether it still exists then.
    pub(crate) fn settle(&mut self, now: Timestamp) -> bool {
        if !self.exists_at(now) {
            return false;
        }
        self.stage = self.stage.at(now);
        let stages = std::mem::take(&mut self.index_stages);
        for (name, stage) in stages {
            match stage.at(now) {
                Stage::Deleting(until) if until <= now => {
                    self.definition.global_indexes.retain(|index| index.name != name);
                    self.views.remove(&name);
                }
                Stage::Active => {}
                unfinished => {
                    self.index_stages.insert(name, unfinished);
                }
            }
        }
        if now.duration_since(self.refreshed) >= COUNT_REFRESH {
            self.refresh_statistics(now);
        }
        true
    }

    /// Counts items for `DescribeTable`.
    pub(crate) fn refresh_statistics(&mut self, now: Timestamp) {
        let of = |items: &ItemSequence| Statistics { count: items.count(), bytes: items.bytes() };
        let names: Vec<_> = self.definition.indexes().map(|index| index.name.clone()).collect();
        let mut statistics = BTreeMap::from([(String::new(), of(&self.items))]);
        for name in names {
            let view = self.view(Some(&name)).map(|view| of(&view)).unwrap_or_default();
            statistics.insert(name, view);
        }
        self.statistics = statistics;
        self.refreshed = now;
    }

    /// A copy of the table's data and settings as they are.
    pub(crate) fn snapshot(&self) -> TableSnapshot {
        TableSnapshot { definition: self.definition.clone(), items: self.items.clone(), seed: self.seed }
    }

    /// The order of the items of the table, or of one of its indexes.
    pub(crate) fn ordering<'a>(&'a self, index: Option<&'a IndexDefinition>) -> Ordering<'a> {
        match index {
            Some(index) => Ordering { keys: index.keys(), table_keys: Some(self.definition.keys()), seed: self.seed },
            None => Ordering { keys: self.definition.keys(), table_keys: None, seed: self.seed },
        }
    }

    /// The items of the table or of one of its indexes, in order, as of now.
    pub(crate) fn view(&mut self, index: Option<&str>) -> Result<ItemSequence, Fault> {
        let Some(name) = index else { return Ok(self.items.clone()) };
        if let Some(view) = self.views.get(name) {
            return Ok(view.clone());
        }
        let Some(index) = self.definition.index(name) else {
            return Err(Fault::invalid(format!("The table does not have the specified index: {name}")));
        };
        let ordering = self.ordering(Some(index));
        let in_index = |item: &std::sync::Arc<StoredItem>| {
            let attributes = item_from_stored(&item.json);
            let place = ordering.place(&attributes)?.into_boxed_slice();
            let projected = super::expression::Projected::of_index(&self.definition, index);
            match projected {
                None => Some(StoredItem { place, json: item.json.clone(), size: item.size }.into()),
                Some(projected) => {
                    let kept = stored(&ordering, &projected.apply(attributes))?;
                    Some(StoredItem { place, ..kept }.into())
                }
            }
        };
        let view = ItemSequence::from_items(self.items.iter().filter_map(in_index));
        self.views.insert(name.to_owned(), view.clone());
        Ok(view)
    }

    /// The item of this primary key.
    pub(crate) fn get(&self, key: &Attributes) -> Option<Attributes> {
        let place = self.ordering(None).place(key)?;
        self.items.get(&place).map(|item| item_from_stored(&item.json))
    }

    /// The stored item of this primary key.
    pub(crate) fn get_stored(&self, key: &Attributes) -> Option<&StoredItem> {
        let place = self.ordering(None).place(key)?;
        self.items.get(&place).map(|item| &**item)
    }

    /// Writes an item that has been checked, and gives back the one it replaced.
    pub(crate) fn put(&mut self, item: &Attributes) -> Option<Attributes> {
        let stored = stored(&self.ordering(None), item)?;
        self.views.clear();
        self.items.insert(stored).map(|old| item_from_stored(&old.json))
    }

    /// Deletes the item of this primary key, and gives it back.
    pub(crate) fn delete(&mut self, key: &Attributes) -> Option<Attributes> {
        let place = self.ordering(None).place(key)?;
        self.views.clear();
        self.items.remove(&place).map(|old| item_from_stored(&old.json))
    }
}
