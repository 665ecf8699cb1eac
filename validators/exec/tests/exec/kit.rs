//! The conformance kit against a good program and bad ones: each bad one is found out by its case.

use backproof_validators_exec::ExecSettings;
use backproof_validators_exec::conformance::{CaseResult, Given, Met, Suite, TargetKind};
use serde_json::{Value, json};

use crate::support::Lab;

/// Reads request and secrets; ends with 2 where they cannot be used. It tries to reach the server with bash, which
/// can open sockets.
const GOOD: &str = r#"#!/bin/bash
check() {
  printf '{"type":"check","name":"orders","claim":"data-present","level":"L3","verdict":"%s","examined":{"count":%s,"unit":"rows"}}\n' "$@"
}
request=$(cat)
case $request in *'"protocol":"backproof-validator/1"'*'}') ;; *) exit 2 ;; esac
secrets=$(cat <&3)
password=$(sed -n 's/.*"password":"\([^"]*\)".*/\1/p' <<<"$secrets")
[[ -n $password ]] || exit 3
port=$(sed 's/.*"port":\([0-9]*\).*/\1/' <<<"$request")
left=$(sed 's/.*"seconds_left":\([0-9]*\).*/\1/' <<<"$request")
answer=
if (( left > 1 )) && { exec 4<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; then
  read -r -t $((left - 1)) -u 4 answer
fi
if [[ $answer == rows* ]]; then check passed 5; else check inconclusive 0; fi
printf '{"type":"done"}\n'
"#;

fn try_all(lab: &Lab, text: &str, kind: TargetKind, real: Option<Given>) -> Vec<CaseResult> {
    let settings = ExecSettings::read(&json!({ "program": [lab.write("check", text)] })).unwrap();
    let suite = Suite { settings, kind, real, empty: None, seconds: 2 };
    lab.block_on(suite.try_all(&lab.clock())).unwrap()
}

fn one(lab: &Lab, text: &str, case: &str) -> CaseResult {
    let settings = ExecSettings::read(&json!({ "program": [lab.write("check", text)] })).unwrap();
    let suite = Suite { settings, kind: TargetKind::Database, real: None, empty: None, seconds: 2 };
    lab.block_on(suite.try_one(case, &lab.clock())).unwrap()
}

/// The cases that were not met.
fn found(lab: &Lab, text: &str) -> Vec<&'static str> {
    let results = try_all(lab, text, TargetKind::Database, None);
    results.into_iter().filter(|case| matches!(case.result, Met::NotMet(_))).map(|case| case.case).collect()
}

#[test]
fn a_good_program_meets_every_case_and_is_told_what_was_not_tried() {
    let lab = Lab::new();
    let results = try_all(&lab, GOOD, TargetKind::Database, None);
    let untried = ["nothing-to-examine", "real-target"];
    for case in &results {
        match &case.result {
            Met::NotTried(why) => assert!(untried.contains(&case.case) && why.contains("FILE"), "{case:?}"),
            met => assert_eq!((met, untried.contains(&case.case)), (&Met::Met, false), "{case:?}"),
        }
    }
    assert_eq!(results.len(), 14);
}

#[test]
fn the_document_names_every_case() {
    let lab = Lab::new();
    let document = include_str!("../../../../docs/external-validators.md");
    for case in try_all(&lab, "#!/bin/sh\n", TargetKind::Table, None) {
        assert!(document.contains(&format!("| `{}` |", case.case)), "{}", case.case);
    }
}

#[test]
fn a_program_that_passes_whatever_it_is_asked_is_found_out() {
    let lab = Lab::new();
    let program = r#"#!/bin/sh
        printf '{"type":"check","name":"a","claim":"data-present","level":"L3","verdict":"passed","examined":{"count":1,"unit":"rows"}}\n{"type":"done"}\n'"#;
    let blind = [
        "unreachable-target",
        "cut-connection",
        "silent-target",
        "past-deadline",
        "unknown-protocol",
        "no-request",
        "half-a-request",
        "no-secrets",
    ];
    assert_eq!(found(&lab, program), blind);
    let of_tables = try_all(&lab, program, TargetKind::Table, None);
    assert!(of_tables.iter().any(|case| case.case == "nothing-to-examine" && matches!(case.result, Met::NotMet(_))));
}

#[test]
fn each_bad_habit_is_found_out_by_its_case() {
    let lab = Lab::new();
    for (habit, instead, case) in [
        ("printf '{\"type\":\"done\"}\\n'", "", "answers-the-request"),
        ("password=$(sed", "echo \"$secrets\" >&2; password=$(sed", "keeps-secrets"),
        ("port=$(sed", "sleep 1000 </dev/null >/dev/null 2>&1 & port=$(sed", "leaves-nothing-running"),
        ("port=$(sed", "setsid sleep 1000 </dev/null >/dev/null 2>&1 & port=$(sed", "leaves-nothing-running"),
        ("-t $((left - 1))", "", "silent-target"),
        ("\"protocol\":\"backproof-validator/1\"", "", "unknown-protocol"),
    ] {
        let mut bad = GOOD.replace(habit, instead);
        if case == "unknown-protocol" {
            bad = bad.replace("check inconclusive 0", "check passed 1");
        }
        assert_ne!(bad, GOOD, "{habit}");
        // What is looked for in all cases takes all cases; the others are tried alone.
        match case {
            "keeps-secrets" | "leaves-nothing-running" => assert_eq!(found(&lab, &bad), [case]),
            _ => assert!(matches!(one(&lab, &bad, case).result, Met::NotMet(_)), "{case}"),
        }
    }
}

#[test]
fn a_program_that_refuses_unknown_fields_is_found_out() {
    let lab = Lab::new();
    let strict = GOOD.replace("secrets=$(cat", "case $request in *of_a_later_version*) exit 5 ;; esac; secrets=$(cat");
    assert_eq!(found(&lab, &strict), ["ignores-unknown-fields"]);
}

#[test]
fn a_program_that_waits_for_a_request_for_ever_is_found_out() {
    let lab = Lab::new();
    let waiting = "#!/bin/sh\nwhile :; do read -r line || sleep 1; done\n";
    let settings = ExecSettings::read(&json!({ "program": [lab.write("check", waiting)] })).unwrap();
    let suite = Suite { settings, kind: TargetKind::Database, real: Some(given(1)), empty: None, seconds: 1 };
    let results = lab.block_on(suite.try_one("silent-target", &lab.clock())).unwrap();
    assert!(matches!(&results.result, Met::NotMet(what) if what.contains("did not end by itself")), "{results:?}");
    let real = lab.block_on(suite.try_one("real-target", &lab.clock())).unwrap();
    assert!(matches!(&real.result, Met::NotMet(what) if what.contains("deadline")), "{real:?}");
}

fn given(seconds: u64) -> Given {
    let request: Value = json!({ "protocol": "backproof-validator/1", "seconds_left": seconds });
    Given { request, secrets: json!({}) }
}

#[test]
fn a_program_that_is_never_sure_does_not_meet_a_real_target() {
    let lab = Lab::new();
    let settings = ExecSettings::read(&json!({ "program": [lab.write("check", GOOD)] })).unwrap();
    let request = json!({ "protocol": "backproof-validator/1", "target": { "port": 1 }, "seconds_left": 9, "z": {} });
    let real = Given { request, secrets: json!({ "database": { "user": "u", "password": "secret-word" } }) };
    let suite = Suite { settings, kind: TargetKind::Database, real: Some(real), empty: None, seconds: 2 };
    let case = lab.block_on(suite.try_one("real-target", &lab.clock())).unwrap();
    assert_eq!(case.result, Met::NotMet("all of its checks are inconclusive".into()));
}
