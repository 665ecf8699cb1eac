//! The validator `items`: DynamoDB tables.
//!
//! # What it establishes
//!
//! - The table is active and its keys, indexes and billing mode are those of the baseline (L1, L2).
//! - Every item can be read, from the first to the last (L2).
//! - There are as many items as the plan or the baseline says, and they are the same items with the same values: all of
//!   them in a `frozen` table, those up to the baseline's time in an `append` table (L3).
//! - The newest item is as new as the plan demands; how much older it is than the recovery point is the lag (L3).
//! - Which settings did not come back with the restore, so that a runbook can put them back.
//!
//! L3 needs an expectation of the content: a minimum count, a longest lag or a baseline. Without one, reading every item
//! is L2. An empty table passes where the plan says `may_be_empty` or the baseline was empty; where a minimum or a
//! baseline says otherwise it fails; where nothing is said it is inconclusive.
//!
//! # How it looks
//!
//! `DescribeTable`, the settings calls, and one scan with consistent reads, in parallel segments where the table is
//! larger than one page. In that one pass items are counted, hashed and dated, page by page, and dropped. Items are
//! encoded canonically (attributes and sets sorted, numbers by their value), hashed with BLAKE3 under a key of the
//! installation, and the digests are added up, so neither order nor pages nor segments matter. Evidence holds counts,
//! sums of keyed digests, lengths of time and names of attributes and settings, and nothing of the items.
//!
//! # What it cannot show
//!
//! - What a `mutable` table should contain: another fingerprint is no failure there, and a lost item goes unnoticed
//!   above the minimum count.
//! - Which item is missing or changed: fingerprints tell that, and not which.
//! - Invariants across items: DynamoDB's backups are not consistent across items at the level of a moment.
//! - The content of indexes, which DynamoDB derives from the table.
//! - Provisioned capacity, auto scaling, resource policies and alarms; whether the application works with the table.
//! - In an `append` table, items without a readable time attribute.
//!
//! # Permissions
//!
//! - `dynamodb:DescribeTable`
//! - `dynamodb:DescribeTimeToLive`
//! - `dynamodb:DescribeContinuousBackups`
//! - `dynamodb:ListTagsOfResource`
//! - `dynamodb:Scan`
//! - `dynamodb:CreateTable`
//! - `dynamodb:TagResource`
//! - `dynamodb:BatchWriteItem`
//! - `dynamodb:DeleteItem`
//! - `dynamodb:UpdateTable`

mod baseline;
mod compare;
mod controls;
mod encoding;
mod fingerprint;
mod items;
mod look;
mod number;
mod permissions;
mod scan;
mod settings;
mod tally;
mod time;
mod trouble;

pub use baseline::{Baseline, CaptureError, CaptureOrder, capture};
pub use fingerprint::{Fingerprint, InvalidFingerprint};
pub use items::Items;
pub use permissions::PERMISSIONS;
pub use settings::{Class, DEFAULT_SKEW, ItemsSettings, TableEntry};
pub use time::{TimeAttribute, TimeUnit};
