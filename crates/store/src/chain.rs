//! Writing and reading the chains of the journal.

use backproof_model::canonical::sha256_hex;
use backproof_model::chain::{self, Entry, Event, JOURNAL_VERSION};
use jiff::Timestamp;
use sqlx::SqliteConnection;

use crate::register::sql_number;
use crate::{Store, StoreError};

/// The largest journal line, in bytes. A step's result is at most 64 KiB; larger things are files, named by digest.
const LINE_LIMIT: usize = 64 * 1024;
/// The same for the run's own chain, whose draw and closing name every restore test: 10,000 tests take about 9 MiB.
const RUN_LINE_LIMIT: usize = 16 * 1024 * 1024;

/// The right to write to one chain, until somebody else takes it over. Dropping it gives the chain back.
#[derive(Debug)]
pub struct ChainWriter {
    pub(crate) store: Store,
    pub(crate) run: u64,
    pub(crate) chain: String,
    pub(crate) token: u64,
    pub(crate) next: u64,
    pub(crate) head: String,
    /// When the lease was last seen to be ours.
    pub(crate) confirmed: Timestamp,
}

/// Where the next line of a chain stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) run: u64,
    pub(crate) chain: &'a str,
    pub(crate) seq: u64,
    pub(crate) prev: &'a str,
    /// The fencing token that it is written under; 0 where the chain has none.
    pub(crate) token: u64,
}

/// Inserts a line; gives it with its digest.
pub(crate) async fn insert(
    store: &Store,
    connection: &mut SqliteConnection,
    place: Place<'_>,
    at: Timestamp,
    event: Event,
) -> Result<(Entry, String), StoreError> {
    let Place { run, chain, seq, prev, token } = place;
    let entry = Entry { v: JOURNAL_VERSION, run, chain: chain.to_owned(), seq, at, prev: prev.to_owned(), event };
    let line = chain::line_of(&entry).map_err(|problem| StoreError::Damaged { run, problem: problem.to_string() })?;
    let limit = if chain == chain::RUN_CHAIN { RUN_LINE_LIMIT } else { LINE_LIMIT };
    if line.len() > limit {
        return Err(StoreError::TooLarge { bytes: line.len(), limit });
    }
    let sha256 = sha256_hex(&line);
    sqlx::query("INSERT INTO entries (run, chain, seq, line, sha256, token) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(sql_number(run))
        .bind(chain)
        .bind(sql_number(seq))
        .bind(&line)
        .bind(&sha256)
        .bind(sql_number(token))
        .execute(connection)
        .await
        .map_err(StoreError::database(&store.inner.database))?;
    Ok((entry, sha256))
}

/// The lines of one chain from `seq` on, read in a transaction or outside one.
pub(crate) async fn lines_from(
    store: &Store,
    connection: &mut SqliteConnection,
    (run, chain): (u64, &str),
    seq: u64,
) -> Result<Vec<String>, StoreError> {
    sqlx::query_scalar("SELECT line FROM entries WHERE run = ? AND chain = ? AND seq >= ? ORDER BY seq")
        .bind(sql_number(run))
        .bind(chain)
        .bind(sql_number(seq))
        .fetch_all(connection)
        .await
        .map_err(StoreError::database(&store.inner.database))
}

impl Store {
    /// The lines of one chain, in order.
    ///
    /// # Errors
    /// Fails where the database cannot be read.
    pub async fn lines(&self, run: u64, chain: &str) -> Result<Vec<String>, StoreError> {
        let _busy = self.inner.clock.busy();
        let mut connection = self.connection().await?;
        lines_from(self, &mut connection, (run, chain), 0).await
    }

    /// The last line of one chain; `None` where it has none.
    ///
    /// # Errors
    /// Fails where the database cannot be read.
    pub async fn last_line(&self, run: u64, chain: &str) -> Result<Option<String>, StoreError> {
        let _busy = self.inner.clock.busy();
        sqlx::query_scalar("SELECT line FROM entries WHERE run = ? AND chain = ? ORDER BY seq DESC LIMIT 1")
            .bind(sql_number(run))
            .bind(chain)
            .fetch_optional(&self.inner.pool)
            .await
            .map_err(StoreError::database(&self.inner.database))
    }

    /// Every line of a run: the run's own chain first, then those of its tests.
    ///
    /// # Errors
    /// Fails where the database cannot be read.
    pub async fn journal(&self, run: u64) -> Result<Vec<String>, StoreError> {
        let _busy = self.inner.clock.busy();
        sqlx::query_scalar("SELECT line FROM entries WHERE run = ? ORDER BY chain <> 'run', length(chain), chain, seq")
            .bind(sql_number(run))
            .fetch_all(&self.inner.pool)
            .await
            .map_err(StoreError::database(&self.inner.database))
    }

    /// The verified entries of one chain, and the digest of its last line.
    ///
    /// # Errors
    /// Fails where the chain is damaged or the database cannot be read.
    pub async fn entries(&self, run: u64, chain: &str) -> Result<(Vec<Entry>, String), StoreError> {
        verified(run, chain, &self.lines(run, chain).await?)
    }
}

pub(crate) fn verified(run: u64, name: &str, lines: &[String]) -> Result<(Vec<Entry>, String), StoreError> {
    chain::verify(run, name, lines.iter().map(String::as_str))
        .map_err(|broken| StoreError::Damaged { run, problem: broken.to_string() })
}

impl ChainWriter {
    /// Appends one event and renews the lease; it is on disk, and in the mirror, when this returns.
    ///
    /// # Errors
    /// Fails where the chain belongs to somebody else by now, the line is too large, or the database cannot be written.
    pub async fn append(&mut self, event: Event) -> Result<Entry, StoreError> {
        self.store.may_write()?;
        let store = self.store.clone();
        let now = store.inner.clock.now();
        let _busy = store.inner.clock.busy();
        let mut transaction = store.begin().await?;
        self.renew_in(&mut transaction, now).await?;
        let Self { run, chain, token, next, head, .. } = &*self;
        let place = Place { run: *run, chain, seq: *next, prev: head, token: *token };
        let (entry, sha256) = insert(&store, &mut transaction, place, now, event).await?;
        store.commit(transaction).await?;
        self.confirmed = now;
        self.next += 1;
        self.head = sha256;
        store.mirror_chain(self.run, &self.chain).await?;
        Ok(entry)
    }

    /// The digest of the last line.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// The chain's name.
    pub fn name(&self) -> &str {
        &self.chain
    }
}
