//! `BatchWriteItem` and `BatchGetItem`.

use serde_json::{Map, Value, json};

use crate::dynamodb::expression::{Bindings, projection};
use crate::dynamodb::fault::Fault;
use crate::dynamodb::request::Request;
use crate::dynamodb::value::{Attributes, item_from_json, item_from_stored, item_to_json, write_text};

use super::Here;
use super::capacity::{consumed, read_half_units, write_half_units};
use super::items::check_new_item;

/// The most writes in one batch.
const MOST_WRITES: usize = 25;
/// The most keys in one batch.
const MOST_KEYS: usize = 100;
/// Bytes that one batch of reads answers.
const ANSWER: u64 = 16 * 1024 * 1024;

enum Write {
    Put(Attributes),
    Delete(Attributes),
}

/// Writes and deletes items; all are checked before the first is written.
pub(super) fn batch_write_item(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    let mut writes = Vec::new();
    for (table, requests) in request_items(request)? {
        let name = here.name_of(table)?;
        let definition = &here.data(name)?.definition;
        let mut places = std::collections::BTreeSet::new();
        let requests = requests.as_array().ok_or_else(|| Fault::Serialization("RequestItems maps to lists".into()))?;
        for write in requests {
            let write = read_write(write)?;
            let item = match &write {
                Write::Put(item) => {
                    check_new_item(definition, item)?;
                    item
                }
                Write::Delete(key) => {
                    definition.check_key(key)?;
                    key
                }
            };
            let key: Vec<_> = definition.keys().attributes().map(|key| item[&key.name].to_json().to_string()).collect();
            if !places.insert(key) {
                return Err(Fault::invalid("Provided list of item keys contains duplicates"));
            }
            writes.push((name, write));
        }
        if places.is_empty() {
            return Err(Fault::invalid("The list of requests of a table must hold at least one"));
        }
    }
    if writes.len() > MOST_WRITES {
        return Err(Fault::invalid("Too many items requested for the BatchWriteItem call"));
    }
    let mut half_units = std::collections::BTreeMap::<&str, u64>::new();
    for (name, write) in writes {
        let table = here.data(name)?;
        let bytes = match write {
            Write::Put(item) => {
                table.put(&item);
                crate::dynamodb::value::item_size(&item)
            }
            Write::Delete(key) => table.delete(&key).as_ref().map_or(0, crate::dynamodb::value::item_size),
        };
        *half_units.entry(name).or_default() += write_half_units(bytes as u64);
    }
    let mut answer = json!({ "UnprocessedItems": {} });
    let consumed: Vec<_> = half_units
        .into_iter()
        .filter_map(|(name, units)| consumed(request, name, units).transpose())
        .collect::<Result<_, _>>()?;
    if !consumed.is_empty() {
        answer["ConsumedCapacity"] = Value::Array(consumed);
    }
    Ok(answer)
}

/// Reads items by their keys; what does not fit into 16 MB is left as unprocessed.
pub(super) fn batch_get_item(here: &mut Here<'_>, request: &Request) -> Result<Vec<u8>, Fault> {
    let mut answer = b"{\"Responses\":{".to_vec();
    let (mut bytes, mut keys_seen) = (0_u64, 0_usize);
    let mut unprocessed = Map::new();
    let mut capacities = Vec::new();
    for (position, (table_name, asked)) in request_items(request)?.into_iter().enumerate() {
        let name = here.name_of(table_name)?;
        let asked_for = Request::new(asked.clone())?;
        asked_for.refuse_unserved(&["AttributesToGet"])?;
        let bindings = Bindings::new(asked_for.member("ExpressionAttributeNames"), None)?;
        let projected = asked_for.text("ProjectionExpression")?.map(|text| projection(text, &bindings)).transpose()?;
        bindings.refuse_unused()?;
        let consistent = asked_for.flag("ConsistentRead", false)?;
        let table = here.data(name)?;
        let separator = if position > 0 { "," } else { "" };
        answer.extend_from_slice(separator.as_bytes());
        write_text(table_name, &mut answer);
        answer.extend_from_slice(b":[");
        let (mut found, mut left, mut half_units) = (0, Vec::new(), 0);
        for key_json in asked_for.list("Keys")? {
            keys_seen += 1;
            let key = item_from_json(key_json)?;
            table.definition.check_key(&key)?;
            let Some(stored) = table.get_stored(&key) else { continue };
            if bytes + u64::from(stored.size) > ANSWER {
                left.push(key_json.clone());
                continue;
            }
            bytes += u64::from(stored.size);
            half_units += read_half_units(u64::from(stored.size), consistent);
            if found > 0 {
                answer.push(b',');
            }
            found += 1;
            match &projected {
                Some(projected) => answer.extend(item_to_json(&projected.apply(item_from_stored(&stored.json)))),
                None => answer.extend_from_slice(&stored.json),
            }
        }
        answer.push(b']');
        capacities.extend(consumed(request, name, half_units)?);
        if !left.is_empty() {
            let mut rest = asked.clone();
            rest["Keys"] = Value::Array(left);
            unprocessed.insert(table_name.clone(), rest);
        }
    }
    if keys_seen == 0 || keys_seen > MOST_KEYS {
        return Err(Fault::invalid("Too many items requested for the BatchGetItem call"));
    }
    answer.extend_from_slice(format!("}},\"UnprocessedKeys\":{}", Value::Object(unprocessed)).as_bytes());
    if !capacities.is_empty() {
        answer.extend_from_slice(format!(",\"ConsumedCapacity\":{}", Value::Array(capacities)).as_bytes());
    }
    answer.push(b'}');
    Ok(answer)
}

fn request_items(request: &Request) -> Result<Vec<(&String, &Value)>, Fault> {
    let items: Vec<_> = request.object("RequestItems")?.into_iter().flatten().collect();
    if items.is_empty() {
        return Err(Fault::out_of_bounds("{}", "requestItems", "Member must have length greater than or equal to 1"));
    }
    Ok(items)
}

fn read_write(write: &Value) -> Result<Write, Fault> {
    match (write.get("PutRequest"), write.get("DeleteRequest")) {
        (Some(put), None) => Ok(Write::Put(item_from_json(&put["Item"])?)),
        (None, Some(delete)) => Ok(Write::Delete(item_from_json(&delete["Key"])?)),
        _ => Err(Fault::invalid("Supplied WriteRequest must contain exactly one of PutRequest and DeleteRequest")),
    }
}
