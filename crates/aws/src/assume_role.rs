//! Credentials that are kept until shortly before their end, and the role assumed to get them.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as CredentialsFuture;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use backproof_clock::SharedClock;
use tokio::sync::Mutex;

use crate::convert::unreadable;
use crate::errors::{call_error, naming};

/// How long before their end credentials are renewed.
const RENEW_BEFORE: Duration = Duration::from_mins(5);
/// The longest session that role chaining gives, and the least that a role's maximum can be.
/// Source: AWS STS API reference, `AssumeRole`, `DurationSeconds`.
const SESSION_SECONDS: i32 = 3600;

/// Keeps what another provider gave, and asks it again shortly before the end.
#[derive(Clone)]
pub(crate) struct Kept {
    provider: SharedCredentialsProvider,
    clock: SharedClock,
    current: Arc<Mutex<Option<Credentials>>>,
}

impl Kept {
    pub(crate) fn new(provider: SharedCredentialsProvider, clock: SharedClock) -> Self {
        Self { provider, clock, current: Arc::default() }
    }

    /// Forgets what is kept: AWS said that it has ended before its time.
    pub(crate) async fn forget(&self) {
        *self.current.lock().await = None;
    }

    /// What is kept, or what the provider gives now.
    pub(crate) async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let mut current = self.current.lock().await;
        let renew_from = SystemTime::from(self.clock.now()) + RENEW_BEFORE;
        if let Some(kept) = &*current
            && kept.expiry().is_none_or(|end| end > renew_from)
        {
            return Ok(kept.clone());
        }
        let fresh = self.provider.provide_credentials().await?;
        Ok(current.insert(fresh).clone())
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("provider", &self.provider).finish_non_exhaustive()
    }
}

impl ProvideCredentials for Kept {
    fn provide_credentials<'a>(&'a self) -> CredentialsFuture<'a>
    where
        Self: 'a,
    {
        CredentialsFuture::new(self.credentials())
    }
}

/// Assumes one role each time it is asked.
pub(crate) struct Role {
    /// Asks STS with the base credentials.
    pub(crate) sts: aws_sdk_sts::Client,
    /// The role.
    pub(crate) arn: String,
    /// What its trust policy asks for.
    pub(crate) external_id: Option<String>,
    /// The session's name in CloudTrail.
    pub(crate) session_name: String,
    /// The endpoint in the place of AWS's own.
    pub(crate) endpoint_url: Option<String>,
}

impl Role {
    async fn assume(&self) -> Result<Credentials, CredentialsError> {
        let request = self
            .sts
            .assume_role()
            .role_arn(&self.arn)
            .set_external_id(self.external_id.clone())
            .role_session_name(&self.session_name)
            .duration_seconds(SESSION_SECONDS);
        let answer = request.send().await.map_err(|error| {
            let mut error = naming(call_error("sts:AssumeRole", &error), self.endpoint_url.as_deref());
            error.message = format!("{} (assuming {})", error.message, self.arn);
            CredentialsError::provider_error(error)
        })?;
        let session = answer
            .credentials
            .ok_or_else(|| CredentialsError::provider_error(unreadable("sts:AssumeRole", "Credentials is missing")))?;
        let end = SystemTime::try_from(session.expiration).map_err(|_| {
            CredentialsError::provider_error(unreadable("sts:AssumeRole", "Expiration is out of range"))
        })?;
        Ok(Credentials::new(
            session.access_key_id,
            session.secret_access_key,
            Some(session.session_token),
            Some(end),
            "AssumeRole",
        ))
    }
}

impl fmt::Debug for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Role").field("arn", &self.arn).finish_non_exhaustive()
    }
}

impl ProvideCredentials for Role {
    fn provide_credentials<'a>(&'a self) -> CredentialsFuture<'a>
    where
        Self: 'a,
    {
        CredentialsFuture::new(self.assume())
    }
}
