//! What a database server looked like at backup time.
//!
//! Holds names, types, counts, keyed digests and moments, and nothing of the rows. Definitions are digests, since they
//! may hold literals.

mod manifest;
mod propose;

use std::collections::BTreeMap;

pub use manifest::{Loaded, Manifest, PAYLOAD_TYPE, Snapshot, Trust, load};
pub use propose::{NoProposal, Proposal, as_classes, propose};

use backproof_model::DatabaseEngine;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fingerprint::{Fingerprint, Hasher};
use crate::inventory::{Inventory, ObjectKind};
use crate::settings::Class;

/// The format's name and version.
pub const FORMAT: &str = "backproof-baseline-rows/v1";

/// A database server as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseBaseline {
    /// [`FORMAT`].
    pub format: String,
    /// What the server spoke.
    pub engine: DatabaseEngine,
    /// The version that it said it had: `15.13`.
    pub engine_version: String,
    /// When capturing began. Every table says for itself when it was read.
    pub captured_at: Timestamp,
    /// The identifier of the fingerprint key that all digests were made with.
    pub key_id: String,
    /// Roles and what else belongs to the server.
    pub server_objects: ObjectsBaseline,
    /// Every database that was captured, by name.
    pub databases: BTreeMap<String, OneDatabaseBaseline>,
}

/// Objects by kind and name.
pub type ObjectsBaseline = BTreeMap<ObjectKind, BTreeMap<String, ObjectBaseline>>;

/// An object as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectBaseline {
    /// Types and states, in clear.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub plain: BTreeMap<String, String>,
    /// The keyed digest of its definition, where it has one: 16 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
}

/// A database as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneDatabaseBaseline {
    /// Its schema.
    pub objects: ObjectsBaseline,
    /// Its sequences by name.
    #[serde(default)]
    pub sequences: BTreeMap<String, SequenceBaseline>,
    /// Its tables by name within the database: `public.orders`, or `orders` where databases have no schemas.
    pub tables: BTreeMap<String, TableBaseline>,
}

/// A sequence as it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequenceBaseline {
    /// The value that it was to give next.
    pub next: i64,
    /// Whether the column that it fills held values beyond it already then.
    #[serde(default)]
    pub behind: bool,
}

/// A table as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableBaseline {
    /// As of when it was read: tables may be of several snapshots.
    pub captured_at: Timestamp,
    /// How its rows change.
    pub class: Class,
    /// How many rows it had in all; none where only its structure was captured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// The columns that were hashed, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// The fingerprint of all its rows, where it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// The column by which rows are dated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_column: Option<String>,
    /// The newest moment in that column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<Timestamp>,
    /// The rows that are old enough not to change any more, if only rows are added: compared in `append` tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<SettledBaseline>,
    /// For a large table: the same by ranges of its key, so that some of them can be compared without reading all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<GridBaseline>,
}

/// Rows up to a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettledBaseline {
    /// Rows dated up to then.
    pub up_to: Timestamp,
    /// How many.
    pub rows: u64,
    /// Their fingerprint.
    pub fingerprint: Fingerprint,
}

/// Ranges of a key. Of an `append` table, each counts settled rows only; of any other, all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridBaseline {
    /// The key's column.
    pub column: String,
    /// What it holds.
    pub kind: GridKind,
    /// By number. A range that held no rows is left out.
    pub cells: BTreeMap<i64, CellBaseline>,
}

/// How a key is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum GridKind {
    /// Range `n` holds keys from `n * width` up to and without `(n + 1) * width`.
    Integer {
        /// How many keys a range spans; at least 1.
        width: i64,
    },
    /// Range `n` holds the UUIDs whose first byte is `n`.
    Uuid,
}

/// One range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellBaseline {
    /// How many rows.
    pub rows: u64,
    /// Their fingerprint.
    pub fingerprint: Fingerprint,
}

/// Objects as they go into a baseline: what may be shown, and keyed digests of the rest.
pub(crate) fn objects_baseline(inventory: &Inventory, hasher: &Hasher) -> ObjectsBaseline {
    let mut objects = ObjectsBaseline::new();
    for (kind, name, object) in inventory.iter() {
        let definition = object.definition.as_ref().map(|definition| hasher.definition(definition));
        let baseline = ObjectBaseline { plain: object.plain.clone(), definition };
        objects.entry(kind).or_default().insert(name.clone(), baseline);
    }
    objects
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A fingerprint that differs from others by two hexadecimal digits.
    pub(crate) fn fingerprint(digits: &str) -> Fingerprint {
        format!("rows-v1:test:{}", digits.repeat(16)).parse().unwrap()
    }

    /// A table as of the first of March.
    pub(crate) fn table(class: Class, rows: u64, digits: &str) -> TableBaseline {
        TableBaseline {
            captured_at: "2026-03-01T00:00:00Z".parse().unwrap(),
            class,
            rows: Some(rows),
            columns: vec!["id".into(), "created_at".into()],
            fingerprint: Some(fingerprint(digits)),
            time_column: Some("created_at".into()),
            newest: None,
            settled: None,
            grid: None,
        }
    }

    /// A manifest of the database `shop` with these tables, all of one moment.
    pub(crate) fn manifest<const N: usize>(captured_at: &str, tables: [(&str, TableBaseline); N]) -> Manifest {
        let captured_at = captured_at.parse().unwrap();
        let tables = tables.map(|(name, table)| (name.to_owned(), table)).into();
        let shop = OneDatabaseBaseline { tables, ..OneDatabaseBaseline::default() };
        let baseline = DatabaseBaseline {
            format: FORMAT.to_owned(),
            engine: DatabaseEngine::Postgres,
            engine_version: "15.13".into(),
            captured_at,
            key_id: "0123456789abcdef".into(),
            server_objects: ObjectsBaseline::new(),
            databases: [("shop".to_owned(), shop)].into(),
        };
        Manifest::new("backproof test".into(), "feedfeedfeedfeed".into(), Vec::new(), baseline)
    }
}
