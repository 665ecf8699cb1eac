//! What each role must be allowed, as questions that can be put to IAM.

use std::collections::{BTreeMap, BTreeSet};

use backproof_cloud::{Circumstance, CircumstanceKind, Question};
use backproof_model::{AccountId, Permission, Region, Scope};

use super::identities::Opened;
use super::types::in_scope;
use crate::world::World;

/// A role of the plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoleOf {
    /// Reads in a source account.
    Source(AccountId),
    /// Asks for copies in a source account.
    CopyCaller(AccountId),
    /// Restores, examines and deletes in the sandbox.
    Sandbox,
    /// Finds and deletes what is left in the sandbox.
    Sweep,
    /// Is assumed by AWS Backup for restores.
    Restore,
    /// The credentials at hand, for what they do themselves.
    AtHand,
}

/// An action that a role must be allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needed {
    /// The action: `dynamodb:DeleteTable`.
    pub action: String,
    /// ARNs, in which `*` stands for anything, or `*` alone. All of them are needed.
    pub resources: Vec<String>,
    /// What holds when backproof, or AWS for it, asks: a policy may make a condition of it. In a value, too, `*` stands
    /// for anything.
    pub circumstances: Vec<Circumstance>,
    /// Who misses it where it is missing.
    pub needed_by: NeededBy,
    /// What for, as the end of a sentence.
    pub why: String,
}

/// Who misses a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NeededBy {
    /// A run: it fails, or reaches no verdict.
    Runs,
    /// This examination alone.
    Examination,
}

/// What each role must be allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Required(pub BTreeMap<RoleOf, Vec<Needed>>);

impl Required {
    /// Together with what drivers and validators declare, for whoever brought no list of the sandbox role's.
    pub(super) fn with_declared(&self, world: &World, opened: &Opened) -> Self {
        let mut all = self.clone();
        let Some(access) = opened.sandboxes.first() else { return all };
        let of_sandbox = all.0.entry(RoleOf::Sandbox).or_default();
        let known: BTreeSet<String> = of_sandbox.iter().map(|needed| needed.action.clone()).collect();
        let drivers = in_scope(world).map(|driver| (driver.resource_type().to_string(), driver.permissions()));
        let assigned: BTreeSet<&str> = world.plan.validators.iter().map(|one| one.validator.as_str()).collect();
        let validators = (world.validators)(access);
        let validators = validators.iter().filter(|validator| assigned.contains(validator.name()));
        let validators = validators.map(|validator| (validator.name().to_owned(), validator.permissions()));
        for (whose, permissions) in drivers.chain(validators) {
            let new = permissions.iter().filter(|permission| !known.contains(permission.action));
            of_sandbox.extend(new.map(|permission| declared(permission, &whose)));
        }
        all
    }
}

fn declared(permission: &Permission, whose: &str) -> Needed {
    let resource = match permission.on {
        Scope::All => "*",
        Scope::Named(pattern) => pattern,
    };
    Needed {
        action: permission.action.to_owned(),
        resources: vec![resource.to_owned()],
        circumstances: Vec::new(),
        needed_by: NeededBy::Runs,
        why: format!("{whose}: {}", permission.why),
    }
}

/// The questions that ask for everything in `needed`, each with as many actions as possible.
pub(super) fn questions(needed: &[Needed], account: &AccountId, region: &Region) -> Vec<Question> {
    let mut questions: BTreeMap<(Vec<String>, Vec<Circumstance>), BTreeSet<&str>> = BTreeMap::new();
    for one in needed {
        let resources = samples(one, account, region);
        let given = one.circumstances.iter().map(|circumstance| Circumstance {
            value: circumstance.value.replace('*', region.as_str()),
            ..circumstance.clone()
        });
        let circumstances = given.chain(always(region)).collect();
        questions.entry((resources, circumstances)).or_default().insert(&one.action);
    }
    let question = |((resources, circumstances), actions): ((Vec<String>, Vec<Circumstance>), BTreeSet<&str>)| {
        Question { actions: actions.into_iter().map(str::to_owned).collect(), resources, circumstances }
    };
    questions.into_iter().map(question).collect()
}

/// The ARNs on which it is asked whether something is allowed.
pub(super) fn samples(needed: &Needed, account: &AccountId, region: &Region) -> Vec<String> {
    needed.resources.iter().map(|pattern| sample(pattern, account, region)).collect()
}

/// What holds whatever is asked.
pub(super) fn always(region: &Region) -> [Circumstance; 2] {
    let text = |key: &str, value: &str| Circumstance {
        key: key.to_owned(),
        value: value.to_owned(),
        kind: CircumstanceKind::Text,
    };
    [text("aws:RequestedRegion", region.as_str()), text("aws:userid", SAMPLE)]
}

/// What stands in the place of a name that is not known beforehand.
const SAMPLE: &str = "doctor";

/// The pattern with the place's own words in it.
pub(super) fn filled(pattern: &str, account: &AccountId, region: &Region) -> String {
    pattern
        .replace("{partition}", partition(region))
        .replace("{region}", region.as_str())
        .replace("{account}", account.as_str())
}

fn partition(region: &Region) -> &'static str {
    match region.as_str() {
        name if name.starts_with("cn-") => "aws-cn",
        name if name.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// One ARN that a pattern stands for.
fn sample(pattern: &str, account: &AccountId, region: &Region) -> String {
    if pattern == "*" {
        return pattern.to_owned();
    }
    let filled = filled(pattern, account, region).replace("${aws:userid}", SAMPLE);
    let mut parts: Vec<String> = filled.splitn(6, ':').map(str::to_owned).collect();
    for (place, part) in parts.iter_mut().enumerate() {
        let known = match place {
            1 => partition(region),
            3 => region.as_str(),
            4 => account.as_str(),
            _ => SAMPLE,
        };
        *part = part.replace('*', known);
    }
    parts.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (AccountId, Region) {
        ("999988887777".parse().unwrap(), "eu-central-1".parse().unwrap())
    }

    #[test]
    fn patterns_become_arns_that_they_match() {
        let (account, region) = place();
        for (pattern, expected) in [
            ("*", "*"),
            (
                "arn:{partition}:dynamodb:{region}:{account}:table/bp-*",
                "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-doctor",
            ),
            (
                "arn:aws:ssm:*::document/AWS-StartPortForwardingSessionToRemoteHost",
                "arn:aws:ssm:eu-central-1::document/AWS-StartPortForwardingSessionToRemoteHost",
            ),
            (
                "arn:aws:ssm:*:999988887777:session/${aws:userid}-*",
                "arn:aws:ssm:eu-central-1:999988887777:session/doctor-doctor",
            ),
        ] {
            assert_eq!(sample(pattern, &account, &region), expected);
        }
    }

    #[test]
    fn actions_on_the_same_resources_in_the_same_circumstances_are_asked_together() {
        let (account, region) = place();
        let needed = |action: &str, resource: &str, passed: bool| Needed {
            action: action.into(),
            resources: vec![resource.into()],
            circumstances: passed
                .then(|| Circumstance {
                    key: "iam:PassedToService".into(),
                    value: "backup.amazonaws.com".into(),
                    kind: CircumstanceKind::Text,
                })
                .into_iter()
                .collect(),
            needed_by: NeededBy::Runs,
            why: String::new(),
        };
        let all =
            [needed("a:A", "*", false), needed("a:B", "*", false), needed("a:C", "*", true), needed("a:D", "x", false)];
        let questions = questions(&all, &account, &region);
        let mut asked: Vec<Vec<String>> = questions.into_iter().map(|question| question.actions).collect();
        asked.sort();
        assert_eq!(asked, [vec!["a:A".to_owned(), "a:B".into()], vec!["a:C".into()], vec!["a:D".into()]]);
    }
}
