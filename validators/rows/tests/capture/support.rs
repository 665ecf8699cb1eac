//! A production server with a login that only reads, and orders to capture it.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backproof_clock::RealClock;
use backproof_model::{DatabaseEngine, DatabaseLogin, Secret};
use backproof_simulator::servers::{Authority, Engine, Fixture, Growth, Server, Start, Store};
use backproof_validators_api::{Connection, FingerprintKey, OneLogin};
use backproof_validators_rows::{
    Begin, CaptureError, CaptureOrder, Classes, Event, Gentleness, Manifest, TableBaseline, WritableLogin, capture,
};
use jiff::SignedDuration;
use tempfile::TempDir;

/// The login that takes baselines.
pub(crate) const LOGIN: &str = "baseline";
const PASSWORD: &str = "of-no-interest";

/// A server whose data somebody wants to keep.
pub(crate) struct Production {
    pub(crate) server: Arc<Mutex<Server>>,
    pub(crate) directory: TempDir,
    engine: Engine,
}

impl Production {
    /// A shop with everything that the engine knows, and `planted` besides.
    pub(crate) fn shop(engine: Engine, planted: &str) -> Self {
        let growth = Growth {
            first: "2026-01-01T00:00:00Z".parse().unwrap(),
            last: "2026-03-01T00:00:00Z".parse().unwrap(),
            orders: 400,
        };
        Self::of(engine, &Fixture::shop(engine, growth, growth.last).planted(planted))
    }

    fn of(engine: Engine, fixture: &Fixture) -> Self {
        let authority = Authority::new().unwrap();
        let store = Store::open().unwrap();
        let server = store.copy(fixture).unwrap().start(&Start::sound(&authority)).unwrap();
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("ca.pem"), authority.pem()).unwrap();
        let login = match engine {
            Engine::Postgres => {
                format!("CREATE ROLE {LOGIN} LOGIN BYPASSRLS PASSWORD '{PASSWORD}'; GRANT pg_read_all_data TO {LOGIN}")
            }
            Engine::MariaDb => format!(
                "CREATE USER {LOGIN}@'%' IDENTIFIED BY '{PASSWORD}'; \
                 GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO {LOGIN}@'%'"
            ),
        };
        let production = Self { server: Arc::new(Mutex::new(server)), directory, engine };
        production.sql(&login);
        production
    }

    /// Runs SQL in the shop, as one who may do everything.
    pub(crate) fn sql(&self, sql: &str) -> String {
        self.server.lock().unwrap().superuser_sql("shop", sql).unwrap()
    }

    /// The name of a table of the shop, as baselines write it.
    pub(crate) fn table(&self, name: &str) -> String {
        match self.engine {
            Engine::Postgres => format!("public.{name}"),
            Engine::MariaDb => name.to_owned(),
        }
    }

    pub(crate) fn progress_file(&self) -> PathBuf {
        self.directory.path().join("shop.json.progress")
    }

    /// An order to capture the shop without pauses.
    pub(crate) fn order(&self) -> CaptureOrder {
        let login = DatabaseLogin { user: LOGIN.into(), password: Secret::new(PASSWORD) };
        CaptureOrder {
            engine: match self.engine {
                Engine::Postgres => DatabaseEngine::Postgres,
                Engine::MariaDb => DatabaseEngine::MariaDb,
            },
            connection: Connection {
                host: "127.0.0.1".into(),
                port: self.server.lock().unwrap().port(),
                direct: true,
                ca_file: Some(self.directory.path().join("ca.pem")),
                logins: Arc::new(OneLogin(login)),
            },
            databases: vec!["shop".into()],
            classes: Classes::new(),
            key: FingerprintKey::new(&[7; 32]),
            skew: SignedDuration::from_mins(5),
            settled_up_to: None,
            gentleness: Gentleness {
                pause: Duration::ZERO,
                statement_timeout: Duration::from_mins(1),
                rows_at_once: 100_000,
            },
            writable_login: WritableLogin::Refused,
            progress_file: self.progress_file(),
            begin: Begin::WhereStopped,
            program: "backproof test".into(),
            clock: Arc::new(RealClock),
            stop: Arc::new(AtomicBool::new(false)),
            listener: Arc::new(|_| ()),
        }
    }

    /// Captures what must be captured.
    pub(crate) fn captured(&self, order: CaptureOrder) -> Manifest {
        let manifest = take(order).0.unwrap();
        // As whoever writes the manifest does.
        std::fs::remove_file(self.progress_file()).unwrap();
        manifest
    }
}

/// Captures, and gives back the tables whose turn came.
pub(crate) fn take(mut order: CaptureOrder) -> (Result<Manifest, CaptureError>, Vec<String>) {
    let tables = Arc::new(Mutex::new(Vec::new()));
    let (kept, before) = (Arc::clone(&tables), Arc::clone(&order.listener));
    order.listener = Arc::new(move |event| {
        if let Event::Table { table, .. } = &event {
            kept.lock().unwrap().push(table.clone());
        }
        before(event);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let captured = runtime.block_on(capture(&order));
    let tables = tables.lock().unwrap().clone();
    (captured, tables)
}

/// A table of the shop.
pub(crate) fn table<'m>(manifest: &'m Manifest, name: &str) -> &'m TableBaseline {
    let tables = &manifest.baseline.databases["shop"].tables;
    tables.get(name).unwrap_or_else(|| panic!("{name} is none of {:?}", tables.keys()))
}

/// The manifest without the moments at which it was taken, for comparing two of the same data.
pub(crate) fn timeless(mut manifest: Manifest) -> Manifest {
    let then = jiff::Timestamp::UNIX_EPOCH;
    manifest.snapshots.clear();
    manifest.baseline.captured_at = then;
    for database in manifest.baseline.databases.values_mut() {
        for table in database.tables.values_mut() {
            table.captured_at = then;
            table.settled.iter_mut().for_each(|settled| settled.up_to = then);
        }
    }
    manifest
}
