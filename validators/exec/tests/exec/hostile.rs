//! Programs that hang, flood, fork, close and crash: none is believed, none is left.

use std::time::Duration;

use backproof_validators_api::Validator as _;
use backproof_validators_exec::Exec;
use serde_json::json;

use crate::support::{Lab, database, is_gone, nothing_passed, remark, verdicts, with};

const PASS: &str = "check rows data-present L3 passed 5";

#[test]
fn a_program_that_hangs_is_killed_at_its_deadline_though_it_ignores_being_asked() {
    let lab = Lab::new();
    let settings = lab.script(&format!("trap '' TERM INT HUP; {PASS}; while :; do sleep 60; done"));
    let examined = lab.examine(with(settings, &json!({ "timeout": "1s" })));
    assert_eq!(verdicts(&examined), ["rows: inconclusive", "program: inconclusive"]);
    assert!(remark(&examined, "program").contains("was not done at its deadline"));
    assert!(is_gone(&lab.path("check")));
}

#[test]
fn a_program_that_stops_itself_is_killed_at_its_deadline() {
    let lab = Lab::new();
    let examined = lab.examine(with(lab.script("kill -STOP $$"), &json!({ "timeout": "1s" })));
    assert!(nothing_passed(&examined));
    assert!(is_gone(&lab.path("check")));
}

#[test]
fn a_deadline_that_has_passed_runs_nothing() {
    let lab = Lab::new();
    let trace = lab.path("trace");
    let settings = lab.script(&format!("touch {}; {PASS}; done_", trace.display()));
    let examined = lab.examine_with(&Exec::new(None), settings, Duration::ZERO);
    assert!(remark(&examined, "program").contains("deadline passed before it could begin"));
    assert!(!trace.exists());
}

#[test]
fn endless_output_is_cut_off() {
    let lab = Lab::new();
    let examined = lab.examine(lab.script(&format!("{PASS}; yes '{{\"type\":\"log\"}}'")));
    assert_eq!(verdicts(&examined), ["rows: inconclusive", "program: inconclusive"]);
    assert!(remark(&examined, "program").contains("wrote more than 1048576 bytes"), "{examined:?}");
}

#[test]
fn one_endless_line_is_cut_off() {
    let lab = Lab::new();
    let settings = with(lab.script("tr '\\0' 'x' </dev/zero"), &json!({ "max_output_bytes": 10_000_000 }));
    assert!(remark(&lab.examine(settings), "program").contains("wrote more than 10000000 bytes"));
}

#[test]
fn output_of_exactly_the_limit_is_read() {
    let lab = Lab::new();
    let script = lab.script(&format!("{PASS}; done_"));
    let length =
        "{\"type\":\"check\",\"name\":\"rows\",\"claim\":\"data-present\",\"level\":\"L3\",\"verdict\":\"passed\",\
                  \"examined\":{\"count\":5,\"unit\":\"rows\"}}\n{\"type\":\"done\"}\n"
            .len();
    assert_eq!(verdicts(&lab.examine(with(script.clone(), &json!({ "max_output_bytes": length })))), ["rows: passed"]);
    let examined = lab.examine(with(script, &json!({ "max_output_bytes": length - 1 })));
    assert!(nothing_passed(&examined), "{examined:?}");
}

#[test]
fn endless_complaints_do_not_hold_a_program_up_nor_fill_the_memory() {
    let lab = Lab::new();
    let examined = lab.examine(lab.script(&format!("head -c 50000000 /dev/zero >&2; {PASS}; done_")));
    assert_eq!(verdicts(&examined), ["rows: passed"]);
}

#[test]
fn grandchildren_that_hold_the_output_open_are_killed_and_not_waited_for() {
    let lab = Lab::new();
    let stay = lab.write("stay", "#!/bin/sh\ntrap '' TERM HUP\nwhile :; do sleep 60; done\n");
    let settings = lab.script(&format!("{} & {PASS}; done_", stay.display()));
    let examined = lab.examine(settings);
    assert_eq!(verdicts(&examined), ["rows: passed"]);
    assert!(is_gone(&stay));
}

#[test]
fn grandchildren_that_left_the_group_are_found_and_killed() {
    let lab = Lab::new();
    let stay = lab.write("stay", "#!/bin/sh\ntouch \"$HOME/begun\"\nwhile :; do sleep 60; done\n");
    let wait = "while ! [ -e begun ]; do :; done";
    let settings = lab.script(&format!("setsid {} </dev/null & {wait}; {PASS}; done_", stay.display()));
    let examined = lab.examine(settings);
    assert_eq!(verdicts(&examined), ["rows: passed"]);
    assert!(is_gone(&stay));
}

#[test]
fn a_program_that_forks_and_hangs_is_killed_with_all_of_its_children() {
    let lab = Lab::new();
    let stay = lab.write("stay", "#!/bin/sh\nwhile :; do sleep 60; done\n");
    let fork = format!("for n in 1 2 3 4 5; do {} & done; wait", stay.display());
    let examined = lab.examine(with(lab.script(&fork), &json!({ "timeout": "1s" })));
    assert!(nothing_passed(&examined));
    assert!(is_gone(&stay));
}

#[test]
fn closing_its_output_ends_nothing_and_says_nothing() {
    let lab = Lab::new();
    let examined = lab.examine(lab.script(&format!("{PASS}; exec >&- 2>&-; exit 0")));
    assert!(remark(&examined, "program").contains("ended without"), "{examined:?}");
    let examined = lab.examine(with(lab.script("exec >&- 2>&-; sleep 60"), &json!({ "timeout": "1s" })));
    assert!(remark(&examined, "program").contains("not done at its deadline"), "{examined:?}");
}

#[test]
fn a_program_that_reads_nothing_is_heard_out() {
    let lab = Lab::new();
    let large = json!({ "settings": { "padding": "x".repeat(1 << 20) } });
    let examined = lab.examine(with(lab.script(&format!("exec <&- 3<&-; {PASS}; done_")), &large));
    assert_eq!(verdicts(&examined), ["rows: passed"]);
}

#[test]
fn secrets_cannot_be_answered() {
    let lab = Lab::new();
    let examined = lab.examine(lab.script(&format!("{PASS}; echo hello >&3 || exit 9; done_")));
    assert!(remark(&examined, "program").contains("exit code 9"), "{examined:?}");
}

#[test]
fn a_program_that_is_given_up_is_killed() {
    let lab = Lab::new();
    let (begun, stay) = (lab.path("begun"), lab.path("check"));
    let settings = lab.script(&format!("sleep 60 & touch {}; wait", begun.display()));
    let exec = Exec::new(None);
    let examination = backproof_validators_api::Examination {
        target: database(),
        settings,
        data_time: "2026-03-01T03:00:00Z".parse().unwrap(),
        source_name: "orders".into(),
        connection: Some(crate::support::connection()),
        seed: [7; 32],
        deadline: backproof_validators_api::Deadline::after(lab.clock(), Duration::from_hours(1)),
    };
    lab.block_on(async {
        let begins = async {
            while !begun.exists() {
                tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
            }
        };
        tokio::select! {
            examined = exec.examine(&examination) => panic!("{examined:?}"),
            () = begins => {}
        }
    });
    assert!(is_gone(&stay));
}
