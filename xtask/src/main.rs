//! Keeps the house in order: `cargo xtask tidy`, `cargo xtask generate`, `cargo xtask bench`.
//!
//! `tidy` holds the tree to what ARCHITECTURE.md, deny.toml and docs/PROMISES.md say; it reads those files, so that
//! what is written and what is checked cannot part. It does not format, lint or test: `./test` does.

mod arrows;
mod finding;
mod generated;
mod leftovers;
mod lengths;
mod lockfile;
mod owners;
mod packages;
mod permissions;
mod promises;
mod table;
mod tree;
mod validators_page;

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::finding::Finding;
use crate::tree::Tree;

const USAGE: &str = "usage: cargo xtask tidy | generate | bench [NAME...]

  tidy      checks dependency arrows, permissions, generated pages, file lengths, promises and leftovers
  generate  writes docs/permissions.md, docs/plan.schema.json and docs/validators.md from the code
  bench     runs the benchmarks; arguments are handed on";

fn main() -> Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask stands in no workspace")?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["tidy"] => tidy(root),
        ["generate"] => generate(root),
        ["bench", rest @ ..] => bench(root, rest),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("there is no task `{}`\n\n{USAGE}", other.join(" ")),
    }
}

fn tidy(root: &Path) -> Result<ExitCode> {
    let tree = Tree::read(root)?;
    let findings = findings(&tree)?;
    for note in lengths::notes(&tree) {
        println!("note: {note}");
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: {} files are in order", tree.files.len());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("tidy: {} to mend", findings.len());
    Ok(ExitCode::FAILURE)
}

/// Everything that is not in order, by file and line.
fn findings(tree: &Tree) -> Result<Vec<Finding>> {
    let packages = packages::packages(tree)?;
    let mut findings = packages::check(&packages);
    findings.extend(arrows::check(tree, &packages)?);
    findings.extend(owners::check(tree, &packages)?);
    findings.extend(lockfile::check(tree)?);
    findings.extend(generated::check(tree, &packages));
    findings.extend(permissions::check(tree));
    findings.extend(promises::check(tree)?);
    findings.extend(lengths::check(tree));
    findings.extend(leftovers::check(tree));
    findings.sort();
    Ok(findings)
}

fn generate(root: &Path) -> Result<ExitCode> {
    let tree = Tree::read(root)?;
    let packages = packages::packages(&tree)?;
    let (pages, findings) = generated::pages(&tree, &packages);
    for page in pages {
        std::fs::write(root.join(&page.path), &page.text).with_context(|| format!("cannot write {}", page.path))?;
        println!("wrote {}", page.path);
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn bench(root: &Path, arguments: &[&str]) -> Result<ExitCode> {
    let status = Command::new(env!("CARGO"))
        .args(["run", "--release", "--package", "backproof-benches", "--"])
        .args(arguments)
        .current_dir(root)
        .status()
        .context("cargo could not be started")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_tree_is_in_order() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let found = findings(&Tree::read(root).unwrap()).unwrap();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
