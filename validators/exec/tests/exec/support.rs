//! Programs in a folder of their own, and examinations by them on virtual time.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use backproof_clock::VirtualRuntime;
use backproof_cloud::{CallError, LendCredentials, SessionCredentials};
use backproof_model::{Check, DatabaseEngine, DatabaseLogin, DatabaseTarget, Secret, Target, Verdict};
use backproof_validators_api::{Connection, Deadline, Examination, Examined, OneLogin, Validator};
use backproof_validators_exec::Exec;
use serde_json::{Value, json};

pub(crate) const NOW: &str = "2026-03-01T12:00:00Z";
pub(crate) const PASSWORD: &str = "hunter2-hunter2/hunter2";
pub(crate) const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG";

/// Shell functions that answer.
const ANSWERS: &str = r#"#!/bin/sh
check() { # name claim level verdict count
  printf '{"type":"check","name":"%s","claim":"%s","level":"%s","verdict":"%s","examined":{"count":%s,"unit":"rows"}}\n' "$@"
}
fact() { printf '{"type":"fact","name":"%s","value":"%s"}\n' "$@"; }
done_() { printf '{"type":"done"}\n'; }
"#;

/// A folder with programs, and a runtime to run them on.
pub(crate) struct Lab {
    runtime: VirtualRuntime,
    folder: tempfile::TempDir,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let runtime = VirtualRuntime::starting_at(NOW.parse().unwrap()).unwrap();
        Self { runtime, folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Settings that run a shell script, in which `check`, `fact` and `done_` answer.
    pub(crate) fn script(&self, body: &str) -> Value {
        json!({ "program": [self.write("check", &format!("{ANSWERS}{body}\n"))] })
    }

    /// Writes a program; its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        path
    }

    /// Examines a database with what settings name.
    pub(crate) fn examine(&self, settings: Value) -> Examined {
        self.examine_with(&Exec::new(Some(Arc::new(Lender))), settings, Duration::from_hours(1))
    }

    pub(crate) fn examine_with(&self, exec: &Exec, settings: Value, allowed: Duration) -> Examined {
        let deadline = Deadline::after(Arc::new(self.runtime.clock()), allowed);
        let examination = Examination {
            target: database(),
            settings,
            data_time: "2026-03-01T03:00:00Z".parse().unwrap(),
            source_name: "orders".into(),
            connection: Some(connection()),
            seed: [7; 32],
            deadline,
        };
        self.runtime.block_on(exec.examine(&examination))
    }

    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    pub(crate) fn clock(&self) -> Arc<dyn backproof_clock::Clock> {
        Arc::new(self.runtime.clock())
    }
}

pub(crate) fn database() -> Target {
    Target::Database(DatabaseTarget {
        arn: "arn:aws:rds:eu-central-1:999988887777:db:bp-1".parse().unwrap(),
        account: "999988887777".parse().unwrap(),
        region: "eu-central-1".parse().unwrap(),
        name: "bp-1".into(),
        engine: DatabaseEngine::Postgres,
        engine_version: "15.14".into(),
        host: "bp-1.x.eu-central-1.rds.amazonaws.com".into(),
        port: 5432,
        master_user: "postgres".into(),
        database: Some("shop".into()),
        instance_class: "db.t4g.micro".into(),
        storage_gib: Some(20),
        storage_loading_percent: None,
    })
}

pub(crate) fn connection() -> Connection {
    Connection {
        host: "127.0.0.1".into(),
        port: 15432,
        direct: false,
        ca_file: Some("/etc/ca.pem".into()),
        logins: Arc::new(OneLogin(DatabaseLogin { user: "postgres".into(), password: Secret::new(PASSWORD) })),
    }
}

/// Lends credentials that nothing accepts.
pub(crate) struct Lender;

#[async_trait::async_trait]
impl LendCredentials for Lender {
    async fn lend(&self) -> Result<SessionCredentials, CallError> {
        Ok(SessionCredentials {
            access_key_id: "ASIAEXAMPLE".into(),
            secret_access_key: Secret::new(SECRET_KEY),
            session_token: Some(Secret::new("a-session-token")),
            expires: Some("2026-03-01T13:00:00Z".parse().unwrap()),
            endpoint_url: Some("http://127.0.0.1:4566".into()),
        })
    }
}

/// Settings with more of them.
pub(crate) fn with(settings: Value, more: &Value) -> Value {
    let mut settings = settings;
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    settings
}

/// `name: verdict`, for every check.
pub(crate) fn verdicts(examined: &Examined) -> Vec<String> {
    examined.checks.iter().map(|check| format!("{}: {}", check.name, check.verdict)).collect()
}

/// The remark of a check.
pub(crate) fn remark<'a>(examined: &'a Examined, name: &str) -> &'a str {
    check(examined, name).remark.as_deref().unwrap_or_default()
}

pub(crate) fn check<'a>(examined: &'a Examined, name: &str) -> &'a Check {
    examined.checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("no {name}: {examined:?}"))
}

pub(crate) fn nothing_passed(examined: &Examined) -> bool {
    !examined.checks.is_empty() && examined.checks.iter().all(|check| matches!(check.verdict, Verdict::Inconclusive(_)))
}

/// Whether no process has this path on its command line any more. Killed processes may take a moment to go.
pub(crate) fn is_gone(path: &Path) -> bool {
    (0..20_000).any(|_| {
        std::thread::yield_now();
        !is_running(path)
    })
}

fn is_running(path: &Path) -> bool {
    let path = path.to_str().unwrap();
    let lines = std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        Some(String::from_utf8_lossy(&line).into_owned())
    });
    lines.into_iter().any(|line| line.contains(path))
}
