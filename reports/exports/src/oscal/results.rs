//! The assessment results: one result for all runs of the dossier.

use backproof_evidence::dossier::RunRecord;
use backproof_model::record::RunClosed;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::common::{Context, prop, prop_if};
use crate::csv::as_of;
use crate::safe::{markup, one_line};

/// The assessment results.
pub(super) fn results(context: &Context<'_>) -> Value {
    json!({
        "uuid": context.id("assessment-results", context.about()),
        "metadata": context.metadata("Restore tests: assessment results"),
        "import-ap": { "href": one_line(&context.options.assessment_plan) },
        "results": [result(context)],
        "back-matter": context.back_matter(None),
    })
}

fn result(context: &Context<'_>) -> Value {
    let runs = &context.dossier.runs;
    let latest = context.dossier.latest();
    let began = runs.iter().filter_map(|run| run.evidence.began).min();
    let tests = runs.iter().flat_map(|run| run.evidence.tests.iter().map(move |test| context.of_test(run, test)));
    let observations: Vec<Value> = context.aspects().into_iter().chain(tests).collect();
    let headlines = runs.iter().map(|run| {
        let conclusion = &run.conclusion;
        format!("Run {}: {} {} {}", run.evidence.run, conclusion.headline, conclusion.scope_line, assurance(run))
    });
    let mut properties = vec![
        prop("simulated", context.dossier.is_simulated()),
        prop("verdict", latest.conclusion.verdict.word()),
        prop("control-operation", latest.conclusion.control.word),
        prop("harness-integrity", &latest.conclusion.integrity.grade),
        prop("draw-grade", &latest.conclusion.draw_grade.grade),
    ];
    properties.extend(prop_if("sealed-sha256", latest.seal.as_ref().map(|seal| &seal.sha256)));
    properties.extend(context.criteria_elsewhere());
    json!({
        "uuid": context.id("result", context.about()),
        "title": format!("Restore tests, {}", context.about()),
        "description": markup(&headlines.collect::<Vec<_>>().join(" ")),
        "start": began.unwrap_or_else(|| as_of(&latest.evidence)).to_string(),
        "end": as_of(&latest.evidence).to_string(),
        "props": properties,
        "local-definitions": { "inventory-items": context.inventory(), "assessment-assets": context.assets() },
        "reviewed-controls": context.reviewed_controls(),
        "attestations": context.attestations(),
        "assessment-log": { "entries": log(context) },
        "observations": observations,
        "risks": context.risks(),
        "findings": context.findings(),
        "remarks": markup(&latest.conclusion.limits.join(" ")),
    })
}

fn assurance(run: &RunRecord) -> String {
    let assurance = &run.conclusion.assurance;
    let sentence = assurance.statement.as_ref().map(|statement| statement.reading.sentence.clone());
    sentence.or_else(|| assurance.why_none.clone()).unwrap_or_default()
}

/// What happened in each run, in the order of its stages.
fn log(context: &Context<'_>) -> Vec<Value> {
    let mut entries = Vec::new();
    for run in &context.dossier.runs {
        let evidence = &run.evidence;
        let number = evidence.run;
        let mut entry = |what: &str, description: String, at: Option<Timestamp>| {
            let Some(at) = at else { return };
            entries.push(json!({
                "uuid": context.id("log", format_args!("{number}/{what}")),
                "title": format!("Run {number}: {what}"),
                "description": markup(&description),
                "start": at.to_string(),
                "end": at.to_string(),
            }));
        };
        let operator = evidence.opened.as_ref().map_or("unknown", |opened| opened.operator.as_str());
        entry("opened", format!("By {operator}."), evidence.began);
        let frozen = evidence.population.as_ref().map(|population| population.as_of);
        entry("population frozen", completeness(run), frozen);
        let isolated = evidence.sandbox.as_ref().map(|sandbox| sandbox.isolation.at);
        entry("sandbox entered", "Its isolation was looked at before anything was restored.".into(), isolated);
        let closed = evidence.closed.as_ref();
        entry("closed", how_closed(closed), closed.and(evidence.last_entry));
    }
    for (number, said) in (1..).zip(context.not_believed()) {
        entries.push(json!({
            "uuid": context.id("log", format_args!("attestation/{number}/{}", said.file)),
            "title": "An attestation that does not hold",
            "description": markup(&format!("{}: {}", said.file, said.remark)),
            "start": context.modified().to_string(),
        }));
    }
    entries
}

fn completeness(run: &RunRecord) -> String {
    let completeness = &run.conclusion.completeness;
    let exceptions = completeness.exceptions.join("; ");
    format!("{} Completeness: {}. {exceptions}", run.conclusion.scope_line, completeness.grade)
}

fn how_closed(closed: Option<&RunClosed>) -> String {
    match closed.and_then(|closed| closed.stopped_because.as_ref()) {
        Some(why) => format!("Stopped: {why}"),
        None => "Every drawn recovery point had its turn.".to_owned(),
    }
}
