//! How a validator connects to a restored server.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use backproof_model::DatabaseLogin;

/// Where to connect to, whom to believe, and who to be.
#[derive(Clone)]
pub struct Connection {
    /// The host to connect to: the endpoint, or this end of a tunnel.
    pub host: String,
    /// The port to connect to.
    pub port: u16,
    /// Whether `host` is the endpoint itself. Through a tunnel the name in the server's certificate cannot be compared
    /// with it, and only the authority is checked.
    pub direct: bool,
    /// PEM certificates of the authorities that may vouch for the server; none means those of the operating system.
    pub ca_file: Option<PathBuf>,
    /// Gives the login.
    pub logins: Arc<dyn Logins>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// Gives the login whenever a connection is made: a token may hold for minutes only.
#[async_trait]
pub trait Logins: Send + Sync {
    /// The login to use now.
    ///
    /// # Errors
    /// Says in words why there is none.
    async fn login(&self) -> Result<DatabaseLogin, String>;
}

/// One login that holds for as long as the server lives.
#[derive(Clone, Debug)]
pub struct OneLogin(pub DatabaseLogin);

#[async_trait]
impl Logins for OneLogin {
    async fn login(&self) -> Result<DatabaseLogin, String> {
        Ok(self.0.clone())
    }
}
