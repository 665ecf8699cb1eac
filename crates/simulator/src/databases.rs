//! What tests and the demonstration ask of the simulator about its database servers.

use std::io;
use std::sync::Arc;

use crate::rds::{ServerPlan, authority};
use crate::servers::{Authority, ServerError};
use crate::ssm::SilentListener;
use crate::{InstanceSummary, Simulator};

/// How to reach a protected resource's own database, as its owner does: with the data as of the world's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceDatabase {
    /// Its host, for which its certificate is.
    pub host: String,
    /// Its port on this machine.
    pub port: u16,
    /// The master user.
    pub user: String,
    /// That user's password.
    pub password: String,
    /// The database with the data.
    pub database: String,
}

/// Why there is no source database.
#[derive(Debug, thiserror::Error)]
pub enum NoSourceDatabase {
    /// The world has no such resource, or it has no database, or it is gone.
    #[error("the world has no live database `{0}`")]
    Unknown(String),
    /// Its server cannot run.
    #[error(transparent)]
    Server(#[from] ServerError),
}

impl Simulator {
    /// The authority that signs the certificates of all database servers of this process, whichever simulator runs
    /// them, as PEM: what a plan's `ca_file` holds.
    ///
    /// # Errors
    /// No certificate can be made.
    pub fn database_authority_pem(&self) -> Result<String, ServerError> {
        authority().map(Authority::pem)
    }

    /// Every DB instance of every account as it stands now.
    pub fn instances(&self) -> Vec<InstanceSummary> {
        let now = self.now();
        let mut state = self.state();
        state.advance(now);
        state.rds.summaries(now)
    }

    /// Every master password that was asked for, in the order of asking. Nobody but the server may ever hold one.
    pub fn passwords_asked_for(&self) -> Vec<String> {
        self.state().rds.passwords_asked_for.clone()
    }

    /// Runs SQL on the server of an instance as its superuser, and gives back the rows as lines.
    ///
    /// # Errors
    /// There is no such instance, no real server runs for it, or it refuses.
    pub fn instance_sql(&self, account: &str, name: &str, database: &str, sql: &str) -> Result<String, ServerError> {
        self.state().rds.superuser_sql(account, name, database, sql)
    }

    /// The database of a protected resource itself (`NAME` or `ACCOUNT/NAME`), whose server starts when it is first
    /// asked for: where baselines are captured.
    ///
    /// # Errors
    /// The world has no such database, or its server cannot run.
    pub fn source_database(&self, resource: &str) -> Result<SourceDatabase, NoSourceDatabase> {
        let unknown = || NoSourceDatabase::Unknown(resource.to_owned());
        let described = self.world.resource(resource).filter(|resource| !resource.gone).ok_or_else(unknown)?;
        let source = described.database.clone().ok_or_else(unknown)?;
        let (user, database) = (source.master_user.clone(), source.database.clone());
        let start = self.world.start;
        let plan = ServerPlan { source, data: Arc::default(), moment: start, start };
        let mut state = self.state();
        let server = state.rds.landlord().source(resource, &plan)?;
        let (port, password) = (server.running.port(), server.password.clone());
        Ok(SourceDatabase { host: "localhost".to_owned(), port, user, password, database })
    }

    /// A port inside the sandbox's network that accepts connections and says nothing: what a plan's `probe` names.
    ///
    /// # Errors
    /// No port can be opened.
    pub fn probe(&self) -> io::Result<(String, u16)> {
        let mut state = self.state();
        let opened = match state.probe.take() {
            Some(open) => open,
            None => SilentListener::open()?,
        };
        Ok(("localhost".to_owned(), state.probe.insert(opened).port()))
    }
}
