//! What an identity may do, asked of IAM beforehand. Nothing is tried, and nothing changes.
//!
//! IAM's simulator knows identity policies, permissions boundaries and service control policies, but neither policies
//! of resources nor what a service adds of its own: that it allows an action is good reason to expect that it will work,
//! and no proof.

use async_trait::async_trait;

use crate::CallError;

/// What is asked: each action on each resource, in the same circumstances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// IAM actions: `dynamodb:DeleteTable`.
    pub actions: Vec<String>,
    /// ARNs, or `*` for actions that know no resources. None means `*`.
    pub resources: Vec<String>,
    /// What policies may make a condition of.
    pub circumstances: Vec<Circumstance>,
}

/// A condition key with the value that it shall have: `iam:PassedToService` being `backup.amazonaws.com`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Circumstance {
    /// The key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What kind of value the key has.
    pub kind: CircumstanceKind,
}

/// What kind of value a condition key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CircumstanceKind {
    /// One text.
    Text,
    /// Several texts, of which one is given.
    Texts,
    /// `true` or `false`.
    Truth,
}

/// What IAM says of one action on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// Whether it may be done.
    pub ruling: Ruling,
    /// What decided, where IAM tells: names of policies, a boundary, the organization; and condition keys that it would
    /// have needed to know.
    pub by: Vec<String>,
}

/// Whether something may be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It may.
    Allowed,
    /// No policy allows it.
    DeniedByOmission,
    /// A policy forbids it.
    DeniedExplicitly,
    /// IAM's word is not one that we know; never taken for allowed.
    Unrecognised(String),
}

impl Ruling {
    /// In words, for people.
    pub fn word(&self) -> &str {
        match self {
            Self::Allowed => "allowed",
            Self::DeniedByOmission => "not allowed by any policy",
            Self::DeniedExplicitly => "denied by a policy",
            Self::Unrecognised(word) => word,
        }
    }
}

/// Asks IAM what an identity may do.
#[async_trait]
pub trait Permissions: Send + Sync {
    /// `SimulatePrincipalPolicy` for the role or user of this ARN (a session's ARN is none; see
    /// [`crate::session_role`]): one decision per action and resource.
    ///
    /// # Errors
    /// Gives back what AWS answered; who may not ask is [`crate::Trouble::Denied`].
    async fn rulings(&self, principal_arn: &str, question: &Question) -> Result<Vec<Decision>, CallError>;
}
