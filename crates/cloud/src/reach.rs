//! How a connection gets into the sandbox's network.

use std::fmt;

use async_trait::async_trait;
use backproof_model::record::ReachState;

/// Opens ways into the sandbox's network. Restores nothing and changes nothing.
#[async_trait]
pub trait Reach: Send + Sync {
    /// The way's name, as plans write it: `inside`, `tunnel`, `data-api`.
    fn name(&self) -> &'static str;

    /// Tries the way before anything is restored, and says in words what was tried and seen.
    async fn try_out(&self) -> (ReachState, String);

    /// Opens a way to a port inside. It stays open for as long as the [`Way`] lives.
    ///
    /// # Errors
    /// Says in words why there is none, and how to mend it.
    async fn open(&self, host: &str, port: u16) -> Result<Way, Unreachable>;
}

/// A way into the sandbox's network, open.
pub struct Way {
    /// Where to connect to.
    pub host: String,
    /// The port to connect to.
    pub port: u16,
    /// Whether this is the endpoint itself, so that the name in its certificate can be checked against `host`.
    pub direct: bool,
    /// Closes the way when it is dropped.
    keep: Option<Box<dyn Send + Sync>>,
}

impl Way {
    /// The endpoint itself.
    pub fn direct(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port, direct: true, keep: None }
    }

    /// A way through something else, which is closed when `keep` is dropped.
    pub fn through(host: impl Into<String>, port: u16, keep: impl Send + Sync + 'static) -> Self {
        Self { host: host.into(), port, direct: false, keep: Some(Box::new(keep)) }
    }
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Way({}:{}, direct: {}, kept: {})", self.host, self.port, self.direct, self.keep.is_some())
    }
}

/// Why there is no way, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);
