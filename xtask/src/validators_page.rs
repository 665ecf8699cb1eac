//! Writes docs/validators.md from the fixed headings in the documentation of each validator's crate.

use std::fmt::Write as _;

use crate::finding::Finding;
use crate::packages::Package;
use crate::tree::Tree;

/// What every validator says of itself, in this order.
const HEADINGS: [&str; 4] = ["What it establishes", "How it looks", "What it cannot show", "Permissions"];
/// Crates below validators/ that are no validators.
const NO_VALIDATORS: &[&str] = &["validators/api", "validators/all"];

const PREFACE: &str = "# Validators

<!-- Written by `cargo xtask generate` from the documentation of each crate below validators/. Do not edit. -->

A validator examines one kind of restored data and returns checks.
Proof levels: L0 restored, L1 reachable, L2 structure complete, L3 content compared, L4 the application answers.
The permissions are those of the sandbox role; see [permissions.md](permissions.md) for all roles.
";

/// The page, and headings that are missing or out of order.
pub(crate) fn page(tree: &Tree, packages: &[Package]) -> (String, Vec<Finding>) {
    let mut page = PREFACE.to_owned();
    let mut findings = Vec::new();
    let is_validator = |package: &&Package| {
        package.folder.starts_with("validators/") && !NO_VALIDATORS.contains(&package.folder.as_str())
    };
    for package in packages.iter().filter(is_validator) {
        let path = format!("{}/src/lib.rs", package.folder);
        let documentation = documentation(tree.text(&path).unwrap_or_default());
        let (title, sections) = sections(&documentation);
        let headings: Vec<&str> = sections.iter().map(|(heading, _)| heading.as_str()).collect();
        if headings != HEADINGS {
            let what = format!("the crate's documentation has the headings {headings:?}");
            let mend = format!("give it these, in this order: {HEADINGS:?}");
            findings.push(Finding::new(path, 1, what, mend));
        }
        let name = package.folder.trim_start_matches("validators/");
        write!(page, "\n## {name}\n\n{title}\n").expect("writing to a String does not fail");
        for (heading, text) in sections {
            write!(page, "\n### {heading}\n\n{text}\n").expect("writing to a String does not fail");
        }
    }
    (page, findings)
}

/// The text of the comments `//!` at the head of a file.
fn documentation(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n")
}

/// What stands before the first heading, and the sections.
fn sections(documentation: &str) -> (String, Vec<(String, String)>) {
    let mut parts = documentation.split("\n# ");
    let title = parts.next().unwrap_or_default().trim().to_owned();
    let section = |part: &str| {
        let (heading, text) = part.split_once('\n').unwrap_or((part, ""));
        (heading.trim().to_owned(), text.trim().to_owned())
    };
    (title, parts.map(section).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::packages;

    fn made(documentation: &str) -> (String, Vec<Finding>) {
        let tree = Tree::of(&[
            ("validators/x/Cargo.toml", "[package]\nname = \"backproof-validators-x\"\n"),
            ("validators/x/src/lib.rs", documentation),
        ]);
        page(&tree, &packages(&tree).unwrap())
    }

    #[test]
    fn the_sections_of_a_validator_become_a_chapter() {
        let (page, findings) = made(
            "//! Rows.\n//!\n//! # What it establishes\n//!\n//! Much.\n//!\n//! # How it looks\n//!\n//! By reading.\n\
             //!\n//! # What it cannot show\n//!\n//! All.\n//!\n//! # Permissions\n//!\n//! - `a:B`\n\nmod x;\n",
        );
        assert_eq!(findings, []);
        assert!(page.ends_with(
            "\n## x\n\nRows.\n\n### What it establishes\n\nMuch.\n\n### How it looks\n\nBy reading.\n\n\
             ### What it cannot show\n\nAll.\n\n### Permissions\n\n- `a:B`\n"
        ));
    }

    #[test]
    fn a_missing_section_is_found() {
        let (_, findings) = made("//! Rows.\n//!\n//! # What it establishes\n//!\n//! Much.\n");
        assert_eq!(findings.len(), 1);
    }
}
