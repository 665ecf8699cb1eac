//! Holds words that only some crates may say (an SDK's name, a database driver's) to the table of owners in
//! ARCHITECTURE.md.

use anyhow::Result;

use crate::finding::Finding;
use crate::packages::Package;
use crate::table;
use crate::tree::{File, Tree};

const PAGE: &str = "ARCHITECTURE.md";
/// This file tries the words in its own tests.
const THIS_FILE: &str = "xtask/src/owners.rs";

/// Sources and manifests of packages that say a word which is not theirs. Comments are free.
pub(crate) fn check(tree: &Tree, packages: &[Package]) -> Result<Vec<Finding>> {
    let rows = table::rows(tree.text(PAGE)?, "owners")?;
    let mut findings = Vec::new();
    for package in packages {
        let own_manifest = format!("{}/Cargo.toml", package.folder);
        let said_in = |file: &&File| (file.is_rust() || file.path == own_manifest) && file.path != THIS_FILE;
        for file in tree.below(&package.folder).filter(said_in) {
            for row in rows.iter().filter(|row| !row.words.contains(&package.short_name())) {
                findings.extend(said(file, row.name).map(|line| {
                    Finding::new(
                        &file.path,
                        line,
                        format!("`{}` belongs to {} alone", row.name, row.words.join(", ")),
                        format!("reach it through those crates; the table is in {PAGE}"),
                    )
                }));
            }
        }
    }
    Ok(findings)
}

/// The lines on which code (not a comment) says the word.
fn said<'a>(file: &'a File, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_code = |line: &str| !line.trim_start().starts_with("//") && !line.trim_start().starts_with('#');
    file.lines().filter(move |(_, line)| is_code(line) && says(line, word)).map(|(line, _)| line)
}

/// Whether a line holds the word, and not as the end of a longer one.
fn says(line: &str, word: &str) -> bool {
    let begins = |at: usize| !line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
    line.match_indices(word).any(|(at, _)| begins(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::packages;

    const MANIFEST: &str = "[package]\nname = \"backproof-engine\"\n[dependencies]\nsqlx.workspace = true\n";
    const PAGE_TEXT: &str = "```owners\naws_sdk_: aws\nsqlx: store\nenv::var: cli\n```\n";

    fn lines(source: &str) -> Vec<(String, usize)> {
        let tree = Tree::of(&[
            ("ARCHITECTURE.md", PAGE_TEXT),
            ("crates/engine/Cargo.toml", MANIFEST),
            ("crates/engine/src/lib.rs", source),
        ]);
        let found = check(&tree, &packages(&tree).unwrap()).unwrap();
        found.into_iter().map(|finding| (finding.file, finding.line)).collect()
    }

    #[test]
    fn a_word_of_others_is_found_in_manifest_and_source() {
        let found =
            lines("//! Does not name aws_sdk_backup.\nuse aws_sdk_backup::Client;\nlet x = std::env::var(\"X\");\n");
        let wanted =
            [("crates/engine/Cargo.toml", 4), ("crates/engine/src/lib.rs", 2), ("crates/engine/src/lib.rs", 3)];
        assert_eq!(found, wanted.map(|(file, line)| (file.to_owned(), line)));
    }

    #[test]
    fn longer_words_are_other_words() {
        assert_eq!(lines("let my_sqlx = 1;\n").len(), 1, "only the manifest");
    }
}
