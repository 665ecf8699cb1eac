//! Reading the register on, and writing to it only what still holds when it is written.
//!
//! Who looks at the register again and again reads what was added, not all of it. Who decides by it decides in the
//! transaction that writes the decision down, so that of several processes exactly one comes to it.

use backproof_model::canonical::sha256_hex;
use backproof_model::chain::{Entry, genesis};
use backproof_model::record::Purpose;
use backproof_model::register::{REGISTER_CHAIN, REGISTER_RUN, RegisterEvent};
use jiff::Timestamp;
use sqlx::SqliteConnection;

use crate::chain::lines_from;
use crate::events::events_of;
use crate::{RegisteredRun, Store, StoreError};

/// An event of the register, and when it was entered.
pub type DatedEvent = (Timestamp, RegisterEvent);

/// The register's events as far as they were read.
#[derive(Clone, Debug)]
pub struct RegisterLog {
    events: Vec<DatedEvent>,
    lines: u64,
    head: String,
}

impl Default for RegisterLog {
    fn default() -> Self {
        Self { events: Vec::new(), lines: 0, head: genesis(REGISTER_RUN, REGISTER_CHAIN) }
    }
}

impl RegisterLog {
    /// Every event that was read, the first first.
    pub fn events(&self) -> &[DatedEvent] {
        &self.events
    }

    /// Takes further lines in, each of which must follow on the one before.
    fn take(&mut self, lines: &[String]) -> Result<(), StoreError> {
        let damaged = |problem: String| StoreError::Damaged { run: REGISTER_RUN, problem };
        let mut entries: Vec<Entry> = Vec::with_capacity(lines.len());
        for line in lines {
            let entry: Entry = serde_json::from_str(line).map_err(|problem| damaged(problem.to_string()))?;
            if entry.seq != self.lines || entry.prev != self.head || entry.chain != REGISTER_CHAIN {
                return Err(damaged(format!("line {} of the register does not follow on the one before", self.lines)));
            }
            self.lines += 1;
            self.head = sha256_hex(line);
            entries.push(entry);
        }
        self.events.extend(events_of(entries)?);
        Ok(())
    }
}

impl Store {
    /// Reads what was added to the register since `log` was read last; verifies that it follows on it.
    ///
    /// # Errors
    /// Fails where the register cannot be read, or is not what it was; `log` then begins anew.
    pub async fn read_on(&self, log: &mut RegisterLog) -> Result<(), StoreError> {
        let _busy = self.inner.clock.busy();
        let mut connection = self.connection().await?;
        self.read_on_in(&mut connection, log).await
    }

    /// Enters the events that `decide` makes of all events so far, in one transaction that nobody writes beside. None
    /// is entered where it gives none.
    ///
    /// # Errors
    /// Fails where the register cannot be read or written.
    pub async fn record_decided<F>(&self, log: &mut RegisterLog, decide: F) -> Result<Vec<RegisterEvent>, StoreError>
    where
        F: FnOnce(&[DatedEvent]) -> Vec<RegisterEvent> + Send,
    {
        let busy = self.inner.clock.busy();
        let mut transaction = self.begin().await?;
        self.read_on_in(&mut transaction, log).await?;
        let events = decide(log.events());
        if events.is_empty() {
            return Ok(events);
        }
        self.may_write()?;
        let now = self.inner.clock.now();
        for event in &events {
            self.record_in(&mut transaction, now, event.clone()).await?;
        }
        self.commit(transaction).await?;
        drop(busy);
        self.mirror_chain(REGISTER_RUN, REGISTER_CHAIN).await?;
        Ok(events)
    }

    /// Opens a run where no run is open and `decide` wants one, given all events so far and the number that the run
    /// would get; enters the events that it gives, behind the run's own. All of that in one transaction: of several
    /// processes that ask at once, one opens a run.
    ///
    /// # Errors
    /// Fails where the register cannot be read or written.
    pub async fn open_run_decided<F>(
        &self,
        log: &mut RegisterLog,
        plan_name: &str,
        pipeline: u32,
        decide: F,
    ) -> Result<Option<RegisteredRun>, StoreError>
    where
        F: FnOnce(&[DatedEvent], u64) -> Option<Vec<RegisterEvent>> + Send,
    {
        let busy = self.inner.clock.busy();
        let mut transaction = self.begin().await?;
        self.read_on_in(&mut transaction, log).await?;
        let runs = self.runs_in(&mut transaction).await?;
        if runs.iter().any(RegisteredRun::is_open) {
            return Ok(None);
        }
        let number = runs.last().map_or(0, |last| last.run) + 1;
        let Some(events) = decide(log.events(), number) else { return Ok(None) };
        self.may_write()?;
        let opened = self.open_run_in(&mut transaction, plan_name, &Purpose::Plan, pipeline).await?;
        if opened.run != number {
            let problem = format!("run {number} was expected next, and {} was opened", opened.run);
            return Err(StoreError::Damaged { run: REGISTER_RUN, problem });
        }
        for event in events {
            self.record_in(&mut transaction, opened.opened_at, event).await?;
        }
        self.commit(transaction).await?;
        drop(busy);
        self.mirror_chain(REGISTER_RUN, REGISTER_CHAIN).await?;
        Ok(Some(opened))
    }

    async fn read_on_in(&self, connection: &mut SqliteConnection, log: &mut RegisterLog) -> Result<(), StoreError> {
        let lines = lines_from(self, connection, (REGISTER_RUN, REGISTER_CHAIN), log.lines).await?;
        let read = log.take(&lines);
        if read.is_err() {
            *log = RegisterLog::default();
        }
        read
    }
}
