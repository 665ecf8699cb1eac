//! Credentials of the sandbox's session, for programs that a plan lends them to.

use async_trait::async_trait;
use backproof_model::Secret;
use jiff::Timestamp;

use crate::CallError;

/// Credentials as AWS's own tools take them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCredentials {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: Secret,
    /// `AWS_SESSION_TOKEN`, for temporary ones.
    pub session_token: Option<Secret>,
    /// Until when they hold, where that is known.
    pub expires: Option<Timestamp>,
    /// The endpoint of all services, where it is not AWS's own.
    pub endpoint_url: Option<String>,
}

/// Lends out the credentials of the sandbox's session. What is done with them is the borrower's doing.
#[async_trait]
pub trait LendCredentials: Send + Sync {
    /// The session's present credentials.
    ///
    /// # Errors
    /// There are none, or the role cannot be assumed.
    async fn lend(&self) -> Result<SessionCredentials, CallError>;
}
