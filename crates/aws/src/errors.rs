//! One place that turns the SDK's errors into [`CallError`]s.
//!
//! The class of trouble comes from AWS's error code, then from the HTTP status; AWS's words are kept beside it.
//! Only texts that AWS or the connection gave are repeated, never a request, so no secret gets into a message.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use backproof_cloud::{CallError, Trouble};

/// What went wrong with `call` (`backup:StartRestoreJob`).
pub(crate) fn call_error<E>(call: &str, error: &SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let request_id = error.request_id().or_else(|| error.meta().request_id()).map(str::to_owned);
    let of = |trouble, code: Option<&str>, message: String| CallError {
        call: call.to_owned(),
        trouble,
        code: code.map(str::to_owned),
        message,
        request_id: request_id.clone(),
    };
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let words =
                answer.err().message().map_or_else(|| format!("HTTP {status} without a message"), str::to_owned);
            match answer.err().code().filter(|code| !code.is_empty()) {
                Some(code) => of(trouble_of(code, status), Some(code), words),
                // The SDK hands out an answer that it cannot read as an error of the service, without a code.
                None if answer.raw().status().is_success() => {
                    let words = format!("AWS's answer cannot be understood: {}", chain(answer.err()));
                    of(Trouble::Unreadable, None, words)
                }
                None => of(trouble_without_code(status), None, words),
            }
        }
        SdkError::ResponseError(_) => {
            of(Trouble::Unreadable, None, format!("AWS's answer cannot be understood: {}", chain(error)))
        }
        SdkError::TimeoutError(_) => of(Trouble::NoAnswer, None, format!("no answer came in time: {}", chain(error))),
        SdkError::ConstructionFailure(_) | SdkError::DispatchFailure(_) => sign_in_error(call, error)
            .unwrap_or_else(|| of(Trouble::NoAnswer, None, format!("no answer: {}", chain(error)))),
        // The SDK's enum is open; what it may add is not known to be harmless.
        _ => of(Trouble::NoAnswer, None, chain(error)),
    }
}

/// What went wrong where `call` needed credentials and there were none.
pub(crate) fn credentials_error(call: &str, error: CredentialsError) -> CallError {
    call_error(call, &SdkError::<AssumeRoleError, HttpResponse>::construction_failure(error))
}

/// Names the endpoint that gave no answer, where it is not AWS's own.
pub(crate) fn naming(mut error: CallError, endpoint: Option<&str>) -> CallError {
    if let (Trouble::NoAnswer, Some(endpoint)) = (error.trouble, endpoint)
        && !error.message.contains(endpoint)
    {
        error.message = error.message.replacen("no answer", &format!("no answer from {endpoint}"), 1);
    }
    error
}

/// Whether the call never left because nobody is signed in, or because a role could not be assumed.
fn sign_in_error(call: &str, error: &(dyn Error + 'static)) -> Option<CallError> {
    // Not the error itself: it may be that of AssumeRole.
    let beneath = || causes(error).skip(1);
    if let Some(inner) = beneath().find_map(|cause| cause.downcast_ref::<CallError>()) {
        return Some(inner.clone());
    }
    if let Some(inner) = beneath().find_map(|cause| cause.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>()) {
        return Some(call_error("sts:AssumeRole", inner));
    }
    let credentials = beneath().find_map(|cause| cause.downcast_ref::<CredentialsError>())?;
    let trouble = match credentials {
        CredentialsError::ProviderTimedOut(_) => Trouble::NoAnswer,
        _ => Trouble::SignedOut,
    };
    // The SDK lists what it tried on lines of their own.
    let tried =
        chain(credentials).lines().map(str::trim).collect::<Vec<_>>().join("; ").replace("Attempted:; ", "Tried: ");
    let message = format!("no usable credentials: {tried}");
    Some(CallError { call: call.to_owned(), trouble, code: None, message, request_id: None })
}

/// An error's own words and those of all its causes, each once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    for cause in causes(error) {
        let text = cause.to_string();
        if words.last().is_none_or(|last| !last.ends_with(&text)) {
            words.push(text);
        }
    }
    words.join(": ")
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// The class of an AWS error code. `status` decides where the code is not one that we know.
pub(crate) fn trouble_of(code: &str, status: u16) -> Trouble {
    match code {
        "InvalidResourceStateException"
        | "DeleteConflict"
        | "TransactionInProgressException"
        | "OperationAbortedException" => Trouble::Conflict,
        // RDS: an instance or its backups are in a state that does not allow it now.
        _ if code.starts_with("InvalidDB") && code.contains("State") => Trouble::Conflict,
        _ if code.starts_with("InsufficientDBInstanceCapacity") => Trouble::Quota,
        "DependencyFailureException" => Trouble::ServiceFault,
        _ if is_signed_out(code) => Trouble::SignedOut,
        _ if is_denied(code) => Trouble::Denied,
        _ if is_throttled(code) => Trouble::Throttled,
        _ if code.contains("NotFound") || code.starts_with("NoSuch") => Trouble::NotFound,
        _ if has_any(code, &["AlreadyExists", "ResourceInUse", "InUseException", "Conflict"]) => Trouble::Conflict,
        _ if has_any(code, &["LimitExceeded", "QuotaExceeded"]) => Trouble::Quota,
        _ if has_any(code, &["InternalFailure", "InternalError", "InternalServerError", "Unavailable"]) => {
            Trouble::ServiceFault
        }
        _ if status >= 500 => Trouble::ServiceFault,
        _ if status == 429 => Trouble::Throttled,
        _ if status == 403 || status == 401 => Trouble::Denied,
        // Validation*, Invalid*, Missing*, Malformed*, Serialization*, and whatever else AWS calls the caller's fault.
        _ => Trouble::Invalid,
    }
}

/// An error answer without a code did not come from AWS itself: a proxy, a load balancer, an endpoint of another make.
fn trouble_without_code(status: u16) -> Trouble {
    match status {
        429 => Trouble::Throttled,
        401 | 403 => Trouble::Denied,
        500.. => Trouble::ServiceFault,
        _ => Trouble::Unreadable,
    }
}

fn is_signed_out(code: &str) -> bool {
    code.starts_with("ExpiredToken")
        || matches!(
            code,
            "InvalidClientTokenId"
                | "UnrecognizedClientException"
                | "UnrecognizedClient"
                | "InvalidAccessKeyId"
                | "InvalidToken"
                | "InvalidSignatureException"
                | "SignatureDoesNotMatch"
                | "IncompleteSignature"
                | "IncompleteSignatureException"
                | "MissingAuthenticationToken"
                | "MissingAuthenticationTokenException"
                | "AuthFailure"
                | "RequestExpired"
                | "TokenRefreshRequired"
        )
}

fn is_denied(code: &str) -> bool {
    code.contains("AccessDenied")
        || code.contains("NotAuthorized")
        || matches!(code, "UnauthorizedOperation" | "UnauthorizedException" | "AuthorizationError" | "OptInRequired")
}

fn is_throttled(code: &str) -> bool {
    code.starts_with("Throttl")
        || code.starts_with("RequestThrottled")
        || code.starts_with("TooManyRequests")
        || code.starts_with("ProvisionedThroughputExceeded")
        || matches!(
            code,
            "RequestLimitExceeded"
                | "BandwidthLimitExceeded"
                | "SlowDown"
                | "PriorRequestNotComplete"
                | "EC2ThrottledException"
        )
}

fn has_any(code: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| code.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::client::result::ConnectorError;

    type ListError = SdkError<AssumeRoleError, HttpResponse>;

    #[test]
    fn codes_of_all_services_find_their_class() {
        use Trouble::{Conflict, Denied, Invalid, NotFound, Quota, ServiceFault, SignedOut, Throttled};
        for (code, status, expected) in [
            ("AccessDenied", 403, Denied),
            ("UnauthorizedOperation", 403, Denied),
            ("SomethingNew", 403, Denied),
            ("ExpiredToken", 400, SignedOut),
            ("InvalidClientTokenId", 403, SignedOut),
            ("SignatureDoesNotMatch", 403, SignedOut),
            ("RequestExpired", 400, SignedOut),
            ("TooManyRequestsException", 429, Throttled),
            ("RequestLimitExceeded", 503, Throttled),
            ("SlowDown", 503, Throttled),
            ("SomethingNew", 429, Throttled),
            ("InvalidVpcID.NotFound", 400, NotFound),
            ("NoSuchBucket", 404, NotFound),
            ("TableAlreadyExistsException", 400, Conflict),
            ("ResourceInUseException", 400, Conflict),
            ("VcpuLimitExceeded", 400, Quota),
            ("InstanceQuotaExceeded", 400, Quota),
            ("DBInstanceNotFound", 404, NotFound),
            ("DBInstanceNotFoundFault", 404, NotFound),
            ("DBInstanceAlreadyExists", 400, Conflict),
            ("InvalidDBInstanceState", 400, Conflict),
            ("InvalidDBInstanceAutomatedBackupState", 400, Conflict),
            ("InvalidVPCNetworkStateFault", 400, Invalid),
            ("InsufficientDBInstanceCapacity", 400, Quota),
            ("OperationAbortedException", 400, Conflict),
            ("MissingParameterValueException", 400, Invalid),
            ("ValidationException", 400, Invalid),
            ("SomethingNew", 400, Invalid),
            ("InternalFailure", 500, ServiceFault),
            ("SomethingNew", 503, ServiceFault),
        ] {
            assert_eq!(trouble_of(code, status), expected, "{code} {status}");
        }
    }

    #[test]
    fn a_call_that_found_no_credentials_is_signed_out() {
        for error in [
            ListError::construction_failure(CredentialsError::not_loaded("no providers in chain provided credentials")),
            ListError::dispatch_failure(ConnectorError::other(
                CredentialsError::provider_error("the SSO session has expired").into(),
                None,
            )),
        ] {
            let error = call_error("backup:ListBackupVaults", &error);
            assert_eq!((error.trouble, error.call.as_str()), (Trouble::SignedOut, "backup:ListBackupVaults"));
            assert!(error.message.starts_with("no usable credentials: "), "{error}");
        }
    }

    #[test]
    fn a_sign_in_that_did_not_answer_is_no_answer() {
        let late = CredentialsError::provider_timed_out(std::time::Duration::from_secs(5));
        assert_eq!(call_error("x:Y", &ListError::construction_failure(late)).trouble, Trouble::NoAnswer);
    }

    #[test]
    fn words_are_said_once() {
        let error = ListError::dispatch_failure(ConnectorError::io("connection reset".into()));
        let error = call_error("x:Y", &error);
        assert_eq!(error.message.matches("connection reset").count(), 1, "{error}");
    }
}
