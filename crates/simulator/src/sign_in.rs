//! Who calls: from the access key of the signature, which is not verified.
//!
//! An access key of twelve digits is that account. A key that `AssumeRole` gave out is its session. Every other key,
//! and no key at all, is the first source account of the world, so that any credentials sign in.

use std::collections::BTreeMap;

use http::{HeaderMap, header};
use jiff::Timestamp;

use crate::wire::{ApiError, Protocol, Service};
use crate::world::World;

/// What every access key given out by `AssumeRole` begins with.
pub(crate) const SESSION_KEY_PREFIX: &str = "ASIABACKPROOF";

/// What the signature says about a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The access key.
    pub access_key: String,
    /// The Region that the request was signed for.
    pub region: Option<String>,
    /// The service's signing name.
    pub service: Option<String>,
}

/// Reads `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`.
pub(crate) fn scope(headers: &HeaderMap) -> Scope {
    let text = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some((_, credential)) = text.split_once("Credential=") else { return Scope::default() };
    let credential = credential.split([',', ' ']).next().unwrap_or_default();
    // From the right, since an access key may hold anything.
    let parts: Vec<&str> = credential.rsplitn(5, '/').collect();
    let part = |index: usize| parts.get(index).filter(|part| !part.is_empty()).map(|part| (*part).to_owned());
    Scope { access_key: part(4).unwrap_or_default(), region: part(2), service: part(1) }
}

/// A session that `AssumeRole` opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// The role's account.
    pub account: String,
    /// The role's name.
    pub role: String,
    /// The name that the caller gave the session.
    pub name: String,
    /// When it ends.
    pub expires: Timestamp,
}

impl Session {
    /// The ARN of the session.
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:sts::{}:assumed-role/{}/{}", self.account, self.role, self.name)
    }
}

/// All sessions, by access key.
pub(crate) type Sessions = BTreeMap<String, Session>;

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The account.
    pub account: String,
    /// The user's or the session's ARN.
    pub arn: String,
    /// The role's name, for sessions.
    pub role: Option<String>,
}

/// Whom an access key stands for.
///
/// # Errors
/// The session has expired, or is none of this simulator.
pub(crate) fn caller(
    access_key: &str,
    sessions: &Sessions,
    world: &World,
    service: Service,
    now: Timestamp,
) -> Result<Caller, ApiError> {
    if let Some(session) = sessions.get(access_key) {
        if session.expires <= now {
            return Err(expired(service));
        }
        let role = Some(session.role.clone());
        return Ok(Caller { account: session.account.clone(), arn: session.arn(), role });
    }
    if access_key.starts_with(SESSION_KEY_PREFIX) {
        return Err(unknown_key(service));
    }
    let is_account = access_key.len() == 12 && access_key.bytes().all(|byte| byte.is_ascii_digit());
    let account = if is_account { access_key } else { world.first_source_account() }.to_owned();
    Ok(Caller { arn: format!("arn:aws:iam::{account}:user/simulated"), account, role: None })
}

/// The session has expired, in the service's own words.
pub(crate) fn expired(service: Service) -> ApiError {
    let message = "The security token included in the request is expired";
    match service.protocol() {
        Protocol::RestJson => ApiError::client("ExpiredTokenException", message).with_status(403),
        Protocol::Json10 | Protocol::Json11 => ApiError::client("ExpiredTokenException", message),
        Protocol::Query => ApiError::client("ExpiredToken", message).with_status(403),
        Protocol::Ec2 => ApiError::client("RequestExpired", "Request has expired."),
    }
}

fn unknown_key(service: Service) -> ApiError {
    let message = "The security token included in the request is invalid.";
    match service.protocol() {
        Protocol::RestJson => ApiError::client("UnrecognizedClientException", message).with_status(403),
        Protocol::Json10 | Protocol::Json11 => ApiError::client("UnrecognizedClientException", message),
        Protocol::Query => ApiError::client("InvalidClientTokenId", message).with_status(403),
        Protocol::Ec2 => ApiError::client("AuthFailure", message).with_status(401),
    }
}

/// Whether a role (or a user, where there is none) may do `action`, as far as identities decide it.
pub(crate) fn is_allowed(world: &World, account: &str, role: Option<&str>, action: &str) -> bool {
    let mut denials = world.denied.iter().filter(|denial| denial.restoring.is_empty());
    let mut roles = world.roles.iter().filter(|known| known.account == account && Some(known.name.as_str()) == role);
    !denials.any(|denial| denial.stops(account, role, action)) && roles.all(|role| role.allows(action))
}

/// A permission is missing, in the service's own words.
pub(crate) fn denied(service: Service, caller_arn: &str, action: &str) -> ApiError {
    let message = format!(
        "User: {caller_arn} is not authorized to perform: {action} because no identity-based policy allows the {action} action"
    );
    match service.protocol() {
        Protocol::RestJson => ApiError::client("AccessDeniedException", message).with_status(403),
        Protocol::Json10 | Protocol::Json11 => ApiError::client("AccessDeniedException", message),
        Protocol::Query => ApiError::client("AccessDenied", message).with_status(403),
        Protocol::Ec2 => ApiError::client("UnauthorizedOperation", "You are not authorized to perform this operation.")
            .with_status(403),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_is_read_from_the_signature() {
        let mut headers = HeaderMap::new();
        let text = "AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-central-1/backup/aws4_request, SignedHeaders=host, Signature=0";
        headers.insert(header::AUTHORIZATION, text.parse().unwrap());
        let scope = scope(&headers);
        assert_eq!(scope.access_key, "111122223333");
        assert_eq!(scope.region.as_deref(), Some("eu-central-1"));
        assert_eq!(scope.service.as_deref(), Some("backup"));
        assert_eq!(super::scope(&HeaderMap::new()), Scope::default());
    }
}
