//! Whatever a file holds, it gives a plan or problems that point into it.

use backproof_plan::{PlanProblem, TEMPLATE};
use proptest::prelude::*;

use crate::read;

/// A plan without warnings that lead nowhere, or problems that lead somewhere.
fn survives(text: &str) {
    let found = match read(text) {
        Ok(parsed) => parsed.warnings,
        Err(problems) => {
            assert!(!problems.as_slice().is_empty());
            assert!(problems.render("plan.toml").starts_with("plan.toml:"));
            problems.as_slice().to_vec()
        }
    };
    for problem in found {
        points_into(text, &problem);
    }
}

fn points_into(text: &str, problem: &PlanProblem) {
    let line = text.split('\n').nth(problem.line - 1).unwrap_or_else(|| panic!("{problem:?} of {text}"));
    let line = line.trim_end_matches('\r');
    assert_eq!(problem.text.chars().count(), line.chars().count(), "{problem:?}");
    assert!(problem.column >= 1 && problem.column <= line.chars().count() + 1, "{problem:?}");
    assert!(problem.width >= 1 && problem.column + problem.width <= line.chars().count() + 2, "{problem:?}");
    assert!(!problem.message.is_empty());
}

#[test]
fn every_deleted_doubled_or_damaged_line_of_the_template_is_survived() {
    let lines: Vec<&str> = TEMPLATE.lines().collect();
    for at in 0..lines.len() {
        let line = lines[at];
        let with = |replacement: &[&str]| [&lines[..at], replacement, &lines[at + 1..]].concat().join("\n");
        survives(&with(&[]));
        survives(&with(&[line, line]));
        for damaged in [
            &line[..line.len() / 2],
            line.trim_start_matches('#'),
            &line.replace('=', ""),
            &line.replace('"', ""),
            &line.replace('"', "'"),
            &line.replace([']', '}'], ""),
            &line.replace('1', "ü"),
            &line.replace(char::is_alphanumeric, "0"),
            &line.to_uppercase(),
            &format!("{line} x"),
            &format!("{line}\r"),
            "\u{0}",
            "[scope",
            "[scope]",
            "[[sandbox]]",
            "name = [[[[{}]]]]",
        ] {
            survives(&with(&[damaged]));
        }
    }
}

#[test]
fn a_file_cut_off_anywhere_is_survived() {
    for end in (0..TEMPLATE.len()).step_by(7).filter(|end| TEMPLATE.is_char_boundary(*end)) {
        survives(&TEMPLATE[..end]);
    }
}

#[test]
fn deep_nesting_is_survived() {
    survives(&format!("{TEMPLATE}\n[validators.settings]\na = {}{}", "[".repeat(10_000), "]".repeat(10_000)));
    survives(&format!("{}x = 1", "a.".repeat(10_000)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        survives(&text);
    }

    #[test]
    fn any_insertion_or_overwriting_is_survived(
        at in 0..TEMPLATE.len(),
        dropped in 0..40_usize,
        inserted in "\\PC{0,12}|[\\[\\]{}=\"'#.,\n 0-9a-z_]{0,12}",
    ) {
        let boundary = |from: usize| (from.min(TEMPLATE.len())..=TEMPLATE.len()).find(|at| TEMPLATE.is_char_boundary(*at)).unwrap();
        survives(&format!("{}{inserted}{}", &TEMPLATE[..boundary(at)], &TEMPLATE[boundary(at + dropped)..]));
    }
}
