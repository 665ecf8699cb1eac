//! Tokens for IAM database authentication. Signed here; nothing is sent.
//!
//! Source: Amazon RDS user guide, "Connecting to your DB instance using IAM authentication".

use aws_sdk_rds::auth_token::{AuthTokenGenerator, Config};
use backproof_cloud::{CallError, Sandbox, Trouble};
use backproof_model::Secret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::session::Session;

const ACTION: &str = "rds-db:connect";
/// What a URL's query may hold as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A token for `user` at this very endpoint.
pub(super) async fn sign(
    session: &Session,
    sandbox: &Sandbox,
    host: &str,
    port: u16,
    user: &str,
) -> Result<Secret, CallError> {
    session.must_be(sandbox, ACTION)?;
    let unusable = |message: String| CallError {
        call: ACTION.to_owned(),
        trouble: Trouble::Invalid,
        code: None,
        message: format!("no token could be made for {user} at {host}:{port}: {message}"),
        request_id: None,
    };
    let is_host = |host: &str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    if host.is_empty() || !is_host(host) {
        return Err(unusable("that is no name of a host".into()));
    }
    // The SDK puts the user into a URL as it is.
    let user = utf8_percent_encode(user, ENCODED).to_string();
    let config = Config::builder().hostname(host).port(u64::from(port)).username(user).build();
    let config = config.map_err(|error| unusable(error.to_string()))?;
    // Asked for on their own, so that a failure to assume the role is told as what it is.
    session.credentials(ACTION).await?;
    let token = AuthTokenGenerator::new(config).auth_token(&session.config).await;
    token.map(|token| Secret::new(token.as_str())).map_err(|error| unusable(error.to_string()))
}
