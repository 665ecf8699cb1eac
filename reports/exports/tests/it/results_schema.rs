//! `results.json` by its published schema, and that nothing which was promised once is missing.

use std::collections::BTreeSet;

use backproof_evidence::testing::Story;
use backproof_evidence::{RunEvidence, conclude, results, results_schema};
use serde_json::Value;

use crate::support::problems;

/// What version 1 promised when it was first published.
const FROZEN: &str = include_str!("../schemas/results-v1.frozen.json");

fn stories() -> Vec<Story> {
    let mut open = Story::of_every_outcome();
    (open.closed, open.costs, open.census, open.approval) = (None, None, None, None);
    let mut check = Story::all_passed(1);
    check.opened.purpose = backproof_model::record::Purpose::Check;
    vec![Story::of_every_outcome(), Story::all_passed(4), open, check, Story::of(Vec::new())]
}

fn written(story: &Story) -> Value {
    let evidence = RunEvidence::from_journal(&story.journal()).unwrap();
    serde_json::from_str(&results(&evidence, &conclude(&evidence)).to_json().unwrap()).unwrap()
}

#[test]
fn results_are_valid_by_the_published_schema_and_by_the_first() {
    let published = include_str!("../../../../docs/results.schema.json");
    for schema in [results_schema(), serde_json::from_str(published).unwrap(), serde_json::from_str(FROZEN).unwrap()] {
        for story in stories() {
            assert_eq!(problems(&schema, &written(&story)), [""; 0]);
        }
    }
}

#[test]
fn the_schema_notices_a_member_that_is_missing_or_of_another_type() {
    let schema = results_schema();
    let mut value = written(&Story::of_every_outcome());
    value["tests"][0].as_object_mut().unwrap().remove("outcome");
    value["run"] = Value::from("seven");
    assert_eq!(problems(&schema, &value).len(), 2);
}

#[test]
fn every_member_of_version_1_is_still_there() {
    let frozen: Value = serde_json::from_str(FROZEN).unwrap();
    assert_eq!(missing(&frozen, &results_schema()), [""; 0]);
    let mut renamed = results_schema();
    let tests = renamed.pointer_mut("/$defs/TestResult").unwrap();
    let member = tests["properties"].as_object_mut().unwrap().remove("recovery_seconds").unwrap();
    tests["properties"]["recovery_time_seconds"] = member;
    let found = missing(&frozen, &renamed);
    assert_eq!(found, ["TestResult.recovery_seconds"]);
    let mut optional = results_schema();
    let required = optional.pointer_mut("/$defs/Counts/required").unwrap().as_array_mut().unwrap();
    required.retain(|name| name != "passed");
    assert_eq!(missing(&frozen, &optional), ["Counts.passed (required)"]);
}

/// Members that `frozen` has and `now` has not, or no longer always writes, or writes with another type.
fn missing(frozen: &Value, now: &Value) -> Vec<String> {
    let mut all = members_missing("results", frozen, now);
    for (name, definition) in frozen["$defs"].as_object().unwrap() {
        all.extend(members_missing(name, definition, &now["$defs"][name]));
    }
    all
}

fn members_missing(name: &str, frozen: &Value, now: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let names = |schema: &Value| -> BTreeSet<String> {
        let required = schema["required"].as_array().into_iter().flatten();
        required.filter_map(|it| Some(it.as_str()?.to_owned())).collect()
    };
    let required = names(now);
    for (member, schema) in frozen["properties"].as_object().into_iter().flatten() {
        match now["properties"].get(member) {
            None => found.push(format!("{name}.{member}")),
            Some(now) if shape(now) != shape(schema) => found.push(format!("{name}.{member} (type)")),
            Some(_) => {}
        }
    }
    let present = |member: &String| now["properties"].get(member).is_some();
    let lost = names(frozen).into_iter().filter(|member| !required.contains(member) && present(member));
    found.extend(lost.map(|member| format!("{name}.{member} (required)")));
    let words = |schema: &Value| -> BTreeSet<String> {
        let one_of = schema["oneOf"].as_array().into_iter().flatten().filter_map(|it| it["const"].as_str());
        let enumerated = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
        one_of.chain(enumerated).map(str::to_owned).collect()
    };
    let now = words(now);
    found.extend(words(frozen).into_iter().filter(|word| !now.contains(word)).map(|word| format!("{name}: {word}")));
    found
}

/// What a member is, without what is said of it.
fn shape(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !matches!(name.as_str(), "description" | "title"));
            Value::Object(kept.map(|(name, member)| (name.clone(), shape(member))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(shape).collect()),
        other => other.clone(),
    }
}
