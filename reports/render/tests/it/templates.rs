//! Templates of the user's: what they can do, and what becomes of those that go wrong.

use std::collections::BTreeMap;

use backproof_evidence::testing::Story;
use backproof_render::html::RenderError;
use backproof_render::templates::{LARGEST, NoTemplates, TemplateSet};
use backproof_render::{document, html};

use crate::support::sealed;

fn rendered(files: &[(&str, &str)]) -> Result<String, RenderError> {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let dossier = sealed(&Story::all_passed(2));
    html::render(&document(&dossier, &[]), &TemplateSet::from_dir(files).unwrap(), &dossier)
}

fn main(template: &str) -> Result<String, RenderError> {
    rendered(&[("report.html", template)])
}

fn why(template: &str) -> String {
    main(template).unwrap_err().to_string()
}

#[test]
fn a_template_is_given_document_results_and_subject() {
    let text = main(
        "{{ document.title }}; {{ document.sections|length }}; {{ results.format }}; {{ results.tests[0].outcome }}; \
         {{ subject.entity }}; {{ 3660|duration }}; {{ 12345|grouped }}; {{ document.dated|moment }}",
    );
    assert_eq!(
        text.unwrap(),
        "Restore tests of plan quarterly, run 7; 17; backproof-results/v1; passed; Example &amp; Söhne GmbH; 1 h 1 min; \
         12,345; 2026-10-02 09:00:00 UTC"
    );
}

#[test]
fn what_is_not_replaced_stays_built_in() {
    let report =
        rendered(&[("contents.html", "<nav>{% include 'parts/mine.html' %}</nav>"), ("parts/mine.html", "mine")])
            .unwrap();
    assert!(report.contains("<nav>mine</nav>") && report.contains("<section id=\"limits\""));
}

#[test]
fn the_built_in_templates_written_out_and_taken_back_give_the_same_report() {
    let files: Vec<(&str, &str)> = TemplateSet::files().to_vec();
    let dossier = sealed(&Story::all_passed(2));
    let builtin = html::render(&document(&dossier, &[]), &TemplateSet::builtin(), &dossier).unwrap();
    assert_eq!(rendered(&files).unwrap(), builtin);
}

#[test]
fn a_variable_that_is_not_there_is_named_with_its_line() {
    assert_eq!(
        why("<p>\n{{ document.titel }}</p>"),
        "template `report.html`, line 2: undefined value: `document.titel` is undefined"
    );
    assert!(
        why("\n\n{% if nothing %}{% endif %}")
            .starts_with("template `report.html`, line 3: undefined value: `nothing`")
    );
    let deep = why("{{ results.tests[7].outcome }}");
    assert!(deep.contains("line 1") && deep.contains("results.tests[7]"), "{deep}");
}

#[test]
fn an_error_in_an_included_template_names_that_one() {
    let error =
        rendered(&[("report.html", "{% include 'part.html' %}"), ("part.html", "\n{{ nothing }}")]).unwrap_err();
    assert!(error.to_string().starts_with("template `part.html`, line 2: undefined value: `nothing`"), "{error}");
}

#[test]
fn a_template_that_cannot_be_read_is_named_with_its_line() {
    let error = why("fine\n{% for x in %}");
    assert!(error.starts_with("template `report.html`, line 2"), "{error}");
}

#[test]
fn a_missing_template_is_named() {
    let error = why("{% include 'nowhere.html' %}");
    assert!(error.contains("`report.html`, line 1") && error.contains("nowhere.html"), "{error}");
    for outside in ["/etc/passwd", "../report.html", "file:///etc/passwd"] {
        let error = why(&format!("{{% include '{outside}' %}}"));
        assert!(error.contains("template not found") || error.contains("does not exist"), "{error}");
    }
}

#[test]
fn a_loop_without_an_end_comes_to_one() {
    let error = main(
        "{% for a in range(90000) %}{% for b in range(90000) %}{% for c in range(90000) %}{% endfor %}{% endfor %}{% endfor %}",
    );
    let error = error.unwrap_err();
    assert!(matches!(error, RenderError::TooManySteps { .. }), "{error}");
    assert!(
        error.to_string().contains("template `report.html`, line 1") && error.to_string().contains("loop"),
        "{error}"
    );
}

#[test]
fn recursion_comes_to_an_end() {
    for template in [
        "{% include 'report.html' %}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{% extends 'report.html' %}",
    ] {
        let error = why(template);
        assert!(
            error.contains("recursion") || error.contains("cycle") || error.contains("steps"),
            "{template}: {error}"
        );
    }
}

#[test]
fn huge_output_is_cut_off() {
    for template in [
        "{% for a in range(2000) %}{{ 'x' * 100000 }}{% endfor %}",
        "{% set all %}{% for a in range(2000) %}{{ 'x' * 100000 }}{% endfor %}{% endset %}{{ all|length }}",
        "{{ 'x' * 90000000 }}",
    ] {
        let error = main(template).unwrap_err();
        assert!(matches!(error, RenderError::TooLong { line: Some(1), .. }), "{template}: {error}");
    }
    let literal = format!("{{% for a in range(9000) %}}{}{{% endfor %}}", "y".repeat(10_000));
    assert!(matches!(main(&literal).unwrap_err(), RenderError::TooLong { .. }));
}

#[test]
fn values_are_escaped_unless_a_template_says_otherwise() {
    assert_eq!(main("{{ '<b>' }}{{ '<b>'|safe }}").unwrap(), "&lt;b&gt;<b>");
}

#[test]
fn files_that_would_never_be_used_are_refused() {
    let of = |name: &str, text: String| TemplateSet::from_dir(BTreeMap::from([(name.to_owned(), text)]));
    assert!(matches!(of("my-report.html", String::new()), Err(NoTemplates::NoneUsed { .. })));
    let error = of("report.html", "x".repeat(LARGEST + 1)).unwrap_err();
    assert!(error.to_string().contains("at most are taken"), "{error}");
}
