//! The register's hash chain: everything that happens around runs.
//!
//! Unlike the chains of runs it belongs to nobody: each event is appended in one transaction, behind whatever is last
//! then, so that all processes write to it and it can neither fork nor have a gap.

use backproof_model::canonical::sha256_hex;
use backproof_model::chain::Event;
use backproof_model::chain::{Entry, genesis};
use backproof_model::register::{REGISTER_CHAIN, REGISTER_RUN, RegisterEvent};
use jiff::Timestamp;
use sqlx::{Row, SqliteConnection};

use crate::chain::{Place, insert, lines_from, verified};
use crate::register::sql_number;
use crate::{Store, StoreError};

/// Who opened a run from before the register was a chain.
pub(crate) const ADOPTED_BY: &str = "entered by a migration: from before the register was a chain";
/// How steps of the janitor begin; older versions journalled them in the register's chain.
const SWEEP: &str = "sweep/";

impl Store {
    /// Appends an event to the register; it is on disk, and in the mirror, when this returns.
    ///
    /// # Errors
    /// Fails where the database cannot be written.
    pub async fn record(&self, event: RegisterEvent) -> Result<Entry, StoreError> {
        self.may_write()?;
        let now = self.inner.clock.now();
        let busy = self.inner.clock.busy();
        let mut transaction = self.begin().await?;
        let entry = self.record_in(&mut transaction, now, event).await?;
        self.commit(transaction).await?;
        drop(busy);
        self.mirror_chain(REGISTER_RUN, REGISTER_CHAIN).await?;
        Ok(entry)
    }

    /// Appends what `decide` makes of all events so far, and gives it. Nobody writes in between, so that a number which
    /// follows from the events is allotted once; where it decides on nothing, nothing is written.
    ///
    /// # Errors
    /// Fails where the register cannot be read, see [`Store::events`], or the database cannot be written.
    pub async fn record_with(
        &self,
        decide: impl FnOnce(&[(Timestamp, RegisterEvent)]) -> Vec<RegisterEvent> + Send,
    ) -> Result<Vec<RegisterEvent>, StoreError> {
        let now = self.inner.clock.now();
        let busy = self.inner.clock.busy();
        let mut transaction = self.begin().await?;
        let lines = lines_from(self, &mut transaction, (REGISTER_RUN, REGISTER_CHAIN), 0).await?;
        let (entries, _) = verified(REGISTER_RUN, REGISTER_CHAIN, &lines)?;
        let decided = decide(&events_of(entries)?);
        if decided.is_empty() {
            self.commit(transaction).await?;
            return Ok(decided);
        }
        self.may_write()?;
        for event in &decided {
            self.record_in(&mut transaction, now, event.clone()).await?;
        }
        self.commit(transaction).await?;
        drop(busy);
        self.mirror_chain(REGISTER_RUN, REGISTER_CHAIN).await?;
        Ok(decided)
    }

    pub(crate) async fn record_in(
        &self,
        connection: &mut SqliteConnection,
        at: Timestamp,
        event: RegisterEvent,
    ) -> Result<Entry, StoreError> {
        let last = sqlx::query("SELECT seq, sha256 FROM entries WHERE run = ? AND chain = ? ORDER BY seq DESC LIMIT 1")
            .bind(sql_number(REGISTER_RUN))
            .bind(REGISTER_CHAIN)
            .fetch_optional(&mut *connection)
            .await
            .map_err(StoreError::database(&self.inner.database))?;
        let (seq, prev) = last.map_or_else(
            || (0, genesis(REGISTER_RUN, REGISTER_CHAIN)),
            |row| (u64::try_from(row.get::<i64, _>("seq")).unwrap_or(0) + 1, row.get("sha256")),
        );
        let output = serde_json::to_value(&event)
            .map_err(|problem| StoreError::Damaged { run: REGISTER_RUN, problem: problem.to_string() })?;
        let place = Place { run: REGISTER_RUN, chain: REGISTER_CHAIN, seq, prev: &prev, token: 0 };
        let event = Event::Result { step: event.step().to_owned(), output };
        insert(self, connection, place, at, event).await.map(|(entry, _)| entry)
    }

    /// Every event of the register with its time, the first first; the chain is verified.
    ///
    /// # Errors
    /// Fails where the chain is broken, or a newer version wrote what this one does not know.
    pub async fn events(&self) -> Result<Vec<(Timestamp, RegisterEvent)>, StoreError> {
        let (entries, _) = self.entries(REGISTER_RUN, REGISTER_CHAIN).await?;
        events_of(entries)
    }

    /// The digest of the last line of a run's own chain.
    pub(crate) async fn run_head(&self, connection: &mut SqliteConnection, run: u64) -> Result<String, StoreError> {
        let chain = backproof_model::chain::RUN_CHAIN;
        let last: Option<String> =
            sqlx::query_scalar("SELECT line FROM entries WHERE run = ? AND chain = ? ORDER BY seq DESC LIMIT 1")
                .bind(sql_number(run))
                .bind(chain)
                .fetch_optional(connection)
                .await
                .map_err(StoreError::database(&self.inner.database))?;
        Ok(last.map_or_else(|| genesis(run, chain), sha256_hex))
    }
}

/// The events of the register's entries, each with its time.
pub(crate) fn events_of(entries: Vec<Entry>) -> Result<Vec<(Timestamp, RegisterEvent)>, StoreError> {
    let events = entries.into_iter().map(|entry| (entry.seq, entry.at, entry.event));
    events.filter_map(|(line, at, event)| Some(typed(line, event).transpose()?.map(|event| (at, event)))).collect()
}

/// The event of a line; `None` for what older versions journalled here of their sweeps.
fn typed(line: u64, event: Event) -> Result<Option<RegisterEvent>, StoreError> {
    let (step, output) = match event {
        Event::Result { step, output } => (step, output),
        Event::Intent { .. } | Event::Status { .. } | Event::Resumed { .. } => return Ok(None),
    };
    if step.starts_with(SWEEP) {
        return Ok(None);
    }
    let event: RegisterEvent = serde_json::from_value(output).map_err(|problem| StoreError::UnknownEvent {
        line,
        step: step.clone(),
        problem: problem.to_string(),
    })?;
    if event.step() == step {
        Ok(Some(event))
    } else {
        let problem = format!("line {line} of the register is called `{step}` and is a `{}`", event.step());
        Err(StoreError::Damaged { run: REGISTER_RUN, problem })
    }
}
