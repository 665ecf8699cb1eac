//! The engines of RDS, as data.
//!
//! Source: Amazon RDS API reference, `CreateDBInstance`, parameters `Engine`, `Port` and `LicenseModel`.

/// An engine of RDS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Engine {
    /// As RDS spells it.
    pub(super) name: &'static str,
    /// The port that it listens on unless told otherwise.
    pub(super) port: u16,
    /// Whether somebody here reads its data, and so needs to log in.
    pub(super) read: bool,
    /// Whether its licence is chosen at the restore.
    pub(super) licensed: bool,
}

const fn read(name: &'static str, port: u16) -> Engine {
    Engine { name, port, read: true, licensed: false }
}

const fn licensed(name: &'static str, port: u16) -> Engine {
    Engine { name, port, read: false, licensed: true }
}

/// Every engine that AWS Backup restores as a DB instance.
pub(super) const ENGINES: &[Engine] = &[
    read("postgres", 5432),
    read("mysql", 3306),
    read("mariadb", 3306),
    licensed("sqlserver-ee", 1433),
    licensed("sqlserver-se", 1433),
    licensed("sqlserver-ex", 1433),
    licensed("sqlserver-web", 1433),
    licensed("oracle-ee", 1521),
    licensed("oracle-ee-cdb", 1521),
    licensed("oracle-se2", 1521),
    licensed("oracle-se2-cdb", 1521),
    licensed("db2-ae", 50000),
    licensed("db2-se", 50000),
];

/// Every licence model.
pub(super) const LICENSES: &[&str] = &[
    "license-included",
    "bring-your-own-license",
    "marketplace-license",
    "general-public-license",
    "postgresql-license",
];

/// The engine of this name.
pub(super) fn engine(name: &str) -> Option<&'static Engine> {
    ENGINES.iter().find(|engine| engine.name.eq_ignore_ascii_case(name))
}
