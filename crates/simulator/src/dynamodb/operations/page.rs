//! One page of a scan or a query: at most 1 MB of items, written out by joining their stored bytes.

use crate::dynamodb::expression::{Bindings, Condition, Projected, condition, projection};
use crate::dynamodb::fault::Fault;
use crate::dynamodb::order::{Ordering, Place};
use crate::dynamodb::request::Request;
use crate::dynamodb::schema::{IndexDefinition, TableDefinition};
use crate::dynamodb::sequence::{StoredItem, just_after};
use crate::dynamodb::value::{Attributes, item_from_stored, item_to_json};

use super::capacity;

/// Bytes of items, by DynamoDB's rules for their sizes, that end a page.
const PAGE: u64 = 1024 * 1024;

/// What a scan or a query asks of its pages.
#[derive(Debug)]
pub(super) struct PageRequest {
    pub(super) limit: Option<u64>,
    pub(super) filter: Option<Condition>,
    pub(super) projected: Option<Projected>,
    pub(super) count_only: bool,
    pub(super) consistent: bool,
}

/// A request's bounds in the order of the items: from the first on, before the second.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    pub(super) from: Place,
    pub(super) to: Option<Place>,
}

impl PageRequest {
    /// Reads the members that scans and queries share.
    pub(super) fn read(request: &Request, bindings: &Bindings, index: Option<&IndexDefinition>) -> Result<Self, Fault> {
        let limit = request.number("Limit")?;
        if limit == Some(0) {
            return Err(Fault::out_of_bounds(0, "limit", "Member must have value greater than or equal to 1"));
        }
        let filter = request.text("FilterExpression")?;
        let filter = filter.map(|text| condition(text, "FilterExpression", bindings)).transpose()?;
        let projected = request.text("ProjectionExpression")?;
        let projected = projected.map(|text| projection(text, bindings)).transpose()?;
        let count_only = match request.text("Select")? {
            None => false,
            Some("COUNT") if projected.is_some() => {
                return Err(Fault::invalid(
                    "Cannot specify the ProjectionExpression when choosing to get only the Count",
                ));
            }
            Some("COUNT") => true,
            Some("ALL_ATTRIBUTES") if projected.is_none() && index.is_none() => false,
            Some("ALL_PROJECTED_ATTRIBUTES") if projected.is_none() && index.is_some() => false,
            Some("SPECIFIC_ATTRIBUTES") if projected.is_some() => false,
            Some(other) => return Err(Fault::invalid(format!("Select type {other} is not supported here"))),
        };
        Ok(Self { limit, filter, projected, count_only, consistent: request.flag("ConsistentRead", false)? })
    }
}

/// Reads `ExclusiveStartKey` and moves the bounds behind it; the place it names must lie in them.
pub(super) fn start_after(
    bounds: &mut Bounds,
    key: &Attributes,
    (table, index, ordering): (&TableDefinition, Option<&IndexDefinition>, &Ordering<'_>),
    forward: bool,
) -> Result<(), Fault> {
    let expected = Projected::of_keys(table, index);
    let place = ordering.place(key).filter(|_| expected.apply(key.clone()).len() == key.len());
    let Some(place) = place else {
        return Err(Fault::invalid(
            "The provided starting key is invalid: The provided key element does not match the schema",
        ));
    };
    if place < bounds.from || bounds.to.as_ref().is_some_and(|to| place >= *to) {
        return Err(Fault::invalid(
            "The provided starting key is outside query boundaries based on provided conditions",
        ));
    }
    if forward {
        bounds.from = just_after(&place);
    } else {
        bounds.to = Some(place);
    }
    Ok(())
}

/// Collects one page from the items and writes the answer.
pub(super) fn page<'a>(
    items: impl Iterator<Item = &'a StoredItem>,
    asked: &PageRequest,
    keys: &Projected,
    consumed: impl FnOnce(u64) -> Result<Option<serde_json::Value>, Fault>,
) -> Result<Vec<u8>, Fault> {
    let mut answer = Vec::with_capacity(64 * 1024);
    let opening: &[u8] = if asked.count_only { b"{" } else { b"{\"Items\":[" };
    answer.extend_from_slice(opening);
    let (mut scanned, mut count, mut bytes) = (0_u64, 0_u64, 0_u64);
    let mut last = None;
    let mut more = false;
    for item in items {
        if asked.limit == Some(scanned) || (scanned > 0 && bytes + u64::from(item.size) > PAGE) {
            more = true;
            break;
        }
        scanned += 1;
        bytes += u64::from(item.size);
        last = Some(item);
        let attributes = asked.needs_attributes().then(|| item_from_stored(&item.json));
        if let (Some(filter), Some(attributes)) = (&asked.filter, &attributes)
            && !filter.holds(attributes)
        {
            continue;
        }
        count += 1;
        if asked.count_only {
            continue;
        }
        if count > 1 {
            answer.push(b',');
        }
        match (&asked.projected, attributes) {
            (Some(projected), Some(attributes)) => answer.extend(item_to_json(&projected.apply(attributes))),
            _ => answer.extend_from_slice(&item.json),
        }
    }
    // A page that the limit ends has a key to go on from even where nothing follows.
    more |= asked.limit == Some(scanned);
    if !asked.count_only {
        answer.extend_from_slice(b"],");
    }
    answer.extend_from_slice(format!("\"Count\":{count},\"ScannedCount\":{scanned}").as_bytes());
    if let Some(last) = last.filter(|_| more) {
        answer.extend_from_slice(b",\"LastEvaluatedKey\":");
        answer.extend(item_to_json(&keys.apply(item_from_stored(&last.json))));
    }
    if let Some(consumed) = consumed(capacity::read_half_units(bytes, asked.consistent))? {
        answer.extend_from_slice(format!(",\"ConsumedCapacity\":{consumed}").as_bytes());
    }
    answer.push(b'}');
    Ok(answer)
}

impl PageRequest {
    fn needs_attributes(&self) -> bool {
        self.filter.is_some() || self.projected.is_some()
    }
}
