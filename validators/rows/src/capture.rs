//! Takes a baseline on the production side: everything that a restored copy is compared with, and no value of a row.
//!
//! The server has other work. So there is one connection and one statement at a time, tables are read in pieces with
//! pauses between them, nothing waits long for a lock, and what is finished is kept for the case that the capture is
//! stopped. Nothing is written: sessions are read only, and a login that could write is refused.

mod calls;
mod classes;
mod order;
mod pieces;
mod progress;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use backproof_model::DatabaseEngine;

pub use classes::{ClassEntry, Classes};
pub use order::{Begin, CaptureError, CaptureOrder, Event, Gentleness, WritableLogin};

use crate::baseline::{DatabaseBaseline, FORMAT, Manifest, OneDatabaseBaseline, SequenceBaseline, objects_baseline};
use crate::dialect::{Database, Dialect, Sequence, Session};
use crate::fingerprint::Hasher;
use crate::inventory::{Inventory, ObjectKind};
use crate::mysql::MySql;
use crate::postgres::Postgres;
use crate::words::listed;
use calls::Calls;
use classes::Chooser;
use progress::{Finished, Progress};

/// Takes the baseline of a server.
///
/// # Errors
/// Gives no baseline rather than one of a part. Where it was stopped, or the server did, finished tables are kept, and
/// the same order goes on from there.
pub async fn capture(order: &CaptureOrder) -> Result<Manifest, CaptureError> {
    let calls = Calls { order, dialect: dialect(&order.engine)? };
    let hasher = Hasher::new(&order.key);
    let captured_at = order.clock.now();
    let mut first = calls.open(None).await?;
    let server = calls.ask("asking for the version", first.server()).await?;
    let names = databases(&calls, &mut first).await?;
    let objects = calls.ask("reading roles", first.server_objects()).await?;
    calls.close(first).await;
    refuse_unfit(&calls, &names).await?;

    let identity = hasher.definition(&format!("{}:{}", order.connection.host, order.connection.port));
    let progress = Progress::open(order, &identity, hasher.key_id())?;
    let mut whole = Whole { calls, hasher, progress, remarks: Vec::new() };
    let mut databases = BTreeMap::new();
    for name in names {
        let database = whole.database(&name).await?;
        databases.insert(name, database);
    }
    let baseline = DatabaseBaseline {
        format: FORMAT.to_owned(),
        engine: order.engine.clone(),
        engine_version: server.version,
        captured_at,
        key_id: whole.hasher.key_id().to_owned(),
        server_objects: objects_baseline(&objects, &whole.hasher),
        databases,
    };
    Ok(Manifest::new(order.program.clone(), identity, whole.remarks, baseline))
}

fn dialect(engine: &DatabaseEngine) -> Result<&'static dyn Dialect, CaptureError> {
    match engine {
        DatabaseEngine::Postgres => Ok(&Postgres),
        DatabaseEngine::MySql | DatabaseEngine::MariaDb => Ok(&MySql),
        DatabaseEngine::Other(name) => Err(CaptureError::Unfit(format!(
            "no baseline can be taken of `{name}`: only of PostgreSQL, MySQL and MariaDB"
        ))),
    }
}

/// The databases to read: those that were named, or all.
async fn databases(calls: &Calls<'_>, session: &mut Box<dyn Session>) -> Result<Vec<String>, CaptureError> {
    let order = calls.order;
    let found: Vec<Database> = calls.ask("listing databases", session.databases()).await?;
    let wanted = |database: &&Database| order.databases.is_empty() || order.databases.contains(&database.name);
    let mut names = Vec::new();
    for database in found.iter().filter(wanted) {
        if let Some(why) = &database.closed {
            let name = &database.name;
            return Err(CaptureError::Unfit(format!(
                "database `{name}` cannot be read: {why}; open it to the login, or name the databases to read"
            )));
        }
        names.push(database.name.clone());
    }
    if let Some(missing) = order.databases.iter().find(|name| !names.contains(name)) {
        return Err(CaptureError::Unfit(format!("there is no database `{missing}` that the login can see")));
    }
    if names.is_empty() {
        return Err(CaptureError::Unfit("the login sees no database; a baseline of nothing proves nothing".into()));
    }
    Ok(names)
}

/// Looks at every database before anything is read, so that nobody waits for hours to hear of a misspelt name.
async fn refuse_unfit(calls: &Calls<'_>, names: &[String]) -> Result<(), CaptureError> {
    let mut chooser = Chooser::new(&calls.order.classes);
    let (mut powers, mut unreadable) = (BTreeSet::new(), Vec::new());
    for name in names {
        let mut session = calls.open(Some(name)).await?;
        match calls.order.writable_login {
            WritableLogin::Accepted => {}
            // What it may do to tables can be asked in their own database alone.
            WritableLogin::Refused => {
                powers.extend(calls.ask("asking what the login may do", session.powers()).await?);
            }
        }
        for shape in calls.ask("listing tables", session.tables()).await? {
            if !chooser.of(name, &shape)?.structure_only {
                unreadable.extend(shape.unreadable.map(|why| format!("{name}: {}: {why}", shape.name)));
            }
        }
        calls.close(session).await;
    }
    if !powers.is_empty() {
        return Err(CaptureError::Writable(listed(&powers.into_iter().collect::<Vec<_>>())));
    }
    if !unreadable.is_empty() {
        return Err(CaptureError::Unreadable(listed(&unreadable)));
    }
    chooser.all_used()
}

/// What every database needs.
struct Whole<'a> {
    calls: Calls<'a>,
    hasher: Hasher,
    progress: Progress,
    remarks: Vec<String>,
}

impl Whole<'_> {
    /// One database as of one moment, and its tables that were finished before as of theirs.
    async fn database(&mut self, name: &str) -> Result<OneDatabaseBaseline, CaptureError> {
        let Self { calls, hasher, progress, remarks } = self;
        let order = calls.order;
        let mut session = calls.open(Some(name)).await?;
        let taken_at = order.clock.now();
        calls.ask("beginning a snapshot", session.begin_snapshot()).await?;
        let shapes = calls.ask("listing tables", session.tables()).await?;
        let objects = calls.ask("reading the schema", session.objects()).await?;
        let sequences = calls.ask("reading sequences", session.sequences()).await?;
        let mut chooser = Chooser::new(&order.classes);
        let mut finished: BTreeMap<String, Finished> = BTreeMap::new();
        for (place, shape) in shapes.iter().enumerate() {
            let table = shape.name.to_string();
            let chosen = chooser.of(name, shape)?;
            if let Some(before) = progress.finished(name, &table, shape, &chosen) {
                finished.insert(table, before);
                continue;
            }
            order.go_on_or_stop()?;
            let (database, of) = (name.to_owned(), shapes.len());
            order.tell(Event::Table { database, table: table.clone(), place: place + 1, of });
            let reading = table::Reading { order, hasher, shape, chosen: &chosen, sequences: &sequences, taken_at };
            let read = table::read(calls, &mut session, &reading).await?;
            progress.keep(name, &table, &read)?;
            finished.insert(table, read);
            order.pause().await;
        }
        calls.ask("ending the snapshot", session.end_snapshot()).await?;
        calls.close(session).await;
        remarks.extend(beyond_snapshots(name, &objects));
        let sequences = sequences_baseline(name, &sequences, &finished, remarks);
        let tables = finished.into_iter().map(|(table, finished)| (table, finished.baseline)).collect();
        Ok(OneDatabaseBaseline { objects: objects_baseline(&objects, hasher), sequences, tables })
    }
}

/// Tables whose storage engine knows no snapshots: they were read as they were when their turn came. Only MySQL and
/// MariaDB say by which engine a table is stored.
fn beyond_snapshots(database: &str, objects: &Inventory) -> Option<String> {
    let stored = objects.of(ObjectKind::Table).filter_map(|(name, table)| Some((name, table.plain.get("engine")?)));
    let beyond: Vec<String> = stored
        .filter(|(_, engine)| !engine.eq_ignore_ascii_case("InnoDB"))
        .map(|(name, engine)| format!("{name} ({engine})"))
        .collect();
    (!beyond.is_empty()).then(|| format!("{database}: not as of the snapshot's moment: {}", listed(&beyond)))
}

fn sequences_baseline(
    database: &str,
    sequences: &[Sequence],
    finished: &BTreeMap<String, Finished>,
    remarks: &mut Vec<String>,
) -> BTreeMap<String, SequenceBaseline> {
    let mut baselines = BTreeMap::new();
    let mut unseen = Vec::new();
    for sequence in sequences {
        // Beyond 64 bits there are only counters of MySQL that nobody has filled.
        let Some(next) = sequence.next.and_then(|next| i64::try_from(next).ok()) else {
            unseen.push(sequence.name.clone());
            continue;
        };
        let behind = finished.values().any(|table| table.behind.contains(&sequence.name));
        baselines.insert(sequence.name.clone(), SequenceBaseline { next, behind });
    }
    if !unseen.is_empty() {
        remarks.push(format!("{database}: where these sequences stand could not be seen: {}", listed(&unseen)));
    }
    baselines
}
