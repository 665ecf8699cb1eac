//! The scope: which recovery points make up the population.

use std::collections::BTreeMap;

use backproof_model::{AccountId, Region, ResourceType};
use serde::Serialize;

use crate::wildcard_matches;

/// Where the population comes from, and what is filtered out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// The accounts whose vaults are listed; at least one.
    pub accounts: Vec<SourceAccount>,
    /// The Regions whose vaults are listed; at least one.
    pub regions: Vec<Region>,
    /// Vaults that count; at least one pattern.
    pub include_vaults: Vec<VaultPattern>,
    /// Vaults that do not count, even if included.
    pub exclude_vaults: Vec<VaultPattern>,
    /// Resource types that count; none named means every type.
    #[serde(rename = "protected_resource_types")]
    pub resource_types: Vec<ResourceType>,
    /// Protected resources that count, as ARNs in which `*` stands for anything; none named means every resource.
    #[serde(rename = "protected_resource_arns")]
    pub resource_arns: Vec<String>,
    /// Tags that the protected resource's latest recovery point must and must not have.
    pub protected_resource_conditions: Conditions,
}

impl Scope {
    /// Whether the vault counts: some pattern includes it and none excludes it.
    pub fn takes_vault(&self, name: &str, arn: &str) -> bool {
        self.include_vaults.iter().any(|pattern| pattern.matches(name, arn))
            && !self.exclude_vaults.iter().any(|pattern| pattern.matches(name, arn))
    }

    /// Whether protected resources of this type count.
    pub fn takes_type(&self, resource_type: &ResourceType) -> bool {
        self.resource_types.is_empty() || self.resource_types.contains(resource_type)
    }

    /// Whether this protected resource counts by its ARN.
    pub fn takes_arn(&self, resource_arn: &str) -> bool {
        self.resource_arns.is_empty()
            || self.resource_arns.iter().any(|pattern| wildcard_matches(pattern, resource_arn))
    }

    /// The source account of this id.
    pub fn account(&self, id: &AccountId) -> Option<&SourceAccount> {
        self.accounts.iter().find(|account| account.id == *id)
    }
}

/// An account whose recovery points are listed. It is only read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceAccount {
    /// The account.
    pub id: AccountId,
    /// The role to assume for reading it; none means the credentials at hand.
    pub role_arn: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// The role that AWS Backup assumes for `StartCopyJob`; needed only for the route `copy`.
    pub copy_role_arn: Option<String>,
    /// The role to assume for asking for copies; none means `role_arn`.
    pub copy_caller_role_arn: Option<String>,
}

/// Tag conditions, as in `ProtectedResourceConditions` of AWS Backup: all of them must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Conditions {
    /// Tags that must be there with this value.
    pub string_equals: Vec<TagCondition>,
    /// Tags that must not be there with this value; a missing tag satisfies it.
    pub string_not_equals: Vec<TagCondition>,
}

impl Conditions {
    /// Whether there is no condition at all, so that no tags need be read.
    pub fn is_empty(&self) -> bool {
        self.string_equals.is_empty() && self.string_not_equals.is_empty()
    }

    /// Whether every condition holds for these tags.
    pub fn hold(&self, tags: &BTreeMap<String, String>) -> bool {
        self.string_equals.iter().all(|condition| condition.is_on(tags))
            && !self.string_not_equals.iter().any(|condition| condition.is_on(tags))
    }
}

/// A tag with a value. Both are compared exactly, case included; there are no wildcards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TagCondition {
    /// The tag's key.
    pub key: String,
    /// The tag's value.
    pub value: String,
}

impl TagCondition {
    /// Whether the tag is among these, with this value.
    pub fn is_on(&self, tags: &BTreeMap<String, String>) -> bool {
        tags.get(&self.key) == Some(&self.value)
    }
}

/// Vaults by name, or by ARN where it begins with `arn:`. `*` stands for any run of characters, none included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct VaultPattern(String);

impl VaultPattern {
    /// A pattern that has been checked by the reader.
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the vault of this name and ARN is meant.
    pub fn matches(&self, name: &str, arn: &str) -> bool {
        wildcard_matches(&self.0, if self.0.starts_with("arn:") { arn } else { name })
    }
}
