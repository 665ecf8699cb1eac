//! A shop on a real server, and examinations of it on the wall's time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use backproof_clock::{RealClock, SharedClock};
use backproof_cloud::{CallError, LendCredentials, SessionCredentials};
use backproof_model::{DatabaseEngine, DatabaseLogin, DatabaseTarget, Secret, Target};
use backproof_simulator::servers::{Authority, Behaviour, Engine, Fixture, Growth, Server, Start, Store};
use backproof_validators_api::{Connection, Deadline, Examination, Examined, OneLogin, Validator as _};
use backproof_validators_exec::conformance::{CaseResult, Given, Met, Suite, TargetKind};
use backproof_validators_exec::{Exec, ExecSettings};
use serde_json::{Value, json};

const PASSWORD: &str = "p@ss word/of the master";

/// The last order of the shop.
const LAST_ORDER: &str = "2026-03-01T00:00:00Z";

/// A path below `validators/examples`.
pub(crate) fn example(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples").join(path)
}

/// A server with a database, and what is needed to reach it.
pub(crate) struct Database {
    pub(crate) server: Server,
    name: &'static str,
    folder: tempfile::TempDir,
}

impl Database {
    /// A shop with 1,500 orders.
    pub(crate) fn shop(behaviour: Behaviour) -> Self {
        let last = LAST_ORDER.parse().unwrap();
        let growth = Growth { first: "2026-01-01T00:00:00Z".parse().unwrap(), last, orders: 1500 };
        Self::start(Fixture::shop(Engine::Postgres, growth, last), "shop", behaviour)
    }

    /// A server without a table.
    pub(crate) fn without_tables() -> Self {
        Self::start(Fixture::nothing(Engine::Postgres), "postgres", Behaviour::Sound)
    }

    fn start(fixture: Fixture, name: &'static str, behaviour: Behaviour) -> Self {
        let authority = Authority::new().unwrap();
        let fixture = fixture.master("postgres", PASSWORD);
        let server = Store::open().unwrap().copy(&fixture).unwrap().start(&Start::with(&authority, behaviour)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        Self { server, name, folder }
    }

    /// The same request as in a restore test, for the conformance kit.
    pub(crate) fn given(&self, settings: &Value, files: &Value) -> Given {
        let request = json!({
            "protocol": "backproof-validator/1",
            "target": {
                "kind": "database",
                "arn": "arn:aws:rds:eu-central-1:999988887777:db:bp-1",
                "account": "999988887777",
                "region": "eu-central-1",
                "name": "bp-1",
                "engine": "postgres",
                "engine_version": "15.14",
                "host": "localhost",
                "port": self.server.port(),
                "verify_host": true,
                "database": self.name,
                "ca_file": self.folder.path().join("ca.pem"),
            },
            "data_time": "2026-03-01T01:00:00Z",
            "source_name": "shop",
            "settings": settings,
            "files": files,
            "max_level": "L3",
            "deadline": "2026-03-01T12:10:00Z",
            "seconds_left": 60,
            "seed": "07".repeat(32),
            "secrets_fd": 3,
        });
        Given { request, secrets: json!({ "database": { "user": "postgres", "password": PASSWORD } }) }
    }

    pub(crate) fn examine(&self, settings: Value) -> Examined {
        let target = Target::Database(DatabaseTarget {
            arn: "arn:aws:rds:eu-central-1:999988887777:db:bp-1".parse().unwrap(),
            account: "999988887777".parse().unwrap(),
            region: "eu-central-1".parse().unwrap(),
            name: "bp-1".into(),
            engine: DatabaseEngine::Postgres,
            engine_version: "15.14".into(),
            host: "bp-1.rds.amazonaws.com".into(),
            port: 5432,
            master_user: "postgres".into(),
            database: Some(self.name.into()),
            instance_class: "db.t4g.micro".into(),
            storage_gib: None,
            storage_loading_percent: None,
        });
        let login = DatabaseLogin { user: "postgres".into(), password: Secret::new(PASSWORD) };
        let connection = Connection {
            host: "localhost".into(),
            port: self.server.port(),
            direct: true,
            ca_file: Some(self.folder.path().join("ca.pem")),
            logins: Arc::new(OneLogin(login)),
        };
        runtime().block_on(examine(&Exec::new(None), target, settings, Some(connection)))
    }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

pub(crate) async fn examine(exec: &Exec, target: Target, settings: Value, connection: Option<Connection>) -> Examined {
    exec.check_settings(&settings).unwrap();
    let examination = Examination {
        target,
        settings,
        data_time: "2026-03-01T01:00:00Z".parse().unwrap(),
        source_name: "orders".into(),
        connection,
        seed: [7; 32],
        deadline: Deadline::after(Arc::new(RealClock), Duration::from_mins(2)),
    };
    exec.examine(&examination).await
}

/// Lends what the simulator takes for an account.
pub(crate) struct Lender {
    pub(crate) endpoint: String,
}

impl Lender {
    pub(crate) fn secrets(&self) -> Value {
        json!({ "access_key_id": "999988887777", "secret_access_key": "of-the-simulation", "endpoint_url": self.endpoint })
    }
}

#[async_trait::async_trait]
impl LendCredentials for Lender {
    async fn lend(&self) -> Result<SessionCredentials, CallError> {
        Ok(SessionCredentials {
            access_key_id: "999988887777".into(),
            secret_access_key: Secret::new("of-the-simulation"),
            session_token: None,
            expires: None,
            endpoint_url: Some(self.endpoint.clone()),
        })
    }
}

/// Every case of the conformance kit is tried, and met.
pub(crate) async fn conforms(settings: &Value, kind: TargetKind, real: Given, empty: Option<Given>) {
    let settings = ExecSettings::read(settings).unwrap();
    let suite = Suite { settings, kind, real: Some(real), empty, seconds: 12 };
    let clock: SharedClock = Arc::new(RealClock);
    let results = suite.try_all(&clock).await.unwrap();
    let unmet: Vec<&CaseResult> = results.iter().filter(|case| case.result != Met::Met).collect();
    assert!(unmet.is_empty(), "{unmet:#?}");
}

/// `name: verdict`, for every check.
pub(crate) fn verdicts(examined: &Examined) -> Vec<String> {
    examined.checks.iter().map(|check| format!("{}: {}", check.name, check.verdict)).collect()
}
