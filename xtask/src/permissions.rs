//! Holds docs/permissions.md to the calls that the code names: an action that is called and not listed would be denied
//! on the day.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::finding::Finding;
use crate::tree::Tree;

const PAGE: &str = "docs/permissions.md";
/// Where AWS's operations are named, as `"service:Operation"`.
const FOLDERS: &[&str] = &["crates/aws/src", "crates/drivers/src"];
/// Knows how often operations may be called, and calls none.
const RATES: &str = "crates/aws/src/rates.rs";

/// Actions that the code names and the page does not.
pub(crate) fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let page = tree.text(PAGE)?;
    let mut named: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for file in FOLDERS.iter().flat_map(|folder| tree.below(folder)).filter(|file| file.is_rust() && file.path != RATES)
    {
        for (number, line) in file.lines() {
            for action in line.split('"').filter(|text| is_action(text)) {
                named.entry(action).or_insert((&file.path, number));
            }
        }
    }
    let unlisted = named.into_iter().filter(|(action, _)| !page.contains(&format!("`{action}`")));
    Ok(unlisted
        .map(|(action, (file, line))| {
            let mend = format!("say in {PAGE} which role needs it, and for what");
            Finding::new(file, line, format!("`{action}` is called, and {PAGE} does not list it"), mend)
        })
        .collect())
}

/// Whether a text has the form of an IAM action: `backup:ListTags`.
fn is_action(text: &str) -> bool {
    let Some((service, operation)) = text.split_once(':') else { return false };
    !service.is_empty()
        && service.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && operation.starts_with(|c: char| c.is_ascii_uppercase())
        && operation.contains(|c: char| c.is_ascii_lowercase())
        && operation.chars().all(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_that_no_role_is_given_is_found() {
        let source = "call(\"backup:ListTags\"); call(\"dynamodb:Scan\"); say(\"auditor:NONCE\");\n";
        let tree = Tree::of(&[("docs/permissions.md", "- `backup:ListTags`\n"), ("crates/aws/src/x.rs", source)]);
        let found = check(&tree).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].what.contains("dynamodb:Scan"));
    }
}
