//! Whose fault it is that something could not be seen, and how to say so.
//!
//! Messages of a server are quoted only where they speak of itself (files, pages, memory). Any other may quote a value.

use backproof_clock::TookTooLong;
use backproof_model::FaultOwner;

/// Why a server did not do what it was asked, in terms that hold for every engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// The server's certificate is not believed, or it offers none.
    #[error("the server's certificate is not believed: {0}")]
    NotTrusted(String),
    /// There is no login to use.
    #[error("there is no login: {0}")]
    NoLogin(String),
    /// User and password are refused.
    #[error("the login was refused (code {code})")]
    Refused {
        /// The server's code.
        code: String,
    },
    /// The server is there, but does not take sessions now: starting, recovering, full.
    #[error("the server takes no sessions: {0}")]
    NotYet(String),
    /// The connection was refused, cut, or cannot be made.
    #[error("the connection failed: {0}")]
    Lost(String),
    /// The server took the connection and says nothing.
    #[error("{0}")]
    NoAnswer(#[from] TookTooLong),
    /// The validator's time is up.
    #[error("the deadline passed")]
    TimeIsUp,
    /// The server says that its own data is damaged.
    #[error("the server says that its data is damaged: {words} (code {code})")]
    Damaged {
        /// The server's code.
        code: String,
        /// The server's words, which name files and pages.
        words: String,
    },
    /// The login may not do that.
    #[error("the login may not do that (code {code})")]
    Denied {
        /// The server's code.
        code: String,
    },
    /// Any other refusal. The message may quote data, so it is left out.
    #[error("the server refused the statement (code {code})")]
    Rejected {
        /// The server's code.
        code: String,
    },
    /// The answer has another form than this program expects.
    #[error("the answer could not be understood: {0}")]
    Unreadable(String),
}

impl Trouble {
    /// Whether the same statement may succeed a moment later, in the same session: it met another's lock or change, or
    /// somebody stopped it.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            // PostgreSQL's, then MySQL's.
            Self::Rejected { code } => {
                ["40001", "40P01", "55P03", "57014", "1205", "1213", "1317"].contains(&code.as_str())
            }
            Self::NotTrusted(_)
            | Self::NoLogin(_)
            | Self::Refused { .. }
            | Self::NotYet(_)
            | Self::Lost(_)
            | Self::NoAnswer(_)
            | Self::TimeIsUp
            | Self::Damaged { .. }
            | Self::Denied { .. }
            | Self::Unreadable(_) => false,
        }
    }

    /// Whether the session is of no use any more.
    pub(crate) fn ends_the_session(&self) -> bool {
        match self {
            Self::Lost(_) | Self::NoAnswer(_) | Self::NotYet(_) | Self::TimeIsUp => true,
            Self::NotTrusted(_)
            | Self::NoLogin(_)
            | Self::Refused { .. }
            | Self::Damaged { .. }
            | Self::Denied { .. }
            | Self::Rejected { .. }
            | Self::Unreadable(_) => false,
        }
    }
}

/// Why something could not be seen. Never the backup's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Obstacle {
    /// Whose fault.
    pub(crate) owner: FaultOwner,
    /// In words, without customer data.
    pub(crate) words: String,
}

impl Obstacle {
    /// The obstacle that a trouble is, with what was being done: `reading table public.orders`.
    pub(crate) fn of(doing: &str, trouble: &Trouble) -> Self {
        let (owner, hint) = match trouble {
            Trouble::NotTrusted(_) => (
                FaultOwner::Sandbox,
                "; set `ca_file` of [sandbox.databases] to the authorities of the Region (RDS's bundle)",
            ),
            Trouble::NoLogin(_) | Trouble::Refused { .. } => {
                (FaultOwner::Sandbox, "; see `login` of [sandbox.databases]")
            }
            Trouble::NotYet(_) | Trouble::Lost(_) => (FaultOwner::Sandbox, ""),
            Trouble::NoAnswer(_) => (FaultOwner::Sandbox, "; the server hangs, or something between drops packets"),
            Trouble::TimeIsUp => (FaultOwner::Validator, "; allow more time for validation in the plan"),
            Trouble::Denied { .. } => (
                FaultOwner::Sandbox,
                "; use a login that may read everything (pg_read_all_data in PostgreSQL, SELECT on *.* in MySQL)",
            ),
            // Damage is a finding where data is read, and an obstacle everywhere else.
            Trouble::Damaged { .. } => (FaultOwner::Backup, ""),
            trouble if trouble.may_pass() => (FaultOwner::Sandbox, "; something else is at work on the server"),
            Trouble::Rejected { .. } | Trouble::Unreadable(_) => (FaultOwner::Harness, ""),
        };
        Self { owner, words: format!("{doing}: {trouble}{hint}") }
    }

    /// An obstacle in words of its own.
    pub(crate) fn new(owner: FaultOwner, words: impl Into<String>) -> Self {
        Self { owner, words: words.into() }
    }
}
