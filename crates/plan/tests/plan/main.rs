//! What the reader makes of whole files: good ones, wrong ones, broken ones.

mod cases;
mod digest;
mod left_alone;
mod problems;
mod refusals;
mod schema;
mod survival;
mod template;
mod values;

use backproof_plan::{Parsed, PlanProblems, TEMPLATE, parse};

/// The validators that these tests know.
const VALIDATORS: [&str; 2] = ["items", "rows"];

/// The resource types that these tests drive.
const DRIVEN: [&str; 2] = ["DynamoDB", "S3"];

fn read(text: &str) -> Result<Parsed, PlanProblems> {
    parse(text, &VALIDATORS, &DRIVEN)
}

/// The template with each of `edits` made: the first text, which must be there once, becomes the second.
fn edited(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(TEMPLATE.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` stands in the template once");
        text.replacen(from, to, 1)
    })
}

fn refused(edits: &[(&str, &str)]) -> PlanProblems {
    let text = edited(edits);
    read(&text).expect_err(&text)
}

fn accepted(edits: &[(&str, &str)]) -> Parsed {
    let text = edited(edits);
    read(&text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The template with every optional key in it, but for alternatives (what stands below `# or:`) and for lines that begin
/// with one of `without`.
fn whole_template(without: &[&str]) -> String {
    let lines: Vec<&str> = TEMPLATE.lines().collect();
    let is_alternative = |at: usize| at > 0 && lines[at - 1].starts_with("# or:");
    let kept =
        (0..lines.len()).filter(|at| !is_alternative(*at) && !without.iter().any(|key| lines[*at].starts_with(key)));
    let kept: Vec<&str> = kept.map(|at| lines[at]).collect();
    kept.iter().map(|line| if is_commented_key(line) { &line[1..] } else { line }).collect::<Vec<_>>().join("\n")
}

/// Whether the line is an optional key (or table) that has been commented out.
fn is_commented_key(line: &str) -> bool {
    line.strip_prefix('#').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '['))
}
