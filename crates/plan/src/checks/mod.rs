//! Second stage, first half: whether the values of a plan fit together.
//!
//! Each check says only what it knows: a value that could not be read has been reported already and is passed over.

mod accounts;
mod archive;
mod regions;
mod resource_types;
mod selection;
mod unattended;

use crate::problem::{Findings, Span};
use crate::written::{List, PlanTable, Required, Written};

/// Reports everything that does not fit together.
pub(crate) fn check(plan: &PlanTable, known_validators: &[&str], driven_types: &[&str], findings: &mut Findings<'_>) {
    accounts::check(plan, findings);
    regions::check(plan, findings);
    selection::check(plan, findings);
    resource_types::check(plan, known_validators, driven_types, findings);
    unattended::check(plan, findings);
    archive::check(plan, findings);
    let data_classes = plan.authorisation.as_ref().and_then(|authorisation| authorisation.value.data_classes.get());
    refuse_empty(data_classes, "name the classes of data that may be restored: [\"internal\"]", findings);
}

impl<T> Required<T> {
    /// The value and its place, if it could be read.
    fn get(&self) -> Option<&Written<T>> {
        self.0.as_ref()
    }
}

/// The elements of a list that may be missing.
fn elements<T>(list: Option<&Written<List<T>>>) -> impl Iterator<Item = &Written<T>> {
    list.into_iter().flat_map(|list| list.value.iter())
}

/// Reports a list that is there but holds nothing.
fn refuse_empty<T>(list: Option<&Written<List<T>>>, hint: &str, findings: &mut Findings<'_>) {
    if let Some(list) = list.filter(|list| list.value.is_empty() && !has_unreadable(list, findings)) {
        findings.problem(&list.span, "this list is empty", hint);
    }
}

/// Whether the list has elements that could not be read, so that others may seem to be missing.
fn has_unreadable<T>(list: &Written<List<T>>, findings: &Findings<'_>) -> bool {
    findings.has_anything_unreadable(&list.span)
}

/// Reports what stands in a list more than once.
fn refuse_repeated<'a, V: PartialEq>(
    elements: impl Iterator<Item = (V, &'a Span)>,
    what: &str,
    findings: &mut Findings<'_>,
) {
    let mut seen = Vec::new();
    for (value, span) in elements {
        if seen.contains(&value) {
            findings.problem(span, format!("this {what} is named twice"), "remove it here");
        } else {
            seen.push(value);
        }
    }
}
