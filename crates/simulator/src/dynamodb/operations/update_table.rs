//! `UpdateTable`: one change of a setting or of a global index at a time.

use serde_json::{Value, json};

use crate::dynamodb::description::describe;
use crate::dynamodb::fault::Fault;
use crate::dynamodb::request::Request;
use crate::dynamodb::schema::TableDefinition;
use crate::dynamodb::specification::{Definitions, billing, encryption, global_index, stream};
use crate::dynamodb::table::Stage;

use super::Here;

/// A change to a global index.
enum IndexChange {
    Create(crate::dynamodb::schema::IndexDefinition),
    Delete(String),
}

/// Changes settings; the table is `UPDATING` for a while and can be read and written meanwhile.
pub(super) fn update_table(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    request.refuse_unserved(&["ReplicaUpdates", "GlobalTableWitnessUpdates", "MultiRegionConsistency"])?;
    let name = here.table_name(request)?;
    let (now, account, region) = (here.now, here.account, here.region);
    let (updated, indexed) = (here.later(here.lags.update), here.later(here.lags.create));
    let table = here.changeable(name)?;
    let mut definition = table.definition.clone();
    let mut changed = false;
    if request.member("DeletionProtectionEnabled").is_some() {
        definition.settings.deletion_protection = request.flag("DeletionProtectionEnabled", false)?;
        changed = true;
    }
    if request.member("BillingMode").is_some() || request.member("ProvisionedThroughput").is_some() {
        definition.settings.provisioned = billing(request, definition.settings.provisioned)?;
        changed = true;
    }
    if request.member("SSESpecification").is_some() {
        definition.settings.kms_key_arn = encryption(request, account, region)?;
        changed = true;
    }
    if let Some(class) = request.text("TableClass")? {
        definition.settings.table_class = Some(class.to_owned());
        changed = true;
    }
    if request.member("StreamSpecification").is_some() {
        let wanted = stream(request)?;
        match (&definition.settings.stream, &wanted) {
            (Some(_), Some(_)) => {
                return Err(Fault::invalid(format!("Table already has an enabled stream: TableName: {name}")));
            }
            (None, None) => {
                return Err(Fault::invalid(format!("Table is already in desired state: no stream: TableName: {name}")));
            }
            (None, Some(_)) => table.stream_since = now,
            (Some(_), None) => {}
        }
        definition.settings.stream = wanted;
        changed = true;
    }
    let index_change = index_change(request, &definition)?;
    if !changed && index_change.is_none() {
        return Err(Fault::invalid(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
        ));
    }
    table.definition = definition;
    table.stage = Stage::Updating(updated);
    match index_change {
        Some(IndexChange::Create(index)) => {
            table.stage = Stage::Updating(indexed);
            table.index_stages.insert(index.name.clone(), Stage::Creating(indexed));
            table.definition.global_indexes.push(index);
        }
        Some(IndexChange::Delete(index)) => {
            table.index_stages.insert(index, Stage::Deleting(updated));
        }
        None => {}
    }
    Ok(json!({ "TableDescription": describe(table, now) }))
}

fn index_change(request: &Request, definition: &TableDefinition) -> Result<Option<IndexChange>, Fault> {
    let update = match request.list("GlobalSecondaryIndexUpdates")? {
        [] => return Ok(None),
        [update] => Request::new(update.clone())?,
        _ => {
            return Err(Fault::invalid("Only 1 online index can be created or deleted simultaneously per table"));
        }
    };
    if let Some(deletion) = update.member("Delete") {
        let name = Request::new(deletion.clone())?.required_text("IndexName")?.to_owned();
        if definition.global_indexes.iter().all(|index| index.name != name) {
            return Err(Fault::ResourceNotFound(format!("Requested resource not found: Index: {name} not found")));
        }
        return Ok(Some(IndexChange::Delete(name)));
    }
    if let Some(creation) = update.member("Create") {
        let definitions = Definitions::read_beside(request, definition)?;
        let index = global_index(&Request::new(creation.clone())?, &definitions)?;
        if definition.index(&index.name).is_some() {
            let name = index.name;
            return Err(Fault::invalid(format!("Attempting to create an index which already exists: {name}")));
        }
        return Ok(Some(IndexChange::Create(index)));
    }
    Err(Fault::invalid("the simulator creates and deletes global indexes; it does not update them"))
}
