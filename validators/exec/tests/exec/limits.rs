//! Memory, environment, folder.

use serde_json::json;

use crate::support::{Lab, nothing_passed, remark, verdicts, with};

#[test]
fn a_program_that_takes_too_much_memory_is_inconclusive() {
    let lab = Lab::new();
    let hog = "check rows data-present L3 passed 5; \
               dd if=/dev/zero of=/dev/null bs=200M count=1 2>&1 >/dev/null | tail -n 1 >&2; \
               dd if=/dev/zero of=/dev/null bs=200M count=1 2>/dev/null || exit 1; done_";
    let examined = lab.examine(with(lab.script(hog), &json!({ "memory_mib": 64 })));
    assert!(nothing_passed(&examined), "{examined:?}");
    assert!(remark(&examined, "program").contains("memory"), "{examined:?}");
    assert_eq!(verdicts(&lab.examine(lab.script(hog))), ["rows: passed"], "it has enough of it");
}

#[test]
fn a_program_gets_a_folder_and_an_environment_of_its_own() {
    let lab = Lab::new();
    let script = r#"
        [ "$HOME" = "$PWD" ] && [ "$TMPDIR" = "$PWD" ] || exit 11
        [ -z "$(ls -A .)" ] || exit 12
        [ "$LANG $TZ" = "C.UTF-8 UTC" ] || exit 13
        [ "$CARGO_PKG_NAME" = backproof-validators-exec ] || exit 14
        [ -z "$CARGO_MANIFEST_DIR" ] || exit 15
        [ "$(ulimit -c)" = 0 ] || exit 16
        fact folder "$PWD"
        touch here
        check rows data-present L3 passed 5; done_"#;
    let examined = lab.examine(with(lab.script(script), &json!({ "environment": ["CARGO_PKG_NAME"] })));
    assert_eq!(verdicts(&examined), ["rows: passed"], "{examined:?}");
    assert!(!std::path::Path::new(&examined.facts["folder"]).exists(), "the folder is gone afterwards");
}

#[test]
fn arguments_are_handed_over_as_they_are() {
    let lab = Lab::new();
    let mut settings =
        lab.script(r#"[ "$#|$1|$2" = "2|a b|\$HOME;" ] || exit 1; check rows data-present L3 passed 5; done_"#);
    let program = settings["program"].as_array_mut().unwrap();
    program.extend([json!("a b"), json!("$HOME;")]);
    assert_eq!(verdicts(&lab.examine(settings)), ["rows: passed"]);
}
