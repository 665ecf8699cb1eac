//! The settings of this validator, as plans write them, and what they mean for one table.

use std::collections::BTreeMap;

use backproof_validators_api::{InvalidSettings, LengthOfTime, read_settings};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::baseline::Trust;

/// The validator's name.
pub(crate) const NAME: &str = "rows";

/// How far apart clocks may be, and how late writes may arrive, where the plan does not say.
pub const DEFAULT_SKEW: LengthOfTime = LengthOfTime::seconds(300);

/// Tables with more rows than this are read in part, where the plan does not say.
pub const DEFAULT_SAMPLE_ABOVE_ROWS: u64 = 50_000_000;

/// How many ranges of a large table are read, where the plan does not say.
pub const DEFAULT_SAMPLE_RANGES: u32 = 64;

/// `[validators.settings]` of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RowsSettings {
    /// The file of the manifest that says what the databases looked like at backup time.
    pub baseline: Option<String>,
    /// The file of the public key that must have signed it.
    pub baseline_signer: Option<String>,
    /// `accepted` takes a manifest for which nobody vouches.
    pub baseline_unsigned: Option<Unsigned>,
    /// Only these databases are examined; without it all of the server's.
    pub databases: Option<Vec<String>>,
    /// For tables that have this column and say nothing of it themselves.
    pub time_column: Option<String>,
    /// For tables that say nothing of it themselves and have a time column.
    pub max_lag: Option<LengthOfTime>,
    /// For tables that say nothing of it themselves.
    pub skew: Option<LengthOfTime>,
    /// For tables that say nothing of it themselves.
    pub minimum_rows: Option<u64>,
    /// For tables that say nothing of it themselves.
    pub may_be_empty: Option<bool>,
    /// Tables with more rows than this are read in part.
    pub sample_above_rows: Option<u64>,
    /// How many ranges of such a table are read.
    pub sample_ranges: Option<u32>,
    /// How thoroughly physical structure is examined.
    pub integrity: Option<Integrity>,
    /// Queries and what they must give.
    pub expectations: Vec<SqlExpectation>,
    /// References that the schema does not declare.
    pub references: Vec<DeclaredReference>,
    /// By `schema.table` or `database.schema.table` (`table` or `database.table` where databases have no schemas).
    pub tables: BTreeMap<String, TableEntry>,
    /// Objects that are not compared: `kind name` or a name, with `*` for any run of letters.
    pub ignore_objects: Vec<String>,
}

/// What a plan says to a manifest that nobody signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unsigned {
    /// It is taken as it is, and reports say so.
    Accepted,
}

/// `[validators.settings.tables."<name>"]` of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableEntry {
    /// How its rows change; the baseline's own word where it is not said.
    pub class: Option<Class>,
    /// The column that says when a row was written: a date or a timestamp, in UTC where it has no zone.
    pub time_column: Option<String>,
    /// The newest row may be this much older than the recovery point.
    pub max_lag: Option<LengthOfTime>,
    /// How far apart clocks may be, and how late writes may arrive.
    pub skew: Option<LengthOfTime>,
    /// The table must hold at least so many rows.
    pub minimum_rows: Option<u64>,
    /// An empty table is as good as a full one.
    pub may_be_empty: Option<bool>,
}

/// How a table's rows change between a baseline and a backup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Never: count and fingerprint must be equal.
    Frozen,
    /// Rows are only added: those up to the baseline's time must be equal, more is fine.
    Append,
    /// In any way: structure, counts and freshness only.
    #[default]
    Mutable,
}

impl Class {
    /// The class as plans write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Append => "append",
            Self::Mutable => "mutable",
        }
    }
}

/// How thoroughly physical structure is examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Integrity {
    /// By the engine's own checker, and inconclusive where there is none. Where the plan says nothing, it is used where
    /// it can be.
    Full,
    /// By reading every page of every table, which the fingerprints do anyway.
    Pages,
    /// Not beyond what reading shows by itself.
    Off,
}

/// One of `[[validators.settings.expectations]]` of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlExpectation {
    /// Its name, unique among them: `no-unpaid-shipments`.
    pub name: String,
    /// One query.
    pub sql: String,
    /// What it must give.
    pub expect: Expect,
    /// In which database; where it is not said, in the only one that is examined.
    pub database: Option<String>,
}

/// What a query must give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// At least one row.
    Rows,
    /// None.
    NoRows,
    /// One whole number, and this one.
    #[serde(rename = "equals")]
    Equals(i64),
    /// One whole number, and at least this one.
    #[serde(rename = "at_least")]
    AtLeast(i64),
}

/// One of `[[validators.settings.references]]` of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredReference {
    /// The table that refers, named as in `tables`.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that is referred to.
    pub to: String,
    /// Its columns, in the same order.
    pub to_columns: Vec<String>,
}

impl RowsSettings {
    /// Reads settings and refuses those that contradict themselves.
    ///
    /// # Errors
    /// Says which setting is wrong and how to mend it.
    pub fn read(settings: &Value) -> Result<Self, InvalidSettings> {
        let settings: Self = read_settings(NAME, settings)?;
        match settings.problem() {
            None => Ok(settings),
            Some(problem) => Err(InvalidSettings { validator: NAME, problem }),
        }
    }

    fn problem(&self) -> Option<String> {
        let top = TableEntry {
            minimum_rows: self.minimum_rows,
            may_be_empty: self.may_be_empty,
            max_lag: self.max_lag,
            time_column: self.time_column.clone(),
            ..TableEntry::default()
        };
        contradiction(&top)
            .or_else(|| self.problem_of_baseline())
            .or_else(|| self.tables.iter().find_map(|(name, entry)| self.problem_of_table(name, entry)))
            .or_else(|| self.problem_of_databases())
            .or_else(|| self.problem_of_samples())
            .or_else(|| self.expectations.iter().enumerate().find_map(|(place, one)| self.problem_of_query(place, one)))
            .or_else(|| self.references.iter().enumerate().find_map(|(place, one)| problem_of_reference(place, one)))
    }

    /// Whom the manifest of [`RowsSettings::baseline`] is believed from.
    pub fn trust(&self) -> Trust {
        match &self.baseline_signer {
            Some(signer) => Trust::Signers(vec![signer.into()]),
            None => Trust::Anybody,
        }
    }

    fn problem_of_baseline(&self) -> Option<String> {
        match (&self.baseline, &self.baseline_signer, self.baseline_unsigned) {
            (Some(_), None, None) => Some(
                "`baseline` needs `baseline_signer`, the file of the public key that signed it; or take it from anybody \
                 with `baseline_unsigned = \"accepted\"`"
                    .into(),
            ),
            (Some(_), Some(_), Some(_)) => {
                Some("`baseline_signer` and `baseline_unsigned` exclude each other; keep one of them".into())
            }
            (None, Some(_), _) | (None, _, Some(_)) => {
                Some("`baseline_signer` and `baseline_unsigned` are about `baseline`, which is not given; add it".into())
            }
            (Some(_), Some(_), None) | (Some(_), None, Some(_)) | (None, None, None) => None,
        }
    }

    fn problem_of_table(&self, name: &str, entry: &TableEntry) -> Option<String> {
        let together =
            TableEntry { time_column: entry.time_column.clone().or_else(|| self.time_column.clone()), ..entry.clone() };
        let problem = contradiction(&together).or_else(|| match entry.class {
            Some(Class::Frozen | Class::Append) if self.baseline.is_none() => Some(
                "a table of class `frozen` or `append` is compared with a baseline; add `baseline = \"FILE\"`".into(),
            ),
            Some(Class::Frozen | Class::Append | Class::Mutable) | None => None,
        })?;
        Some(format!("`tables.\"{name}\"`: {problem}"))
    }

    fn problem_of_databases(&self) -> Option<String> {
        let databases = self.databases.as_ref()?;
        databases
            .is_empty()
            .then(|| "`databases = []` examines nothing; name databases, or leave it out to examine all of them".into())
    }

    fn problem_of_samples(&self) -> Option<String> {
        if self.sample_ranges == Some(0) {
            return Some("`sample_ranges = 0` reads nothing of large tables; set it to 1 or more".into());
        }
        None
    }

    fn problem_of_query(&self, place: usize, query: &SqlExpectation) -> Option<String> {
        let at = |problem: &str| Some(format!("`expectations[{place}]`: {problem}"));
        if query.name.is_empty() || !query.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
            return at("`name` must be letters, digits, `-`, `_` and `.`, as in `no-unpaid-shipments`");
        }
        if self.expectations[..place].iter().any(|other| other.name == query.name) {
            return at("another expectation has the same `name`; give each its own");
        }
        if query.sql.trim().trim_end_matches(';').trim().is_empty() {
            return at("`sql` is empty; write one query");
        }
        match (&query.database, &self.databases) {
            (Some(database), Some(examined)) if !examined.contains(database) => {
                at("its `database` is none of `databases`, so it is not examined; add it there")
            }
            (None, Some(examined)) if examined.len() > 1 => {
                at("several `databases` are examined; say in which `database` to ask")
            }
            (Some(_) | None, Some(_) | None) => None,
        }
    }
}

/// What contradicts itself within one entry.
fn contradiction(entry: &TableEntry) -> Option<String> {
    if entry.minimum_rows == Some(0) {
        return Some("`minimum_rows = 0` expects nothing; write `may_be_empty = true`".into());
    }
    if entry.minimum_rows.is_some() && entry.may_be_empty == Some(true) {
        return Some("`minimum_rows` and `may_be_empty = true` exclude each other; keep one of them".into());
    }
    if entry.max_lag.is_some() && entry.time_column.is_none() {
        return Some("`max_lag` needs `time_column`, the column that says when a row was written".into());
    }
    None
}

fn problem_of_reference(place: usize, reference: &DeclaredReference) -> Option<String> {
    let at = |problem: &str| Some(format!("`references[{place}]`: {problem}"));
    if reference.columns.is_empty() {
        return at("`columns` is empty; name the columns that refer");
    }
    if reference.columns.len() != reference.to_columns.len() {
        return at("`columns` and `to_columns` must be equally many, and in the same order");
    }
    None
}

#[cfg(test)]
mod tests;
