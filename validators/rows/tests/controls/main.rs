//! Negative controls on real servers: every planted fault is caught, and nothing is left behind.

use std::sync::Arc;
use std::time::{Duration, Instant};

use backproof_clock::VirtualRuntime;
use backproof_model::record::Control;
use backproof_model::{DatabaseEngine, DatabaseLogin, DatabaseTarget, Secret, Target};
use backproof_simulator::servers::{Authority, Engine, Fixture, Growth, Server, Start, Store};
use backproof_validators_api::{Connection, Controls, Deadline, Examination, FingerprintKey, OneLogin, Validator};
use backproof_validators_rows::Rows;
use jiff::Timestamp;
use tempfile::NamedTempFile;

const NAME: &str = "bp_k3v9x2aa_1_2_1";

struct Scene {
    server: Server,
    authority: NamedTempFile,
    login: DatabaseLogin,
}

impl Scene {
    fn of(engine: Engine) -> Self {
        let last: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let growth = Growth { first: "2026-01-01T00:00:00Z".parse().unwrap(), last, orders: 400 };
        let fixture = Fixture::shop(engine, growth, last);
        let authority = Authority::new().unwrap();
        let server = Store::open().unwrap().copy(&fixture).unwrap().start(&Start::sound(&authority)).unwrap();
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), authority.pem()).unwrap();
        let (user, password) = fixture.login();
        Self { server, authority: file, login: DatabaseLogin { user: user.into(), password: Secret::new(password) } }
    }

    fn try_beside(&self, name: &str, allowed: Duration) -> Result<Vec<Control>, String> {
        let engine = match self.server.engine() {
            Engine::Postgres => DatabaseEngine::Postgres,
            Engine::MariaDb => DatabaseEngine::MariaDb,
        };
        let connection = Connection {
            host: "127.0.0.1".into(),
            port: self.server.port(),
            direct: true,
            ca_file: Some(self.authority.path().to_owned()),
            logins: Arc::new(OneLogin(self.login.clone())),
        };
        let runtime = VirtualRuntime::starting_at("2026-03-01T04:05:06.789012345Z".parse().unwrap()).unwrap();
        let examination = Examination {
            target: Target::Database(target(engine, &connection)),
            settings: serde_json::json!({ "may_be_empty": true, "ignore_objects": ["*"] }),
            data_time: "2026-03-01T01:00:00Z".parse().unwrap(),
            source_name: "shop".into(),
            connection: Some(connection),
            seed: [3; 32],
            deadline: Deadline::after(Arc::new(runtime.clock()), allowed),
        };
        let rows = Rows::new(FingerprintKey::new(&[7; 32]));
        let Controls::BesideTarget(controls) = rows.controls() else { panic!("it has controls") };
        runtime.block_on(controls.try_beside(name, &examination))
    }

    fn databases(&self) -> String {
        match self.server.engine() {
            Engine::Postgres => self.server.superuser_sql("postgres", "SELECT datname FROM pg_database ORDER BY 1"),
            Engine::MariaDb => self.server.superuser_sql("mysql", "SHOW DATABASES"),
        }
        .unwrap()
    }
}

fn target(engine: DatabaseEngine, connection: &Connection) -> DatabaseTarget {
    DatabaseTarget {
        arn: "arn:aws:rds:eu-central-1:999988887777:db:bp-1".parse().unwrap(),
        account: "999988887777".parse().unwrap(),
        region: "eu-central-1".parse().unwrap(),
        name: "bp-1".into(),
        engine,
        engine_version: "15.1".into(),
        host: connection.host.clone(),
        port: connection.port,
        master_user: "admin".into(),
        database: None,
        instance_class: "db.t4g.medium".into(),
        storage_gib: None,
        storage_loading_percent: None,
    }
}

/// Twice, since a restart comes back to a database that is there already.
fn every_fault_is_caught(engine: Engine, faults: &[&str]) {
    let scene = Scene::of(engine);
    let before = scene.databases();
    for _ in 0..2 {
        let began = Instant::now();
        let controls = scene.try_beside(NAME, Duration::from_mins(10)).unwrap();
        println!("{engine:?}: {} controls in {:?}", controls.len(), began.elapsed());
        let planted: Vec<&str> = controls.iter().map(|control| control.planted.as_str()).collect();
        assert_eq!(planted, faults);
        for control in &controls {
            assert!(control.as_expected, "{control:?}");
        }
        assert_eq!(scene.databases(), before);
        let left = format!("CREATE DATABASE {NAME}");
        let somewhere = if engine == Engine::Postgres { "postgres" } else { "mysql" };
        scene.server.superuser_sql(somewhere, &left).unwrap();
        if engine == Engine::Postgres {
            let owner = format!("ALTER DATABASE {NAME} OWNER TO {}", scene.login.user);
            scene.server.superuser_sql(somewhere, &owner).unwrap();
        }
    }
}

const FAULTS: [&str; 12] = [
    "untouched copy",
    "missing row",
    "changed value",
    "changed row with equal count",
    "empty table",
    "stale data",
    "orphan row",
    "dropped index",
    "dropped constraint",
    "disabled trigger",
    "broken view",
    "sequence set back",
];

#[test]
fn every_fault_is_caught_on_postgresql() {
    every_fault_is_caught(Engine::Postgres, &FAULTS);
}

#[test]
fn every_fault_that_there_can_be_is_caught_on_mariadb() {
    let faults: Vec<&str> = FAULTS.into_iter().filter(|fault| *fault != "disabled trigger").collect();
    every_fault_is_caught(Engine::MariaDb, &faults);
}

#[test]
fn a_login_that_may_not_create_databases_is_told_so() {
    for engine in [Engine::Postgres, Engine::MariaDb] {
        let mut scene = Scene::of(engine);
        let password = match engine {
            Engine::Postgres => {
                let sql = "CREATE ROLE little LOGIN PASSWORD 'x'; GRANT CONNECT ON DATABASE postgres TO little";
                scene.server.superuser_sql("postgres", sql).unwrap();
                "x"
            }
            Engine::MariaDb => {
                scene.server.superuser_sql("mysql", "CREATE USER little IDENTIFIED BY 'x'").unwrap();
                "x"
            }
        };
        scene.login = DatabaseLogin { user: "little".into(), password: Secret::new(password) };
        let problem = scene.try_beside(NAME, Duration::from_mins(10)).unwrap_err();
        assert!(problem.contains(NAME) && problem.contains("may create databases"), "{engine:?}: {problem}");
    }
}

#[test]
fn no_database_of_anybodys_is_ever_dropped_and_no_time_means_no_controls() {
    for engine in [Engine::Postgres, Engine::MariaDb] {
        let scene = Scene::of(engine);
        let before = scene.databases();
        for name in ["shop", "bp-1", "bp_1; DROP DATABASE shop", ""] {
            let problem = scene.try_beside(name, Duration::from_mins(10)).unwrap_err();
            assert!(problem.contains("no name of a scratch database"), "{problem}");
        }
        let problem = scene.try_beside(NAME, Duration::ZERO).unwrap_err();
        assert!(problem.contains("deadline"), "{engine:?}: {problem}");
        assert_eq!(scene.databases(), before);
    }
}
