//! How problems and warnings are reported: all at once, in order, none for what merely follows from another.

use crate::cases::{RESTORE_ROLE, RULES, SCOPE_REGIONS, SIZE, TYPES, WINDOW, assert_found, case};
use crate::{accepted, edited, read, refused};

#[test]
fn a_share_is_between_0_and_1_and_percentages_are_explained() {
    for wrong in ["0", "1", "95", "95.0", "0.0", "1.0", "-0.5", "\"95 %\"", "9.5e-1", "nan", "0.9999999999999999999"] {
        let size = format!("size = {{ confidence = {wrong}, max_bad_rate = 0.05 }}");
        let problems = read(&edited(&[(SIZE, &size)])).expect_err(wrong);
        assert_eq!(problems.as_slice().len(), 1, "{problems}");
        assert!(problems.as_slice()[0].hint.as_ref().unwrap().contains("0.95"), "{problems}");
    }
}

#[test]
fn what_is_allowed_but_hardly_meant_is_a_warning() {
    let cases = [
        case(
            &[(TYPES, "\nprotected_resource_types = [\"DynamoDB\", \"EBS\"]")],
            "protected",
            "`EBS` is not driven yet",
            "`DynamoDB` and `S3`",
        ),
        case(
            &[(TYPES, "\nprotected_resource_types = [\"DynamoDB\", \"QuantumLedger\"]")],
            "protected",
            "is not a resource type that AWS Backup is known to have",
            "listed and excluded",
        ),
        case(
            &[("#same_account = ", "same_account = "), ("#same_account_reason", "same_account_reason")],
            "same_account",
            "has no effect",
            "remove it",
        ),
        case(
            &[(RULES, "[[residency]]\ntag = { key = \"k\", value = \"v\" }\nallowed_regions = [\"us-east-1\"]\n")],
            "allowed_regions",
            "never tested",
            "`eu-central-1`",
        ),
        case(
            &[("[[validators]]\nuse = \"items\"", "")],
            "protected_resource_types",
            "no validator examines `DynamoDB`",
            "[[validators]]",
        ),
        case(
            &[("use = \"items\"", "use = \"items\"\nprotected_resource_types = [\"S3\"]")],
            "protected_resource_types",
            "no validator examines `DynamoDB`",
            "[[validators]]",
        ),
        case(
            &[("use = \"items\"", "use = \"items\"\nprotected_resource_types = [\"S3\"]"), (TYPES, "")],
            "[scope]",
            "no validator examines `DynamoDB`",
            "[[validators]]",
        ),
        case(
            &[("#[concurrency]\n", "[concurrency]\nrestores = 2\nper_resource_type = 3\n")],
            "per_resource_type",
            "never reached",
            "raise `restores`",
        ),
    ];
    for case in &cases {
        assert_found(&accepted(case.edits).warnings, case);
    }
}

#[test]
fn a_plan_that_asks_for_restoring_only_needs_no_validator() {
    let without = [("[[validators]]\nuse = \"items\"", ""), ("#required_level = \"L3\"", "required_level = \"L0\"")];
    assert_eq!(accepted(&without).warnings, []);
}

#[test]
fn all_problems_are_reported_at_once_in_the_order_of_the_file() {
    let problems = refused(&[
        ("version = 1\n", "version = 3\n"),
        ("name = \"quarterly\"", "nmae = \"quarterly\""),
        (SCOPE_REGIONS, "[scope]\nregions = [\"eu-central-1\", \"us-east-1\", \"moon\"]"),
        (WINDOW, "selection_window_days = 0"),
        (SIZE, "size = { total = \"all\" }"),
        (RESTORE_ROLE, "restore_role_arn = \"arn:aws:iam::111122223333:role/r\""),
        ("use = \"items\"", "use = \"itmes\""),
    ]);
    let lines: Vec<usize> = problems.as_slice().iter().map(|problem| problem.line).collect();
    assert!(lines.is_sorted(), "{problems}");
    let messages: Vec<&str> = problems.as_slice().iter().map(|problem| problem.message.as_str()).collect();
    for expected in [
        "`name` is missing",
        "this version of the plan format is not known",
        "unknown key `nmae`",
        "`moon` is not an AWS Region",
        "the sandbox is not in us-east-1",
        "0 is out of range",
        "expected a whole number, found a text",
        "this role belongs to account 111122223333",
        "there is no validator `itmes`",
    ] {
        assert!(messages.iter().any(|message| message.starts_with(expected)), "{expected}: {problems}");
    }
    assert!(problems.to_string().contains("problems; nothing was started"));
}

#[test]
fn broken_syntax_is_reported_line_by_line_without_blaming_what_follows_from_it() {
    let problems = refused(&[
        ("name = \"quarterly\"", "name = \"quarterly"),
        (SCOPE_REGIONS, "[scope]\nregions = [\"eu-central-1\"]\nregions = [\"eu-west-1\"]"),
        (WINDOW, "selection_window_days = 0"),
    ]);
    let found: Vec<(&str, bool)> = problems
        .as_slice()
        .iter()
        .map(|problem| (problem.text.as_str(), problem.message.starts_with("not TOML")))
        .collect();
    assert!(found.contains(&("name = \"quarterly", true)), "{problems}");
    assert!(found.contains(&("regions = [\"eu-west-1\"]", true)), "{problems}");
    assert!(found.contains(&("selection_window_days = 0", false)), "{problems}");
    assert!(!problems.to_string().contains("is missing"), "{problems}");
}

#[test]
fn an_empty_file_is_told_what_a_plan_needs() {
    let problems = read("").unwrap_err();
    let messages: Vec<&str> = problems.as_slice().iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["`name` is missing", "`sandbox` is missing", "`scope` is missing", "`version` is missing"]);
    assert!(problems.to_string().contains("backproof init"));
}

#[test]
fn a_problem_reads_like_a_compilers() {
    let problems = read(&edited(&[(WINDOW, "  window = 30")])).unwrap_err();
    let line = problems.as_slice()[0].line;
    assert_eq!(
        problems.render("plans/quarterly.toml"),
        format!(
            "plans/quarterly.toml:{line}:3: unknown key `window`\n   |\n{line} |   window = 30\n   |   ^^^^^^\n   = hint: \
             did you mean `selection_window_days`?\n\nplans/quarterly.toml: 1 problem; nothing was started\n"
        )
    );
}
