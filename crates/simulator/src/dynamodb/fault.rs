//! The refusals of the DynamoDB data plane, under the names that AWS gives them.
//!
//! Throttling, denied permissions and outages are injected in front of this data plane; none of them is made here.

use thiserror::Error;

use crate::wire::ApiError;

/// Why a DynamoDB call was refused. Every one of them answers HTTP 400.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Fault {
    /// The request breaks a rule of the service.
    #[error("{0}")]
    Validation(String),
    /// The body is not the JSON that the operation takes.
    #[error("{0}")]
    Serialization(String),
    /// No such table, index or resource, or not yet.
    #[error("{0}")]
    ResourceNotFound(String),
    /// The table is being created, updated or deleted, or its name is taken.
    #[error("{0}")]
    ResourceInUse(String),
    /// A call about continuous backups names a table that does not exist.
    #[error("Table not found: {0}")]
    TableNotFound(String),
    /// The condition of a write does not hold.
    #[error("The conditional request failed")]
    ConditionalCheckFailed,
    /// The operation is not part of this simulator.
    #[error("the simulator does not serve dynamodb:{0}")]
    UnknownOperation(String),
}

impl Fault {
    /// A validation refusal with the given text.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Validation(message.into())
    }

    /// The refusal of a parameter whose values are bounded.
    pub(crate) fn out_of_bounds(value: impl std::fmt::Display, member: &str, constraint: &str) -> Self {
        Self::invalid(format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
        ))
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Validation(_) => "ValidationException",
            Self::Serialization(_) => "SerializationException",
            Self::ResourceNotFound(_) => "ResourceNotFoundException",
            Self::ResourceInUse(_) => "ResourceInUseException",
            Self::TableNotFound(_) => "TableNotFoundException",
            Self::ConditionalCheckFailed => "ConditionalCheckFailedException",
            Self::UnknownOperation(_) => "UnknownOperationException",
        }
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        Self::client(fault.code(), fault.to_string())
    }
}
