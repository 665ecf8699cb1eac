//! Lends a session's credentials to programs that take them as AWS's own tools do.

use std::sync::Arc;

use async_trait::async_trait;
use backproof_cloud::{CallError, LendCredentials, SessionCredentials};
use backproof_model::Secret;
use jiff::Timestamp;

use crate::session::Session;

const CALL: &str = "sts:AssumeRole";

/// The credentials of the sandbox's session.
pub(crate) struct Lending(pub(crate) Arc<Session>);

#[async_trait]
impl LendCredentials for Lending {
    async fn lend(&self) -> Result<SessionCredentials, CallError> {
        let credentials = self.0.credentials(CALL).await?;
        Ok(SessionCredentials {
            access_key_id: credentials.access_key_id().to_owned(),
            secret_access_key: Secret::new(credentials.secret_access_key()),
            session_token: credentials.session_token().map(Secret::new),
            expires: credentials.expiry().and_then(|end| Timestamp::try_from(end).ok()),
            endpoint_url: self.0.endpoint_url.clone(),
        })
    }
}
