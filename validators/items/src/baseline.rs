//! What a table looked like at backup time.

use std::collections::BTreeMap;
use std::sync::Arc;

use backproof_cloud::{ReadTables, TableIndex, TableSettings};
use backproof_validators_api::{Deadline, FingerprintKey, LengthOfTime};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;
use crate::look::{LookOrder, held, look};
use crate::settings::{Class, DEFAULT_SKEW};
use crate::tally::Watch;
use crate::time::TimeAttribute;
use crate::trouble::Obstacle;

/// A table as it was. Holds names, counts and keyed digests, and nothing of the items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// As of when the table was looked at.
    pub captured_at: Timestamp,
    /// How many items it had; those up to `up_to`, where that is given.
    pub items: u64,
    /// The fingerprint of the same items.
    pub fingerprint: Fingerprint,
    /// [`FingerprintKey::id`] of the key that made the fingerprint.
    pub key_id: String,
    /// For an `append` table: only items whose time is not after this were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Timestamp>,
    /// Key attributes: `(name, HASH or RANGE, S N or B)`, HASH first.
    pub key_schema: Vec<(String, String, String)>,
    /// Secondary indexes by name.
    #[serde(default)]
    pub indexes: BTreeMap<String, TableIndex>,
    /// `PROVISIONED` or `PAY_PER_REQUEST`, where it was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_mode: Option<String>,
    /// Whether deletion protection was on.
    #[serde(default)]
    pub deletion_protection: bool,
    /// Streams, TTL and other settings, where they were noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<TableSettings>,
    /// The names of the table's tags.
    #[serde(default)]
    pub tag_names: Vec<String>,
}

/// How to take a baseline.
#[derive(Clone, Debug)]
pub struct CaptureOrder {
    /// The table's name.
    pub name: String,
    /// How its items change.
    pub class: Class,
    /// The attribute that says when an item was written; needed for [`Class::Append`].
    pub time: Option<TimeAttribute>,
    /// The key of the fingerprint.
    pub key: FingerprintKey,
    /// The present moment, or that of the backup.
    pub as_of: Timestamp,
    /// How long before `as_of` an `append` table's items are settled: clocks differ, and writes arrive late.
    pub skew: LengthOfTime,
}

impl CaptureOrder {
    /// An order with the default skew of five minutes.
    pub fn new(name: impl Into<String>, class: Class, key: FingerprintKey, as_of: Timestamp) -> Self {
        Self { name: name.into(), class, time: None, key, as_of, skew: DEFAULT_SKEW }
    }

    /// The same order, with the attribute that says when an item was written.
    #[must_use]
    pub fn with_time(self, time: TimeAttribute) -> Self {
        Self { time: Some(time), ..self }
    }
}

/// Why there is no baseline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// An `append` table without a time attribute.
    #[error("table `{0}` is of class append, so its baseline needs time_attribute")]
    NoTimeAttribute(String),
    /// The table could not be read from end to end.
    #[error("table `{table}` could not be read, so it has no baseline: {why}")]
    Unread {
        /// The table.
        table: String,
        /// Why, in AWS's words.
        why: String,
    },
}

/// Takes the baseline of a table: the same look as that at a restored one, on the production side. Only reads.
///
/// # Errors
/// Gives no baseline rather than one of a part of the table.
pub async fn capture(
    tables: &Arc<dyn ReadTables>,
    order: &CaptureOrder,
    deadline: &Deadline,
) -> Result<Baseline, CaptureError> {
    let up_to = match (order.class, &order.time) {
        (Class::Append, None) => return Err(CaptureError::NoTimeAttribute(order.name.clone())),
        (Class::Append, Some(_)) => {
            Some(order.as_of.saturating_sub(order.skew.as_duration()).unwrap_or(Timestamp::MIN))
        }
        (Class::Frozen | Class::Mutable, _) => None,
    };
    let watch =
        Watch { key: order.key.clone(), time: order.time.clone(), settled_up_to: up_to, newest_possible: order.as_of };
    let look = look(tables, LookOrder { name: order.name.clone(), watch, segments: None }, deadline).await;
    let unread = |obstacle: Obstacle| CaptureError::Unread { table: order.name.clone(), why: obstacle.words };
    if let Some(obstacle) = look.scanned.obstacle {
        return Err(unread(obstacle));
    }
    let table = look.table.map_err(unread)?;
    let tags = held(deadline, tables.table_tags(&table.arn)).await.map_err(unread)?;
    let sum = if up_to.is_some() { look.scanned.tally.settled } else { look.scanned.tally.all };
    Ok(Baseline {
        captured_at: order.as_of,
        items: sum.items,
        fingerprint: sum.fingerprint,
        key_id: order.key.id().to_owned(),
        up_to,
        key_schema: table.key_schema,
        indexes: table.indexes,
        billing_mode: Some(table.billing_mode),
        deletion_protection: table.deletion_protection,
        settings: Some(look.settings.map_err(unread)?),
        tag_names: tags.into_keys().collect(),
    })
}
