//! `DescribeTable`, `ListTables`, `CreateTable`, `DeleteTable`.

use serde_json::{Value, json};

use crate::dynamodb::description::describe;
use crate::dynamodb::fault::Fault;
use crate::dynamodb::request::Request;
use crate::dynamodb::snapshot::TableSnapshot;
use crate::dynamodb::specification::table_definition;
use crate::dynamodb::table::{Stage, Table};

use super::Here;

/// The longest page of table names.
const LONGEST_PAGE: u64 = 100;

/// Describes a table in whatever state it is.
pub(super) fn describe_table(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    let name = here.table_name(request)?;
    let now = here.now;
    Ok(json!({ "Table": describe(here.table(name)?, now) }))
}

/// Lists the names of tables.
pub(super) fn list_tables(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    let now = here.now;
    here.tables.retain(|_, table| table.settle(now));
    let limit = request.number("Limit")?.unwrap_or(LONGEST_PAGE);
    if limit == 0 || limit > LONGEST_PAGE {
        return Err(Fault::out_of_bounds(limit, "limit", "Member must have value between 1 and 100"));
    }
    let after = request.text("ExclusiveStartTableName")?.unwrap_or_default();
    let mut names: Vec<_> = here.tables.keys().filter(|name| name.as_str() > after).collect();
    // The page lengths are at most 100.
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = names.len() > limit;
    names.truncate(limit);
    let mut answer = json!({ "TableNames": names });
    if let Some(last) = names.last().filter(|_| more) {
        answer["LastEvaluatedTableName"] = json!(last);
    }
    Ok(answer)
}

/// Creates an empty table.
pub(super) fn create_table(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    let name = here.table_name(request)?.to_owned();
    let definition = table_definition(request, here.account, here.region)?;
    if here.table(&name).is_ok() {
        return Err(Fault::ResourceInUse(format!("Table already exists: {name}")));
    }
    let arn = format!("arn:aws:dynamodb:{}:{}:table/{name}", here.region, here.account);
    let stage = Stage::Creating(here.later(here.lags.create));
    let table = Table::new(&arn, &TableSnapshot::new(definition, []), here.now, stage);
    let answer = json!({ "TableDescription": describe(&table, here.now) });
    here.tables.insert(name, table);
    Ok(answer)
}

/// Deletes a table; it is gone after a while.
pub(super) fn delete_table(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    let name = here.table_name(request)?;
    let (now, gone) = (here.now, here.later(here.lags.delete));
    let table = here.changeable(name)?;
    if table.definition.settings.deletion_protection {
        return Err(Fault::invalid(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        ));
    }
    if table.deletable_at.is_some_and(|at| now < at) {
        return Err(Fault::ResourceInUse(format!(
            "Attempt to change a resource which is still in use: Table is being used by another operation: {name}"
        )));
    }
    table.stage = Stage::Deleting(gone);
    Ok(json!({ "TableDescription": describe(table, now) }))
}
