//! `PutItem`, `GetItem`, `UpdateItem`, `DeleteItem`.

use serde_json::{Map, Value, json};

use crate::dynamodb::expression::{Bindings, Projected, condition, projection, update};
use crate::dynamodb::fault::Fault;
use crate::dynamodb::request::Request;
use crate::dynamodb::schema::TableDefinition;
use crate::dynamodb::value::{AttributeValue, Attributes, item_size};

use super::Here;
use super::capacity::{consumed, read_half_units, with_consumed, write_half_units};

/// The largest item, in bytes by DynamoDB's rules.
const LARGEST_ITEM: usize = 400 * 1024;

/// Parameters of an older interface that expressions replace.
const LEGACY: [&str; 4] = ["Expected", "ConditionalOperator", "AttributeUpdates", "AttributesToGet"];

/// Writes an item in place of one with the same key.
pub(super) fn put_item(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    request.refuse_unserved(&LEGACY)?;
    let name = here.table_name(request)?;
    let table = here.data(name)?;
    let item = request.required_attributes("Item")?;
    check_new_item(&table.definition, &item)?;
    let bindings = request.bindings()?;
    check_condition(request, &bindings, table.get(&item))?;
    bindings.refuse_unused()?;
    let returned = Returned::read(request)?;
    let old = table.put(&item);
    Ok(with_consumed(returned.of(old, None)?, consumed(request, name, write_half_units(size(&item)))?))
}

/// Reads one item.
pub(super) fn get_item(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    request.refuse_unserved(&LEGACY)?;
    let name = here.table_name(request)?;
    let table = here.data(name)?;
    let key = request.required_attributes("Key")?;
    table.definition.check_key(&key)?;
    let bindings = request.bindings()?;
    let projected = request.text("ProjectionExpression")?.map(|text| projection(text, &bindings)).transpose()?;
    bindings.refuse_unused()?;
    let stored = table.get_stored(&key);
    let bytes = stored.map_or(0, |item| u64::from(item.size));
    let mut answer = Map::new();
    if let Some(stored) = stored {
        let item = match &projected {
            Some(projected) => to_json(&projected.apply(crate::dynamodb::value::item_from_stored(&stored.json))),
            None => serde_json::from_slice(&stored.json).expect("stored items are JSON objects"),
        };
        answer.insert("Item".to_owned(), item);
    }
    let consistent = request.flag("ConsistentRead", false)?;
    Ok(with_consumed(answer, consumed(request, name, read_half_units(bytes, consistent))?))
}

/// Changes attributes of an item, or makes it.
pub(super) fn update_item(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    request.refuse_unserved(&LEGACY)?;
    let name = here.table_name(request)?;
    let table = here.data(name)?;
    let key = request.required_attributes("Key")?;
    table.definition.check_key(&key)?;
    let bindings = request.bindings()?;
    let update = request.text("UpdateExpression")?.map(|text| update(text, &bindings)).transpose()?;
    let old = table.get(&key);
    check_condition(request, &bindings, old.clone())?;
    bindings.refuse_unused()?;
    let mut item = old.unwrap_or_else(|| key.clone());
    let mut touched = Vec::new();
    if let Some(update) = &update {
        touched = update.touched().map(str::to_owned).collect();
        if let Some(key) = table.definition.keys().attributes().find(|key| touched.contains(&key.name)) {
            let name = &key.name;
            return Err(Fault::invalid(format!(
                "One or more parameter values were invalid: Cannot update attribute {name}. This attribute is part of the key"
            )));
        }
        update.apply(&mut item)?;
    }
    check_new_item(&table.definition, &item)?;
    let returned = Returned::read(request)?;
    let old = table.put(&item);
    let consumed = consumed(request, name, write_half_units(size(&item)))?;
    Ok(with_consumed(returned.of(old, Some((item, Projected::of_names(touched))))?, consumed))
}

/// Deletes an item; one that is not there is deleted too.
pub(super) fn delete_item(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    request.refuse_unserved(&LEGACY)?;
    let name = here.table_name(request)?;
    let table = here.data(name)?;
    let key = request.required_attributes("Key")?;
    table.definition.check_key(&key)?;
    let bindings = request.bindings()?;
    check_condition(request, &bindings, table.get(&key))?;
    bindings.refuse_unused()?;
    let returned = Returned::read(request)?;
    let old = table.delete(&key);
    let bytes = old.as_ref().map_or(0, size);
    Ok(with_consumed(returned.of(old, None)?, consumed(request, name, write_half_units(bytes))?))
}

/// Checks keys and size of an item that is about to be written.
pub(super) fn check_new_item(definition: &TableDefinition, item: &Attributes) -> Result<(), Fault> {
    definition.check_item(item)?;
    if item_size(item) > LARGEST_ITEM {
        return Err(Fault::invalid("Item size has exceeded the maximum allowed size"));
    }
    Ok(())
}

/// An item as a JSON value.
pub(super) fn to_json(item: &Attributes) -> Value {
    AttributeValue::M(item.clone()).to_json()["M"].take()
}

fn size(item: &Attributes) -> u64 {
    item_size(item) as u64
}

fn check_condition(request: &Request, bindings: &Bindings, item: Option<Attributes>) -> Result<(), Fault> {
    let Some(text) = request.text("ConditionExpression")? else { return Ok(()) };
    let holds = condition(text, "ConditionExpression", bindings)?.holds(&item.unwrap_or_default());
    if holds { Ok(()) } else { Err(Fault::ConditionalCheckFailed) }
}

/// `ReturnValues`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Returned {
    Nothing,
    AllOld,
    AllNew,
    UpdatedOld,
    UpdatedNew,
}

impl Returned {
    fn read(request: &Request) -> Result<Self, Fault> {
        match request.text("ReturnValues")? {
            None | Some("NONE") => Ok(Self::Nothing),
            Some("ALL_OLD") => Ok(Self::AllOld),
            Some("ALL_NEW") => Ok(Self::AllNew),
            Some("UPDATED_OLD") => Ok(Self::UpdatedOld),
            Some("UPDATED_NEW") => Ok(Self::UpdatedNew),
            Some(other) => {
                let constraint =
                    "Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]";
                Err(Fault::out_of_bounds(other, "returnValues", constraint))
            }
        }
    }

    /// The answer's members; `new` is there for updates, with the attributes that they touched.
    fn of(self, old: Option<Attributes>, new: Option<(Attributes, Projected)>) -> Result<Map<String, Value>, Fault> {
        let attributes = match (self, new) {
            (Self::Nothing, _) => None,
            (Self::AllOld, _) => old,
            (Self::AllNew, Some((item, _))) => Some(item),
            (Self::UpdatedOld, Some((_, touched))) => old.map(|old| touched.apply(old)),
            (Self::UpdatedNew, Some((item, touched))) => Some(touched.apply(item)),
            (Self::AllNew | Self::UpdatedOld | Self::UpdatedNew, None) => {
                return Err(Fault::invalid("Return values set to invalid value"));
            }
        };
        Ok(attributes
            .map(|attributes| Map::from_iter([("Attributes".to_owned(), json!(to_json(&attributes)))]))
            .unwrap_or_default())
    }
}
