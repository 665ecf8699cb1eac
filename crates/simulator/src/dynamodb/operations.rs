//! The operations that are served, one function each, and what they share: the tables of the caller's account and
//! Region.

mod batch;
mod capacity;
mod items;
mod page;
mod query;
mod scan;
mod settings;
mod tables;
mod tags;
mod update_table;

pub(super) use tags::read_tags;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::fault::Fault;
use super::request::Request;
use super::table::{Stage, Table};

/// How long changes to a table take.
#[derive(Clone, Copy, Debug)]
pub struct Lags {
    /// `CREATING` of a table or an index.
    pub create: SignedDuration,
    /// `UPDATING`.
    pub update: SignedDuration,
    /// `DELETING`.
    pub delete: SignedDuration,
}

impl Default for Lags {
    fn default() -> Self {
        Self {
            create: SignedDuration::from_secs(6),
            update: SignedDuration::from_secs(3),
            delete: SignedDuration::from_secs(4),
        }
    }
}

/// The tables that a caller sees.
#[derive(Debug)]
pub(super) struct Here<'a> {
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) now: Timestamp,
    pub(super) lags: Lags,
    pub(super) tables: &'a mut BTreeMap<String, Table>,
}

/// Serves one call and writes the answer out as JSON.
pub(super) fn serve(here: &mut Here<'_>, operation: &str, request: &Request) -> Result<Vec<u8>, Fault> {
    match operation {
        "BatchGetItem" => batch::batch_get_item(here, request),
        "BatchWriteItem" => batch::batch_write_item(here, request).map(written),
        "CreateTable" => tables::create_table(here, request).map(written),
        "DeleteItem" => items::delete_item(here, request).map(written),
        "DeleteTable" => tables::delete_table(here, request).map(written),
        "DescribeContinuousBackups" => settings::describe_continuous_backups(here, request).map(written),
        "DescribeTable" => tables::describe_table(here, request).map(written),
        "DescribeTimeToLive" => settings::describe_time_to_live(here, request).map(written),
        "GetItem" => items::get_item(here, request).map(written),
        "ListTables" => tables::list_tables(here, request).map(written),
        "ListTagsOfResource" => tags::list_tags_of_resource(here, request).map(written),
        "PutItem" => items::put_item(here, request).map(written),
        "Query" => query::query(here, request),
        "Scan" => scan::scan(here, request),
        "TagResource" => tags::tag_resource(here, request).map(written),
        "UntagResource" => tags::untag_resource(here, request).map(written),
        "UpdateContinuousBackups" => settings::update_continuous_backups(here, request).map(written),
        "UpdateItem" => items::update_item(here, request).map(written),
        "UpdateTable" => update_table::update_table(here, request).map(written),
        "UpdateTimeToLive" => settings::update_time_to_live(here, request).map(written),
        _ => Err(Fault::UnknownOperation(operation.to_owned())),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "every operation hands its answer over")]
fn written(answer: Value) -> Vec<u8> {
    answer.to_string().into_bytes()
}

impl Here<'_> {
    /// The name of the table that a request names by name or ARN.
    fn table_name<'r>(&self, request: &'r Request) -> Result<&'r str, Fault> {
        let text = request.required_text("TableName")?;
        self.name_of(text)
    }

    /// The name in a text that is a table's name or its ARN.
    fn name_of<'r>(&self, text: &'r str) -> Result<&'r str, Fault> {
        let Some(rest) = text.strip_prefix("arn:") else {
            let fits = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
            if (3..=255).contains(&text.len()) && fits {
                return Ok(text);
            }
            return Err(Fault::invalid(
                "TableName must be at least 3 characters long and at most 255 characters long, of a-z, A-Z, 0-9, '_', '-' and '.'",
            ));
        };
        let here = format!("dynamodb:{}:{}:table/", self.region, self.account);
        match rest.split_once(':').and_then(|(_partition, rest)| rest.strip_prefix(here.as_str())) {
            Some(name) => Ok(name),
            None => Err(no_such_table(text)),
        }
    }

    /// The table in whatever state it is.
    fn table(&mut self, name: &str) -> Result<&mut Table, Fault> {
        let now = self.now;
        let exists = self.tables.get_mut(name).is_some_and(|table| table.settle(now));
        if !exists {
            self.tables.remove(name);
        }
        self.tables.get_mut(name).ok_or_else(|| no_such_table(name))
    }

    /// The table, where its data can be read and written.
    fn data(&mut self, name: &str) -> Result<&mut Table, Fault> {
        let table = self.table(name).map_err(|_| Fault::ResourceNotFound("Requested resource not found".into()))?;
        match table.stage {
            Stage::Active | Stage::Updating(_) => Ok(table),
            Stage::Creating(_) | Stage::Deleting(_) => {
                Err(Fault::ResourceNotFound("Requested resource not found".into()))
            }
        }
    }

    /// The table, where its settings can be changed.
    fn changeable(&mut self, name: &str) -> Result<&mut Table, Fault> {
        let table = self.table(name)?;
        let busy = match table.stage {
            Stage::Active => None,
            Stage::Creating(_) => Some("created"),
            Stage::Updating(_) => Some("updated"),
            Stage::Deleting(_) => Some("deleted"),
        };
        match busy {
            Some(how) => Err(Fault::ResourceInUse(format!(
                "Attempt to change a resource which is still in use: Table is being {how}: {name}"
            ))),
            None => Ok(table),
        }
    }

    fn later(&self, lag: SignedDuration) -> Timestamp {
        self.now.saturating_add(lag).unwrap_or(Timestamp::MAX)
    }
}

fn no_such_table(name: &str) -> Fault {
    Fault::ResourceNotFound(format!("Requested resource not found: Table: {name} not found"))
}

/// A moment as DynamoDB writes it: seconds since 1970, with a fraction.
pub(super) fn epoch(moment: Timestamp) -> Value {
    let milliseconds = moment.as_millisecond();
    if milliseconds % 1000 == 0 {
        return json!(milliseconds / 1000);
    }
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit into 53 bits for 200,000 years")]
    let seconds = milliseconds as f64 / 1000.0;
    json!(seconds)
}
