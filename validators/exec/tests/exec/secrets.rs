//! Secrets go through one descriptor, and do not come back.

use std::time::Duration;

use backproof_model::{FaultOwner, Verdict};
use backproof_validators_exec::Exec;
use serde_json::{Value, json};

use crate::support::{Lab, PASSWORD, SECRET_KEY, check, remark, verdicts, with};

#[test]
fn the_login_is_on_the_third_descriptor_and_nowhere_else() {
    let lab = Lab::new();
    let (elsewhere, third) = (lab.path("elsewhere"), lab.path("third"));
    let script = format!(
        "{{ cat; env; tr '\\0' ' ' </proc/$$/cmdline; tr '\\0' ' ' </proc/$PPID/cmdline; }} >{}; cat <&3 >{}; \
         check rows data-present L3 passed 5; done_",
        elsewhere.display(),
        third.display()
    );
    assert_eq!(verdicts(&lab.examine(lab.script(&script))), ["rows: passed"]);
    let elsewhere = std::fs::read_to_string(elsewhere).unwrap();
    assert!(elsewhere.contains("backproof-validator/1") && !elsewhere.contains(PASSWORD), "{elsewhere}");
    let third: Value = serde_json::from_str(&std::fs::read_to_string(third).unwrap()).unwrap();
    assert_eq!(third, json!({ "database": { "user": "postgres", "password": PASSWORD } }));
}

#[test]
fn credentials_are_lent_where_the_plan_says_so() {
    let lab = Lab::new();
    let third = lab.path("third");
    let script = lab.script(&format!("cat <&3 >{}; check rows data-present L3 passed 5; done_", third.display()));
    let lending = with(script, &json!({ "aws_credentials": true }));
    assert_eq!(verdicts(&lab.examine(lending.clone())), ["rows: passed"]);
    let third: Value = serde_json::from_str(&std::fs::read_to_string(third).unwrap()).unwrap();
    assert_eq!(
        third["aws"],
        json!({
            "access_key_id": "ASIAEXAMPLE",
            "secret_access_key": SECRET_KEY,
            "session_token": "a-session-token",
            "expires": "2026-03-01T13:00:00Z",
            "endpoint_url": "http://127.0.0.1:4566",
        })
    );
    let examined = lab.examine_with(&Exec::new(None), lending, Duration::from_hours(1));
    assert_eq!(check(&examined, "program").verdict, Verdict::Inconclusive(FaultOwner::Sandbox));
    assert!(remark(&examined, "program").contains("there are none to lend"));
}

#[test]
fn a_check_that_holds_a_secret_loses_it_and_its_verdict() {
    let lab = Lab::new();
    let script = r#"password=$(sed 's/.*"password":"\([^"]*\)".*/\1/' <&3)
        say() {
          printf '{"type":"check","name":"%s","claim":"data-present","level":"L3","verdict":"passed",' "$1"
          printf '"examined":{"count":1,"unit":"rows"},%s}\n' "$2"
        }
        say a '"remark":"tried '"$password"' in vain"'
        say b '"observed":["x","'"$password"'"]'
        say c '"expected":"'"$password"'"'
        say d '"remark":"postgres://u:hunter2%2Dhunter2%2Fhunter2@h"'
        say e '"remark":"nothing"'
        done_"#;
    let examined = lab.examine(lab.script(script));
    assert_eq!(
        verdicts(&examined),
        ["a: inconclusive", "b: inconclusive", "c: inconclusive", "d: inconclusive", "e: passed"],
        "{examined:?}"
    );
    assert!(!format!("{examined:?}").contains("hunter2"), "{examined:?}");
    assert!(remark(&examined, "a").starts_with("tried [secret] in vain; said to have passed"));
}

#[test]
fn a_fact_or_a_complaint_that_holds_a_secret_loses_it() {
    let lab = Lab::new();
    let password = r#"password=$(sed 's/.*"password":"\([^"]*\)".*/\1/' <&3)"#;
    let pass = "check rows data-present L3 passed 5";
    let examined = lab.examine(lab.script(&format!("{password}; fact dsn \"$password\"; {pass}; done_")));
    assert_eq!(verdicts(&examined), ["rows: inconclusive", "program: inconclusive"]);
    assert_eq!(examined.facts["dsn"], "[secret]");
    for bad in ["echo \"no $password\" >&2; exit 1", "printf '{\"type\":\"%s\"}' \"$password\"", "echo \"$password\""] {
        let examined = lab.examine(lab.script(&format!("{password}; {pass}; {bad}")));
        assert_eq!(verdicts(&examined), ["rows: inconclusive", "program: inconclusive"], "{bad}");
        assert!(!format!("{examined:?}").contains("hunter2"), "{examined:?}");
    }
}
