//! A refusal, in a service's own words.

use serde_json::{Map, Value};

/// Why a service refuses a call. How it is written depends on the protocol.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The error's name, without namespace: `ResourceNotFoundException`.
    pub code: String,
    /// The sentence for people.
    pub message: String,
    /// HTTP status.
    pub status: u16,
    /// Whose fault it is, by AWS's notion.
    pub fault: Fault,
    /// Further members of the error (JSON protocols only), such as DynamoDB's `CancellationReasons`.
    pub members: Map<String, Value>,
}

/// Whose fault an error is, by AWS's notion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The caller's.
    Client,
    /// The service's.
    Server,
}

impl ApiError {
    /// An error that the caller brought about, with HTTP status 400.
    pub fn client(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), status: 400, fault: Fault::Client, members: Map::new() }
    }

    /// The service's own failure, with HTTP status 500.
    pub fn internal(message: impl Into<String>) -> Self {
        Self {
            code: "InternalFailure".into(),
            message: message.into(),
            status: 500,
            fault: Fault::Server,
            members: Map::new(),
        }
    }

    /// An operation that this simulator does not serve: named, so that nobody takes it for an empty answer.
    pub fn unknown_operation(service: &str, operation: &str) -> Self {
        Self::client("UnknownOperationException", format!("the simulator does not serve {service}:{operation}"))
            .with_status(501)
    }

    /// The same error with another HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same error with one more member (JSON protocols only).
    #[must_use]
    pub fn with_member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }
}
