//! Finds what is left over from writing: unfinished code, skipped tests, paths of one machine, numbers that only mean
//! something elsewhere.

use crate::finding::Finding;
use crate::tree::{File, Tree};

/// This file names what it looks for.
const THIS_FILE: &str = "xtask/src/leftovers.rs";

/// What has no place in Rust code, and what to do instead.
const IN_RUST: &[(&str, &str)] = &[
    ("todo!(", "write it, or give back an error that says what is missing"),
    ("unimplemented!(", "write it, or give back an error that says what is missing"),
    ("#[ignore", "make the test run everywhere, or take it out"),
];
/// What has no place in any text.
const ANYWHERE: &[(&str, &str)] = &[
    ("FIXME", "mend it, or write down the limit in the docs"),
    ("XXX", "mend it, or write down the limit in the docs"),
    ("TODO", "do it, or write down the limit in the docs"),
];
/// Folders of one machine.
const MACHINE: &[&str] = &["/root", "/home", "/work", "/tmp"];

/// Leftovers in all files.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let files = tree.files.iter().filter(|file| file.path != THIS_FILE && file.path != "Cargo.lock");
    files.flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        let in_rust = IN_RUST.iter().filter(|(word, _)| file.is_rust() && line.contains(word));
        let anywhere = ANYWHERE.iter().filter(|(word, _)| has_word(line, word));
        for (word, mend) in in_rust.chain(anywhere) {
            findings.push(Finding::new(&file.path, number, format!("`{word}` is left over"), *mend));
        }
        if let Some(folder) = MACHINE.iter().find(|folder| has_path(line, folder)) {
            let mend = "use a path below the project, or ask the system for a folder";
            findings.push(Finding::new(&file.path, number, format!("`{folder}` is a folder of one machine"), mend));
        }
        if names_an_issue(line) {
            let mend = "say what it is about; a number means nothing to a reader of the project";
            findings.push(Finding::new(&file.path, number, "an issue is named by its number", mend));
        }
    }
    findings
}

fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part))
}

/// Whether a path of the line begins with the folder.
fn has_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + folder.len()..].chars().next();
        before.is_none_or(|c| c.is_whitespace() || "\"'`(=:".contains(c))
            && after.is_none_or(|c| c == '/' || c.is_whitespace() || "\"'`)".contains(c))
    })
}

fn names_an_issue(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    line.match_indices("issue").any(|(at, word)| {
        let rest = line[at + word.len()..].trim_start_matches('s');
        let number = rest.strip_prefix(' ').map(|rest| rest.strip_prefix('#').unwrap_or(rest));
        number.is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn leftovers_are_found() {
        for line in
            ["    todo!()", "#[ignore]", "// FIXME: later", "let p = \"/tmp/x\";", "// see issue 12", "Issue #7"]
        {
            assert_eq!(found("crates/x/src/lib.rs", line), 1, "{line}");
        }
    }

    #[test]
    fn harmless_lines_are_not() {
        for line in ["#[ignored]", "https://example.com/home/x", "an issue with 2 parts", "$HOME/.cache", "engine/work"]
        {
            assert_eq!(found("docs/page.md", line), 0, "{line}");
        }
    }
}
