//! Policies of IAM: statements, how they are made of needs, and how they are kept within IAM's limits.

use crate::node::Node;
use crate::{Condition, Need, Resources};

/// A policy document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Its statements.
    pub statements: Vec<Statement>,
}

/// A statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its name, of letters and digits.
    pub sid: String,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Who it is about, in policies of resources and roles.
    pub principal: Option<Principal>,
    /// What may or may not be done.
    pub actions: Actions,
    /// On what; none in trust policies.
    pub resources: Option<On>,
    /// Under which conditions; all must hold.
    pub conditions: Vec<Condition>,
}

/// Whether a statement allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies, whatever else allows.
    Deny,
}

/// Who a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Everybody.
    Anybody,
    /// Accounts, roles and users.
    Aws(Vec<String>),
    /// A service.
    Service(String),
}

/// Which actions a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actions {
    /// These.
    Only(Vec<String>),
    /// All but these.
    AllBut(Vec<String>),
}

/// Which resources a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// These.
    Only(Resources),
    /// All but these.
    AllBut(Vec<String>),
}

/// How large a policy may be, in characters without white space.
///
/// Source: IAM user guide, "IAM and AWS STS quotas"; Organizations user guide, "Quotas for AWS Organizations".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// All inline policies of a role together.
    InlineInRole,
    /// A managed policy.
    Managed,
    /// A service control policy.
    ServiceControl,
}

impl Limit {
    /// The number of characters.
    pub fn characters(self) -> usize {
        match self {
            Self::InlineInRole => 10_240,
            Self::Managed => 6_144,
            Self::ServiceControl => 5_120,
        }
    }
}

impl Policy {
    /// Allows what is needed: one statement for actions of a service on the same things under the same conditions.
    pub fn allowing(needs: &[Need]) -> Self {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for need in needs {
            let service = need.action.split(':').next().unwrap_or_default();
            let same = |group: &&mut Group<'_>| {
                group.service == service && *group.resources == need.resources && *group.conditions == need.conditions
            };
            let Some(group) = groups.iter_mut().find(same) else {
                let (resources, conditions) = (&need.resources, need.conditions.as_slice());
                groups.push(Group { service, resources, conditions, actions: vec![&need.action] });
                continue;
            };
            if !group.actions.contains(&need.action.as_str()) {
                group.actions.push(&need.action);
            }
        }
        let mut counted: Vec<(&str, usize)> = Vec::new();
        let mut policy = Self::default();
        for mut group in groups {
            group.actions.sort_unstable();
            let number = if let Some((_, number)) = counted.iter_mut().find(|(service, _)| *service == group.service) {
                *number += 1;
                number.to_string()
            } else {
                counted.push((group.service, 1));
                String::new()
            };
            policy.statements.push(Statement {
                sid: format!("{}{number}", capitalised(group.service)),
                effect: Effect::Allow,
                principal: None,
                actions: Actions::Only(group.actions.into_iter().map(str::to_owned).collect()),
                resources: Some(On::Only(group.resources.clone())),
                conditions: group.conditions.to_vec(),
            });
        }
        policy
    }

    /// The same with further statements.
    #[must_use]
    pub fn and(mut self, statements: impl IntoIterator<Item = Statement>) -> Self {
        self.statements.extend(statements);
        self
    }

    /// How many characters IAM counts.
    pub fn characters(&self) -> usize {
        self.to_node().to_compact_json().chars().filter(|character| !character.is_whitespace()).count()
    }

    /// The policy as JSON for people.
    pub fn to_json(&self) -> String {
        self.to_node().to_json()
    }

    pub(crate) fn to_node(&self) -> Node {
        Node::map([
            ("Version", Node::text("2012-10-17")),
            ("Statement", Node::List(self.statements.iter().map(Statement::to_node).collect())),
        ])
    }
}

/// Needs that one statement allows.
struct Group<'a> {
    service: &'a str,
    resources: &'a Resources,
    conditions: &'a [Condition],
    actions: Vec<&'a str>,
}

/// Parts of a policy, each within the limit, in the order of its statements. A statement is never taken apart: one that
/// alone is larger than the limit stays so.
pub fn split(policy: Policy, limit: Limit) -> Vec<Policy> {
    let mut parts: Vec<Policy> = Vec::new();
    for statement in policy.statements {
        if let Some(last) = parts.last_mut() {
            last.statements.push(statement);
            if last.characters() <= limit.characters() {
                continue;
            }
            let moved = last.statements.pop();
            parts.push(Policy { statements: moved.into_iter().collect() });
        } else {
            parts.push(Policy { statements: vec![statement] });
        }
    }
    parts
}

impl Statement {
    /// Denies these actions on everything.
    pub(crate) fn denying<T: Into<String>>(sid: &str, actions: impl IntoIterator<Item = T>) -> Self {
        Self {
            sid: sid.to_owned(),
            effect: Effect::Deny,
            principal: None,
            actions: Actions::Only(actions.into_iter().map(Into::into).collect()),
            resources: Some(On::Only(Resources::All)),
            conditions: Vec::new(),
        }
    }

    /// Denies all but these actions.
    pub(crate) fn denying_all_but<T: Into<String>>(sid: &str, actions: impl IntoIterator<Item = T>) -> Self {
        let mut statement = Self::denying::<String>(sid, []);
        statement.actions = Actions::AllBut(actions.into_iter().map(Into::into).collect());
        statement
    }

    /// The same, but for these ARNs.
    pub(crate) fn but_on(mut self, arns: impl IntoIterator<Item = String>) -> Self {
        self.resources = Some(On::AllBut(arns.into_iter().collect()));
        self
    }

    /// The same, under a condition.
    pub(crate) fn when(mut self, operator: &str, key: &str, values: impl IntoIterator<Item = String>) -> Self {
        let (operator, key) = (operator.to_owned(), key.to_owned());
        self.conditions.push(Condition { operator, key, values: values.into_iter().collect() });
        self
    }

    fn to_node(&self) -> Node {
        let mut entries = vec![
            ("Sid".to_owned(), Node::text(&self.sid)),
            (
                "Effect".to_owned(),
                Node::text(match self.effect {
                    Effect::Allow => "Allow",
                    Effect::Deny => "Deny",
                }),
            ),
        ];
        entries.extend(self.principal.as_ref().map(|principal| {
            let node = match principal {
                Principal::Anybody => Node::text("*"),
                Principal::Aws(arns) => Node::map([("AWS", one_or_list(arns))]),
                Principal::Service(service) => Node::map([("Service", Node::text(service))]),
            };
            ("Principal".to_owned(), node)
        }));
        let (key, actions) = match &self.actions {
            Actions::Only(actions) => ("Action", actions),
            Actions::AllBut(actions) => ("NotAction", actions),
        };
        entries.push((key.to_owned(), one_or_list(actions)));
        entries.extend(self.resources.as_ref().map(|resources| match resources {
            On::Only(Resources::All) => ("Resource".to_owned(), Node::text("*")),
            On::Only(Resources::Arns(arns)) => ("Resource".to_owned(), one_or_list(arns)),
            On::AllBut(arns) => ("NotResource".to_owned(), one_or_list(arns)),
        }));
        if !self.conditions.is_empty() {
            entries.push(("Condition".to_owned(), conditions_node(&self.conditions)));
        }
        Node::Map(entries)
    }
}

/// Conditions by operator, and by key below it.
fn conditions_node(conditions: &[Condition]) -> Node {
    let mut operators: Vec<(String, Node)> = Vec::new();
    for Condition { operator, key, values } in conditions {
        let entry = (key.clone(), one_or_list(values));
        match operators.iter_mut().find(|(own, _)| own == operator) {
            Some((_, keys)) => keys.extend([entry]),
            None => operators.push((operator.clone(), Node::Map(vec![entry]))),
        }
    }
    Node::Map(operators)
}

fn one_or_list(texts: &[String]) -> Node {
    match texts {
        [one] => Node::text(one),
        _ => Node::texts(texts),
    }
}

/// `Backup` of `backup`, `RdsDb` of `rds-db`.
pub(crate) fn capitalised(service: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    service.split('-').map(word).collect()
}
