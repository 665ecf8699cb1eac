//! Holds docs/PROMISES.md to the tests: every test that a promise names exists, and every promise names one or says
//! what is still missing.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::finding::Finding;
use crate::tree::Tree;

const PAGE: &str = "docs/PROMISES.md";
/// How many promises there are.
const PROMISES: usize = 11;
/// What begins the paragraph of a promise whose proof is to come.
const NOT_YET: &str = "Not shown yet:";

/// Names of tests that do not exist, and promises without proof or admission.
pub(crate) fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let page = tree.text(PAGE)?;
    let tests = tests(tree);
    let mut findings = Vec::new();
    let mut promises: Vec<(usize, bool)> = Vec::new();
    for (number, line) in (1..).zip(page.lines()) {
        if line.starts_with("## ") {
            promises.push((number, false));
        }
        let test = line.strip_prefix("- `").and_then(|rest| rest.split_once('`')).map(|(test, _)| test);
        if let Some(promise) = promises.last_mut() {
            promise.1 |= test.is_some() || line.starts_with(NOT_YET);
        }
        if let Some(test) = test.filter(|test| !tests.contains(test)) {
            let mend = "name a test that exists, or write the test";
            findings.push(Finding::new(PAGE, number, format!("there is no test `{test}`"), mend));
        }
    }
    let bare = promises.iter().filter(|(_, has_proof)| !has_proof);
    findings.extend(bare.map(|(line, _)| {
        let mend = format!("name a test that shows it, or begin a paragraph with `{NOT_YET}`");
        Finding::new(PAGE, *line, "the promise names no test", mend)
    }));
    if promises.len() != PROMISES {
        let what = format!("{} promises, and there are {PROMISES}", promises.len());
        findings.push(Finding::new(PAGE, 0, what, "give each promise one heading of the second level"));
    }
    Ok(findings)
}

/// The names of all test functions.
fn tests(tree: &Tree) -> BTreeSet<&str> {
    let mut tests = BTreeSet::new();
    for file in tree.files.iter().filter(|file| file.is_rust()) {
        let mut is_test = false;
        for line in file.text.lines().map(str::trim_start) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                is_test = true;
            } else if let Some(name) = function_name(line) {
                if is_test {
                    tests.insert(name);
                }
                is_test = false;
            }
        }
    }
    tests
}

fn function_name(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    let name = line.strip_prefix("fn ")?;
    name.find(|c: char| !c.is_alphanumeric() && c != '_').map(|end| &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: &str = "#[test]\nfn absence_fails() {}\n#[tokio::test]\nasync fn denial_fails() {}\nfn helper() {}\n";

    fn found(promise: &str) -> Vec<Finding> {
        let others = format!("## 2. Other\n\n{NOT_YET} it comes later.\n").repeat(PROMISES - 1);
        let page = format!("# Promises\n\n## 1. First\n\n{promise}\n\n{others}");
        check(&Tree::of(&[("docs/PROMISES.md", &page), ("crates/x/tests/x.rs", TESTS)])).unwrap()
    }

    #[test]
    fn tests_that_exist_hold_a_promise() {
        assert_eq!(found("- `absence_fails`: shows it\n- `denial_fails`: too"), []);
        assert_eq!(found("Not shown yet: next month."), []);
    }

    #[test]
    fn missing_tests_and_bare_promises_are_found() {
        assert_eq!(found("- `helper`: is no test")[0].what, "there is no test `helper`");
        assert_eq!(found("It is so.")[0].what, "the promise names no test");
    }
}
