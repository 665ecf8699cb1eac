//! Tags of vaults and recovery points.

use serde_json::{Value, json};

use super::errors::{missing_parameter, not_found};
use super::{Asked, Backup};
use crate::wire::{Answer, ApiError};

impl Backup {
    pub(super) fn list_tags(&self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        let arn = asked.label(0);
        self.check_own(asked)?;
        Answer::json(&json!({ "Tags": self.tags.get(arn).cloned().unwrap_or_default() }))
    }

    pub(super) fn tag_resource(&mut self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        self.check_own(asked)?;
        let tags = asked.texts("Tags").ok_or_else(|| missing_parameter("Tags"))?;
        self.tags.entry(asked.label(0).to_owned()).or_default().extend(tags);
        Ok(Answer::empty(200))
    }

    pub(super) fn untag_resource(&mut self, asked: &Asked<'_>) -> Result<Answer, ApiError> {
        self.check_own(asked)?;
        let keys = asked.body.get("TagKeyList").and_then(Value::as_array);
        let keys = keys.ok_or_else(|| missing_parameter("TagKeyList"))?;
        let tags = self.tags.entry(asked.label(0).to_owned()).or_default();
        tags.retain(|key, _| !keys.iter().any(|removed| removed.as_str() == Some(key)));
        Ok(Answer::empty(200))
    }

    /// Vaults and recovery points of the caller's have tags; others are not found.
    fn check_own(&self, asked: &Asked<'_>) -> Result<(), ApiError> {
        let arn = asked.label(0);
        let mut vaults = self.site(asked.ctx).into_iter().flat_map(|site| site.vaults.values());
        let known = vaults.any(|vault| vault.arn() == arn || vault.place_of(arn).is_some());
        if known { Ok(()) } else { Err(not_found("Resource", arn)) }
    }
}
