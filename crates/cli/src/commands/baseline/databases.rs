//! `backproof baseline capture --engine postgres|mysql|mariadb`: a server, as a signed manifest.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use backproof_model::{DatabaseEngine, DatabaseLogin, Secret};
use backproof_signing::PrivateKey;
use backproof_validators_api::{Connection, FingerprintKey, OneLogin};
use backproof_validators_rows::{
    Begin, CaptureError, CaptureOrder, Classes, Event, Gentleness, Manifest, WritableLogin, capture,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use crate::args::baseline::{Capture, Database, Engine};
use crate::args::{Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::{counted, print_json};
use crate::{files, wiring};

/// Where the password is looked for if no file is named.
const PASSWORD: &str = "BACKPROOF_DATABASE_PASSWORD";

pub(crate) async fn perform(common: &Common, order: &Capture, key: FingerprintKey) -> anyhow::Result<Exit> {
    let out = order.out.clone().context("clap asks for --out with these engines")?;
    let signing = signing_key(&order.database)?;
    let capture_order = capture_order(common, order, key, &out)?;
    let listener = listen_for_interrupts(Arc::clone(&capture_order.stop));
    let captured = capture(&capture_order).await;
    listener.abort();
    let manifest = match captured {
        Ok(manifest) => manifest,
        Err(error) => return end_of(&error),
    };
    write_whole(&out, &manifest.to_file(signing.as_ref())?)?;
    std::fs::remove_file(&capture_order.progress_file).ok();
    match common.output {
        Format::Json => print_json(&serde_json::json!({
            "manifest": out, "snapshots": manifest.snapshots, "remarks": manifest.remarks,
            "signer": signing.as_ref().map(|key| key.public().id()),
        }))?,
        Format::Text => tell(&out, &manifest, signing.as_ref()),
    }
    Ok(Exit::Passed)
}

fn tell(out: &Path, manifest: &Manifest, signing: Option<&PrivateKey>) {
    let tables = manifest.snapshots.iter().map(|snapshot| snapshot.tables).sum();
    let databases = manifest.baseline.databases.len() as u64;
    println!("{} of {} in `{}`", counted(tables, "table"), counted(databases, "database"), out.display());
    for snapshot in &manifest.snapshots {
        println!("  {}: {} as of {}", snapshot.database, counted(snapshot.tables, "table"), snapshot.taken_at);
    }
    for remark in &manifest.remarks {
        println!("  note: {remark}");
    }
    match signing {
        Some(key) => println!("signed by {}", key.public().id()),
        None => println!("not signed: nobody vouches for it, and plans must accept that in words"),
    }
}

/// What the flags ask for.
fn capture_order(common: &Common, order: &Capture, key: FingerprintKey, out: &Path) -> anyhow::Result<CaptureOrder> {
    let database = &order.database;
    let (engine, port) = match order.engine {
        Engine::Postgres => (DatabaseEngine::Postgres, 5432),
        Engine::Mysql => (DatabaseEngine::MySql, 3306),
        Engine::Mariadb => (DatabaseEngine::MariaDb, 3306),
        Engine::Dynamodb => anyhow::bail!("a DynamoDB table is no database server"),
    };
    let login = DatabaseLogin {
        user: database.user.clone().context("clap asks for --user with these engines")?,
        password: password(database)?,
    };
    Ok(CaptureOrder {
        engine,
        connection: Connection {
            host: database.host.clone().context("clap asks for --host with these engines")?,
            port: database.port.unwrap_or(port),
            direct: true,
            ca_file: database.ca_file.clone(),
            logins: Arc::new(OneLogin(login)),
        },
        databases: database.database.clone(),
        classes: classes(database.classes.as_deref())?,
        key,
        skew: order.skew,
        settled_up_to: database.settled_up_to,
        gentleness: Gentleness {
            pause: database.pause(),
            statement_timeout: database.statement_timeout(),
            rows_at_once: database.rows_at_once,
        },
        writable_login: if database.allow_writable_login { WritableLogin::Accepted } else { WritableLogin::Refused },
        progress_file: beside(out, "progress"),
        begin: if database.fresh { Begin::Anew } else { Begin::WhereStopped },
        program: format!("backproof {}", env!("CARGO_PKG_VERSION")),
        clock: wiring::clock(common),
        stop: Arc::new(AtomicBool::new(false)),
        listener: Arc::new(told),
    })
}

fn told(event: Event) {
    match event {
        Event::GoesOn { tables } => {
            eprintln!("going on: {} finished before (--fresh begins anew)", counted(tables as u64, "table"));
        }
        Event::Table { database, table, place, of } => eprintln!("[{place}/{of}] {database}: {table}"),
    }
}

/// The key that signs; nobody gets an unsigned manifest without having asked for it.
fn signing_key(database: &Database) -> anyhow::Result<Option<PrivateKey>> {
    match (&database.sign_with, database.unsigned) {
        (Some(path), _) => Ok(Some(PrivateKey::read(path).map_err(|error| UsageError(error.to_string()))?)),
        (None, true) => Ok(None),
        (None, false) => {
            let problem = "name the key that signs the manifest with --sign-with, or give --unsigned";
            Err(UsageError(problem.into()).into())
        }
    }
}

fn password(database: &Database) -> anyhow::Result<Secret> {
    if let Some(path) = &database.password_file {
        let text = files::read_secret("the password", path)?;
        // Editors end files with a line end, which is no part of it.
        return Ok(Secret::new(text.strip_suffix('\n').map_or(text.as_str(), |text| text.trim_end_matches('\r'))));
    }
    let problem = || UsageError(format!("no password: name its file with --password-file, or set {PASSWORD}"));
    Ok(Secret::new(std::env::var(PASSWORD).map_err(|_| problem())?))
}

fn classes(path: Option<&Path>) -> anyhow::Result<Classes> {
    let Some(path) = path else { return Ok(Classes::new()) };
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| UsageError(format!("cannot read `{name}`: {error}")))?;
    toml::from_str(&text).map_err(|error| UsageError(format!("the classes `{name}` cannot be used: {error}")).into())
}

/// `FILE.more`.
fn beside(path: &Path, more: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{more}"));
    name.into()
}

/// Writes a file so that nobody ever sees a part of it.
fn write_whole(path: &Path, text: &str) -> anyhow::Result<()> {
    let part = beside(path, "part");
    let write = || {
        let mut file = std::fs::File::create(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    };
    write().with_context(|| format!("cannot write `{}`", path.display()))
}

/// Ctrl-C (or SIGTERM) once stops after the piece under way; twice stops here and now.
fn listen_for_interrupts(stop: Arc<AtomicBool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let (Ok(mut interrupted), Ok(mut terminated)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return;
        };
        let mut asked_to_stop = async || {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
        };
        asked_to_stop().await;
        eprintln!("stopping after the piece under way (Ctrl-C again stops at once)");
        stop.store(true, Ordering::Relaxed);
        asked_to_stop().await;
        eprintln!("stopped. Finished tables are kept, and the same command goes on from there.");
        std::process::exit(3);
    })
}

fn end_of(error: &CaptureError) -> anyhow::Result<Exit> {
    let end = match error {
        CaptureError::Unfit(_) | CaptureError::Unreadable(_) | CaptureError::Progress(_) => {
            return Err(UsageError(error.to_string()).into());
        }
        CaptureError::Writable(_) => Exit::Refused,
        CaptureError::Stopped | CaptureError::Rewritten(_) | CaptureError::Server { .. } => Exit::Inconclusive,
    };
    eprintln!("error: {error}");
    Ok(end)
}
