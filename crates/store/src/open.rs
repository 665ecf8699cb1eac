//! Opening a state directory.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use backproof_clock::SharedClock;
use backproof_model::names::Installation;
use jiff::SignedDuration;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, Transaction};

use crate::database::{DATABASE, assert_safe_sqlite, connect, connect_to_read, installation, remember_installation};
use crate::giving_back::Dropped;
use crate::mirror::Mirror;
use crate::workers::{self, Company, DirectoryLock, OwnFile, Worker};
use crate::{RunFiles, StoreError, migration};

/// How a state directory is opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Where every line and file is written a second time, before anything relies on it. With it the state directory
    /// may be lost.
    pub mirror: Option<PathBuf>,
    /// After how long without renewal a chain may be taken from a process that still lives: it hangs, or was suspended.
    pub lease: SignedDuration,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { mirror: None, lease: SignedDuration::from_mins(10) }
    }
}

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
    /// The name of our file below `workers/`; empty where the store is only read.
    pub(crate) worker: String,
    pub(crate) lease: SignedDuration,
    /// The version of the tables.
    pub(crate) version: i64,
    pub(crate) mirror: Option<Mirror>,
    pub(crate) dropped: Dropped,
    installation: Installation,
    /// Writes that are still allowed; below zero means without limit. See [`Store::stop_after`].
    writes_left: AtomicI64,
    /// Held for as long as the store is open. A store that is only read holds none.
    own_file: Mutex<Option<OwnFile>>,
    lock: Mutex<Option<DirectoryLock>>,
}

impl Store {
    /// Opens (or makes) the state directory, beside whoever else works there.
    ///
    /// `owner` says who we are, for others that find us here: a process id and a host. `new_installation` is the name
    /// that a new directory gets.
    ///
    /// # Errors
    /// Fails where the directory cannot be written, or holds tables that do not fit.
    pub async fn open(
        directory: &Path,
        clock: SharedClock,
        owner: &str,
        new_installation: Installation,
    ) -> Result<Self, StoreError> {
        Self::open_with(directory, clock, owner, new_installation, OpenOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`Store::open`], and where the mirror is of another state or knows more than this one.
    pub async fn open_with(
        directory: &Path,
        clock: SharedClock,
        owner: &str,
        new_installation: Installation,
        options: OpenOptions,
    ) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory).map_err(StoreError::files(directory))?;
        let (lock, company) = workers::enter(directory, &clock).await?;
        let database = directory.join(DATABASE);
        let mirror = options.mirror.map(Mirror::new);
        // Until the lock is shared others wait for us by the clock, so all that time it must not jump.
        let busy = clock.busy();
        let pool = connect(&database).await?;
        assert_safe_sqlite(&pool, &database).await?;
        let version = migration::prepare(directory, &pool, &clock, company).await?;
        let is_empty = company == Company::Alone && migration::count_entries(&pool, &database).await? == 0;
        let remembered = mirror.as_ref().filter(|_| is_empty).map(Mirror::installation).transpose()?.flatten();
        let installation = match &remembered {
            None => installation(&pool, &database, new_installation).await?,
            Some(name) => remember_installation(&pool, &database, name).await?,
        };
        let worker: String = sqlx::query_scalar("SELECT lower(hex(randomblob(8)))")
            .fetch_one(&pool)
            .await
            .map_err(StoreError::database(&database))?;
        let own_file = OwnFile::register(directory, &worker, owner)?;
        let inner = Inner {
            pool,
            database,
            directory: directory.to_owned(),
            clock: clock.clone(),
            owner: owner.to_owned(),
            worker,
            lease: options.lease,
            version,
            mirror,
            dropped: Dropped::default(),
            installation,
            writes_left: AtomicI64::new(-1),
            own_file: Mutex::new(Some(own_file)),
            lock: Mutex::new(None),
        };
        let store = Self { inner: Arc::new(inner) };
        if company == Company::Alone {
            workers::bury(directory)?;
            if remembered.is_some() {
                store.rebuild_from_mirror().await?;
            }
            store.adopt().await?;
        }
        store.catch_mirror_up().await?;
        drop(busy);
        let lock = match company {
            Company::Alone => lock.share(directory, &clock).await?,
            Company::Others => lock,
        };
        *store.inner.lock.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
        Ok(store)
    }

    /// Opens a state directory to read it. Every write fails.
    ///
    /// # Errors
    /// Fails where there is no journal, or none that can be read.
    pub async fn open_to_read(directory: &Path, clock: SharedClock) -> Result<Self, StoreError> {
        let database = directory.join(DATABASE);
        let _busy = clock.busy();
        let pool = connect_to_read(&database).await?;
        let version = migration::readable(directory, &pool).await?;
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
            worker: String::new(),
            lease: OpenOptions::default().lease,
            version,
            mirror: None,
            dropped: Dropped::default(),
            installation,
            writes_left: AtomicI64::new(0),
            own_file: Mutex::new(None),
            lock: Mutex::new(None),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Every process that works in the directory at this moment, this one included.
    ///
    /// # Errors
    /// Fails where the directory cannot be read.
    pub fn workers(&self) -> Result<Vec<Worker>, StoreError> {
        workers::living(&self.inner.directory)
    }

    /// Who else works in the directory at this moment, in their own words.
    pub fn in_use_by(&self) -> Option<String> {
        let others: Vec<_> = self
            .workers()
            .ok()?
            .into_iter()
            .filter(|worker| worker.id != self.inner.worker)
            .map(|worker| worker.owner)
            .collect();
        (!others.is_empty()).then(|| others.join("; "))
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

    /// This process in its own words.
    pub fn owner(&self) -> &str {
        &self.inner.owner
    }

    /// The files of one run; makes their directory.
    ///
    /// # Errors
    /// Fails where the directory cannot be made.
    pub fn files(&self, run: u64) -> Result<RunFiles, StoreError> {
        let mirror = self.inner.mirror.as_ref().map(|mirror| mirror.files_of(run));
        RunFiles::new(self.inner.directory.join("runs").join(run.to_string()), mirror)
    }

    /// Files that belong to no run, under a name such as `rehearsal-1`; makes their directory.
    ///
    /// # Errors
    /// Fails where the directory cannot be made.
    pub fn other_files(&self, name: &str) -> Result<RunFiles, StoreError> {
        RunFiles::new(self.inner.directory.join(name), None)
    }

    /// Makes every write after the next `writes` fail, as if the process had been killed there.
    pub fn stop_after(&self, writes: u32) {
        self.inner.writes_left.store(i64::from(writes), Ordering::SeqCst);
    }

    /// Lets others take this process for dead, as the operating system does when it was killed. It can go on writing
    /// until they do: only their tokens stop it.
    pub fn seem_dead(&self) {
        if let Some(file) = self.own_file() {
            file.seem_dead();
        }
        self.lock();
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

    /// Gives back what was held, closes the database and lets go of the directory. Dropping does the same, a little
    /// later, but for giving back: others see for themselves that nobody is behind it any more.
    pub async fn close(self) {
        self.give_back().await.ok();
        let _busy = self.inner.clock.busy();
        self.inner.pool.close().await;
        drop((self.own_file(), self.lock()));
    }

    fn own_file(&self) -> Option<OwnFile> {
        self.inner.own_file.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn lock(&self) -> Option<DirectoryLock> {
        self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Counts a write against [`Store::stop_after`].
    pub(crate) fn may_write(&self) -> Result<(), StoreError> {
        let taken = self.inner.writes_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| match left {
            0 => None,
            left if left < 0 => Some(left),
            left => Some(left - 1),
        });
        taken.map(|_| ()).map_err(|_| StoreError::ToldToStop)
    }

    /// Whether anything may be written at all.
    pub(crate) fn is_writable(&self) -> Result<(), StoreError> {
        if self.inner.writes_left.load(Ordering::SeqCst) == 0 { Err(StoreError::ToldToStop) } else { Ok(()) }
    }

    pub(crate) async fn connection(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.inner.pool.acquire().await.map_err(StoreError::database(&self.inner.database))
    }

    /// Begins a transaction that no other process writes beside.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.inner.pool.begin_with("BEGIN IMMEDIATE").await.map_err(StoreError::database(&self.inner.database))
    }

    pub(crate) async fn commit(&self, transaction: Transaction<'static, Sqlite>) -> Result<(), StoreError> {
        transaction.commit().await.map_err(StoreError::database(&self.inner.database))
    }
}
