//! What databases hold: SQL that gives the same rows wherever and whenever it runs.
//!
//! Besides what a fixture is about, every server has what RDS puts there: the superuser `rdsadmin`, a master user who is
//! none, and on PostgreSQL the roles `rds_superuser`, `rds_replication`, `rds_password`, `rds_iam`, `rds_ad` and a
//! database `rdsadmin` that nobody may enter.
//!
//! The master user may create databases and roles, owns the database, and is a member of `rds_superuser`, which has
//! `pg_monitor`, `pg_signal_backend` and `pg_checkpoint`. It is not given `pg_read_all_data`: what holds with less also
//! holds with more. `amcheck` is there with its functions granted to `rds_superuser`, because the master user of RDS may
//! make extensions that an ordinary user of PostgreSQL may not. On MariaDB it has the privileges that RDS grants.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Engine, mariadb, postgres};

const POSTGRES_SERVER: &str = include_str!("sql/server.postgres.sql");
const POSTGRES_DATABASE: &str = include_str!("sql/database.postgres.sql");
const POSTGRES_SHOP: &str = include_str!("sql/shop.postgres.sql");
const POSTGRES_PGBENCH: &str = include_str!("sql/pgbench.postgres.sql");
const MARIADB_SERVER: &str = include_str!("sql/server.mariadb.sql");
const MARIADB_SHOP: &str = include_str!("sql/shop.mariadb.sql");
const MARIADB_PGBENCH: &str = include_str!("sql/pgbench.mariadb.sql");
/// Last of all: statistics, and no page that a reader would still have to change.
const POSTGRES_SETTLE: &str = "VACUUM (ANALYZE);\n";

/// The content of one server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fixture {
    engine: Engine,
    major: Option<u32>,
    database: String,
    master: (String, String),
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Part {
    Shop { growth: Growth, as_of: Timestamp },
    Pgbench { rows: u32 },
    Planted { sql: String },
}

/// How the orders of a shop came in over time. The same growth gives the same rows at every moment, so a later recovery
/// point holds all rows of an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Growth {
    /// When the first order was made.
    pub first: Timestamp,
    /// When the last was, to the microsecond; the others lie evenly between.
    pub last: Timestamp,
    /// How many in all, at least two.
    pub orders: u32,
}

/// SQL for one database.
pub(super) struct Script {
    pub(super) database: String,
    pub(super) sql: String,
    /// Run by the master user, who then is the definer; otherwise by the superuser.
    pub(super) as_master: bool,
}

impl Fixture {
    /// A server on which the database `postgres` or `main` is empty.
    pub fn nothing(engine: Engine) -> Self {
        let (database, user) = match engine {
            Engine::Postgres => ("postgres", "postgres"),
            Engine::MariaDb => ("main", "admin"),
        };
        let master = (user.to_owned(), "password-of-the-source".to_owned());
        Self { engine, major: None, database: database.to_owned(), master, parts: Vec::new() }
    }

    /// A database `shop` with every kind of object that the engine knows, as it was at a moment: `orders` and
    /// `order_lines` and the partitioned `events` grow with time, `customers` (300) and `products` (120) do not,
    /// `empty_notes` is empty as it should be. The columns `created_at` tell when.
    pub fn shop(engine: Engine, growth: Growth, as_of: Timestamp) -> Self {
        let parts = vec![Part::Shop { growth, as_of }];
        Self { database: "shop".to_owned(), parts, ..Self::nothing(engine) }
    }

    /// A database `bench` with the four tables of pgbench, and this many rows in `pgbench_accounts`.
    pub fn pgbench(engine: Engine, rows: u32) -> Self {
        Self { database: "bench".to_owned(), parts: vec![Part::Pgbench { rows }], ..Self::nothing(engine) }
    }

    /// More SQL, run in its database by the superuser after all else.
    #[must_use]
    pub fn planted(mut self, sql: impl Into<String>) -> Self {
        self.parts.push(Part::Planted { sql: sql.into() });
        self
    }

    /// The master user, instead of `postgres` or `admin` with a password of no interest.
    #[must_use]
    pub fn master(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.master = (user.into(), password.into());
        self
    }

    /// The name of its database, instead of `shop`, `bench`, `postgres` or `main`.
    #[must_use]
    pub fn called(mut self, database: impl Into<String>) -> Self {
        self.database = database.into();
        self
    }

    /// On this major version of PostgreSQL, instead of the newest on the machine.
    #[must_use]
    pub fn on_postgres(mut self, major: u32) -> Self {
        self.major = Some(major);
        self
    }

    /// Which server it is for.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The database that it fills.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The name and the password of its master user.
    pub fn login(&self) -> (&str, &str) {
        (&self.master.0, &self.master.1)
    }

    pub(super) fn major(&self) -> Option<u32> {
        self.major
    }

    /// A name that two fixtures share only if they hold the same; `parts` are what else it depends on.
    pub(super) fn key(&self, parts: &[&str]) -> String {
        let scripts = self.scripts();
        let texts = scripts.iter().flat_map(|script| [script.database.as_str(), script.sql.as_str()]);
        name(self.engine, parts.iter().copied().chain(texts))
    }

    /// All SQL of it, in order.
    pub(super) fn scripts(&self) -> Vec<Script> {
        let here = |sql: String| Script { database: self.database.clone(), sql, as_master: false };
        let mut scripts = vec![self.server()];
        if self.engine == Engine::Postgres {
            scripts.push(here(POSTGRES_DATABASE.to_owned()));
        }
        scripts.extend(self.parts.iter().map(|part| match part {
            Part::Shop { growth, as_of } => Script { as_master: true, ..here(self.shop_sql(growth, *as_of)) },
            Part::Pgbench { rows } => Script { as_master: true, ..here(self.pgbench_sql(*rows)) },
            Part::Planted { sql } => here(sql.clone()),
        }));
        if self.engine == Engine::Postgres {
            scripts.push(here(POSTGRES_SETTLE.to_owned()));
        }
        scripts
    }

    fn server(&self) -> Script {
        let texts = [("master", self.master.0.as_str()), ("password", &self.master.1), ("database", &self.database)];
        let (database, sql) = match self.engine {
            Engine::Postgres => ("postgres", POSTGRES_SERVER),
            Engine::MariaDb => ("mysql", MARIADB_SERVER),
        };
        let sql = format!("{}{sql}", texts.map(|(name, value)| self.variable(name, &self.literal(value))).concat());
        Script { database: database.to_owned(), sql, as_master: false }
    }

    fn shop_sql(&self, growth: &Growth, as_of: Timestamp) -> String {
        let numbers = [
            ("first", growth.first.as_microsecond()),
            ("last", growth.last.as_microsecond()),
            ("as_of", as_of.as_microsecond()),
            ("orders", i64::from(growth.orders.max(2))),
        ];
        let sql = match self.engine {
            Engine::Postgres => POSTGRES_SHOP,
            Engine::MariaDb => MARIADB_SHOP,
        };
        let variables = numbers.map(|(name, value)| self.variable(name, &value.to_string())).concat();
        format!("{}{variables}{sql}", self.variable("master", &self.literal(&self.master.0)))
    }

    fn pgbench_sql(&self, rows: u32) -> String {
        let sql = match self.engine {
            Engine::Postgres => POSTGRES_PGBENCH,
            Engine::MariaDb => MARIADB_PGBENCH,
        };
        let master = self.variable("master", &self.literal(&self.master.0));
        format!("{master}{}{sql}", self.variable("rows", &rows.to_string()))
    }

    fn literal(&self, text: &str) -> String {
        match self.engine {
            Engine::Postgres => postgres::variable(text),
            Engine::MariaDb => mariadb::literal(text),
        }
    }

    /// A line that has the client know a value by name: `:name` or `@name`.
    fn variable(&self, name: &str, literal: &str) -> String {
        match self.engine {
            Engine::Postgres => format!("\\set {name} {literal}\n"),
            Engine::MariaDb => format!("SET @{name} = {literal};\n"),
        }
    }
}

/// A name for a data directory that depends on all of these texts.
pub(super) fn name<'a>(engine: Engine, texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.len().to_be_bytes());
        digest.update(text.as_bytes());
    }
    let engine = match engine {
        Engine::Postgres => "postgres",
        Engine::MariaDb => "mariadb",
    };
    format!("{engine}-{}", &hex::encode(digest.finalize())[..20])
}
