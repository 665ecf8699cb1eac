//! What ends a run before its end. Findings and obstacles are no errors: they are values in the journal.

use backproof_cloud::{CallError, NotTheSandbox};
use backproof_store::StoreError;

/// Why the engine stopped.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The state directory could not be used; what was journalled before is kept, and the run can go on.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The credentials are not those of the sandbox.
    #[error(transparent)]
    NotTheSandbox(#[from] NotTheSandbox),
    /// Something that must hold before anything is restored does not hold.
    #[error("{0}")]
    Refused(String),
    /// AWS did not answer a question without which nothing can be begun.
    #[error("cannot go on without an answer from AWS: {0}")]
    Call(#[from] CallError),
    /// What was asked for does not fit the state: no such run, an open run of another plan.
    #[error("{0}")]
    Unfit(String),
    /// A defect of this program.
    #[error("internal error: {0}; this is a defect of backproof, please report it with the journal")]
    Internal(String),
}

impl EngineError {
    pub(crate) fn internal(problem: impl std::fmt::Display) -> Self {
        Self::Internal(problem.to_string())
    }
}

/// Shorthand of this crate.
pub(crate) type Result<T, E = EngineError> = std::result::Result<T, E>;
