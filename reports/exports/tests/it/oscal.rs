//! OSCAL by NIST's schema and by compliance-trestle.

use std::collections::BTreeSet;

use backproof_evidence::Dossier;
use backproof_evidence::testing::Story;
use backproof_exports::oscal::{OscalDocuments, OscalOptions, oscal};
use serde_json::Value;

use crate::support::{all_passed, assessments, dossier, every_outcome, problems, shipped, third_party};

const SCHEMAS: [(&str, &str); 3] = [
    ("assessment-plan", include_str!("../schemas/oscal-1.2.3-assessment-plan.json")),
    ("assessment-results", include_str!("../schemas/oscal-1.2.3-assessment-results.json")),
    ("plan-of-action-and-milestones", include_str!("../schemas/oscal-1.2.3-poam.json")),
];

fn documents(dossier: &Dossier) -> OscalDocuments {
    oscal(dossier, &assessments(dossier), &OscalOptions::default())
}

fn texts(documents: &OscalDocuments) -> Vec<&str> {
    let mut texts = vec![documents.assessment_plan.as_str(), documents.assessment_results.as_str()];
    texts.extend(documents.plan_of_action.as_deref());
    texts
}

/// What NIST's schemas say against these documents.
pub(crate) fn invalid(documents: &OscalDocuments) -> Vec<String> {
    let mut all = Vec::new();
    for (text, (root, schema)) in texts(documents).iter().zip(SCHEMAS) {
        let document: Value = serde_json::from_str(text).unwrap();
        assert!(document.get(root).is_some(), "{root} is there");
        all.extend(problems(&serde_json::from_str(schema).unwrap(), &document));
    }
    all
}

fn stories() -> Vec<Dossier> {
    let mut open = Story::of_every_outcome();
    open.closed = None;
    let mut second = Story::all_passed(2);
    second.opened.run = 8;
    let mut one_off = Story::all_passed(1);
    one_off.opened.purpose = backproof_model::record::Purpose::Check;
    let mut unsealed = every_outcome();
    unsealed.runs[0].seal = None;
    vec![
        every_outcome(),
        all_passed(3),
        dossier(&[open]),
        dossier(&[Story::of_every_outcome(), second]),
        dossier(&[one_off]),
        dossier(&[Story::of(Vec::new())]),
        unsealed,
    ]
}

#[test]
fn every_document_is_valid_by_the_schema_of_nist() {
    for dossier in stories() {
        assert_eq!(invalid(&documents(&dossier)), [""; 0]);
        let without = oscal(&dossier, &[], &OscalOptions::default());
        assert_eq!(invalid(&without), [""; 0], "without any catalogue");
    }
}

#[test]
fn findings_of_every_catalogue_of_the_program_are_valid() {
    for dossier in [every_outcome(), all_passed(3)] {
        let documents = oscal(&dossier, &shipped(&dossier), &OscalOptions::default());
        assert_eq!(invalid(&documents), [""; 0]);
        let results: Value = serde_json::from_str(&documents.assessment_results).unwrap();
        let result = &results["assessment-results"]["results"][0];
        assert!(result["findings"].as_array().is_some_and(|findings| findings.len() > 5));
        let criteria = result["props"].as_array().unwrap().iter().filter(|prop| prop["class"] == "criterion");
        assert!(criteria.filter(|prop| prop["name"].as_str().unwrap().starts_with("soc2.")).count() > 5);
    }
}

#[test]
fn the_schema_notices_what_is_wrong() {
    let documents = documents(&every_outcome());
    let results = documents.assessment_results.replace("\"not-satisfied\"", "\"maybe\"");
    assert!(!invalid(&OscalDocuments { assessment_results: results, ..documents.clone() }).is_empty());
    let plan = documents.assessment_plan.replace("\"import-ssp\"", "\"import\"");
    assert!(!invalid(&OscalDocuments { assessment_plan: plan, ..documents }).is_empty());
}

#[test]
fn trestle_takes_every_document() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("project");
    std::fs::create_dir(&project).unwrap();
    let trestle = |arguments: &[&str]| {
        let output = third_party("trestle").args(arguments).current_dir(&project).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "trestle {arguments:?}:\n{said}");
        said
    };
    trestle(&["init", "--local"]);
    let dossier = every_outcome();
    let documents = oscal(&dossier, &shipped(&dossier), &OscalOptions::default());
    let texts = texts(&documents);
    assert_eq!(texts.len(), 3);
    for (text, (root, _)) in texts.into_iter().zip(SCHEMAS) {
        let file = folder.path().join(format!("{root}.json"));
        std::fs::write(&file, text).unwrap();
        trestle(&["import", "-f", file.to_str().unwrap(), "-o", "exported"]);
    }
    let said = trestle(&["validate", "--all"]);
    assert_eq!(said.matches("VALID: Model").count(), 3, "{said}");
    assert!(!said.contains("INVALID"), "{said}");
}

#[test]
fn references_lead_to_something() {
    for dossier in stories() {
        let documents = oscal(&dossier, &shipped(&dossier), &OscalOptions::default());
        for text in texts(&documents) {
            let document: Value = serde_json::from_str(text).unwrap();
            let (mut defined, mut used) = (Vec::new(), BTreeSet::new());
            collect(&document, &mut defined, &mut used);
            let unique: BTreeSet<&String> = defined.iter().collect();
            assert_eq!(unique.len(), defined.len(), "every identifier is of one thing");
            let lost: Vec<&String> = used.iter().filter(|id| !unique.contains(id)).collect();
            assert!(lost.is_empty(), "{lost:?}");
        }
    }
}

/// Every `uuid`, and every member that ends with `-uuid` or is a reference into the document.
fn collect(value: &Value, defined: &mut Vec<String>, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(id) if name == "uuid" => defined.push(id.clone()),
                    Value::String(id) if name.ends_with("-uuid") => {
                        used.insert(id.clone());
                    }
                    Value::String(href) if name == "href" && href.starts_with('#') => {
                        used.insert(href[1..].to_owned());
                    }
                    Value::Array(ids) if name.ends_with("-uuids") => {
                        used.extend(ids.iter().filter_map(|id| Some(id.as_str()?.to_owned())));
                    }
                    other => collect(other, defined, used),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, defined, used)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_plan_of_action_without_an_item_is_not_written() {
    assert_eq!(documents(&all_passed(2)).plan_of_action, None);
}

#[test]
fn every_restore_test_is_an_observation_and_every_exception_a_risk() {
    let dossier = every_outcome();
    let documents = documents(&dossier);
    let document: Value = serde_json::from_str(&documents.assessment_results).unwrap();
    let result = &document["assessment-results"]["results"][0];
    let observations = result["observations"].as_array().unwrap();
    let tests = observations.iter().filter(|it| it["methods"][0] == "TEST").count();
    assert_eq!(tests, dossier.runs[0].evidence.tests.len());
    let statuses: Vec<&str> =
        result["risks"].as_array().unwrap().iter().map(|risk| risk["status"].as_str().unwrap()).collect();
    assert_eq!(statuses[..3], ["remediating", "deviation-approved", "closed"]);
    assert_eq!(statuses.len(), dossier.exceptions.len());
    assert!(statuses[3..].iter().all(|status| *status == "open"), "{statuses:?}");
}

#[test]
fn nothing_is_satisfied_by_a_simulation_or_by_what_is_not_shown() {
    let states = |dossier: &Dossier| -> Vec<(String, String, String)> {
        let document: Value = serde_json::from_str(&documents(dossier).assessment_results).unwrap();
        let findings = document["assessment-results"]["results"][0]["findings"].as_array().unwrap().clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let status = |it: &Value| {
            let status = &it["target"]["status"];
            (text(&it["target"]["target-id"]), text(&status["state"]), text(&status["reason"]))
        };
        findings.iter().map(status).collect()
    };
    let simulated = states(&every_outcome());
    assert_eq!(simulated.len(), 3, "one a criterion or objective that is addressed: {simulated:?}");
    assert!(simulated.iter().all(|(_, state, reason)| state == "not-satisfied" && reason == "other"), "{simulated:?}");
    let mut failing = Story::of_every_outcome();
    failing.opened.simulated = false;
    let failing = states(&dossier(&[failing]));
    assert!(failing.contains(&("cp-9.1_obj-1".into(), "not-satisfied".into(), "fail".into())), "{failing:?}");
    let passed = states(&all_passed(3));
    assert!(passed.contains(&("cp-9.1_obj-1".into(), "satisfied".into(), "pass".into())), "{passed:?}");
}

#[test]
fn a_simulation_says_so_in_every_document() {
    let documents = documents(&every_outcome());
    for text in texts(&documents) {
        let document: Value = serde_json::from_str(text).unwrap();
        let (_, document) = document.as_object().unwrap().iter().next().unwrap();
        let title = document["metadata"]["title"].as_str().unwrap();
        assert!(title.starts_with("SIMULATION"), "{title}");
    }
}

#[test]
fn what_does_not_hold_is_no_attestation() {
    let documents = documents(&every_outcome());
    let results: Value = serde_json::from_str(&documents.assessment_results).unwrap();
    let result = &results["assessment-results"]["results"][0];
    let attested = result["attestations"].to_string();
    assert!(attested.contains("I have read the report") && !attested.contains("All is well"), "{attested}");
    assert!(!results["assessment-results"]["metadata"].to_string().contains("Mallory"));
    assert!(result["assessment-log"].to_string().contains("An attestation that does not hold"));
}

#[test]
fn the_same_evidence_gives_the_same_bytes_and_another_version_only_another_word() {
    let dossier = every_outcome();
    let first = documents(&dossier);
    assert_eq!(first, documents(&dossier));
    let options = OscalOptions { version: "1.1.2".parse().unwrap(), ..OscalOptions::default() };
    let older = oscal(&dossier, &assessments(&dossier), &options);
    assert_eq!(older.assessment_results.replace("\"1.1.2\"", "\"1.2.1\""), first.assessment_results);
    assert_eq!(invalid(&older), [""; 0]);
    let unknown = "2.0".parse::<backproof_exports::oscal::OscalVersion>().unwrap_err().to_string();
    assert!(unknown.contains("use one of 1.1.0, "), "{unknown}");
}
