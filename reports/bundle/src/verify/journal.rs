//! The journal: each chain, the heads that the run recorded, and everything that must add up within it.

use super::{Checked, Known};
use crate::layout::JOURNAL;

pub(super) fn check(known: &Known<'_>) -> Checked {
    let Known { evidence, run_file, .. } = known;
    let mut problems: Vec<String> = evidence.problems.iter().map(|problem| format!("{JOURNAL}: {problem}")).collect();
    if let Ok(text) = known.bundle.text(JOURNAL) {
        problems.extend(form(&text));
    }
    let mut equal = |what: &str, expected: &str, found: &str| {
        if expected != found {
            problems.push(format!("run.json names {what} {expected}, and {JOURNAL} has {found}"));
        }
    };
    equal("the journal's SHA-256", &run_file.journal_sha256, &evidence.journal_sha256);
    equal("run", &run_file.run.to_string(), &evidence.run.to_string());
    let head = evidence.chains.first().map(|chain| chain.head.as_str()).unwrap_or_default();
    equal("the head", &run_file.head, head);
    if !evidence.is_closed() {
        problems.push(format!("{JOURNAL}: the run is not closed, so there is nothing that could have been sealed"));
    }
    let lines: usize = evidence.chains.iter().map(|chain| chain.lines).sum();
    let good = format!(
        "all {} chains ({lines} lines) are unbroken, and each ends with the head that the run recorded",
        evidence.chains.len()
    );
    Checked::of("journal", problems, good)
}

/// The journal is lines of canonical JSON, each ended by LF, with nothing between them.
fn form(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if !text.ends_with('\n') {
        problems.push(format!("{JOURNAL}: its last line is not ended by LF"));
    }
    for (number, line) in (1..).zip(text.split_terminator('\n')) {
        if line.is_empty() || line.ends_with('\r') {
            problems.push(format!("{JOURNAL}: line {number} is empty or ended by CR"));
        }
    }
    problems
}
