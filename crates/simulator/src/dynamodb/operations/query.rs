//! `Query`: the items of one partition of a table or index, in the order of the sort key.

use crate::dynamodb::expression::{Comparator, Condition, Operand, Projected, condition};
use crate::dynamodb::fault::Fault;
use crate::dynamodb::order::{Ordering, after_prefix, component, unfinished_component};
use crate::dynamodb::request::Request;
use crate::dynamodb::sequence::StoredItem;
use crate::dynamodb::value::AttributeValue;

use super::page::{Bounds, PageRequest, page, start_after};
use super::scan::refuse_consistent_global_reads;
use super::{Here, capacity};

/// Serves a page of a query.
pub(super) fn query(here: &mut Here<'_>, request: &Request) -> Result<Vec<u8>, Fault> {
    request.refuse_unserved(&["AttributesToGet", "KeyConditions", "QueryFilter", "ConditionalOperator"])?;
    let name = here.table_name(request)?;
    let table = here.data(name)?;
    let index_name = request.text("IndexName")?;
    let view = table.view(index_name)?;
    let table = &*table;
    let index = index_name.and_then(|name| table.definition.index(name));
    let ordering = table.ordering(index);
    let bindings = request.bindings()?;
    let asked = PageRequest::read(request, &bindings, index)?;
    let Some(text) = request.text("KeyConditionExpression")? else {
        return Err(Fault::invalid(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        ));
    };
    let key_condition = condition(text, "KeyConditionExpression", &bindings)?;
    bindings.refuse_unused()?;
    refuse_consistent_global_reads(&table.definition, index_name, asked.consistent)?;
    let mut bounds = bounds(&key_condition, &ordering)?;
    let forward = request.flag("ScanIndexForward", true)?;
    if let Some(key) = request.attributes("ExclusiveStartKey")? {
        start_after(&mut bounds, &key, (&table.definition, index, &ordering), forward)?;
    }
    let items = view.range(&bounds.from, bounds.to.as_deref()).map(|item| &**item);
    let items: Box<dyn Iterator<Item = &StoredItem>> = if forward { Box::new(items) } else { Box::new(items.rev()) };
    let keys = Projected::of_keys(&table.definition, index);
    page(items, &asked, &keys, |half_units| capacity::consumed(request, name, half_units))
}

/// Where the items lie that meet the key condition: equality of the partition key, and at most one condition on the
/// sort key.
fn bounds(condition: &Condition, ordering: &Ordering<'_>) -> Result<Bounds, Fault> {
    let mut parts = Vec::new();
    conjuncts(condition, &mut parts);
    let partition = &ordering.keys.partition.name;
    let is_partition = |part: &&Condition| subject(part) == Some(partition);
    let (on_partition, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(is_partition);
    let [Condition::Compare(_, comparator, Operand::Value(value))] = on_partition.as_slice() else {
        return Err(Fault::invalid(format!("Query condition missed key schema element: {partition}")));
    };
    if *comparator != Comparator::Equal {
        return Err(Fault::invalid("Query key condition not supported"));
    }
    let Some(prefix) = ordering.partition(value) else { return Err(wrong_type()) };
    match others.as_slice() {
        [] => Ok(Bounds { to: after_prefix(&prefix), from: prefix }),
        [on_sort] => sort_bounds(on_sort, &prefix, ordering),
        _ => Err(Fault::invalid("Conditions can be of length 1 or 2 only")),
    }
}

fn sort_bounds(condition: &Condition, prefix: &[u8], ordering: &Ordering<'_>) -> Result<Bounds, Fault> {
    let Some(sort) = ordering.keys.sort else { return Err(Fault::invalid("Query key condition not supported")) };
    if subject(condition) != Some(&sort.name) {
        return Err(Fault::invalid(format!("Query condition missed key schema element: {}", sort.name)));
    }
    let place = |value: &AttributeValue| {
        let encoded = component(value).filter(|_| value.tag() == sort.attribute_type.letter());
        encoded.map(|encoded| [prefix, encoded.as_slice()].concat()).ok_or_else(wrong_type)
    };
    let (start, end) = (prefix.to_vec(), after_prefix(prefix));
    match condition {
        Condition::Compare(_, comparator, Operand::Value(value)) => {
            let at = place(value)?;
            match comparator {
                Comparator::Equal => Ok(Bounds { to: after_prefix(&at), from: at }),
                Comparator::Less => Ok(Bounds { from: start, to: Some(at) }),
                Comparator::LessOrEqual => Ok(Bounds { from: start, to: after_prefix(&at) }),
                Comparator::Greater => Ok(Bounds { from: after_prefix(&at).unwrap_or(at), to: end }),
                Comparator::GreaterOrEqual => Ok(Bounds { from: at, to: end }),
                Comparator::NotEqual => Err(Fault::invalid("Unsupported operator on KeyCondition: <>")),
            }
        }
        Condition::Between(_, Operand::Value(low), Operand::Value(high)) => {
            let (from, high) = (place(low)?, place(high)?);
            if from > high {
                return Err(Fault::invalid(
                    "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound",
                ));
            }
            Ok(Bounds { from, to: after_prefix(&high) })
        }
        Condition::BeginsWith(_, Operand::Value(value)) if value.tag() != "N" => {
            place(value)?;
            let beginning = unfinished_component(value).ok_or_else(wrong_type)?;
            let from = [prefix, beginning.as_slice()].concat();
            Ok(Bounds { to: after_prefix(&from), from })
        }
        _ => Err(Fault::invalid("Query key condition not supported")),
    }
}

fn wrong_type() -> Fault {
    Fault::invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
}

fn conjuncts<'a>(condition: &'a Condition, parts: &mut Vec<&'a Condition>) {
    match condition {
        Condition::And(left, right) => {
            conjuncts(left, parts);
            conjuncts(right, parts);
        }
        other => parts.push(other),
    }
}

/// The attribute that a condition is about.
fn subject(condition: &Condition) -> Option<&String> {
    match condition {
        Condition::Compare(Operand::Path(path), ..)
        | Condition::Between(Operand::Path(path), ..)
        | Condition::BeginsWith(Operand::Path(path), ..) => match path.steps.as_slice() {
            [crate::dynamodb::expression::Step::Name(name)] => Some(name),
            _ => None,
        },
        _ => None,
    }
}
