//! `backproof validator`: what validators there are, and a program of one's own against the protocol.

use std::os::unix::fs::PermissionsExt;

use crate::support::Desk;

/// Says that it could tell nothing, and lets no socket wait.
const CAREFUL: &str = r#"#!/bin/sh
request=$(cat)
case $request in *'"protocol":"backproof-validator/1"'*'}') ;; *) exit 2 ;; esac
printf '{"type":"check","name":"a","claim":"data-present","level":"L3","verdict":"inconclusive","examined":{"count":0,"unit":"rows"}}\n{"type":"done"}\n'
"#;

fn desk_with(program: &str) -> Desk {
    let desk = Desk::bare();
    desk.write("check.sh", program);
    std::fs::set_permissions(desk.path("check.sh"), PermissionsExt::from_mode(0o755)).unwrap();
    desk
}

#[test]
fn validators_are_listed_and_described_without_a_plan() {
    let desk = Desk::bare();
    desk.give(&["validator", "list"]).ends(0).says("items  L3 content compared").says("data-matches-baseline");
    let listed = desk.give(&["validator", "list", "--output", "json"]).ends(0).json();
    assert_eq!(listed[0]["name"], "exec");
    assert_eq!(listed[0]["highest_level"], "L4");
    desk.give(&["validator", "describe", "exec"]).ends(0).says("What it cannot show").says("max_output_bytes");
    desk.give(&["validator", "describe", "exek"]).ends(2).says_nothing().tells("there are exec, items, rows");
}

#[test]
fn a_program_that_keeps_to_the_protocol_exits_with_0_and_hears_what_was_not_tried() {
    let came = desk_with(CAREFUL).give(&["validator", "test", "./check.sh"]).ends(0);
    let came = came.says("met        unreachable-target").says("not tried  real-target").says("--real FILE");
    came.says("12 of 14 cases met, 0 not met, 2 not tried.");
}

#[test]
fn a_program_that_passes_without_looking_exits_with_1() {
    let hasty = CAREFUL.replace("inconclusive", "passed").replace("\"count\":0", "\"count\":1");
    let came = desk_with(&hasty).give(&["validator", "test", "--output", "json", "./check.sh"]).ends(1);
    let cases = came.json()["cases"].as_array().unwrap().clone();
    let of = |name: &str| cases.iter().find(|case| case["case"] == name).unwrap()["result"].clone();
    assert_eq!(of("unreachable-target"), "not-met");
    assert_eq!(of("answers-the-request"), "met");
}

#[test]
fn a_program_that_cannot_be_tried_exits_with_2_and_says_why() {
    let desk = desk_with(CAREFUL);
    desk.give(&["validator", "test", "check.sh"]).ends(2).says_nothing().tells("write `./check.sh`");
    desk.give(&["validator", "test", "./nothing.sh"]).ends(2).says_nothing().tells("there is no `./nothing.sh`");
    desk.give(&["validator", "test", "--settings", "[1]", "./check.sh"]).ends(2).tells("no JSON object");
    desk.write("real.json", "{\"request\": {}}");
    desk.give(&["validator", "test", "--real", "real.json", "./check.sh"]).ends(2).tells("missing field `secrets`");
}
