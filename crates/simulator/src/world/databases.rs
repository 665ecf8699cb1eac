//! RDS instances with data, as a world file states them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Span;

/// The engine, data and settings of an RDS instance.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseDescription {
    /// The engine.
    pub engine: EngineName,
    /// The schema and its rows.
    #[serde(default)]
    pub fixture: FixtureName,
    /// About how many rows the fixture's largest table has when the clock starts.
    #[serde(default = "two_thousand")]
    pub rows: u32,
    /// How long before the clock's start the first row was made; the others follow evenly, the last at the start.
    #[serde(default = "a_year")]
    pub span: Span,
    /// `MasterUsername`.
    #[serde(default = "admin")]
    pub master_user: String,
    /// `DBName`, which is the database that holds the fixture.
    #[serde(default = "shop")]
    pub database: String,
    /// The instance class.
    #[serde(default = "small")]
    pub class: String,
    /// Storage in GiB.
    #[serde(default = "twenty")]
    pub storage: u32,
    /// Whether users can log in with IAM tokens. The simulator does not check such tokens: none is accepted.
    #[serde(default)]
    pub iam_authentication: bool,
    /// Its tags, which RDS puts onto what is restored, asked or not.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// An engine of RDS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineName {
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    #[serde(rename = "mariadb")]
    MariaDb,
    /// MySQL, which MariaDB's program serves: the wire is the same, the version that the server tells is not.
    #[serde(rename = "mysql")]
    MySql,
    /// SQL Server Standard. Nothing speaks for it: its port accepts connections and stays silent.
    SqlserverSe,
    /// Oracle Enterprise. The same.
    OracleEe,
}

impl EngineName {
    /// As RDS spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MariaDb => "mariadb",
            Self::MySql => "mysql",
            Self::SqlserverSe => "sqlserver-se",
            Self::OracleEe => "oracle-ee",
        }
    }
}

/// A schema with rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FixtureName {
    /// A shop with every kind of object: views, triggers, functions, partitions, constraints, roles.
    #[default]
    Shop,
    /// The tables of `pgbench`.
    Pgbench,
}

/// What is wrong with the server of a restored instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerFault {
    /// It starts, is told as available, and dies.
    Dies,
    /// Its port accepts connections and never answers.
    Hangs,
    /// Its certificate is of an authority that nobody trusts.
    WrongCertificate,
}

fn two_thousand() -> u32 {
    2000
}

fn a_year() -> Span {
    Span::seconds(365 * 86_400)
}

fn admin() -> String {
    "shop_admin".to_owned()
}

fn shop() -> String {
    "shop".to_owned()
}

fn small() -> String {
    "db.t4g.small".to_owned()
}

fn twenty() -> u32 {
    20
}
