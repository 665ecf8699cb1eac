//! Writing and reading the chains of the journal.

use backproof_model::canonical::sha256_hex;
use backproof_model::chain::{self, Entry, Event, JOURNAL_VERSION};

use crate::register::sql_number;
use crate::{Store, StoreError};

/// The largest journal line, in bytes. A step's result is at most 64 KiB; larger things are files, named by digest.
const LINE_LIMIT: usize = 64 * 1024;
/// The same for the run's own chain, whose draw and closing name every restore test: 10,000 tests take about 9 MiB.
const RUN_LINE_LIMIT: usize = 16 * 1024 * 1024;

/// The right to write to one chain, until somebody else takes it over.
#[derive(Debug)]
pub struct ChainWriter {
    store: Store,
    run: u64,
    chain: String,
    token: u64,
    next: u64,
    head: String,
}

impl Store {
    /// Takes a chain over: whoever wrote to it before can no longer. Gives what it holds so far.
    ///
    /// # Errors
    /// Fails where the chain is damaged or the database cannot be used.
    pub async fn take_chain(&self, run: u64, name: &str) -> Result<(ChainWriter, Vec<Entry>), StoreError> {
        self.may_write()?;
        let _busy = self.inner.clock.busy();
        let tokens: Vec<i64> = sqlx::query_scalar(
            "INSERT INTO leases (run, chain, token, owner) VALUES (?, ?, 1, ?)
             ON CONFLICT (run, chain) DO UPDATE SET token = token + 1, owner = excluded.owner RETURNING token",
        )
        .bind(sql_number(run))
        .bind(name)
        .bind(&self.inner.owner)
        .fetch_all(&self.inner.pool) // to the end: SQLite commits when the statement is done, not at its first row
        .await
        .map_err(StoreError::database(&self.inner.database))?;
        let token = tokens.first().and_then(|token| u64::try_from(*token).ok()).unwrap_or(0);
        let lines = self.lines(run, name).await?;
        let (entries, head) = chain::verify(run, name, lines.iter().map(String::as_str))
            .map_err(|broken| StoreError::Damaged { run, problem: broken.to_string() })?;
        let next = entries.len() as u64;
        let mut writer = ChainWriter { store: self.clone(), run, chain: name.to_owned(), token, next, head };
        let mut entries = entries;
        if !entries.is_empty() {
            entries.push(writer.append(Event::Resumed { token }).await?);
        }
        Ok((writer, entries))
    }

    /// The lines of one chain, in order.
    ///
    /// # Errors
    /// Fails where the database cannot be read.
    pub async fn lines(&self, run: u64, chain: &str) -> Result<Vec<String>, StoreError> {
        let _busy = self.inner.clock.busy();
        sqlx::query_scalar("SELECT line FROM entries WHERE run = ? AND chain = ? ORDER BY seq")
            .bind(sql_number(run))
            .bind(chain)
            .fetch_all(&self.inner.pool)
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
}

impl ChainWriter {
    /// Appends one event; it is on disk when this returns.
    ///
    /// # Errors
    /// Fails where the chain belongs to somebody else by now, the line is too large, or the database cannot be written.
    pub async fn append(&mut self, event: Event) -> Result<Entry, StoreError> {
        self.store.may_write()?;
        let inner = &self.store.inner;
        let entry = Entry {
            v: JOURNAL_VERSION,
            run: self.run,
            chain: self.chain.clone(),
            seq: self.next,
            at: inner.clock.now(),
            prev: self.head.clone(),
            event,
        };
        let damaged = |problem: serde_json::Error| StoreError::Damaged { run: self.run, problem: problem.to_string() };
        let line = chain::line_of(&entry).map_err(damaged)?;
        let limit = if self.chain == chain::RUN_CHAIN { RUN_LINE_LIMIT } else { LINE_LIMIT };
        if line.len() > limit {
            return Err(StoreError::TooLarge { bytes: line.len(), limit });
        }
        let sha256 = sha256_hex(&line);
        let _busy = inner.clock.busy();
        let written = sqlx::query(
            "INSERT INTO entries (run, chain, seq, line, sha256, token)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE (SELECT token FROM leases WHERE run = ?1 AND chain = ?2) = ?6",
        )
        .bind(sql_number(self.run))
        .bind(&self.chain)
        .bind(sql_number(self.next))
        .bind(&line)
        .bind(&sha256)
        .bind(sql_number(self.token))
        .execute(&inner.pool)
        .await
        .map_err(StoreError::database(&inner.database))?;
        if written.rows_affected() != 1 {
            return Err(StoreError::StaleToken { run: self.run, chain: self.chain.clone() });
        }
        self.next += 1;
        self.head = sha256;
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
