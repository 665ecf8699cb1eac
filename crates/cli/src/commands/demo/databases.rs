//! The databases of the demonstration's world, and their baselines.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Context;
use backproof_clock::SharedClock;
use backproof_model::{DatabaseEngine, DatabaseLogin, Secret};
use backproof_simulator::Simulator;
use backproof_validators_api::{Connection, FingerprintKey, OneLogin};
use backproof_validators_rows::{
    Begin, CaptureOrder, Class, ClassEntry, Classes, DEFAULT_SKEW, Gentleness, WritableLogin, capture,
};

use super::{ComesTo, SETTLED, SHOP};

/// A database of the world, and what its restore test must come to.
pub(super) struct Database {
    pub(super) name: &'static str,
    engine: DatabaseEngine,
    /// The tables in which rows are only added.
    append: &'static [&'static str],
    pub(super) comes_to: ComesTo,
}

pub(super) const DATABASES: &[Database] = &[
    Database { name: "blog-database", engine: DatabaseEngine::MariaDb, append: MARIADB, comes_to: ComesTo::Passed },
    Database { name: "ledger-database", engine: DatabaseEngine::Postgres, append: POSTGRES, comes_to: ComesTo::Failed },
    Database { name: "shop-database", engine: DatabaseEngine::Postgres, append: POSTGRES, comes_to: ComesTo::Passed },
];
const POSTGRES: &[&str] = &["public.events", "public.orders"];
const MARIADB: &[&str] = &["events", "orders"];

/// The certificate of the authority that vouches for the simulated servers.
const AUTHORITY: &str = "authority.pem";

/// What a plan needs for these databases, their baselines read from the simulated production side.
pub(super) async fn plan_with_baselines(
    simulator: &Simulator,
    databases: &[&Database],
    key: &FingerprintKey,
    clock: &SharedClock,
    directory: &Path,
) -> anyhow::Result<String> {
    if databases.is_empty() {
        return Ok(String::new());
    }
    let ca_file = directory.join(AUTHORITY);
    std::fs::write(&ca_file, simulator.database_authority_pem()?)?;
    let mut text = format!("\n[sandbox.databases]\nca_file = {}\n", quoted(&ca_file));
    for database in databases {
        let source = simulator.source_database(&format!("{SHOP}/{}", database.name))?;
        let out = directory.join(format!("{}.baseline.json", database.name));
        let login = DatabaseLogin { user: source.user, password: Secret::new(source.password) };
        let append = |table: &&str| {
            let time_column = Some("created_at".to_owned());
            ((*table).to_owned(), ClassEntry { class: Class::Append, time_column, structure_only: false })
        };
        let order = CaptureOrder {
            engine: database.engine.clone(),
            connection: Connection {
                host: source.host,
                port: source.port,
                direct: true,
                ca_file: Some(ca_file.clone()),
                logins: Arc::new(OneLogin(login)),
            },
            databases: Vec::new(),
            classes: database.append.iter().map(append).collect::<Classes>(),
            key: key.clone(),
            skew: DEFAULT_SKEW.as_duration(),
            settled_up_to: Some(clock.now().checked_sub(SETTLED)?),
            gentleness: Gentleness {
                pause: Duration::ZERO,
                statement_timeout: Duration::from_mins(30),
                rows_at_once: 1_000_000,
            },
            // The simulated source has no other user; on AWS it would be one that can only read.
            writable_login: WritableLogin::Accepted,
            progress_file: directory.join(format!("{}.progress", database.name)),
            begin: Begin::Anew,
            program: format!("backproof {}", env!("CARGO_PKG_VERSION")),
            clock: clock.clone(),
            stop: Arc::new(AtomicBool::new(false)),
            listener: Arc::new(|_| {}),
        };
        let manifest = capture(&order).await.with_context(|| format!("the baseline of {}", database.name))?;
        std::fs::write(&out, manifest.to_file(None)?)?;
        std::fs::remove_file(&order.progress_file).ok();
        text.push_str(&format!(
            "\n[[validators]]\nuse = \"rows\"\nprotected_resource_arns = [\"arn:aws:rds:*:{SHOP}:db:{}\"]\n\n\
             [validators.settings]\nbaseline = {}\n# A demonstration vouches for itself.\n\
             baseline_unsigned = \"accepted\"\ntime_column = \"created_at\"\nmax_lag = \"7d\"\n",
            database.name,
            quoted(&out)
        ));
    }
    Ok(text)
}

/// What of a demonstration's directory is of databases.
pub(super) fn left() -> impl Iterator<Item = String> {
    DATABASES.iter().map(|database| format!("{}.baseline.json", database.name)).chain([AUTHORITY.to_owned()])
}

/// A path as TOML writes it.
fn quoted(path: &Path) -> String {
    toml::Value::from(path.display().to_string()).to_string()
}
