//! What the reader makes of whole files: good ones, wrong ones, broken ones.

mod cases;
mod digest;
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

/// Whether the line is an optional key (or table) that has been commented out.
fn is_commented_key(line: &str) -> bool {
    line.strip_prefix('#').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '['))
}
