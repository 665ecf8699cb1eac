//! A restored server that looks like production did, the baseline of it, and examinations.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backproof_clock::{RealClock, VirtualRuntime};
use backproof_model::{Check, DatabaseEngine, DatabaseLogin, DatabaseTarget, Secret, Target, Verdict};
use backproof_simulator::servers::{Authority, Damage, Engine, Fixture, Growth, Server, Start, Store};
use backproof_validators_api::{Connection, Deadline, Examination, Examined, FingerprintKey, OneLogin, Validator};
use backproof_validators_rows::{
    Begin, CaptureOrder, Class, ClassEntry, Classes, Gentleness, Manifest, Rows, WritableLogin, capture,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The recovery point's time: an hour after the last order.
pub(crate) const DATA_TIME: &str = "2026-03-01T01:00:00Z";
/// The last order's.
const LAST: &str = "2026-03-01T00:00:00Z";

/// A server that was restored, and what is needed to examine it.
pub(crate) struct Restored {
    pub(crate) server: Mutex<Server>,
    pub(crate) directory: TempDir,
    pub(crate) login: DatabaseLogin,
}

pub(crate) fn fixture(planted: &str) -> Fixture {
    let last: Timestamp = LAST.parse().unwrap();
    let growth = Growth { first: "2026-01-01T00:00:00Z".parse().unwrap(), last, orders: 400 };
    Fixture::shop(Engine::MariaDb, growth, last).planted(planted)
}

impl Restored {
    /// The shop, with `planted` besides.
    pub(crate) fn shop(planted: &str) -> Self {
        Self::damaged(&fixture(planted), &[])
    }

    /// What the fixture says, with bytes on its disk made wrong.
    pub(crate) fn damaged(fixture: &Fixture, damages: &[Damage]) -> Self {
        let authority = Authority::new().unwrap();
        let data = Store::open().unwrap().copy(fixture).unwrap();
        for damage in damages {
            data.damage(damage).unwrap();
        }
        let server = data.start(&Start::sound(&authority)).unwrap();
        Self::of(fixture, server, &authority)
    }

    pub(crate) fn of(fixture: &Fixture, server: Server, authority: &Authority) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("ca.pem"), authority.pem()).unwrap();
        let (user, password) = fixture.login();
        let login = DatabaseLogin { user: user.into(), password: Secret::new(password) };
        Self { server: Mutex::new(server), directory, login }
    }

    /// Runs SQL in the shop as one who may do everything.
    pub(crate) fn sql(&self, sql: &str) -> String {
        self.server.lock().unwrap().superuser_sql("shop", sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub(crate) fn connection(&self) -> Connection {
        Connection {
            host: "127.0.0.1".into(),
            port: self.server.lock().unwrap().port(),
            direct: true,
            ca_file: Some(self.directory.path().join("ca.pem")),
            logins: Arc::new(OneLogin(self.login.clone())),
        }
    }

    /// Takes a baseline as it is now, and gives back settings that name it.
    pub(crate) fn baseline(&self, classes: Classes) -> Value {
        self.baseline_changed(classes, |_| ())
    }

    /// The same, with something changed in it by hand.
    pub(crate) fn baseline_changed(&self, classes: Classes, change: impl FnOnce(&mut Manifest)) -> Value {
        let order = CaptureOrder {
            engine: DatabaseEngine::MariaDb,
            connection: self.connection(),
            databases: vec!["shop".into()],
            classes,
            key: key(),
            skew: SignedDuration::from_mins(5),
            settled_up_to: Some(LAST.parse().unwrap()),
            gentleness: Gentleness {
                pause: Duration::ZERO,
                statement_timeout: Duration::from_mins(1),
                rows_at_once: 100_000,
            },
            writable_login: WritableLogin::Accepted,
            progress_file: self.directory.path().join("progress"),
            begin: Begin::Anew,
            program: "backproof test".into(),
            clock: Arc::new(RealClock),
            stop: Arc::new(AtomicBool::new(false)),
            listener: Arc::new(|_| ()),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut manifest = runtime.block_on(capture(&order)).unwrap();
        // As if it had been captured when the backup was made.
        manifest.baseline.captured_at = LAST.parse().unwrap();
        change(&mut manifest);
        let path = self.directory.path().join("baseline.json");
        std::fs::write(&path, manifest.to_file(None).unwrap()).unwrap();
        json!({ "databases": ["shop"], "baseline": path, "baseline_unsigned": "accepted" })
    }

    /// Examines it.
    pub(crate) fn examine(&self, settings: &Value) -> Examined {
        examine_as(settings, self.connection(), Duration::from_mins(5))
    }
}

/// Examines a server in a way of one's own.
pub(crate) fn examine_as(settings: &Value, connection: Connection, allowed: Duration) -> Examined {
    let rows = Rows::new(key()).answering_within(Duration::from_secs(2));
    examine(&rows, DatabaseEngine::MariaDb, settings, connection, allowed)
}

pub(crate) fn examine(
    rows: &Rows,
    engine: DatabaseEngine,
    settings: &Value,
    connection: Connection,
    allowed: Duration,
) -> Examined {
    rows.check_settings(settings).unwrap();
    let data_time: Timestamp = DATA_TIME.parse().unwrap();
    let runtime = VirtualRuntime::starting_at(data_time).unwrap();
    let deadline = Deadline::after(Arc::new(runtime.clock()), allowed);
    let target = Target::Database(target(engine, &connection));
    assert!(rows.accepts(&target));
    let examination = Examination {
        target,
        settings: settings.clone(),
        data_time,
        source_name: "shop".into(),
        connection: Some(connection),
        seed: [3; 32],
        deadline,
    };
    runtime.block_on(rows.examine(&examination))
}

fn target(engine: DatabaseEngine, connection: &Connection) -> DatabaseTarget {
    DatabaseTarget {
        arn: "arn:aws:rds:eu-central-1:999988887777:db:bp-1".parse().unwrap(),
        account: "999988887777".parse().unwrap(),
        region: "eu-central-1".parse().unwrap(),
        name: "bp-1".into(),
        engine,
        engine_version: "10.11".into(),
        host: connection.host.clone(),
        port: connection.port,
        master_user: "admin".into(),
        database: None,
        instance_class: "db.t4g.medium".into(),
        storage_gib: None,
        storage_loading_percent: None,
    }
}

pub(crate) fn key() -> FingerprintKey {
    FingerprintKey::new(&[7; 32])
}

/// Every table of the shop as if it never changed.
pub(crate) fn all_frozen() -> Classes {
    let tables = ["customers", "products", "orders", "order_lines", "events", "empty_notes", "codes"];
    tables.iter().map(|name| ((*name).to_owned(), entry(Class::Frozen))).collect()
}

/// The tables of the shop as they really are: some only grow.
pub(crate) fn as_they_are() -> Classes {
    let mut classes = all_frozen();
    for name in ["orders", "order_lines", "events"] {
        let entry =
            ClassEntry { class: Class::Append, time_column: Some("created_at".into()), ..ClassEntry::default() };
        classes.insert(name.to_owned(), entry);
    }
    classes
}

fn entry(class: Class) -> ClassEntry {
    ClassEntry { class, ..ClassEntry::default() }
}

/// The check of that name.
pub(crate) fn check<'e>(examined: &'e Examined, name: &str) -> &'e Check {
    let found = examined.checks.iter().find(|check| check.name == name);
    found.unwrap_or_else(|| panic!("no check {name} in {}", told(examined)))
}

/// Every check in words, for messages of tests.
pub(crate) fn told(examined: &Examined) -> String {
    let line = |check: &Check| {
        let remark = check.remark.as_deref().unwrap_or("");
        format!("\n  {} {} of {} {}: {remark}", check.name, check.verdict, check.examined.count, check.examined.unit)
    };
    examined.checks.iter().map(line).collect()
}

/// The check has failed, and names everything.
pub(crate) fn assert_failed(examined: &Examined, name: &str, words: &[&str]) {
    let check = check(examined, name);
    let remark = check.remark.as_deref().unwrap_or("");
    assert_eq!(check.verdict, Verdict::Failed, "{name}: {}", told(examined));
    for word in words {
        assert!(remark.contains(word), "`{word}` is not in {name}: {remark}");
    }
}

/// Every check has passed.
pub(crate) fn assert_silent(examined: &Examined) {
    let passed = examined.checks.iter().all(|check| check.verdict == Verdict::Passed);
    assert!(passed && !examined.checks.is_empty(), "{}", told(examined));
}
