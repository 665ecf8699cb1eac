//! OCSF findings by OCSF's own schema.

use backproof_evidence::Dossier;
use backproof_exports::ocsf::ocsf;
use serde_json::Value;

use crate::support::{all_passed, assessments, every_outcome, problems, run, shipped};

fn findings(dossier: &Dossier) -> Vec<Value> {
    ocsf(dossier, &assessments(dossier)).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What OCSF's schema says against the findings of a dossier.
pub(crate) fn invalid(dossier: &Dossier) -> Vec<String> {
    let schema: Value = serde_json::from_str(&run("ocsf.py", &[])).unwrap();
    findings(dossier).iter().flat_map(|finding| problems(&schema, finding)).collect()
}

#[test]
fn every_finding_is_valid_by_the_schema_of_ocsf() {
    assert_eq!(invalid(&every_outcome()), [""; 0]);
    assert_eq!(invalid(&all_passed(2)), [""; 0]);
    let dossier = all_passed(1);
    let schema: Value = serde_json::from_str(&run("ocsf.py", &[])).unwrap();
    let finding = serde_json::from_str(&ocsf(&dossier, &shipped(&dossier))).unwrap();
    assert_eq!(problems(&schema, &finding), [""; 0], "with every catalogue of the program");
}

#[test]
fn the_schema_notices_what_is_wrong() {
    let schema: Value = serde_json::from_str(&run("ocsf.py", &[])).unwrap();
    let mut finding = findings(&all_passed(1)).remove(0);
    finding["surprise"] = Value::from(1);
    finding["time"] = Value::from("yesterday");
    assert_eq!(problems(&schema, &finding).len(), 2);
}

#[test]
fn only_a_pass_is_a_pass_and_work_on_it_is_told_apart() {
    let dossier = every_outcome();
    let findings = findings(&dossier);
    let tests = &dossier.runs[0].evidence.tests;
    assert_eq!(findings.len(), tests.len());
    for (finding, test) in findings.iter().zip(tests) {
        let wanted = match test.outcome.word() {
            "passed" => ("Pass", 1),
            "failed" => ("Fail", 3),
            _ => ("Warning", 2),
        };
        let compliance = &finding["compliance"];
        assert_eq!((compliance["status"].as_str().unwrap(), compliance["status_id"].as_i64().unwrap()), wanted);
    }
    let states: Vec<&str> = findings
        .iter()
        .filter(|finding| finding["compliance"]["status_id"] != 1)
        .map(|finding| finding["status"].as_str().unwrap())
        .collect();
    assert_eq!(states[..4], ["In Progress", "Suppressed", "Resolved", "New"]);
}

#[test]
fn a_simulation_says_so_in_every_finding() {
    for finding in findings(&every_outcome()) {
        let info = finding["finding_info"]["title"].as_str().unwrap();
        assert!(info.starts_with("SIMULATION"), "{info}");
        assert_eq!(finding["metadata"]["labels"][0], "simulation");
    }
}

#[test]
fn criteria_that_are_not_addressed_are_not_named() {
    let finding = findings(&all_passed(1)).remove(0);
    let requirements = finding["compliance"]["requirements"].to_string();
    assert!(requirements.contains("CP-9(1)") && !requirements.contains("CP-2"), "{requirements}");
}
