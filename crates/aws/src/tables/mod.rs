//! DynamoDB tables. One file per operation or small group.

mod describe_table;
mod list_tables;
mod scan;
mod table_settings;
mod tags;
mod values;
mod write_items;
mod write_tables;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use backproof_clock::SharedClock;
use backproof_cloud::{
    CallError, Item, ItemPage, NewTable, Page, PageToken, ReadTables, Sandbox, ScanPart, TableDescription,
    TableSettings, WriteTables,
};
use backproof_model::ResourceArn;

use crate::session::Session;

/// DynamoDB as seen with the sandbox's session.
pub(crate) struct Tables {
    pub(crate) session: Arc<Session>,
    pub(crate) clock: SharedClock,
}

#[async_trait]
impl ReadTables for Tables {
    async fn describe_table(&self, name: &str) -> Result<TableDescription, CallError> {
        describe_table::describe(&self.session, name).await
    }

    async fn table_settings(&self, name: &str) -> Result<TableSettings, CallError> {
        table_settings::read(&self.session, name).await
    }

    async fn list_tables(&self, from: Option<PageToken>) -> Result<Page<String>, CallError> {
        list_tables::list(&self.session, from).await
    }

    async fn scan(&self, name: &str, part: ScanPart, from: Option<Item>) -> Result<ItemPage, CallError> {
        scan::scan(&self.session, name, part, from).await
    }

    async fn table_tags(&self, arn: &ResourceArn) -> Result<BTreeMap<String, String>, CallError> {
        tags::list(&self.session, arn).await
    }
}

#[async_trait]
impl WriteTables for Tables {
    async fn create_table(&self, sandbox: &Sandbox, table: &NewTable) -> Result<(), CallError> {
        write_tables::create(&self.session, sandbox, table).await
    }

    async fn put_items(&self, sandbox: &Sandbox, name: &str, items: &[Item]) -> Result<(), CallError> {
        write_items::put(&self.session, &self.clock, sandbox, name, items).await
    }

    async fn delete_item(&self, sandbox: &Sandbox, name: &str, key: &Item) -> Result<(), CallError> {
        write_items::delete(&self.session, sandbox, name, key).await
    }

    async fn delete_items(&self, sandbox: &Sandbox, name: &str, keys: &[Item]) -> Result<(), CallError> {
        write_items::delete_all(&self.session, &self.clock, sandbox, name, keys).await
    }

    async fn drop_index(&self, sandbox: &Sandbox, name: &str, index: &str) -> Result<(), CallError> {
        write_tables::drop_index(&self.session, sandbox, name, index).await
    }

    async fn unprotect_table(&self, sandbox: &Sandbox, name: &str) -> Result<(), CallError> {
        write_tables::unprotect(&self.session, sandbox, name).await
    }

    async fn tag_table(
        &self,
        sandbox: &Sandbox,
        arn: &ResourceArn,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), CallError> {
        tags::put(&self.session, sandbox, arn, tags).await
    }

    async fn delete_table(&self, sandbox: &Sandbox, name: &str) -> Result<(), CallError> {
        write_tables::delete(&self.session, sandbox, name).await
    }
}
