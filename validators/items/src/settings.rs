//! The settings of this validator, as plans write them, and what they mean for one table.

use std::collections::BTreeMap;

use backproof_validators_api::{InvalidSettings, LengthOfTime, read_settings};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::baseline::Baseline;
use crate::time::{TimeAttribute, TimeUnit};

/// The validator's name.
pub(crate) const NAME: &str = "items";

/// How far apart clocks may be, and how late writes may arrive, where the plan does not say.
pub const DEFAULT_SKEW: LengthOfTime = LengthOfTime::seconds(300);

/// The key of [`ItemsSettings::tables`] that stands for every table without an entry of its own.
const EVERY_OTHER: &str = "*";

/// DynamoDB's own limit on `TotalSegments`.
const MOST_SEGMENTS: u32 = 1_000_000;

/// `[validators.settings]` of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ItemsSettings {
    /// For tables that say nothing of it themselves.
    pub minimum_items: Option<u64>,
    /// For tables that say nothing of it themselves.
    pub may_be_empty: Option<bool>,
    /// For tables that say nothing of it themselves.
    pub time_attribute: Option<String>,
    /// For tables that say nothing of it themselves.
    pub time_unit: Option<TimeUnit>,
    /// For tables that say nothing of it themselves.
    pub max_lag: Option<LengthOfTime>,
    /// For tables that say nothing of it themselves.
    pub skew: Option<LengthOfTime>,
    /// For tables that say nothing of it themselves.
    pub segments: Option<u32>,
    /// By the source table's name; `*` stands for every table without an entry of its own.
    pub tables: BTreeMap<String, TableEntry>,
}

/// `[validators.settings.tables.<name>]` of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableEntry {
    /// How its items change.
    pub class: Option<Class>,
    /// The attribute that says when an item was written: ISO 8601 text, or a number.
    pub time_attribute: Option<String>,
    /// What a number in the time attribute counts; seconds where it is not said.
    pub time_unit: Option<TimeUnit>,
    /// The newest item may be this much older than the recovery point.
    pub max_lag: Option<LengthOfTime>,
    /// How far apart clocks may be, and how late writes may arrive.
    pub skew: Option<LengthOfTime>,
    /// The table must hold at least so many items.
    pub minimum_items: Option<u64>,
    /// An empty table is as good as a full one.
    pub may_be_empty: Option<bool>,
    /// In how many segments to scan it.
    pub segments: Option<u32>,
    /// What it looked like at backup time.
    pub baseline: Option<Baseline>,
}

/// How a table's items change between a baseline and a backup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Never: count and fingerprint must be equal.
    Frozen,
    /// Items are only added: those up to the baseline's time must be equal, more is fine.
    Append,
    /// In any way: structure, counts and freshness only.
    #[default]
    Mutable,
}

/// What is expected of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expectation {
    /// How its items change.
    pub(crate) class: Class,
    /// The attribute that says when an item was written.
    pub(crate) time: Option<TimeAttribute>,
    /// How much older than the recovery point the newest item may be.
    pub(crate) max_lag: Option<LengthOfTime>,
    /// How far apart clocks may be; [`DEFAULT_SKEW`] where it was not said.
    pub(crate) skew: Option<LengthOfTime>,
    /// At least so many items.
    pub(crate) minimum_items: Option<u64>,
    /// An empty table is as good as a full one.
    pub(crate) may_be_empty: bool,
    /// In how many segments to scan it.
    pub(crate) segments: Option<u32>,
    /// What it looked like.
    pub(crate) baseline: Option<Baseline>,
}

impl ItemsSettings {
    /// Reads settings and refuses those that contradict themselves, for any table.
    ///
    /// # Errors
    /// Says which setting is wrong and how to mend it.
    pub fn read(settings: &Value) -> Result<Self, InvalidSettings> {
        let settings: Self = read_settings(NAME, settings)?;
        let refuse = |problem: String| InvalidSettings { validator: NAME, problem };
        let top = settings.as_entry();
        contradiction(&top).map_or(Ok(()), |problem| Err(refuse(problem)))?;
        for (name, entry) in &settings.tables {
            let in_table = |problem: String| refuse(format!("`tables.{name}`: {problem}"));
            contradiction(entry).map_or(Ok(()), |problem| Err(in_table(problem)))?;
            let expectation = settings.expectation(name);
            impossible(&expectation).map_or(Ok(()), |problem| Err(in_table(problem)))?;
            if name == EVERY_OTHER && entry.baseline.is_some() {
                return Err(in_table("a baseline is of one table; give it in that table's entry".into()));
            }
        }
        if settings.tables.is_empty() {
            impossible(&settings.expectation(EVERY_OTHER)).map_or(Ok(()), |problem| Err(refuse(problem)))?;
        }
        Ok(settings)
    }

    /// What is expected of the table that was backed up under this name.
    pub(crate) fn expectation(&self, source_name: &str) -> Expectation {
        let nothing = TableEntry::default();
        let entry = self.tables.get(source_name).or_else(|| self.tables.get(EVERY_OTHER)).unwrap_or(&nothing);
        // What a table says of emptiness or of a minimum sets both aside that stand above it.
        let (minimum_items, may_be_empty) = match (entry.minimum_items, entry.may_be_empty) {
            (None, None) => (self.minimum_items, self.may_be_empty),
            both => both,
        };
        let name = entry.time_attribute.as_ref().or(self.time_attribute.as_ref());
        let unit = entry.time_unit.or(self.time_unit).unwrap_or_default();
        Expectation {
            class: entry.class.unwrap_or_default(),
            time: name.map(|name| TimeAttribute { name: name.clone(), unit }),
            max_lag: entry.max_lag.or(self.max_lag),
            skew: entry.skew.or(self.skew),
            minimum_items,
            may_be_empty: may_be_empty.unwrap_or(false),
            segments: entry.segments.or(self.segments),
            baseline: entry.baseline.clone(),
        }
    }

    fn as_entry(&self) -> TableEntry {
        TableEntry {
            minimum_items: self.minimum_items,
            may_be_empty: self.may_be_empty,
            segments: self.segments,
            ..TableEntry::default()
        }
    }
}

/// What contradicts itself within one entry.
fn contradiction(entry: &TableEntry) -> Option<String> {
    if entry.minimum_items == Some(0) {
        return Some("`minimum_items = 0` expects nothing; write `may_be_empty = true`".into());
    }
    if entry.minimum_items.is_some() && entry.may_be_empty == Some(true) {
        return Some("`minimum_items` and `may_be_empty = true` exclude each other; keep one of them".into());
    }
    if entry.segments.is_some_and(|segments| segments == 0 || segments > MOST_SEGMENTS) {
        return Some(format!("`segments` must be between 1 and {MOST_SEGMENTS}"));
    }
    None
}

/// What cannot be examined, taken together with the settings above it.
fn impossible(expectation: &Expectation) -> Option<String> {
    let Expectation { class, time, max_lag, baseline, .. } = expectation;
    if max_lag.is_some() && time.is_none() {
        return Some("`max_lag` needs `time_attribute`, the attribute that says when an item was written".into());
    }
    match (class, baseline) {
        (Class::Frozen | Class::Append, None) => {
            Some("a table of class `frozen` or `append` is compared with a baseline; add `baseline`".into())
        }
        (Class::Append, Some(_)) if time.is_none() => Some(
            "a table of class `append` needs `time_attribute`, the attribute that says when an item was written".into(),
        ),
        (Class::Append, Some(baseline)) if baseline.up_to.is_none() => {
            Some("the baseline is of a whole table; class `append` needs one that was captured with that class".into())
        }
        (Class::Frozen, Some(baseline)) if baseline.up_to.is_some() => Some(
            "the baseline has `up_to`, so it is of a part of the table; class `frozen` needs one of the whole".into(),
        ),
        (Class::Frozen | Class::Append | Class::Mutable, _) => None,
    }
}
