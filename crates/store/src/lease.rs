//! Who may write to a chain: leases for a while, under tokens for ever.
//!
//! A lease says who works on a chain, so that others leave it alone; nothing is safe because of it. What is safe is safe
//! by the token: whoever takes a chain gets a higher one, and every line is inserted only under the highest. A process
//! that was suspended for an hour and then goes on finds its token outdated before it can write anything.

use std::collections::BTreeMap;

use backproof_model::chain::{self, Entry, Event};
use jiff::{SignedDuration, Timestamp};
use sqlx::{Row, SqliteConnection};

use crate::chain::{ChainWriter, Place, insert, lines_from, verified};
use crate::register::sql_number;
use crate::{Store, StoreError, workers};

/// A bound on how many chains are worked on at once, in all processes on one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What is bounded: `restores`, or an account, Region and resource type.
    pub name: String,
    /// How many chains may be held under this name.
    pub limit: u32,
}

/// What came of trying to take a chain.
#[derive(Debug)]
pub enum Taken {
    /// It is ours, with all that it holds so far.
    Yes(ChainWriter, Vec<Entry>),
    /// Its last record is written, and nothing may follow: its entries, and the digest of the last line.
    Closed(Vec<Entry>, String),
    /// Somebody who lives works on it, in their own words.
    HeldBy(String),
    /// As much is under way as may be.
    NoSlot,
}

struct Lease {
    token: u64,
    worker: String,
    owner: String,
    until: i64,
    released: bool,
}

impl Store {
    /// Takes a chain where nobody who lives holds it: it was never taken, was given back, its lease ran out, or the
    /// process behind it is dead. Whoever wrote to it before can no longer.
    ///
    /// # Errors
    /// Fails where the chain is damaged or the database cannot be used.
    pub async fn try_take_chain(&self, run: u64, name: &str, slots: &[Slot]) -> Result<Taken, StoreError> {
        self.is_writable()?;
        self.give_back().await?;
        let now = self.inner.clock.now();
        let _busy = self.inner.clock.busy();
        let mut transaction = self.begin().await?;
        let lease = self.lease(&mut transaction, run, name).await?;
        if let Some(owner) = lease.as_ref().and_then(|lease| self.holder(lease, now)) {
            self.commit(transaction).await?;
            return Ok(Taken::HeldBy(owner));
        }
        let lines = lines_from(self, &mut transaction, (run, name), 0).await?;
        let (mut entries, mut head) = verified(run, name, &lines)?;
        if chain::is_closed(&entries) {
            self.commit(transaction).await?;
            return Ok(Taken::Closed(entries, head));
        }
        for slot in slots {
            if self.under_way(&mut transaction, &slot.name, now).await? >= u64::from(slot.limit) {
                self.commit(transaction).await?;
                return Ok(Taken::NoSlot);
            }
        }
        self.may_write()?;
        let token = lease.map_or(0, |lease| lease.token) + 1;
        self.enter_lease(&mut transaction, (run, name), token, now).await?;
        self.enter_slots(&mut transaction, (run, name), slots).await?;
        if !entries.is_empty() {
            self.may_write()?;
            let place = Place { run, chain: name, seq: entries.len() as u64, prev: &head, token };
            let (entry, sha256) = insert(self, &mut transaction, place, now, Event::Resumed { token }).await?;
            entries.push(entry);
            head = sha256;
        }
        self.commit(transaction).await?;
        let next = entries.len() as u64;
        let writer =
            ChainWriter { store: self.clone(), run, chain: name.to_owned(), token, next, head, confirmed: now };
        if next > 0 {
            self.mirror_chain(run, name).await?;
        }
        Ok(Taken::Yes(writer, entries))
    }

    /// Takes a chain that has no end, such as the janitor's.
    ///
    /// # Errors
    /// As [`Store::try_take_chain`], and where somebody who lives holds it.
    pub async fn take_chain(&self, run: u64, name: &str) -> Result<(ChainWriter, Vec<Entry>), StoreError> {
        match self.try_take_chain(run, name, &[]).await? {
            Taken::Yes(writer, entries) => Ok((writer, entries)),
            Taken::HeldBy(owner) => Err(StoreError::Held { run, chain: name.to_owned(), owner }),
            Taken::Closed(..) | Taken::NoSlot => {
                Err(StoreError::Damaged { run, problem: format!("chain `{name}` is closed: nothing may follow") })
            }
        }
    }

    /// Which chains of a run are being worked on by living processes, and by whom in their own words.
    ///
    /// # Errors
    /// Fails where the database cannot be read.
    pub async fn holders(&self, run: u64) -> Result<BTreeMap<String, String>, StoreError> {
        if self.inner.version < LEASES_SINCE {
            return Ok(BTreeMap::new());
        }
        let now = self.inner.clock.now();
        let _busy = self.inner.clock.busy();
        let rows = sqlx::query("SELECT chain, token, worker, owner, until, released FROM leases WHERE run = ?")
            .bind(sql_number(run))
            .fetch_all(&self.inner.pool)
            .await
            .map_err(StoreError::database(&self.inner.database))?;
        let held = rows.iter().filter_map(|row| Some((row.get("chain"), self.holder(&lease_of(row), now)?)));
        Ok(held.collect())
    }

    /// Prolongs every lease of this process. Call it more often than leases run out while work goes on.
    ///
    /// # Errors
    /// Fails where the database cannot be written.
    pub async fn renew_leases(&self) -> Result<(), StoreError> {
        self.is_writable()?;
        let _busy = self.inner.clock.busy();
        sqlx::query("UPDATE leases SET until = ?1 WHERE worker = ?2 AND released = 0 AND until < ?1")
            .bind(self.until(self.inner.clock.now()))
            .bind(&self.inner.worker)
            .execute(&self.inner.pool)
            .await
            .map_err(StoreError::database(&self.inner.database))?;
        Ok(())
    }

    /// How long a lease lasts that nobody renews.
    pub fn lease_lasts(&self) -> SignedDuration {
        self.inner.lease
    }

    fn until(&self, now: Timestamp) -> i64 {
        now.saturating_add(self.inner.lease).unwrap_or(Timestamp::MAX).as_millisecond()
    }

    /// Who holds a lease, where somebody does.
    fn holder(&self, lease: &Lease, now: Timestamp) -> Option<String> {
        let holds = !lease.released
            && lease.until > now.as_millisecond()
            && workers::is_alive(&self.inner.directory, &lease.worker);
        holds.then(|| lease.owner.clone())
    }

    async fn lease(
        &self,
        connection: &mut SqliteConnection,
        run: u64,
        chain: &str,
    ) -> Result<Option<Lease>, StoreError> {
        let row = sqlx::query("SELECT token, worker, owner, until, released FROM leases WHERE run = ? AND chain = ?")
            .bind(sql_number(run))
            .bind(chain)
            .fetch_optional(connection)
            .await
            .map_err(StoreError::database(&self.inner.database))?;
        Ok(row.as_ref().map(lease_of))
    }

    /// How many chains living processes hold under a slot's name.
    async fn under_way(
        &self,
        connection: &mut SqliteConnection,
        slot: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let rows = sqlx::query(
            "SELECT token, worker, owner, until, released FROM slots JOIN leases USING (run, chain)
             WHERE slot = ? AND released = 0",
        )
        .bind(slot)
        .fetch_all(connection)
        .await
        .map_err(StoreError::database(&self.inner.database))?;
        Ok(rows.iter().filter(|row| self.holder(&lease_of(row), now).is_some()).count() as u64)
    }

    async fn enter_lease(
        &self,
        connection: &mut SqliteConnection,
        (run, chain): (u64, &str),
        token: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO leases (run, chain, token, owner, worker, until, released) VALUES (?, ?, ?, ?, ?, ?, 0)
             ON CONFLICT (run, chain) DO UPDATE SET token = excluded.token, owner = excluded.owner,
             worker = excluded.worker, until = excluded.until, released = 0",
        )
        .bind(sql_number(run))
        .bind(chain)
        .bind(sql_number(token))
        .bind(&self.inner.owner)
        .bind(&self.inner.worker)
        .bind(self.until(now))
        .execute(connection)
        .await
        .map_err(StoreError::database(&self.inner.database))?;
        Ok(())
    }

    async fn enter_slots(
        &self,
        connection: &mut SqliteConnection,
        (run, chain): (u64, &str),
        slots: &[Slot],
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM slots WHERE run = ? AND chain = ?")
            .bind(sql_number(run))
            .bind(chain)
            .execute(&mut *connection)
            .await
            .map_err(StoreError::database(&self.inner.database))?;
        for slot in slots {
            sqlx::query("INSERT OR IGNORE INTO slots (run, chain, slot) VALUES (?, ?, ?)")
                .bind(sql_number(run))
                .bind(chain)
                .bind(&slot.name)
                .execute(&mut *connection)
                .await
                .map_err(StoreError::database(&self.inner.database))?;
        }
        Ok(())
    }
}

/// The first version of the tables that knows who holds a chain.
const LEASES_SINCE: i64 = 2;

fn lease_of(row: &sqlx::sqlite::SqliteRow) -> Lease {
    Lease {
        token: u64::try_from(row.get::<i64, _>("token")).unwrap_or(0),
        worker: row.get("worker"),
        owner: row.get("owner"),
        until: row.get("until"),
        released: row.get::<i64, _>("released") != 0,
    }
}

impl ChainWriter {
    /// Prolongs the lease.
    ///
    /// # Errors
    /// Fails where the chain belongs to somebody else by now, or the database cannot be written.
    pub async fn renew(&mut self) -> Result<(), StoreError> {
        let store = self.store.clone();
        store.is_writable()?;
        let now = store.inner.clock.now();
        let _busy = store.inner.clock.busy();
        let mut transaction = store.begin().await?;
        self.renew_in(&mut transaction, now).await?;
        store.commit(transaction).await?;
        self.confirmed = now;
        Ok(())
    }

    /// Makes sure that the chain is ours, right before something is done on its behalf that cannot be taken back.
    ///
    /// # Errors
    /// As [`ChainWriter::renew`].
    pub async fn confirm(&mut self) -> Result<(), StoreError> {
        let age = self.store.inner.clock.now().duration_since(self.confirmed);
        if age * 2 < self.store.inner.lease { Ok(()) } else { self.renew().await }
    }

    pub(crate) async fn renew_in(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<(), StoreError> {
        let renewed = sqlx::query(
            "UPDATE leases SET until = max(until, ?) WHERE run = ? AND chain = ? AND token = ? AND released = 0",
        )
        .bind(self.store.until(now))
        .bind(sql_number(self.run))
        .bind(&self.chain)
        .bind(sql_number(self.token))
        .execute(connection)
        .await
        .map_err(StoreError::database(&self.store.inner.database))?;
        if renewed.rows_affected() == 1 {
            Ok(())
        } else {
            Err(StoreError::StaleToken { run: self.run, chain: self.chain.clone() })
        }
    }
}
