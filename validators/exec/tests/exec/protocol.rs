//! The protocol's document, its schema and the code say the same.

use std::time::Duration;

use backproof_clock::VirtualRuntime;
use backproof_validators_api::{Deadline, Examination, Validator as _};
use backproof_validators_exec::{Exec, PROTOCOL, SCHEMA};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{Lab, NOW, database, verdicts, with};

const DOCUMENT: &str = include_str!("../../../../docs/external-validators.md");

/// What a part of the schema says.
fn part(name: &str) -> Validator {
    let mut schema: Value = serde_json::from_str(SCHEMA).unwrap();
    schema["$ref"] = json!(format!("#/$defs/{name}"));
    jsonschema::draft202012::new(&schema).unwrap()
}

fn problems(part: &Validator, value: &Value) -> Vec<String> {
    part.iter_errors(value).map(|error| format!("{error} at {}", error.instance_path())).collect()
}

/// The code blocks of the document that are marked as `json <part>`.
fn blocks(name: &str) -> Vec<String> {
    let marked = format!("```json {name}\n");
    DOCUMENT.split(&marked).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_schema_is_a_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    assert_eq!(schema["title"], PROTOCOL);
}

#[test]
fn the_examples_of_the_document_are_of_the_schema() {
    for name in ["request", "target", "secrets"] {
        let blocks = blocks(name);
        assert_eq!(blocks.len(), 1, "{name}");
        let value: Value = serde_json::from_str(&blocks[0]).unwrap();
        assert_eq!(problems(&part(name), &value), Vec::<String>::new(), "{name}");
    }
    let lines = blocks("answer");
    for line in lines[0].lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        assert_eq!(problems(&part("answer"), &value), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn the_answer_of_the_document_is_understood() {
    let lab = Lab::new();
    let answer = lab.path("answer");
    std::fs::write(&answer, &blocks("answer")[0]).unwrap();
    let examined = lab.examine(lab.script(&format!("cat {}", answer.display())));
    assert_eq!(
        verdicts(&examined),
        ["orders-present: passed", "orders-are-fresh: failed", "invoices-add-up: inconclusive"]
    );
    assert_eq!(examined.lag_seconds, Some(86_460));
}

#[test]
fn what_is_sent_is_of_the_schema() {
    let runtime = VirtualRuntime::starting_at(NOW.parse().unwrap()).unwrap();
    let lab = Lab::new();
    let (request, secrets) = (lab.path("request"), lab.path("secrets"));
    let script = lab.script(&format!("cat >{}; cat <&3 >{}; done_", request.display(), secrets.display()));
    let file = lab.write("orders.yml", "");
    let more = json!({ "aws_credentials": true, "files": { "checks": file }, "settings": { "minimum": 5 } });
    let table = backproof_model::Target::Table {
        arn: "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-1".parse().unwrap(),
        account: "999988887777".parse().unwrap(),
        region: "eu-central-1".parse().unwrap(),
        name: "bp-1".into(),
    };
    let exec = Exec::new(Some(std::sync::Arc::new(crate::support::Lender)));
    for (target, connection) in [(database(), Some(crate::support::connection())), (table, None)] {
        assert!(exec.accepts(&target));
        runtime.block_on(exec.examine(&Examination {
            target,
            settings: with(script.clone(), &more),
            data_time: "2026-03-01T03:00:00Z".parse().unwrap(),
            source_name: "orders".into(),
            connection,
            seed: [7; 32],
            deadline: Deadline::after(std::sync::Arc::new(runtime.clock()), Duration::from_mins(10)),
        }));
        let sent = |path: &std::path::Path| -> Value {
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
        };
        let sent_request = sent(&request);
        assert_eq!(problems(&part("request"), &sent_request), Vec::<String>::new(), "{sent_request}");
        assert_eq!(problems(&part("secrets"), &sent(&secrets)), Vec::<String>::new());
        assert_eq!(sent_request["seconds_left"], 600);
        assert_eq!(sent_request["deadline"], "2026-03-01T12:10:00Z");
        assert_eq!(sent_request["settings"], json!({ "minimum": 5 }));
        assert_eq!(sent_request["files"], json!({ "checks": file }));
        assert_eq!(sent_request["seed"], "07".repeat(32));
    }
}

#[test]
fn a_server_that_cannot_be_connected_to_is_not_examined() {
    let lab = Lab::new();
    let trace = lab.path("trace");
    let examined = lab.block_on(Exec::new(None).examine(&Examination {
        target: database(),
        settings: lab.script(&format!("touch {}; done_", trace.display())),
        data_time: NOW.parse().unwrap(),
        source_name: "orders".into(),
        connection: None,
        seed: [7; 32],
        deadline: Deadline::after(lab.clock(), Duration::from_mins(10)),
    }));
    assert!(crate::support::remark(&examined, "program").contains("no connection"));
    assert!(!trace.exists());
}

/// One line, as the schema and as the validator see it: both take it, or neither does.
#[test]
fn schema_and_code_take_the_same_answers() {
    let check = json!({
        "type": "check", "name": "rows", "claim": "data-present", "level": "L3", "verdict": "passed",
        "examined": { "count": 1, "unit": "rows" },
    });
    let changed = |pointer: &str, value: Value| {
        let mut check = check.clone();
        match pointer.rsplit_once('/') {
            Some((parent, key)) => check.pointer_mut(parent).unwrap()[key] = value,
            None => check[pointer] = value,
        }
        check
    };
    let mut lines = vec![
        check.clone(),
        json!({ "type": "log", "level": "warn", "message": "" }),
        json!({ "type": "log", "level": "fatal", "message": "" }),
        json!({ "type": "log", "level": "warn" }),
        json!({ "type": "fact", "name": "a", "value": "b" }),
        json!({ "type": "fact", "name": "a", "value": 1 }),
        json!({ "type": "fact", "name": "program-sha256", "value": "" }),
        json!({ "type": "done", "more": 1 }),
        json!({ "type": "other" }),
        json!({}),
        json!(["done"]),
        json!("done"),
    ];
    for observation in [
        json!(null),
        json!(5),
        json!(-5),
        json!(1.5),
        json!(true),
        json!("a"),
        json!(["a"]),
        json!([1]),
        json!({ "count": 1 }),
        json!({ "seconds": -1 }),
        json!({ "instant": "2026-01-01T00:00:00Z" }),
        json!({ "instant": "yesterday" }),
        json!({ "list": [] }),
        json!({ "count": 1, "seconds": 1 }),
        json!({ "colour": "red" }),
        json!({}),
    ] {
        lines.push(changed("/expected", observation.clone()));
        lines.push(changed("/observed", observation));
    }
    for (pointer, value) in [
        ("/name", json!("")),
        ("/name", json!("a".repeat(64))),
        ("/name", json!("a".repeat(65))),
        ("/name", json!("-a")),
        ("/name", json!("program")),
        ("/name", json!("programs")),
        ("/name", json!("file-a")),
        ("/claim", json!("data-matches-baseline")),
        ("/claim", json!("all-is-well")),
        ("/level", json!("L4")),
        ("/level", json!("l3")),
        ("/verdict", json!("inconclusive")),
        ("/verdict", json!("ok")),
        ("/examined/count", json!(-1)),
        ("/examined/count", json!("1")),
        ("/examined/more", json!(1)),
        ("/remark", json!(null)),
        ("/remark", json!(1)),
        ("/colour", json!("red")),
    ] {
        lines.push(changed(pointer, value));
    }
    let schema = part("answer");
    let lab = Lab::new();
    let answer = lab.path("answer");
    let script = lab.script(&format!("cat {}; check last data-readable L1 passed 1; done_", answer.display()));
    let taken = |line: &Value| {
        std::fs::write(&answer, format!("{line}\n")).unwrap();
        verdicts(&lab.examine(script.clone())).contains(&"last: passed".to_owned())
    };
    let (valid, invalid): (Vec<_>, Vec<_>) = lines.iter().partition(|line| schema.is_valid(line));
    assert!(valid.len() > 20 && invalid.len() > 20, "{} and {}", valid.len(), invalid.len());
    for line in &valid {
        assert!(taken(line), "of the schema, and not taken: {line}");
    }
    for line in &invalid {
        assert!(!taken(line), "not of the schema, and taken: {line}");
    }
}
