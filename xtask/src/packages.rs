//! The packages of the workspace, as their manifests tell.

use anyhow::{Context, Result};

use crate::finding::Finding;
use crate::tree::Tree;

/// A package of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    /// Its folder from the root: `crates/model`.
    pub(crate) folder: String,
    /// Its name: `backproof-model`.
    pub(crate) name: String,
    /// What it depends on outside tests: the dependency's name and the line of the manifest.
    pub(crate) dependencies: Vec<(String, usize)>,
    /// Whether it takes the workspace's lints.
    pub(crate) inherits_lints: bool,
}

impl Package {
    /// Its name in ARCHITECTURE.md: the folder, without `crates/`.
    pub(crate) fn short_name(&self) -> &str {
        self.folder.strip_prefix("crates/").unwrap_or(&self.folder)
    }

    fn manifest(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }

    /// A finding in its manifest.
    pub(crate) fn finding(&self, line: usize, what: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding::new(self.manifest(), line, what, mend)
    }
}

/// Every package, by folder.
pub(crate) fn packages(tree: &Tree) -> Result<Vec<Package>> {
    let manifests = tree.files.iter().filter_map(|file| Some((file.path.strip_suffix("/Cargo.toml")?, &file.text)));
    manifests
        .map(|(folder, text)| package(folder, text).with_context(|| format!("{folder}/Cargo.toml cannot be read")))
        .collect()
}

fn package(folder: &str, text: &str) -> Result<Package> {
    let manifest: toml::Table = text.parse()?;
    let name = manifest.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    let mut dependencies = Vec::new();
    for section in ["dependencies", "build-dependencies"] {
        let names = manifest.get(section).and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys);
        dependencies.extend(names.map(|name| (name.clone(), line_of(text, section, name))));
    }
    let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
    Ok(Package {
        folder: folder.to_owned(),
        name: name.context("it names no package")?.to_owned(),
        dependencies,
        inherits_lints: lints.and_then(toml::Value::as_bool) == Some(true),
    })
}

/// The line on which a section of a manifest names a dependency; 0 where it is written in some other way.
fn line_of(text: &str, section: &str, name: &str) -> usize {
    let names_it = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
    let mut lines = (1..).zip(text.lines()).skip_while(|(_, line)| *line != format!("[{section}]"));
    lines.find(|(_, line)| names_it(line)).map_or(0, |(line, _)| line)
}

/// Every package takes the workspace's lints.
pub(crate) fn check(packages: &[Package]) -> Vec<Finding> {
    let without = packages.iter().filter(|package| !package.inherits_lints);
    without
        .map(|package| {
            package.finding(
                0,
                "the package does not take the workspace's lints",
                "add `[lints]` with `workspace = true`",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_of_tests_do_not_count() {
        let manifest = "[package]\nname = \"backproof-x\"\n[dependencies]\nserde.workspace = true\n\
                        [dev-dependencies]\nproptest.workspace = true\n";
        let tree = Tree::of(&[("crates/x/Cargo.toml", manifest)]);
        let packages = packages(&tree).unwrap();
        assert_eq!(packages[0].dependencies, [("serde".to_owned(), 4)]);
        assert_eq!(packages[0].short_name(), "x");
        assert_eq!(check(&packages).len(), 1, "it does not take the lints");
    }
}
