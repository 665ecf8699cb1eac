//! Holds Cargo.lock to the bans of deny.toml, for those who have no `cargo deny` at hand.

use anyhow::{Context, Result};

use crate::finding::Finding;
use crate::tree::Tree;

/// A banned crate: its name and, where only old versions are banned, the first good one.
#[derive(Debug)]
struct Ban {
    name: String,
    below: Option<Vec<u64>>,
    reason: String,
}

/// Banned crates in the lock file.
pub(crate) fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let bans = bans(tree.text("deny.toml")?)?;
    let lock: toml::Table = tree.text("Cargo.lock")?.parse().context("Cargo.lock cannot be read")?;
    let packages = lock.get("package").and_then(toml::Value::as_array).context("Cargo.lock names no packages")?;
    let mut findings = Vec::new();
    for package in packages {
        let text = |key: &str| package.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        let (name, version) = (text("name"), text("version"));
        for ban in bans.iter().filter(|ban| ban.forbids(name, version)) {
            let what = format!("{name} {version} is banned: {}", ban.reason);
            let mend = format!("`cargo tree --invert {name}` shows who wants it; the bans are in deny.toml");
            findings.push(Finding::new("Cargo.lock", 0, what, mend));
        }
    }
    Ok(findings)
}

fn bans(deny: &str) -> Result<Vec<Ban>> {
    let deny: toml::Table = deny.parse().context("deny.toml cannot be read")?;
    let bans = deny.get("bans").and_then(|bans| bans.get("deny")).and_then(toml::Value::as_array);
    bans.context("deny.toml has no list bans.deny")?.iter().map(ban).collect()
}

fn ban(entry: &toml::Value) -> Result<Ban> {
    let text = |key: &str| entry.get(key).and_then(toml::Value::as_str);
    let named = text("crate").context("a ban in deny.toml names no `crate`")?;
    let (name, below) = match named.split_once(":<") {
        None => (named, None),
        Some((name, version)) => (name, Some(numbers(version))),
    };
    let reason = text("reason").with_context(|| format!("the ban of {name} in deny.toml has no `reason`"))?;
    Ok(Ban { name: name.to_owned(), below, reason: reason.to_owned() })
}

impl Ban {
    fn forbids(&self, name: &str, version: &str) -> bool {
        self.name == name && self.below.as_ref().is_none_or(|below| numbers(version) < *below)
    }
}

/// `0.37.1+3.51` as numbers that compare.
fn numbers(version: &str) -> Vec<u64> {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    core.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: &str = "[bans]\ndeny = [\n{ crate = \"old:<0.37\", reason = \"it corrupts\" },\n\
                        { crate = \"evil\", reason = \"it is\" },\n]\n";

    fn found(name: &str, version: &str) -> usize {
        let lock = format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
        check(&Tree::of(&[("deny.toml", DENY), ("Cargo.lock", &lock)])).unwrap().len()
    }

    #[test]
    fn banned_crates_are_found() {
        assert_eq!(found("old", "0.36.9"), 1);
        assert_eq!(found("evil", "12.0.0"), 1);
    }

    #[test]
    fn newer_and_other_crates_are_not() {
        assert_eq!(found("old", "0.37.0"), 0);
        assert_eq!(found("old", "1.0.0"), 0);
        assert_eq!(found("older", "0.1.0"), 0);
    }
}
