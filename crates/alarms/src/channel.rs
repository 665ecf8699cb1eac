//! What every channel does: hand one letter over, once.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::alarm::Alarm;
use crate::kind::Severity;

/// An alarm on its way, with the id by which receivers know repeats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The same for every attempt, every channel and every process.
    pub id: String,
    /// The alarm.
    pub alarm: Alarm,
}

/// Why a letter was not taken. Never holds a secret: of a URL only the host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDelivered {
    /// Another attempt may pass.
    #[error("{why}")]
    ForNow {
        /// Why.
        why: String,
        /// How long the receiver wishes to be left alone.
        after: Option<Duration>,
    },
    /// The receiver will not take this letter; another attempt is for the next start, when somebody has looked.
    #[error("{why}")]
    Refused {
        /// Why.
        why: String,
    },
}

impl NotDelivered {
    /// Another attempt may pass.
    pub fn for_now(why: impl Into<String>) -> Self {
        Self::ForNow { why: why.into(), after: None }
    }

    /// The receiver will not take it.
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }
}

/// One way to tell somebody.
#[async_trait]
pub trait Channel: Send + Sync {
    /// The channel's name: the same in every process, and no secret.
    fn name(&self) -> &str;

    /// The least severity that it takes.
    fn least(&self) -> Severity;

    /// Hands a letter over, once.
    ///
    /// # Errors
    /// Says why it was not taken, and whether trying again may help.
    async fn deliver(&self, letter: &Letter) -> Result<(), NotDelivered>;
}
