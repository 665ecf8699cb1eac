//! The assessment plan: the newest run's plan, as OSCAL tells it.

use backproof_evidence::RunEvidence;
use serde_json::{Value, json};

use super::NAMESPACE;
use super::common::{Context, prop, prop_if};
use crate::csv::as_of;
use crate::safe::markup;

/// The steps of every restore test, in their order.
const STEPS: [(&str, &str); 5] = [
    (
        "Draw",
        "Freeze the population of recovery points, commit to the draw, and draw a sample by a seed that can be redone.",
    ),
    (
        "Restore",
        "Restore each drawn recovery point into the sandbox account, copying it there first where that is needed.",
    ),
    ("Ready", "Wait until the restored resource can be examined."),
    ("Validate", "Examine the restored data, and show that the validators notice planted faults."),
    ("Delete", "Delete whatever was created, and see it absent."),
];

/// The assessment plan.
pub(super) fn plan(context: &Context<'_>) -> Value {
    let latest = &context.dossier.latest().evidence;
    let (import, resource) = context.system_security_plan();
    let activity = context.id("activity", "restore-test");
    let subjects = json!([{
        "type": "inventory-item",
        "description": "Every recovery point of the frozen population; which are tested is drawn.",
        "include-all": {},
    }]);
    json!({
        "uuid": context.id("assessment-plan", context.about()),
        "metadata": context.metadata("Restore tests: assessment plan"),
        "import-ssp": import,
        "local-definitions": { "activities": [restore_test(context, &activity)] },
        "terms-and-conditions": { "parts": terms(latest) },
        "reviewed-controls": context.reviewed_controls(),
        "assessment-subjects": subjects,
        "assessment-assets": context.assets(),
        "tasks": [{
            "uuid": context.id("task", context.about()),
            "type": "action",
            "title": format!("Restore tests, {}", context.about()),
            "timing": { "within-date-range": { "start": began(context), "end": as_of(latest).to_string() } },
            "associated-activities": [{ "activity-uuid": activity, "subjects": subjects }],
            "responsible-roles": context.responsible("operator"),
        }],
        "back-matter": context.back_matter(resource),
    })
}

fn restore_test(context: &Context<'_>, uuid: &str) -> Value {
    let steps: Vec<Value> = STEPS
        .iter()
        .map(|(title, description)| {
            json!({ "uuid": context.id("step", title), "title": title, "description": description })
        })
        .collect();
    json!({
        "uuid": uuid,
        "title": "Restore test",
        "description": "The journey of one drawn recovery point into the sandbox and out of it.",
        "props": [{ "name": "method", "value": "TEST" }],
        "steps": steps,
        "related-controls": context.reviewed_controls(),
    })
}

/// What was agreed on before: the plan's digest, its approval, the draw, the objectives.
fn terms(run: &RunEvidence) -> Vec<Value> {
    let part = |name: &str, prose: String, props: Vec<Option<Value>>| json!({ "name": name, "ns": NAMESPACE, "prose": markup(&prose), "props": props });
    let opened = run.opened.as_ref().map(|opened| {
        let prose = format!("Plan {}, run {} by {}.", opened.plan_name, run.run, opened.operator);
        let props = vec![
            Some(prop("plan-sha256", &opened.plan_sha256)),
            prop_if("required-level", run.required_level()),
            prop_if("authorised-by", opened.authorisation.as_ref().map(|it| &it.authorised_by)),
            prop_if("ticket", opened.authorisation.as_ref().map(|it| &it.ticket)),
        ];
        part("plan", prose, props)
    });
    let approval = run.approval.as_ref().map(|it| part("approval", it.reason.clone(), Vec::new()));
    let draw = run.commitment.as_ref().map(|commitment| {
        let sizes = commitment.sizes.iter();
        let sizes = sizes.map(|(stratum, size)| format!("{} of {} from {stratum}", size.sample, size.population));
        let prose = format!("Drawn by {}: {}.", commitment.algorithm, sizes.collect::<Vec<_>>().join(", "));
        part("sampling", prose, vec![Some(prop("population-sha256", &commitment.population_sha256))])
    });
    [opened, approval, draw].into_iter().flatten().collect()
}

fn began(context: &Context<'_>) -> String {
    let began = context.dossier.runs.iter().filter_map(|run| run.evidence.began).min();
    began.unwrap_or_else(|| as_of(&context.dossier.latest().evidence)).to_string()
}
