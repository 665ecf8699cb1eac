//! What a program's words are worth.

use backproof_model::{Claim, FaultOwner, ProofLevel, Verdict};
use backproof_validators_api::Validator;
use backproof_validators_exec::Exec;
use serde_json::json;

use crate::support::{Lab, check, nothing_passed, remark, verdicts, with};

#[test]
fn a_whole_answer_counts_as_it_was_given() {
    let lab = Lab::new();
    let examined = lab.examine(lab.script(
        "cat >/dev/null; fact server-version 15.14; check rows data-present L3 passed 5; \
         check keys structure-complete L2 failed 2; check age data-fresh L3 inconclusive 0; \
         printf '{\"type\":\"done\",\"lag_seconds\":90}\\n'",
    ));
    assert_eq!(verdicts(&examined), ["rows: passed", "keys: failed", "age: inconclusive"]);
    let rows = check(&examined, "rows");
    assert_eq!((rows.validator.as_str(), rows.claim, rows.level), ("exec", Claim::DataPresent, ProofLevel::L3));
    assert_eq!((rows.examined.count, rows.examined.unit.as_str()), (5, "rows"));
    assert_eq!(examined.lag_seconds, Some(90));
    assert_eq!(examined.facts["server-version"], "15.14");
}

#[test]
fn the_program_and_its_files_are_named_by_their_digests() {
    let lab = Lab::new();
    let file = lab.write("orders.yml", "abc");
    let settings = lab.script("check rows data-present L3 passed 5; done_");
    let settings = with(settings, &json!({ "name": "orders", "files": { "checks": file } }));
    let examined = lab.examine(settings);
    assert_eq!(verdicts(&examined), ["orders/rows: passed"]);
    // Of "abc", by FIPS 180-4.
    let of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(examined.facts["orders/file-checks-sha256"], of_abc);
    assert_eq!(examined.facts["orders/program-sha256"].len(), 64);
    assert!(examined.facts["orders/program"].ends_with("/check"));
}

#[test]
fn another_program_than_the_pinned_one_is_not_run() {
    let lab = Lab::new();
    let trace = lab.path("trace");
    let settings = lab.script(&format!("touch {}; check rows data-present L3 passed 5; done_", trace.display()));
    let pinned = with(settings.clone(), &json!({ "sha256": "0".repeat(64) }));
    let examined = lab.examine(pinned.clone());
    assert_eq!(verdicts(&examined), ["program: inconclusive"]);
    assert!(remark(&examined, "program").contains("was not run: its SHA-256 is"), "{examined:?}");
    assert!(!trace.exists());
    let refused = Exec::new(None).check_settings(&pinned).unwrap_err().to_string();
    assert!(refused.contains("`sha256`: the program's is"), "{refused}");
    let digest = examined.facts["program-sha256"].to_uppercase();
    assert_eq!(verdicts(&lab.examine(with(settings, &json!({ "sha256": digest })))), ["rows: passed"]);
}

#[test]
fn a_program_that_changes_while_it_runs_is_not_believed() {
    let lab = Lab::new();
    let examined = lab.examine(lab.script("echo '# more' >> \"$0\"; check rows data-present L3 passed 5; done_"));
    assert_eq!(verdicts(&examined), ["program: inconclusive"]);
    assert!(remark(&examined, "program").contains("changed while it ran"));
}

#[test]
fn nothing_examined_is_never_passed_and_no_check_at_all_is_said() {
    let lab = Lab::new();
    let examined = lab.examine(lab.script("check rows data-present L3 passed 0; done_"));
    assert_eq!(check(&examined, "rows").verdict, Verdict::Inconclusive(FaultOwner::Validator));
    assert!(remark(&examined, "rows").contains("no rows were examined"));
    let examined = lab.examine(lab.script("done_"));
    assert_eq!(verdicts(&examined), ["program: inconclusive"]);
    assert!(remark(&examined, "program").contains("made no check"));
}

#[test]
fn a_program_claims_no_more_than_it_may() {
    let lab = Lab::new();
    let script = "check app data-readable L4 passed 1; check up resource-reachable L3 passed 1; \
                  check keys structure-complete L3 passed 1; check job restore-completed L1 passed 1; \
                  check none data-readable L0 passed 1; check rows data-readable L3 passed 1; done_";
    let examined = lab.examine(lab.script(script));
    let others = ["app", "up", "keys", "job", "none"];
    for name in others {
        assert_eq!(check(&examined, name).verdict, Verdict::Inconclusive(FaultOwner::Validator), "{name}");
    }
    assert!(remark(&examined, "app").contains("claims L4, and `max_level` of the plan is L3"), "{examined:?}");
    assert!(remark(&examined, "keys").contains("goes with levels L1 to L2"), "{examined:?}");
    assert_eq!(check(&examined, "rows").verdict, Verdict::Passed);
    let examined = lab.examine(with(lab.script(script), &json!({ "max_level": "L4" })));
    assert_eq!(check(&examined, "app").verdict, Verdict::Passed);
    assert_eq!(check(&examined, "keys").verdict, Verdict::Inconclusive(FaultOwner::Validator));
}

#[test]
fn what_was_said_before_a_bad_end_is_shown_and_does_not_count() {
    for (end, words) in [
        ("", "ended without"),
        ("done_; done_", "after `done`"),
        ("done_; exit 3", "exit code 3"),
        ("done_; kill -9 $$", "signal 9"),
        ("echo nonsense; done_", "no answer: each line is one JSON object"),
        ("printf '\\377\\376\\n'; done_", "line 3 of its output is not UTF-8"),
        ("printf '{\"type\":\"verdict\"}\\n'; done_", "unknown variant `verdict`"),
        ("check rows data-present L3 passed 5; done_", "a second check `rows`"),
    ] {
        let lab = Lab::new();
        let script = format!("check rows data-present L3 passed 5; check keys structure-complete L2 failed 1; {end}");
        let examined = lab.examine(lab.script(&script));
        assert_eq!(verdicts(&examined), ["rows: inconclusive", "keys: inconclusive", "program: inconclusive"], "{end}");
        assert!(remark(&examined, "rows").starts_with("said to have passed, and does not count: "), "{end}");
        assert!(remark(&examined, "keys").starts_with("said to have failed, and does not count: "), "{end}");
        assert!(remark(&examined, "program").contains(words), "{end}: {}", remark(&examined, "program"));
    }
}

#[test]
fn the_last_words_of_a_program_that_died_are_shown() {
    let lab = Lab::new();
    let examined = lab.examine(lab.script("for n in 1 2 3 4; do echo \"line $n\" >&2; done; exit 1"));
    assert_eq!(remark(&examined, "program"), "it ended with exit code 1; its last words: line 2 / line 3 / line 4");
    let examined = lab.examine(lab.script("yes 'much to say' | head -n 100000 >&2; echo 'the end' >&2; exit 1"));
    assert!(remark(&examined, "program").ends_with("much to say / much to say / the end"));
}

#[test]
fn long_texts_and_lists_are_cut_and_stay_on_one_line() {
    let lab = Lab::new();
    let script = r#"long=$(printf '%01000d' 0)
        list=$(seq -s '","' 1 60)
        printf '{"type":"check","name":"rows","claim":"data-present","level":"L3","verdict":"failed",'
        printf '"examined":{"count":1,"unit":"rows\\nand more"},"expected":"%s","observed":["%s"],"remark":"%s"}\n' "$long" "$list" "$long"
        done_"#;
    let examined = lab.examine(lab.script(script));
    let rows = check(&examined, "rows");
    assert_eq!(rows.verdict, Verdict::Failed, "{examined:?}");
    assert_eq!(rows.remark.as_ref().unwrap().chars().count(), 501);
    assert_eq!(rows.examined.unit, "rows and more");
    assert_eq!(rows.expected.as_ref().unwrap().to_string().chars().count(), 201);
    assert!(rows.observed.as_ref().unwrap().to_string().ends_with(", 50, and 10 more"));
}

#[test]
fn a_program_that_went_away_is_inconclusive() {
    let lab = Lab::new();
    let examined = lab.examine(json!({ "program": ["/nowhere/check"] }));
    assert!(nothing_passed(&examined) && remark(&examined, "program").contains("there is no `/nowhere/check`"));
    let broken = json!({ "program": [lab.write("check", "#!/nowhere/interpreter\n")] });
    let examined = lab.examine(broken);
    assert!(nothing_passed(&examined), "{examined:?}");
    assert!(remark(&examined, "program").contains("exit code 127"), "{examined:?}");
}
