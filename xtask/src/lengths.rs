//! One file tells one story: longer than 300 lines is looked at, longer than 500 is not let through.

use crate::finding::Finding;
use crate::tree::{File, Tree};

const LOOK_AT: usize = 300;
const TOO_LONG: usize = 500;
/// Files that are longer, and why.
const ARGUED: &[(&str, &str)] = &[(
    "crates/model/src/record.rs",
    "every record of the journal in the order of a run: the format is read as one page",
)];

/// Files that are too long without an argument, and arguments for files that no longer need one.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let argued = |path: &str| ARGUED.iter().any(|(file, _)| *file == path);
    let long = sources(tree).filter(|(file, lines)| *lines > TOO_LONG && !argued(&file.path));
    let mut findings: Vec<Finding> = long
        .map(|(file, lines)| {
            let mend = "split it where its story has two parts; or argue it in xtask/src/lengths.rs";
            Finding::new(&file.path, 0, format!("{lines} lines without tests, and {TOO_LONG} is the most"), mend)
        })
        .collect();
    let idle =
        ARGUED.iter().filter(|(path, _)| sources(tree).any(|(file, lines)| file.path == *path && lines <= TOO_LONG));
    findings.extend(idle.map(|(path, _)| {
        Finding::new(*path, 0, "the file is short enough without its argument", "take it out of xtask/src/lengths.rs")
    }));
    findings
}

/// Files that are worth a look.
pub(crate) fn notes(tree: &Tree) -> Vec<String> {
    let long = sources(tree).filter(|(_, lines)| *lines > LOOK_AT);
    long.map(|(file, lines)| format!("{}: {lines} lines without tests", file.path)).collect()
}

/// Rust files that are not tests, with their lines up to their tests.
fn sources(tree: &Tree) -> impl Iterator<Item = (&File, usize)> {
    let is_test = |path: &str| {
        path.starts_with("tests/")
            || path.contains("/tests/")
            || path.ends_with("/tests.rs")
            || path.contains("/testing/")
    };
    let rust = tree.files.iter().filter(move |file| file.is_rust() && !is_test(&file.path));
    rust.map(|file| {
        let lines: Vec<&str> = file.text.lines().collect();
        let tests = lines.windows(2).position(|pair| pair == ["#[cfg(test)]", "mod tests {"]);
        (file, tests.unwrap_or(lines.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_do_not_count_and_the_rest_does() {
        let code = "fn f() {}\n".repeat(400);
        let tested = format!("{code}#[cfg(test)]\nmod tests {{\n{code}}}\n");
        let long = code.repeat(2);
        let tree = Tree::of(&[
            ("crates/x/src/long.rs", &long),
            ("crates/x/src/tested.rs", &tested),
            ("crates/x/tests/long.rs", &long),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].file, "crates/x/src/long.rs");
        assert_eq!(notes(&tree).len(), 2);
    }
}
