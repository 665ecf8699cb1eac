//! DynamoDB tables: reading what was restored, and the few writes that the sandbox needs.

use std::collections::BTreeMap;

use async_trait::async_trait;
use backproof_model::ResourceArn;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CallError, Page, PageToken, Sandbox};

/// One attribute's value. Numbers stay texts, as on the wire: DynamoDB's have up to 38 digits.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `S`
    Text(String),
    /// `N`
    Number(String),
    /// `B`
    Binary(Vec<u8>),
    /// `BOOL`
    Bool(bool),
    /// `NULL`
    Null,
    /// `L`
    List(Vec<Value>),
    /// `M`
    Map(Item),
    /// `SS`, in no order
    TextSet(Vec<String>),
    /// `NS`, in no order
    NumberSet(Vec<String>),
    /// `BS`, in no order
    BinarySet(Vec<Vec<u8>>),
}

/// An item's attributes, or a map's entries, in no order; names are unique.
pub type Item = Vec<(String, Value)>;

/// One page of a scan.
#[derive(Clone, Debug)]
pub struct ItemPage {
    /// The items.
    pub items: Vec<Item>,
    /// Where the segment goes on, or `None` at its end.
    pub next: Option<Item>,
}

/// Which part of a table to scan. Segments are disjoint and together the whole table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanPart {
    /// This segment, from 0.
    pub segment: u32,
    /// Of how many.
    pub total_segments: u32,
}

/// `TableStatus` of DynamoDB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TableStatus {
    /// Can be used.
    Active,
    /// `CREATING`, `UPDATING`: will change by itself.
    Changing(String),
    /// `DELETING`.
    Deleting,
    /// Anything else, such as `INACCESSIBLE_ENCRYPTION_CREDENTIALS`; never usable.
    Other(String),
}

/// A table, as `DescribeTable` gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDescription {
    /// Its ARN.
    pub arn: ResourceArn,
    /// Its name.
    pub name: String,
    /// Whether it can be used.
    pub status: TableStatus,
    /// Key attributes: `(name, HASH or RANGE, S N or B)`, HASH first.
    pub key_schema: Vec<(String, String, String)>,
    /// Global and local secondary indexes, by name.
    pub indexes: BTreeMap<String, TableIndex>,
    /// Whether deletion protection is on.
    pub deletion_protection: bool,
    /// When it was created; the deletion rule compares it with our intent.
    pub created: Option<Timestamp>,
    /// `PROVISIONED` or `PAY_PER_REQUEST`.
    pub billing_mode: String,
    /// `ItemCount`: refreshed about every six hours, so an estimate only.
    pub item_count_estimate: Option<u64>,
}

/// A secondary index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableIndex {
    /// `GLOBAL` or `LOCAL`.
    pub kind: String,
    /// Key attributes: `(name, HASH or RANGE)`.
    pub key_schema: Vec<(String, String)>,
    /// `ALL`, `KEYS_ONLY`, or `INCLUDE` with its attributes.
    pub projection: String,
    /// `IndexStatus` of a global index.
    pub status: Option<String>,
}

/// Settings of a table that a restore brings back, resets, or that the sandbox forces. Sorted names and values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSettings {
    /// `DescribeTimeToLive`: the attribute, where TTL is on.
    pub time_to_live_attribute: Option<String>,
    /// `DescribeContinuousBackups`: whether point-in-time recovery is on.
    pub point_in_time_recovery: Option<bool>,
    /// The stream's view type, where a stream is on.
    pub stream_view_type: Option<String>,
    /// `SSEDescription`: `DEFAULT`, `KMS`, or `KMS <key>`.
    pub encryption: Option<String>,
    /// `STANDARD` or `STANDARD_INFREQUENT_ACCESS`.
    pub table_class: Option<String>,
}

/// Reads tables. Changes nothing.
#[async_trait]
pub trait ReadTables: Send + Sync {
    /// `DescribeTable`.
    async fn describe_table(&self, name: &str) -> Result<TableDescription, CallError>;

    /// `DescribeTimeToLive`, `DescribeContinuousBackups` and what `DescribeTable` says of settings.
    async fn table_settings(&self, name: &str) -> Result<TableSettings, CallError>;

    /// `ListTables`, one page of up to 100 names.
    async fn list_tables(&self, from: Option<PageToken>) -> Result<Page<String>, CallError>;

    /// `Scan` with consistent reads: one page of up to 1 MB of one segment.
    async fn scan(&self, name: &str, part: ScanPart, from: Option<Item>) -> Result<ItemPage, CallError>;

    /// `ListTagsOfResource`, to its end.
    async fn table_tags(&self, arn: &ResourceArn) -> Result<BTreeMap<String, String>, CallError>;
}

/// A scratch table to create, on demand billing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTable {
    /// Its name; must be one of ours.
    pub name: String,
    /// The partition key, a text.
    pub partition_key: String,
    /// A global index over one text attribute: `(name, attribute)`.
    pub index: Option<(String, String)>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// Creates, changes and deletes tables of the sandbox.
#[async_trait]
pub trait WriteTables: ReadTables {
    /// `CreateTable`.
    async fn create_table(&self, sandbox: &Sandbox, table: &NewTable) -> Result<(), CallError>;

    /// `BatchWriteItem` of up to 25 items, repeated until all are written.
    async fn put_items(&self, sandbox: &Sandbox, name: &str, items: &[Item]) -> Result<(), CallError>;

    /// `DeleteItem`.
    async fn delete_item(&self, sandbox: &Sandbox, name: &str, key: &Item) -> Result<(), CallError>;

    /// Deletes items by their keys; an item that is not there is as good as deleted.
    async fn delete_items(&self, sandbox: &Sandbox, name: &str, keys: &[Item]) -> Result<(), CallError> {
        for key in keys {
            self.delete_item(sandbox, name, key).await?;
        }
        Ok(())
    }

    /// `UpdateTable` that drops a global index.
    async fn drop_index(&self, sandbox: &Sandbox, name: &str, index: &str) -> Result<(), CallError>;

    /// `UpdateTable` with deletion protection off.
    async fn unprotect_table(&self, sandbox: &Sandbox, name: &str) -> Result<(), CallError>;

    /// `TagResource`.
    async fn tag_table(
        &self,
        sandbox: &Sandbox,
        arn: &ResourceArn,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), CallError>;

    /// `DeleteTable`. Absent is [`crate::Trouble::NotFound`].
    async fn delete_table(&self, sandbox: &Sandbox, name: &str) -> Result<(), CallError>;
}
