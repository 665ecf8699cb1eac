//! Opening a state directory.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use backproof_clock::SharedClock;
use backproof_model::names::Installation;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::{RunFiles, StoreError};

const OLDEST_SAFE_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// An open state directory.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) pool: SqlitePool,
    pub(crate) database: PathBuf,
    pub(crate) directory: PathBuf,
    pub(crate) clock: SharedClock,
    pub(crate) owner: String,
    installation: Installation,
    /// Writes that are still allowed; below zero means without limit. See [`Store::stop_after`].
    writes_left: AtomicI64,
    /// Held for as long as the store lives; the operating system lets go of it when the process dies. A store that is
    /// only read holds none.
    _lock: Option<Lock>,
}

impl Store {
    /// Opens (or makes) the state directory.
    ///
    /// `owner` says who we are, for the next process that finds the directory in use: a process id and a host.
    /// `new_installation` is the name that a new directory gets.
    ///
    /// # Errors
    /// Fails where the directory cannot be written, belongs to another process, or holds tables that do not fit.
    pub async fn open(
        directory: &Path,
        clock: SharedClock,
        owner: &str,
        new_installation: Installation,
    ) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory).map_err(StoreError::files(directory))?;
        let lock = lock(directory, owner)?;
        let database = directory.join("journal.sqlite");
        let pool = {
            let _busy = clock.busy();
            connect(&database).await?
        };
        let _busy = clock.busy();
        assert_safe_sqlite(&pool, &database).await?;
        sqlx::migrate!("./migrations").run(&pool).await.map_err(|problem| not_migrated(&database, problem))?;
        let installation = installation(&pool, &database, new_installation).await?;
        let inner = Inner {
            pool,
            database,
            directory: directory.to_owned(),
            clock: clock.clone(),
            owner: owner.to_owned(),
            installation,
            writes_left: AtomicI64::new(-1),
            _lock: Some(Lock(lock)),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Opens a state directory to read it, also while another process works there. Every write fails.
    ///
    /// # Errors
    /// Fails where there is no journal, or none that can be read.
    pub async fn open_to_read(directory: &Path, clock: SharedClock) -> Result<Self, StoreError> {
        let database = directory.join("journal.sqlite");
        let _busy = clock.busy();
        let options = SqliteConnectOptions::new()
            .filename(&database)
            .read_only(true)
            .busy_timeout(std::time::Duration::from_secs(30));
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .map_err(StoreError::database(&database))?;
        let installation: String = sqlx::query_scalar("SELECT name FROM installation")
            .fetch_one(&pool)
            .await
            .map_err(StoreError::database(&database))?;
        let installation = installation
            .parse()
            .map_err(|problem| StoreError::Migration { path: database.clone(), problem: format!("{problem}") })?;
        let inner = Inner {
            pool,
            database,
            directory: directory.to_owned(),
            clock: clock.clone(),
            owner: String::new(),
            installation,
            writes_left: AtomicI64::new(0),
            _lock: None,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Who else works in the directory at this moment, in their own words.
    pub fn in_use_by(&self) -> Option<String> {
        let file = File::open(self.inner.directory.join("lock")).ok()?;
        match file.try_lock_shared() {
            Err(std::fs::TryLockError::WouldBlock) => {
                let owner = std::io::read_to_string(&file).ok()?;
                Some(owner.trim().to_owned())
            }
            Ok(()) | Err(std::fs::TryLockError::Error(_)) => None,
        }
    }

    /// The name of this installation, which is part of every name that it gives.
    pub fn installation(&self) -> &Installation {
        &self.inner.installation
    }

    /// The state directory.
    pub fn directory(&self) -> &Path {
        &self.inner.directory
    }

    /// The clock that entries are dated by.
    pub fn clock(&self) -> &SharedClock {
        &self.inner.clock
    }

    /// The files of one run; makes their directory.
    ///
    /// # Errors
    /// Fails where the directory cannot be made.
    pub fn files(&self, run: u64) -> Result<RunFiles, StoreError> {
        RunFiles::new(self.inner.directory.join("runs").join(run.to_string()))
    }

    /// Files that belong to no run, under a name such as `rehearsal-1`; makes their directory.
    ///
    /// # Errors
    /// Fails where the directory cannot be made.
    pub fn other_files(&self, name: &str) -> Result<RunFiles, StoreError> {
        RunFiles::new(self.inner.directory.join(name))
    }

    /// Makes every write after the next `writes` fail, as if the process had been killed there.
    pub fn stop_after(&self, writes: u32) {
        self.inner.writes_left.store(i64::from(writes), Ordering::SeqCst);
    }

    /// Forbids the database to grow, as a full disk would: SQLite itself then refuses to write.
    ///
    /// # Errors
    /// Fails where the database cannot be used.
    pub async fn forbid_growth(&self) -> Result<(), StoreError> {
        let _busy = self.inner.clock.busy();
        sqlx::query("PRAGMA max_page_count = 1")
            .execute(&self.inner.pool)
            .await
            .map_err(StoreError::database(&self.inner.database))?;
        Ok(())
    }

    /// Closes the database and lets go of the directory. Dropping does the same, a little later.
    pub async fn close(self) {
        let _busy = self.inner.clock.busy();
        self.inner.pool.close().await;
    }

    pub(crate) fn may_write(&self) -> Result<(), StoreError> {
        let taken = self.inner.writes_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| match left {
            0 => None,
            left if left < 0 => Some(left),
            left => Some(left - 1),
        });
        taken.map(|_| ()).map_err(|_| StoreError::ToldToStop)
    }
}

/// The lock on a state directory.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    /// Closing the file is not enough: a child process that is just being started holds it a moment longer.
    fn drop(&mut self) {
        self.0.unlock().ok();
    }
}

fn lock(directory: &Path, owner: &str) -> Result<File, StoreError> {
    let path = directory.join("lock");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(StoreError::files(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => {
            let mut owner = String::new();
            file.read_to_string(&mut owner).map_err(StoreError::files(&path))?;
            return Err(StoreError::InUse { path: directory.to_owned(), owner: owner.trim().to_owned() });
        }
        Err(std::fs::TryLockError::Error(source)) => return Err(StoreError::Files { path, source }),
    }
    let write = |file: &mut File| {
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{owner}")
    };
    write(&mut file).map_err(StoreError::files(&path))?;
    Ok(file)
}

async fn connect(database: &Path) -> Result<SqlitePool, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(std::time::Duration::from_secs(30));
    // One connection: SQLite has one writer anyway, and readers of a journal are few.
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(StoreError::database(database))
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

async fn assert_safe_sqlite(pool: &SqlitePool, database: &Path) -> Result<(), StoreError> {
    let found: String =
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await.map_err(StoreError::database(database))?;
    let mut parts = found.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if version >= OLDEST_SAFE_SQLITE { Ok(()) } else { Err(StoreError::UnsafeSqlite { found }) }
}

async fn installation(pool: &SqlitePool, database: &Path, new: Installation) -> Result<Installation, StoreError> {
    sqlx::query("INSERT OR IGNORE INTO installation (only_row, name) VALUES (1, ?)")
        .bind(new.as_str())
        .execute(pool)
        .await
        .map_err(StoreError::database(database))?;
    let name: String = sqlx::query_scalar("SELECT name FROM installation")
        .fetch_one(pool)
        .await
        .map_err(StoreError::database(database))?;
    name.parse().map_err(|problem| StoreError::Migration { path: database.to_owned(), problem: format!("{problem}") })
}
