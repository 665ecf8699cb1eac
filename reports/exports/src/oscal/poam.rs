//! The plan of action and milestones: an item for each exception of the register, with its risk.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::common::{Context, prop};
use crate::safe::{markup, one_line};

/// The plan of action. `None` where the register knows no exception.
pub(super) fn poam(context: &Context<'_>) -> Option<Value> {
    let exceptions = &context.dossier.exceptions;
    if exceptions.is_empty() {
        return None;
    }
    let items: Vec<Value> = exceptions
        .iter()
        .map(|exception| {
            json!({
                "uuid": context.id("poam-item", exception.id),
                "title": markup(&format!("Exception {}: {}", exception.id, exception.opened.subject.name())),
                "description": markup(&exception.opened.why),
                "props": [prop("exception", exception.id)],
                "related-observations": context.observed(exception),
                "related-risks": [{ "risk-uuid": context.risk(exception) }],
            })
        })
        .collect();
    let (import, resource) = context.system_security_plan();
    let (observations, inventory) = concerned(context);
    let subject = &context.dossier.subject;
    let system = subject.system.as_ref().or(subject.entity.as_ref()).map_or("unnamed system", String::as_str);
    Some(json!({
        "uuid": context.id("plan-of-action", context.about()),
        "metadata": context.metadata("Restore tests: plan of action and milestones"),
        "import-ssp": import,
        "system-id": { "id": one_line(system) },
        "local-definitions": { "inventory-items": inventory, "assessment-assets": context.assets() },
        "observations": observations,
        "risks": context.risks(),
        "poam-items": items,
        "back-matter": context.back_matter(resource),
    }))
}

/// The observations that exceptions refer to, and the recovery points of those.
fn concerned(context: &Context<'_>) -> (Vec<Value>, Vec<Value>) {
    let references = context.dossier.exceptions.iter().flat_map(|exception| context.observed(exception));
    let ids: BTreeSet<String> =
        references.filter_map(|it| Some(it.get("observation-uuid")?.as_str()?.to_owned())).collect();
    let tests = context.dossier.runs.iter().flat_map(|run| run.evidence.tests.iter().map(move |test| (run, test)));
    let observations: Vec<Value> = tests
        .filter(|(run, test)| ids.contains(&context.observation(run.evidence.run, test.drawn.test)))
        .map(|(run, test)| context.of_test(run, test))
        .collect();
    let subjects: BTreeSet<&str> =
        observations.iter().filter_map(|it| it.pointer("/subjects/0/subject-uuid")?.as_str()).collect();
    let inventory = context.inventory().into_iter();
    let inventory = inventory.filter(|item| item["uuid"].as_str().is_some_and(|uuid| subjects.contains(uuid)));
    let inventory = inventory.collect();
    (observations, inventory)
}
