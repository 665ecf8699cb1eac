//! `TagResource`, `UntagResource`, `ListTagsOfResource`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::dynamodb::fault::Fault;
use crate::dynamodb::request::Request;
use crate::dynamodb::table::{Stage, Table};

use super::Here;

/// The most tags on one table.
const MOST_TAGS: usize = 50;

/// Puts tags on a table, or other values on tags that it has.
pub(super) fn tag_resource(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    let tags = read_tags(request)?;
    let table = tagged(here, request)?;
    let mut all = table.definition.settings.tags.clone();
    all.extend(tags);
    check_count(&all)?;
    table.definition.settings.tags = all;
    Ok(json!({}))
}

/// Takes tags off a table.
pub(super) fn untag_resource(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    let table = tagged(here, request)?;
    for key in request.list("TagKeys")? {
        table.definition.settings.tags.remove(key.as_str().unwrap_or_default());
    }
    Ok(json!({}))
}

/// Lists the tags of a table.
pub(super) fn list_tags_of_resource(here: &mut Here<'_>, request: &Request) -> Result<Value, Fault> {
    let table = tagged(here, request)?;
    let tags = table.definition.settings.tags.iter();
    Ok(json!({ "Tags": tags.map(|(key, value)| json!({ "Key": key, "Value": value })).collect::<Vec<_>>() }))
}

/// The tags of a request.
pub(in crate::dynamodb) fn read_tags(request: &Request) -> Result<BTreeMap<String, String>, Fault> {
    let mut tags = BTreeMap::new();
    for tag in request.list("Tags")? {
        let (Some(key), Some(value)) = (tag["Key"].as_str(), tag["Value"].as_str()) else {
            return Err(Fault::Serialization("a tag has a Key and a Value".into()));
        };
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 || key.starts_with("aws:") {
            return Err(Fault::invalid(format!(
                "One or more parameter values were invalid: the tag {key} is not allowed"
            )));
        }
        tags.insert(key.to_owned(), value.to_owned());
    }
    check_count(&tags)?;
    Ok(tags)
}

fn check_count(tags: &BTreeMap<String, String>) -> Result<(), Fault> {
    if tags.len() > MOST_TAGS {
        return Err(Fault::invalid("One or more parameter values were invalid: Too many tags: the limit is 50"));
    }
    Ok(())
}

fn tagged<'a>(here: &'a mut Here<'_>, request: &Request) -> Result<&'a mut Table, Fault> {
    let arn = request.required_text("ResourceArn")?;
    if !arn.starts_with("arn:") {
        return Err(Fault::invalid(format!("Invalid TableArn: Invalid ResourceArn provided as input {arn}")));
    }
    let missing = || Fault::ResourceNotFound(format!("Requested resource not found: ResourcArn: {arn} not found"));
    let name = here.name_of(arn).map_err(|_| missing())?;
    let table = here.table(name).map_err(|_| missing())?;
    if matches!(table.stage, Stage::Deleting(_)) { Err(missing()) } else { Ok(table) }
}
