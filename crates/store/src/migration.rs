//! Bringing a state directory's tables to this version, with a copy of how they were before, and putting that back.

use std::path::{Path, PathBuf};

use backproof_clock::SharedClock;
use backproof_model::register::RegisterEvent;
use jiff::Timestamp;
use sqlx::SqlitePool;
use sqlx::migrate::{MigrateError, Migrator};

use crate::database::{DATABASE, connect_to_read};
use crate::events::ADOPTED_BY;
use crate::register::sql_number;
use crate::workers::{self, Company};
use crate::{RunState, Store, StoreError};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");
/// Where copies from before migrations are.
const BACKUPS: &str = "backups";

/// The version of the tables that this program works with.
pub(crate) fn current() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Brings the tables to this version, where nobody else works on them; gives the version.
pub(crate) async fn prepare(
    directory: &Path,
    pool: &SqlitePool,
    clock: &SharedClock,
    company: Company,
) -> Result<i64, StoreError> {
    let database = directory.join(DATABASE);
    let found = version(pool, &database).await?;
    if found > current() {
        return Err(newer(directory, found));
    }
    if found == current() {
        return Ok(found);
    }
    if company == Company::Others || !workers::living(directory)?.is_empty() {
        return Err(workers::in_use(directory));
    }
    if found > 0 {
        back_up(directory, pool, found, clock.now()).await?;
    }
    MIGRATIONS.run(pool).await.map_err(|problem| not_migrated(&database, problem))?;
    Ok(current())
}

/// The version of tables that are only read.
pub(crate) async fn readable(directory: &Path, pool: &SqlitePool) -> Result<i64, StoreError> {
    let found = version(pool, &directory.join(DATABASE)).await?;
    if found > current() { Err(newer(directory, found)) } else { Ok(found) }
}

fn newer(directory: &Path, found: i64) -> StoreError {
    let backup = latest_backup(directory, current());
    StoreError::Newer { path: directory.to_owned(), found, known: current(), backup }
}

async fn version(pool: &SqlitePool, database: &Path) -> Result<i64, StoreError> {
    let made: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
        .fetch_one(pool)
        .await
        .map_err(StoreError::database(database))?;
    if made == 0 {
        return Ok(0);
    }
    sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success")
        .fetch_one(pool)
        .await
        .map_err(StoreError::database(database))
}

/// Copies the database as it is, and makes sure that the copy is whole.
async fn back_up(directory: &Path, pool: &SqlitePool, from: i64, now: Timestamp) -> Result<PathBuf, StoreError> {
    let database = directory.join(DATABASE);
    let folder = directory.join(BACKUPS);
    std::fs::create_dir_all(&folder).map_err(StoreError::files(&folder))?;
    let name = format!("journal-{from}-{}", stamp(now));
    let path = free_path(&folder, &name, "sqlite");
    sqlx::query("VACUUM INTO ?")
        .bind(path.display().to_string())
        .execute(pool)
        .await
        .map_err(StoreError::database(&database))?;
    std::fs::File::open(&path).and_then(|file| file.sync_all()).map_err(StoreError::files(&path))?;
    let copied = assert_whole(&path).await?;
    let entries = count_entries(pool, &database).await?;
    if copied == entries {
        Ok(path)
    } else {
        let problem = format!("the copy `{}` has {copied} lines and not {entries}", path.display());
        Err(StoreError::Migration { path: database, problem })
    }
}

fn stamp(now: Timestamp) -> String {
    now.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn free_path(folder: &Path, name: &str, extension: &str) -> PathBuf {
    let first = folder.join(format!("{name}.{extension}"));
    let further = (2..).map(|number: u32| folder.join(format!("{name}-{number}.{extension}")));
    std::iter::once(first.clone()).chain(further).find(|path| !path.exists()).unwrap_or(first)
}

/// The newest copy of tables of a version.
fn latest_backup(directory: &Path, version: i64) -> Option<PathBuf> {
    let begins = format!("journal-{version}-");
    let files = std::fs::read_dir(directory.join(BACKUPS)).ok()?;
    let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let newest = names.filter(|name| name.starts_with(&begins)).max()?;
    Some(directory.join(BACKUPS).join(newest))
}

/// Whether a database's file is whole; gives how many lines its journal has.
async fn assert_whole(path: &Path) -> Result<i64, StoreError> {
    let pool = connect_to_read(path).await?;
    let whole: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&pool).await.map_err(StoreError::database(path))?;
    if whole != "ok" {
        let problem = format!("it is damaged: {whole}");
        return Err(StoreError::Migration { path: path.to_owned(), problem });
    }
    let entries = count_entries(&pool, path).await;
    pool.close().await;
    entries
}

pub(crate) async fn count_entries(pool: &SqlitePool, database: &Path) -> Result<i64, StoreError> {
    sqlx::query_scalar("SELECT count(*) FROM entries").fetch_one(pool).await.map_err(StoreError::database(database))
}

/// A migration that the disk refused is no misfit of versions.
fn not_migrated(database: &Path, problem: MigrateError) -> StoreError {
    match problem {
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
            StoreError::Database { path: database.to_owned(), source }
        }
        other => StoreError::Migration { path: database.to_owned(), problem: other.to_string() },
    }
}

impl Store {
    /// Enters into the register what migrations have changed, once: runs from before it was a chain, and that there was
    /// a migration. A process that dies in between leaves that to the next.
    pub(crate) async fn adopt(&self) -> Result<(), StoreError> {
        let database = &self.inner.database;
        let told_from: i64 = sqlx::query_scalar("SELECT told_from FROM installation")
            .fetch_one(&self.inner.pool)
            .await
            .map_err(StoreError::database(database))?;
        if told_from >= self.inner.version {
            return Ok(());
        }
        let backup = latest_backup(&self.inner.directory, told_from);
        let backup = backup.and_then(|path| Some(path.file_name()?.to_str()?.to_owned())).unwrap_or_default();
        let runs = self.register().await?;
        let now = self.inner.clock.now();
        let _busy = self.inner.clock.busy();
        let mut transaction = self.begin().await?;
        let to_adopt: Vec<i64> = sqlx::query_scalar("SELECT run FROM to_adopt ORDER BY run")
            .fetch_all(&mut *transaction)
            .await
            .map_err(StoreError::database(database))?;
        for run in runs.iter().filter(|run| to_adopt.contains(&sql_number(run.run))) {
            let opened = RegisterEvent::RunOpened {
                run: run.run,
                plan_name: run.plan_name.clone(),
                purpose: run.purpose.clone(),
                pipeline: run.pipeline,
                by: ADOPTED_BY.into(),
            };
            self.record_in(&mut transaction, now, opened).await?;
            let ended = match run.state {
                RunState::Open => continue,
                RunState::Closed => {
                    let head = self.run_head(&mut transaction, run.run).await?;
                    RegisterEvent::RunClosed { run: run.run, head }
                }
                RunState::Aborted => RegisterEvent::RunAborted { run: run.run, why: ADOPTED_BY.into() },
            };
            self.record_in(&mut transaction, now, ended).await?;
        }
        let migrated = RegisterEvent::Migrated { from: told_from, to: self.inner.version, backup };
        self.record_in(&mut transaction, now, migrated).await?;
        sqlx::query("DELETE FROM to_adopt").execute(&mut *transaction).await.map_err(StoreError::database(database))?;
        sqlx::query("UPDATE installation SET told_from = ?")
            .bind(self.inner.version)
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::database(database))?;
        self.commit(transaction).await
    }

    /// Puts a copy from before a migration back in its place, where nobody works. What is replaced stays beside it:
    /// its path is given.
    ///
    /// # Errors
    /// Fails where a process works in the directory, the copy is damaged, or a file cannot be moved.
    pub async fn restore_from_backup(
        directory: &Path,
        backup: &Path,
        clock: &SharedClock,
    ) -> Result<PathBuf, StoreError> {
        let _lock = workers::enter_alone(directory)?;
        let _busy = clock.busy();
        assert_whole(backup).await?;
        let unfinished = directory.join(format!("{DATABASE}.unfinished"));
        let copy = || {
            std::fs::copy(backup, &unfinished)?;
            std::fs::File::open(&unfinished)?.sync_all()
        };
        copy().map_err(StoreError::files(&unfinished))?;
        let replaced = free_path(directory, &format!("journal-replaced-{}", stamp(clock.now())), "sqlite");
        for part in ["", "-wal", "-shm"] {
            let with = |path: &Path| PathBuf::from(format!("{}{part}", path.display()));
            let (from, to) = (with(&directory.join(DATABASE)), with(&replaced));
            if from.exists() {
                std::fs::rename(&from, &to).map_err(StoreError::files(&to))?;
            }
        }
        let put = || {
            std::fs::rename(&unfinished, directory.join(DATABASE))?;
            std::fs::File::open(directory)?.sync_all()
        };
        put().map_err(StoreError::files(directory))?;
        Ok(replaced)
    }
}
