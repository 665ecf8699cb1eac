//! `GetRole`.

use std::time::Duration;

use async_trait::async_trait;
use backproof_cloud::{CallError, ReadRoles, RoleFacts, Trust};
use percent_encoding::percent_decode_str;

use super::Inspector;
use crate::convert::{moment, need, unreadable};

const CALL: &str = "iam:GetRole";

#[async_trait]
impl ReadRoles for Inspector {
    async fn role(&self, name: &str) -> Result<RoleFacts, CallError> {
        let answer = self.0.call(CALL, self.0.iam.get_role().role_name(name).send()).await?;
        let role = need(answer.role, "Role").map_err(|problem| unreadable(CALL, problem))?;
        let seconds = role.max_session_duration.and_then(|seconds| u64::try_from(seconds).ok());
        Ok(RoleFacts {
            arn: role.arn,
            trust: role.assume_role_policy_document.as_deref().and_then(trust),
            longest_session: seconds.map(Duration::from_secs),
            last_used: role.role_last_used.and_then(|last| last.last_used_date).and_then(moment),
        })
    }
}

/// IAM writes policies percent-encoded (RFC 3986).
fn trust(encoded: &str) -> Option<Trust> {
    Trust::of_policy(&percent_decode_str(encoded).decode_utf8().ok()?)
}
