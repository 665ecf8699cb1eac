//! Real PostgreSQL and MariaDB servers, each on a copy of a data directory: what a restored DB instance is behind.
//!
//! A [`Fixture`] says what a database holds. A [`Store`] builds it once, keeps the stopped data directory, and hands out
//! copies ([`DataDirectory`]); a copy can be damaged on disk, is started ([`Server`]), stopped, and deleted with its
//! owner. A server listens on 127.0.0.1 with TLS under a certificate of an [`Authority`], lets nobody in over TCP without
//! TLS and a password, runs as an ordinary user, and dies with the process that started it, however that one ends.
//!
//! ```no_run
//! use backproof_simulator::servers::{Authority, Engine, Fixture, Growth, Start, Store};
//!
//! let growth = Growth { first: "2026-01-01T00:00:00Z".parse()?, last: "2026-03-01T00:00:00Z".parse()?, orders: 2_000 };
//! let authority = Authority::new()?;
//! let store = Store::open()?;
//! let fixture = Fixture::shop(Engine::Postgres, growth, growth.last);
//! let mut server = store.copy(&fixture)?.start(&Start::sound(&authority))?;
//! assert_eq!(server.superuser_sql("shop", "SELECT count(*) FROM orders")?, "2000");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Everything blocks: callers are the simulator under its lock, tests and benches. Nothing here speaks a database's
//! protocol: SQL goes through `psql` and `mariadb` and a socket that nobody else can reach.

mod account;
mod authority;
mod cutting;
mod damage;
mod directory;
mod error;
mod fixture;
mod mariadb;
mod postgres;
mod programs;
mod server;
mod store;
#[cfg(test)]
mod tests;
mod watched;

pub use authority::Authority;
pub use damage::{Damage, Notice};
pub use directory::DataDirectory;
pub use error::ServerError;
pub use fixture::{Fixture, Growth};
pub use programs::{MariaDbPrograms, PostgresPrograms, Programs};
pub use server::{Behaviour, Server, Start};
pub use store::Store;

/// Which server program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// MariaDB; it stands for MySQL too where the two do not differ.
    MariaDb,
}

impl Engine {
    /// Its name, as its makers write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::MariaDb => "MariaDB",
        }
    }

    /// Its superuser on RDS, which here is reached through the private socket alone.
    pub(crate) const SUPERUSER: &'static str = "rdsadmin";
}
