//! `Scan`, whole or in parallel segments.

use crate::dynamodb::expression::Projected;
use crate::dynamodb::fault::Fault;
use crate::dynamodb::order::segment_bounds;
use crate::dynamodb::request::Request;

use super::page::{Bounds, PageRequest, page, start_after};
use super::{Here, capacity};

/// The most segments that a scan may have.
const MOST_SEGMENTS: u64 = 1_000_000;

/// Serves a page of a scan.
pub(super) fn scan(here: &mut Here<'_>, request: &Request) -> Result<Vec<u8>, Fault> {
    request.refuse_unserved(&["AttributesToGet", "ScanFilter", "ConditionalOperator"])?;
    let name = here.table_name(request)?;
    let table = here.data(name)?;
    let index_name = request.text("IndexName")?;
    let view = table.view(index_name)?;
    let table = &*table;
    let index = index_name.and_then(|name| table.definition.index(name));
    let bindings = request.bindings()?;
    let asked = PageRequest::read(request, &bindings, index)?;
    bindings.refuse_unused()?;
    refuse_consistent_global_reads(&table.definition, index_name, asked.consistent)?;
    let mut bounds = match segment(request)? {
        Some((segment, total)) => {
            let (from, to) = segment_bounds(segment, total);
            Bounds { from, to }
        }
        None => Bounds { from: Vec::new(), to: None },
    };
    if let Some(key) = request.attributes("ExclusiveStartKey")? {
        start_after(&mut bounds, &key, (&table.definition, index, &table.ordering(index)), true)?;
    }
    let items = view.range(&bounds.from, bounds.to.as_deref()).map(|item| &**item);
    let keys = Projected::of_keys(&table.definition, index);
    page(items, &asked, &keys, |half_units| capacity::consumed(request, name, half_units))
}

/// Global indexes follow their table with a delay, so that nothing can be read from them consistently.
pub(super) fn refuse_consistent_global_reads(
    table: &crate::dynamodb::schema::TableDefinition,
    index: Option<&str>,
    consistent: bool,
) -> Result<(), Fault> {
    let is_global = table.global_indexes.iter().any(|global| Some(global.name.as_str()) == index);
    if consistent && is_global {
        return Err(Fault::invalid("Consistent reads are not supported on global secondary indexes"));
    }
    Ok(())
}

fn segment(request: &Request) -> Result<Option<(u32, u32)>, Fault> {
    let absent = |member: &str, other: &str| {
        Fault::invalid(format!(
            "The {member} parameter is required but was not present in the request when parameter {other} is present"
        ))
    };
    match (request.number("Segment")?, request.number("TotalSegments")?) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(absent("TotalSegments", "Segment")),
        (None, Some(_)) => Err(absent("Segment", "TotalSegments")),
        (Some(_), Some(total)) if total == 0 || total > MOST_SEGMENTS => {
            let constraint = "Member must have value between 1 and 1000000";
            Err(Fault::out_of_bounds(total, "totalSegments", constraint))
        }
        (Some(segment), Some(total)) if segment >= total => Err(Fault::invalid(format!(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} is not less than TotalSegments: {total}"
        ))),
        // Both are at most a million here.
        (Some(segment), Some(total)) => {
            Ok(Some((u32::try_from(segment).unwrap_or(0), u32::try_from(total).unwrap_or(1))))
        }
    }
}
