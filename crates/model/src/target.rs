//! Where a restored thing can be reached: the seam at which drivers and validators meet.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AccountId, Region, ResourceArn};

/// A restored resource that is ready to be examined. A driver ends by making one, a validator begins by accepting one.
///
/// It is journalled, so it holds no secret: logins are acquired when they are needed, and again after a restart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A DynamoDB table.
    Table {
        /// The restored table's ARN.
        arn: ResourceArn,
        /// The account it was restored into.
        account: AccountId,
        /// The Region it was restored into.
        region: Region,
        /// The table's name.
        name: String,
    },
    /// A relational database server.
    Database(DatabaseTarget),
}

impl Target {
    /// The restored resource.
    pub fn arn(&self) -> &ResourceArn {
        match self {
            Self::Table { arn, .. } => arn,
            Self::Database(database) => &database.arn,
        }
    }
}

/// A restored relational database server, as `DescribeDBInstances` tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseTarget {
    /// The restored instance's ARN.
    pub arn: ResourceArn,
    /// The account it was restored into.
    pub account: AccountId,
    /// The Region it was restored into.
    pub region: Region,
    /// `DBInstanceIdentifier`.
    pub name: String,
    /// What it speaks.
    pub engine: DatabaseEngine,
    /// The engine's version: `16.4`.
    pub engine_version: String,
    /// `Endpoint.Address`.
    pub host: String,
    /// `Endpoint.Port`.
    pub port: u16,
    /// `MasterUsername`, empty where AWS does not tell.
    pub master_user: String,
    /// `DBName`: the database that was made with the instance, where one was.
    pub database: Option<String>,
    /// `DBInstanceClass`: recovery times depend on it.
    pub instance_class: String,
    /// `AllocatedStorage` in GiB.
    pub storage_gib: Option<u64>,
    /// `StorageOperationPercentProgress` while storage was still loading from the snapshot; none once it is all there.
    pub storage_loading_percent: Option<u8>,
}

/// A database engine, by what is spoken on its port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum DatabaseEngine {
    /// `postgres`.
    Postgres,
    /// `mysql`.
    MySql,
    /// `mariadb`.
    MariaDb,
    /// Any other, as RDS spells it: `sqlserver-se`, `oracle-ee`. Restored and reached, but not read.
    Other(String),
}

impl DatabaseEngine {
    /// The engine as RDS spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
            Self::MariaDb => "mariadb",
            Self::Other(name) => name,
        }
    }
}

impl From<String> for DatabaseEngine {
    fn from(name: String) -> Self {
        match name.as_str() {
            "postgres" => Self::Postgres,
            "mysql" => Self::MySql,
            "mariadb" => Self::MariaDb,
            _ => Self::Other(name),
        }
    }
}

impl From<DatabaseEngine> for String {
    fn from(engine: DatabaseEngine) -> Self {
        engine.as_str().to_owned()
    }
}

impl fmt::Display for DatabaseEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
            Self::MariaDb => "MariaDB",
            Self::Other(name) => name,
        })
    }
}
