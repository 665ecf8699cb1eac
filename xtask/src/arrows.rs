//! Holds the crates' dependencies on each other to the table of arrows in ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::finding::Finding;
use crate::packages::Package;
use crate::table;
use crate::tree::Tree;

const PAGE: &str = "ARCHITECTURE.md";
/// What stands for every package.
const EVERYTHING: &str = "everything";
/// What stands for none.
const NOTHING: &str = "-";

/// Forbidden arrows, packages that the table does not know, and rows that no package answers to.
pub(crate) fn check(tree: &Tree, packages: &[Package]) -> Result<Vec<Finding>> {
    let rows = table::rows(tree.text(PAGE)?, "arrows")?;
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        rows.iter().map(|row| (row.name, row.words.iter().copied().collect())).collect();
    let short_names: BTreeMap<&str, &str> =
        packages.iter().map(|package| (package.name.as_str(), package.short_name())).collect();
    let mut findings = Vec::new();
    for package in packages {
        let from = package.short_name();
        let Some(allowed) = allowed.get(from) else {
            let mend = format!("add a row `{from}: ...` to the table of arrows in {PAGE}");
            findings.push(package.finding(0, "the table of arrows does not know this package", mend));
            continue;
        };
        for (name, line) in &package.dependencies {
            let Some(to) = short_names.get(name.as_str()) else { continue };
            if !allowed.contains(to) && !allowed.contains(EVERYTHING) {
                findings.push(package.finding(
                    *line,
                    format!("{from} must not depend on {to}"),
                    format!("take the dependency out; or argue the new arrow in docs/decisions/ and add it in {PAGE}"),
                ));
            }
        }
    }
    let known: BTreeSet<&str> = short_names.into_values().chain([EVERYTHING, NOTHING]).collect();
    for row in &rows {
        for name in row.words.iter().chain([&row.name]).filter(|name| !known.contains(*name)) {
            let what = format!("the table of arrows names `{name}`, which is no package");
            findings.push(Finding::new(PAGE, row.line, what, "take it out, or correct its name"));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::packages;

    const PAGE_TEXT: &str = "```arrows\nmodel: -\nengine: model\ncli: everything\n```\n";

    fn manifest(name: &str, dependencies: &[&str]) -> String {
        let dependencies: Vec<String> = dependencies.iter().map(|name| format!("{name}.workspace = true\n")).collect();
        let dependencies = dependencies.concat();
        format!("[package]\nname = \"{name}\"\n[dependencies]\n{dependencies}[lints]\nworkspace = true\n")
    }

    fn found(engine: &[&str], page: &str) -> Vec<Finding> {
        let tree = Tree::of(&[
            ("ARCHITECTURE.md", page),
            ("crates/cli/Cargo.toml", &manifest("backproof", &["backproof-engine", "anyhow"])),
            ("crates/engine/Cargo.toml", &manifest("backproof-engine", engine)),
            ("crates/model/Cargo.toml", &manifest("backproof-model", &[])),
        ]);
        check(&tree, &packages(&tree).unwrap()).unwrap()
    }

    #[test]
    fn allowed_arrows_pass() {
        assert_eq!(found(&["backproof-model", "serde"], PAGE_TEXT), []);
    }

    #[test]
    fn a_forbidden_arrow_is_found_on_its_line() {
        let found = found(&["serde", "backproof"], PAGE_TEXT);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].file.as_str(), found[0].line), ("crates/engine/Cargo.toml", 5));
        assert_eq!(found[0].what, "engine must not depend on cli");
    }

    #[test]
    fn packages_and_rows_without_each_other_are_found() {
        let found = found(&[], "```arrows\nmodel: -\ncli: everything\nengines: model\n```\n");
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
