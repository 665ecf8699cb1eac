//! Finds the programs of real servers on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::account::PATH;
use super::{Engine, ServerError};

/// Where Debian keeps every major version of PostgreSQL, off everybody's `PATH`.
const DEBIAN_POSTGRES: &str = "/usr/lib/postgresql";

/// What is on this machine, looked for when it is first asked about.
#[derive(Clone, Debug)]
pub struct Programs {
    folders: Vec<PathBuf>,
    postgres: OnceLock<Vec<PostgresPrograms>>,
    mariadb: OnceLock<Option<MariaDbPrograms>>,
}

/// One version of PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresPrograms {
    /// The folder of `postgres` and `initdb`, perhaps of `pg_amcheck` and `pgbench`.
    pub bin: PathBuf,
    /// The client, which may be of another version.
    pub psql: PathBuf,
    /// As it says of itself: "15.14".
    pub version: String,
    /// The first number of it.
    pub major: u32,
}

/// MariaDB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MariaDbPrograms {
    /// `mariadbd`.
    pub server: PathBuf,
    /// `mariadb-install-db`.
    pub install: PathBuf,
    /// The client `mariadb`.
    pub client: PathBuf,
    /// As it says of itself: "10.11.14-MariaDB-0+deb12u2".
    pub version: String,
}

impl Programs {
    /// What Debian installed and what is on the `PATH`.
    pub fn find() -> Self {
        Self::find_with(Vec::new())
    }

    /// The same, and PostgreSQL in these folders of binaries. The user whom servers run as must be able to read them,
    /// and they must be built with TLS; those in wheels of `PyPI` are not, and their servers do not start.
    pub fn find_with(folders: Vec<PathBuf>) -> Self {
        Self { folders, postgres: OnceLock::new(), mariadb: OnceLock::new() }
    }

    /// A machine on which there is nothing.
    pub fn none() -> Self {
        Self { folders: Vec::new(), postgres: Vec::new().into(), mariadb: None.into() }
    }

    /// One of each version of PostgreSQL, newest first.
    pub fn postgres(&self) -> &[PostgresPrograms] {
        self.postgres.get_or_init(|| PostgresPrograms::find(&self.folders))
    }

    /// MariaDB.
    pub fn mariadb(&self) -> Option<&MariaDbPrograms> {
        self.mariadb.get_or_init(MariaDbPrograms::find).as_ref()
    }

    /// Why there can be no server of this kind: one line that says what to install. Nothing, if there can.
    pub fn missing(&self, engine: Engine) -> Option<String> {
        // MariaDB's two start no service of their own, as `mariadb-server` does.
        let (is_there, packages) = match engine {
            Engine::Postgres => (!self.postgres().is_empty(), "package `postgresql`"),
            Engine::MariaDb => (self.mariadb().is_some(), "packages `mariadb-server-core` and `mariadb-client-core`"),
        };
        let name = engine.name();
        (!is_there).then(|| format!("{name}'s server is not on this machine: install the Debian {packages}"))
    }

    /// The newest PostgreSQL, or the newest of a major version.
    pub(super) fn postgres_of(&self, major: Option<u32>) -> Result<&PostgresPrograms, ServerError> {
        if let Some(missing) = self.missing(Engine::Postgres) {
            return Err(ServerError::Missing(missing));
        }
        let found = self.postgres().iter().find(|programs| major.is_none_or(|major| major == programs.major));
        found.ok_or_else(|| {
            let wanted = major.map(|major| major.to_string()).unwrap_or_default();
            let there: Vec<&str> = self.postgres().iter().map(|programs| programs.version.as_str()).collect();
            let there = there.join(", ");
            ServerError::Missing(format!("PostgreSQL {wanted} is not on this machine, only {there}"))
        })
    }

    /// MariaDB, or what to install.
    pub(super) fn mariadb_there(&self) -> Result<&MariaDbPrograms, ServerError> {
        let missing = || ServerError::Missing(self.missing(Engine::MariaDb).unwrap_or_default());
        self.mariadb().ok_or_else(missing)
    }
}

impl PostgresPrograms {
    fn find(folders: &[PathBuf]) -> Vec<Self> {
        let psql = on_path(&["psql"]);
        let mut folders: Vec<PathBuf> = folders.to_vec();
        let debian = fs::read_dir(DEBIAN_POSTGRES).into_iter().flatten().flatten();
        folders.extend(debian.map(|entry| entry.path().join("bin")));
        // A link on the PATH leads to the folder where its companions are.
        let linked = on_path(&["postgres"]).and_then(|path| path.canonicalize().ok());
        folders.extend(linked.and_then(|path| Some(path.parent()?.to_owned())));
        let mut seen = BTreeSet::new();
        folders.retain(|folder| seen.insert(folder.clone()));
        let mut found: BTreeMap<Vec<u32>, Self> = BTreeMap::new();
        for programs in folders.iter().filter_map(|folder| Self::at(folder, psql.as_deref())) {
            let order = programs.version.split('.').map(|part| part.parse().unwrap_or(0)).collect();
            found.entry(order).or_insert(programs);
        }
        found.into_values().rev().collect()
    }

    fn at(bin: &Path, psql: Option<&Path>) -> Option<Self> {
        if !bin.join("initdb").exists() {
            return None;
        }
        // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
        let said = version_line(&bin.join("postgres"))?;
        let version = said.strip_prefix("postgres (PostgreSQL) ")?.split(' ').next()?.to_owned();
        let major = version.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()?;
        let own = bin.join("psql");
        let psql = if own.exists() { own } else { psql?.to_owned() };
        Some(Self { bin: bin.to_owned(), psql, version, major })
    }
}

impl MariaDbPrograms {
    fn find() -> Option<Self> {
        let server = on_path(&["mariadbd", "mysqld"])?;
        // "mariadbd  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu on x86_64 (Debian 12)"
        let said = version_line(&server)?;
        let version = said.split_once("Ver ")?.1.split(' ').next()?.to_owned();
        if !version.contains("MariaDB") {
            return None;
        }
        let install = on_path(&["mariadb-install-db", "mysql_install_db"])?;
        let client = on_path(&["mariadb", "mysql"])?;
        Some(Self { server, install, client, version })
    }
}

/// The first of these programs that the shell finds.
fn on_path(names: &[&str]) -> Option<PathBuf> {
    let look = format!("PATH=\"$PATH:{PATH}\"; for name; do command -v \"$name\" && exit; done");
    let said = Command::new("/bin/sh").args(["-c", &look, "sh"]).args(names).output().ok()?;
    let path = PathBuf::from(String::from_utf8(said.stdout).ok()?.trim());
    path.is_absolute().then_some(path)
}

fn version_line(program: &Path) -> Option<String> {
    let said = Command::new(program).arg("--version").output().ok()?;
    said.status.success().then(|| String::from_utf8_lossy(&said.stdout).trim().to_owned())
}
