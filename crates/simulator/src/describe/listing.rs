//! What all listings of EC2 share: selection by id, filters, tags and pages.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::wire::{ApiError, Params, Xml};

/// The longest page.
const LONGEST_PAGE: usize = 1000;

/// One thing that a listing may tell of.
#[derive(Debug)]
pub(super) struct Listed {
    /// Its id.
    pub(super) id: String,
    /// What filters can ask for: a filter's name and the value.
    pub(super) facts: Vec<(&'static str, String)>,
    /// Its tags.
    pub(super) tags: BTreeMap<String, String>,
    /// Its members in the answer.
    pub(super) xml: Xml,
}

/// How one operation lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listing {
    /// The element around the things: `vpcSet`.
    pub(super) set: &'static str,
    /// The parameter that asks for things by id: `VpcId`.
    pub(super) ids: &'static str,
    /// The error for an id that is not there, and what it calls an id.
    pub(super) unknown: (&'static str, &'static str),
    /// The filters besides those on tags.
    pub(super) filters: &'static [&'static str],
    /// Whether the operation pages.
    pub(super) paged: bool,
}

/// One page of the things that the request asks for.
pub(super) fn list(listing: Listing, params: &Params, things: Vec<Listed>) -> Result<Xml, ApiError> {
    let chosen = chosen(listing, params, things)?;
    let (page, next) = if listing.paged { page(listing, params, &chosen)? } else { (chosen.as_slice(), None) };
    let mut set = Xml::new();
    for thing in page {
        set.push_inner("item", &thing.xml);
    }
    let mut answer = Xml::new().with_inner(listing.set, &set);
    if let Some(next) = next {
        answer.push("nextToken", next);
    }
    Ok(answer)
}

/// The tags of a thing, as its `tagSet`.
pub(super) fn tag_set(tags: &BTreeMap<String, String>) -> Xml {
    let mut set = Xml::new();
    for (key, value) in tags {
        set.push_inner("item", &Xml::new().with("key", key).with("value", value));
    }
    set
}

fn chosen(listing: Listing, params: &Params, mut things: Vec<Listed>) -> Result<Vec<Listed>, ApiError> {
    let ids = params.list(listing.ids);
    let (code, noun) = listing.unknown;
    if let Some(id) = ids.iter().find(|id| things.iter().all(|thing| thing.id != **id)) {
        return Err(ApiError::client(code, format!("The {noun} '{id}' does not exist")));
    }
    if !ids.is_empty() {
        things.retain(|thing| ids.contains(&thing.id.as_str()));
    }
    for filter in params.structures("Filter") {
        let name = filter.get("Name").unwrap_or_default();
        let values = filter.list("Value");
        let is_tag = name.starts_with("tag:") || name == "tag-key";
        if !is_tag && !listing.filters.contains(&name) {
            return Err(ApiError::client("InvalidParameterValue", format!("The filter '{name}' is invalid")));
        }
        things.retain(|thing| thing.values_of(name).any(|value| values.iter().any(|pattern| matches(pattern, value))));
    }
    Ok(things)
}

impl Listed {
    fn values_of<'a>(&'a self, filter: &'a str) -> impl Iterator<Item = &'a str> {
        let facts = self.facts.iter().filter(move |(name, _)| *name == filter).map(|(_, value)| value.as_str());
        let tag = filter.strip_prefix("tag:").and_then(|key| self.tags.get(key)).map(String::as_str);
        let keys = self.tags.keys().filter(move |_| filter == "tag-key").map(String::as_str);
        facts.chain(tag).chain(keys)
    }
}

/// Whether a value fits a filter's pattern, in which `*` stands for anything.
fn matches(pattern: &str, value: &str) -> bool {
    let Some((beginning, rest)) = pattern.split_once('*') else { return pattern == value };
    let Some(mut value) = value.strip_prefix(beginning) else { return false };
    let mut parts: Vec<_> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(found) = value.find(part) else { return false };
        value = &value[found + part.len()..];
    }
    value.ends_with(end)
}

fn page<'a>(
    listing: Listing,
    params: &Params,
    things: &'a [Listed],
) -> Result<(&'a [Listed], Option<String>), ApiError> {
    let given = params.get("MaxResults");
    let length = match given.map(str::parse::<usize>) {
        None => LONGEST_PAGE,
        Some(Ok(length)) if (5..=LONGEST_PAGE).contains(&length) => length,
        Some(_) => {
            let given = given.unwrap_or_default();
            let message =
                format!("Value ( {given} ) for parameter maxResults is invalid. Expecting a value from 5 to 1000.");
            return Err(ApiError::client("InvalidParameterValue", message));
        }
    };
    if given.is_some() && !params.list(listing.ids).is_empty() {
        let message = format!("The parameter {} cannot be used with the parameter MaxResults", listing.ids);
        return Err(ApiError::client("InvalidParameterCombination", message));
    }
    let start = match params.get("NextToken") {
        None => 0,
        Some(token) => place_of(token, listing.set, things.len()).ok_or_else(|| {
            ApiError::client("InvalidParameterValue", format!("Unable to parse pagination token: {token}"))
        })?,
    };
    let end = things.len().min(start + length);
    let next = (end < things.len()).then(|| STANDARD.encode(format!("{}:{end}", listing.set)));
    Ok((&things[start..end], next))
}

/// Where the page of a token begins; none for a token that this listing did not give.
fn place_of(token: &str, set: &str, most: usize) -> Option<usize> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    let place = text.strip_prefix(set)?.strip_prefix(':')?.parse().ok()?;
    (place <= most).then_some(place)
}
