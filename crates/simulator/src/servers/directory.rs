//! One copy of a data directory while no server runs on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::damage::{self, Damage};
use super::server::{Server, Start};
use super::store::{Place, remove};
use super::watched::Program;
use super::{Engine, Fixture, Programs, ServerError, mariadb, postgres};

/// A stopped data directory of its own, deleted when it is dropped.
#[derive(Debug)]
pub struct DataDirectory {
    pub(super) place: Arc<Place>,
    programs: Arc<Programs>,
    home: PathBuf,
    engine: Engine,
    major: Option<u32>,
}

impl DataDirectory {
    pub(super) fn new(place: Arc<Place>, programs: Arc<Programs>, home: PathBuf, fixture: &Fixture) -> Self {
        Self { place, programs, home, engine: fixture.engine(), major: fixture.major() }
    }

    /// Which server it belongs to.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Where the data lies.
    pub fn path(&self) -> PathBuf {
        self.home.join("data")
    }

    /// Makes bytes on disk wrong.
    pub fn damage(&self, damage: &Damage) -> Result<(), ServerError> {
        damage::inflict(self, damage)
    }

    /// Starts a server on it.
    pub fn start(self, start: &Start<'_>) -> Result<Server, ServerError> {
        Server::start(self, start)
    }

    /// The folder of the data, the socket, the certificate.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    pub(super) fn postgres(&self) -> Result<&super::PostgresPrograms, ServerError> {
        self.programs.postgres_of(self.major)
    }

    /// The server program, listening on a port.
    pub(super) fn program(&self, port: u16) -> Result<Program, ServerError> {
        Ok(match self.engine {
            Engine::Postgres => postgres::server(self.postgres()?, &self.home, Some(port)),
            Engine::MariaDb => mariadb::server(self.programs.mariadb_there()?, &self.home, Some(port)),
        })
    }

    /// Removes sockets that a server left which was killed: the next may listen at another port.
    pub(super) fn clear_sockets(&self) {
        let entries = std::fs::read_dir(&self.home).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(".s.PGSQL.")) {
            // One that stays is in use, and the start says so.
            let _ = std::fs::remove_file(entry.path());
        }
    }

    /// Asks the server that runs on it.
    pub(super) fn sql(&self, database: &str, sql: &str) -> Result<String, ServerError> {
        match self.engine {
            Engine::Postgres => postgres::sql(self.postgres()?, &self.home, database, sql),
            Engine::MariaDb => mariadb::sql(self.programs.mariadb_there()?, &self.home, None, database, sql),
        }
    }
}

impl Drop for DataDirectory {
    fn drop(&mut self) {
        remove(&self.home);
    }
}
