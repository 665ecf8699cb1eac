//! Which validator examines which restored resource.

use std::collections::BTreeMap;

use backproof_model::ResourceType;
use serde::Serialize;
use serde_json::Value;

use crate::{TagCondition, wildcard_matches};

/// A validator, the protected resources whose restores it examines, and its settings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValidatorAssignment {
    /// The validator's name.
    #[serde(rename = "use")]
    pub validator: String,
    /// Types that it examines; none named means every type that it can.
    #[serde(rename = "protected_resource_types")]
    pub resource_types: Vec<ResourceType>,
    /// Protected resources that it examines, as ARNs in which `*` stands for anything; none named means all.
    #[serde(rename = "protected_resource_arns")]
    pub resource_arns: Vec<String>,
    /// The tag of protected resources that it examines; none means all.
    #[serde(rename = "tag")]
    pub tags: Option<TagCondition>,
    /// Handed to the validator as it is: always a JSON object, empty where the plan has none.
    pub settings: Value,
}

impl ValidatorAssignment {
    /// Whether restores of this protected resource are examined.
    pub fn applies_to(
        &self,
        resource_type: &ResourceType,
        resource_arn: &str,
        tags: &BTreeMap<String, String>,
    ) -> bool {
        (self.resource_types.is_empty() || self.resource_types.contains(resource_type))
            && (self.resource_arns.is_empty()
                || self.resource_arns.iter().any(|pattern| wildcard_matches(pattern, resource_arn)))
            && self.tags.as_ref().is_none_or(|tag| tag.is_on(tags))
    }
}
