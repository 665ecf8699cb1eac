//! Exit codes, and which error gives which.

use std::process::ExitCode;

use backproof_cloud::NotTheSandbox;
use backproof_engine::EngineError;
use backproof_store::StoreError;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Passed,
    Failed,
    Usage,
    Inconclusive,
    Stranded,
    Overdue,
    Refused,
    Internal,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Inconclusive => 3,
            Self::Stranded => 4,
            Self::Overdue => 5,
            Self::Refused => 6,
            Self::Internal => 70,
        }
    }

    /// The end that the evidence's verdict on a run stands for.
    pub(crate) fn of_code(code: u8) -> Self {
        match code {
            0 => Self::Passed,
            1 => Self::Failed,
            3 => Self::Inconclusive,
            4 => Self::Stranded,
            _ => Self::Internal,
        }
    }

    /// Prints the error, and ends so.
    pub(crate) fn after(self, error: &anyhow::Error) -> ExitCode {
        tell(error);
        self.into()
    }
}

/// Prints an error with what our own words leave out.
pub(crate) fn tell(error: &anyhow::Error) {
    eprintln!("error: {error}");
    if tells_its_cause(error) {
        return;
    }
    let mut told = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !told.contains(&cause) {
            eprintln!("  because: {cause}");
        }
        told = cause;
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// A problem with what was typed or with the plan file; says all there is to say.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub(crate) String);

/// Our own errors say in their own words what they come from; others do not.
fn tells_its_cause(error: &anyhow::Error) -> bool {
    error.is::<UsageError>() || error.is::<StoreError>() || error.is::<EngineError>()
}

/// Which end an error stands for.
pub(crate) fn of_error(error: &anyhow::Error) -> Exit {
    if error.is::<UsageError>() {
        return Exit::Usage;
    }
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return of_store(error);
    }
    match error.downcast_ref::<EngineError>() {
        Some(EngineError::Call(_) | EngineError::NotTheSandbox(NotTheSandbox::Unknown(_))) => Exit::Inconclusive,
        Some(EngineError::Refused(_) | EngineError::NotTheSandbox(_)) => Exit::Refused,
        Some(EngineError::Unfit(_)) => Exit::Usage,
        Some(EngineError::Store(error)) => of_store(error),
        Some(EngineError::Internal(_)) | None => Exit::Internal,
    }
}

/// A directory that belongs to another is for the user to mend; what goes wrong in the middle of a run leaves it
/// undecided.
fn of_store(error: &StoreError) -> Exit {
    match error {
        StoreError::InUse { .. }
        | StoreError::Migration { .. }
        | StoreError::Newer { .. }
        | StoreError::Mirror { .. }
        | StoreError::Held { .. } => Exit::Usage,
        StoreError::Files { .. } | StoreError::Database { .. } | StoreError::StaleToken { .. } => Exit::Inconclusive,
        StoreError::UnsafeSqlite { .. }
        | StoreError::Damaged { .. }
        | StoreError::UnknownEvent { .. }
        | StoreError::TooLarge { .. }
        | StoreError::ToldToStop => Exit::Internal,
    }
}
