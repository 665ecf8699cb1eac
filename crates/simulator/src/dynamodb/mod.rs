//! DynamoDB on the wire: tables with real items.
//!
//! Items are written, read, scanned and queried as in the service; tables are created, restored, changed and deleted
//! with the service's delays. Not served: streams' records, expiry of items, transactions, `PartiQL`, global tables.

mod description;
mod expression;
mod fault;
mod number;
mod operations;
mod order;
mod request;
mod schema;
mod sequence;
mod snapshot;
mod specification;
mod table;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::wire::{Answer, ApiError, Body, CallContext};
use operations::Here;
use request::Request;
use table::{Stage, Table};

pub use operations::Lags;
pub use schema::{AttributeType, IndexDefinition, KeyAttribute, Projection, TableDefinition, TableSettings};
pub use snapshot::{Item, TableSnapshot};

/// All tables of all accounts and Regions.
#[derive(Debug, Default)]
pub struct Tables {
    /// By account and Region, then by name.
    places: BTreeMap<(String, String), BTreeMap<String, Table>>,
    lags: Lags,
}

impl Tables {
    /// No tables yet; changes to tables will take the given times.
    pub fn with_lags(lags: Lags) -> Self {
        Self { places: BTreeMap::new(), lags }
    }

    /// Serves one call: `body` is the request's JSON. The answer is written out already (a page of a scan is a
    /// concatenation of stored bytes): put it on the wire as it is, with `x-amz-crc32` of it.
    pub fn call(&mut self, operation: &str, body: Value, ctx: &CallContext) -> Result<Answer, ApiError> {
        let mut here = Here {
            account: &ctx.account,
            region: &ctx.region,
            now: ctx.now,
            lags: self.lags,
            tables: self.places.entry((ctx.account.clone(), ctx.region.clone())).or_default(),
        };
        let answer = operations::serve(&mut here, operation, &Request::new(body)?)?;
        Ok(Answer { status: 200, body: Body::Json(answer) })
    }

    /// Puts a table of the world there, ACTIVE since `created_at`, with the settings and tags of its definition; its
    /// counts in `DescribeTable` are right. Answers its ARN.
    pub fn create_live(
        &mut self,
        account: &str,
        region: &str,
        name: &str,
        snapshot: &TableSnapshot,
        created_at: Timestamp,
    ) -> String {
        let arn = arn(account, region, name);
        let mut table = Table::new(&arn, snapshot, created_at, Stage::Active);
        table.refresh_statistics(created_at);
        self.insert(account, region, table);
        arn
    }

    /// Creates what a restore creates: data, keys, indexes and capacity of the snapshot, but without tags, stream, TTL,
    /// PITR and deletion protection. `CREATING` until `ready_at`, then `ACTIVE`. Answers its ARN.
    ///
    /// `DescribeTable` tells no items until its counts are refreshed, six hours later. The caller has made sure that no
    /// table of this name exists.
    pub fn create_restored(
        &mut self,
        account: &str,
        region: &str,
        name: &str,
        snapshot: &TableSnapshot,
        created_at: Timestamp,
        ready_at: Timestamp,
    ) -> String {
        let arn = arn(account, region, name);
        let mut table = Table::new(&arn, snapshot, created_at, Stage::Creating(ready_at));
        table.definition.settings = snapshot.definition.settings.restored();
        table.restored = Some((created_at, ready_at));
        self.insert(account, region, table);
        arn
    }

    /// Whether a table of this name is there (in any status) at `now`.
    pub fn exists(&self, account: &str, region: &str, name: &str, now: Timestamp) -> bool {
        let place = self.places.get(&(account.to_owned(), region.to_owned()));
        place.and_then(|tables| tables.get(name)).is_some_and(|table| table.exists_at(now))
    }

    /// The ARNs of all tables of an account, in all Regions, that are there at `now`.
    pub fn arns(&self, account: &str, now: Timestamp) -> Vec<String> {
        let places = self.places.iter().filter(|((owner, _), _)| owner == account);
        let tables = places.flat_map(|(_, tables)| tables.values());
        tables.filter(|table| table.exists_at(now)).map(|table| table.arn.clone()).collect()
    }

    /// The data and settings of a table as they are at `now`; none if there is no such table.
    pub fn snapshot(&self, account: &str, region: &str, name: &str, now: Timestamp) -> Option<TableSnapshot> {
        let table = self.places.get(&(account.to_owned(), region.to_owned()))?.get(name)?;
        table.exists_at(now).then(|| table.snapshot())
    }

    /// Takes all tags off all tables of an account.
    pub(crate) fn strip_tags(&mut self, account: &str) {
        for ((_, _), tables) in self.places.iter_mut().filter(|((owner, _), _)| owner == account) {
            for table in tables.values_mut() {
                table.definition.settings.tags.clear();
            }
        }
    }

    /// Refuses to delete a table until then.
    pub(crate) fn refuse_deletion(&mut self, account: &str, region: &str, name: &str, until: Timestamp) {
        let tables = self.places.get_mut(&(account.to_owned(), region.to_owned()));
        if let Some(table) = tables.and_then(|tables| tables.get_mut(name)) {
            table.deletable_at = Some(until);
        }
    }

    fn insert(&mut self, account: &str, region: &str, table: Table) {
        let tables = self.places.entry((account.to_owned(), region.to_owned())).or_default();
        tables.insert(table.name.clone(), table);
    }
}

fn arn(account: &str, region: &str, name: &str) -> String {
    format!("arn:aws:dynamodb:{region}:{account}:table/{name}")
}
