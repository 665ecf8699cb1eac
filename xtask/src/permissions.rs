//! Holds the list of permissions to the calls that the code names: a call that no role is allowed would be denied on the
//! day, and a permission that nothing asks for is one too many. The page docs/permissions.md is made of the same list.

use std::collections::{BTreeMap, BTreeSet};

use backproof_permissions::{AskedBy, Declared, Setup, everything};

use crate::finding::Finding;
use crate::tree::Tree;

/// Where AWS's operations are named, as `"service:Operation"`.
const FOLDER: &str = "crates/aws/src";
/// Knows how often operations may be called, and calls none.
const RATES: &str = "crates/aws/src/rates.rs";
/// Where the engine's own needs are listed.
const LIST: &str = "crates/permissions/src/required/mod.rs";
/// Needs no permission, and cannot be denied.
const FREE: &str = "sts:GetCallerIdentity";

/// Calls without a need, and needs without a call.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let needs = everything(&Setup::placeholders(), &declared());
    let ours = needs.values().flatten().filter(|need| need.asked_by == AskedBy::Backproof);
    judge(tree, &ours.map(|need| need.action.as_str()).collect())
}

/// The page.
pub(crate) fn page() -> String {
    backproof_permissions::page(&declared())
}

/// What drivers and validators declare.
fn declared() -> Declared {
    let drivers = backproof_drivers::all();
    Declared {
        drivers: drivers.iter().map(|driver| (driver.resource_type(), driver.permissions())).collect(),
        validators: backproof_validators::ABOUT.iter().map(|about| (about.name, about.permissions)).collect(),
    }
}

fn judge(tree: &Tree, needed: &BTreeSet<&str>) -> Vec<Finding> {
    let called = called(tree);
    let denied = called.iter().filter(|(action, _)| !needed.contains(*action) && **action != FREE);
    let denied = denied.map(|(action, (file, line))| {
        let mend =
            format!("say in {LIST}, or where a driver or validator declares it, which role needs it and for what");
        Finding::new(*file, *line, format!("`{action}` is called, and no role is allowed it"), mend)
    });
    let useless = needed.iter().filter(|action| !called.contains_key(*action));
    let useless = useless.map(|action| {
        let mend = "take it out of there or of a driver's or validator's declaration, or say that AWS checks it";
        Finding::new(LIST, 0, format!("`{action}` is allowed, and nothing calls it"), mend)
    });
    denied.chain(useless).collect()
}

/// The calls that the code names, with the first place of each.
fn called(tree: &Tree) -> BTreeMap<&str, (&str, usize)> {
    let mut called = BTreeMap::new();
    for file in tree.below(FOLDER).filter(|file| file.is_rust() && file.path != RATES) {
        for (number, line) in file.lines() {
            for action in line.split('"').filter(|text| is_action(text)) {
                called.entry(action).or_insert((file.path.as_str(), number));
            }
        }
    }
    called
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
    fn a_call_that_no_role_is_allowed_is_found() {
        let source = "call(\"backup:ListTags\"); call(\"dynamodb:Scan\"); say(\"auditor:NONCE\");\n";
        let tree = Tree::of(&[("crates/aws/src/x.rs", source)]);
        let found = judge(&tree, &BTreeSet::from(["backup:ListTags"]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].what.contains("dynamodb:Scan"));
    }

    #[test]
    fn a_permission_that_nothing_asks_for_is_found() {
        let tree =
            Tree::of(&[("crates/aws/src/x.rs", "call(\"backup:ListTags\"); call(\"sts:GetCallerIdentity\");\n")]);
        let found = judge(&tree, &BTreeSet::from(["backup:ListTags", "dynamodb:Scan"]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].what.contains("dynamodb:Scan"));
    }
}
