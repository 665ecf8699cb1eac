//! What can go wrong with one call to AWS.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A call that did not give an answer, in AWS's words and with a class that decisions can be made on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallError {
    /// The service and operation: `backup:StartRestoreJob`.
    pub call: String,
    /// What kind of trouble it is.
    pub trouble: Trouble,
    /// AWS's error code, where it gave one.
    pub code: Option<String>,
    /// AWS's words, or the connection's.
    pub message: String,
    /// AWS's id of the request, where it gave one.
    pub request_id: Option<String>,
}

/// Classes of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// The identity may not do this.
    Denied,
    /// The session has ended, or there are no credentials; somebody must sign in.
    SignedOut,
    /// Too many calls; retries inside the client were used up.
    Throttled,
    /// What was asked for does not exist.
    NotFound,
    /// It exists already, or is in use.
    Conflict,
    /// A quota is used up.
    Quota,
    /// AWS says that the request is wrong.
    Invalid,
    /// AWS answered with a fault of its own.
    ServiceFault,
    /// No answer: not reached, cut off, or timed out. Whether the call had an effect is unknown.
    NoAnswer,
    /// An answer that cannot be understood. Whether the call had an effect is unknown.
    Unreadable,
}

impl CallError {
    /// Whether asking again, a little later, may help.
    pub fn may_pass(&self) -> bool {
        match self.trouble {
            Trouble::Throttled
            | Trouble::ServiceFault
            | Trouble::NoAnswer
            | Trouble::Unreadable
            | Trouble::Quota
            | Trouble::Conflict => true,
            Trouble::Denied | Trouble::SignedOut | Trouble::NotFound | Trouble::Invalid => false,
        }
    }

    /// Whether the call may have had its effect although it failed.
    pub fn effect_unknown(&self) -> bool {
        match self.trouble {
            Trouble::ServiceFault | Trouble::NoAnswer | Trouble::Unreadable => true,
            Trouble::Denied
            | Trouble::SignedOut
            | Trouble::Throttled
            | Trouble::NotFound
            | Trouble::Conflict
            | Trouble::Quota
            | Trouble::Invalid => false,
        }
    }

    /// Whether AWS says that the thing asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        self.trouble == Trouble::NotFound
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.call)?;
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(request_id) = &self.request_id {
            write!(f, " (request {request_id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for CallError {}
