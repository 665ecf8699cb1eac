//! The refusals of AWS Backup.
//!
//! Source: the errors that the AWS Backup service model declares.

use crate::wire::{ApiError, Fault};

/// A parameter has a value that cannot be.
pub(crate) fn invalid_parameter(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidParameterValueException", message)
}

/// A parameter is missing.
pub(crate) fn missing_parameter(name: &str) -> ApiError {
    ApiError::client("MissingParameterValueException", format!("{name} is a required parameter"))
}

/// What was named does not exist.
pub(crate) fn not_found(what: &str, name: &str) -> ApiError {
    ApiError::client("ResourceNotFoundException", format!("{what} not found: {name}")).with_status(404)
}

/// The request makes no sense for what it names.
pub(crate) fn invalid_request(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidRequestException", message)
}

/// What is named is in a state that does not permit this.
pub(crate) fn invalid_state(message: impl Into<String>) -> ApiError {
    ApiError::client("InvalidResourceStateException", message)
}

/// Something of this name is there already.
pub(crate) fn already_exists(what: &str, name: &str) -> ApiError {
    ApiError::client("AlreadyExistsException", format!("{what} with the same name already exists: {name}"))
}

/// Too much of something at once.
pub(crate) fn limit_exceeded(message: impl Into<String>) -> ApiError {
    ApiError::client("LimitExceededException", message)
}

/// The caller may not do this here.
pub(crate) fn access_denied(message: impl Into<String>) -> ApiError {
    let mut error = ApiError::client("AccessDeniedException", message).with_status(403);
    error.fault = Fault::Client;
    error
}
