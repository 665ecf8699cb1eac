//! The runs of the register: every run that was ever opened, numbered without gaps.
//!
//! The rows are a projection of the register's events, written in the same transactions, so that questions are answered
//! without reading the chain. What counts is the chain: see [`Store::audit_register`].

use backproof_model::record::Purpose;
use backproof_model::register::{REGISTER_CHAIN, REGISTER_RUN, RegisterEvent};
use jiff::Timestamp;
use sqlx::{Row, SqliteConnection};

use crate::{Store, StoreError};

/// One run in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredRun {
    /// Its number.
    pub run: u64,
    /// The plan's name.
    pub plan_name: String,
    /// Why it was performed.
    pub purpose: Purpose,
    /// The version of the pipeline that began it.
    pub pipeline: u32,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// How it stands.
    pub state: RunState,
}

impl RegisteredRun {
    /// Whether it was begun and not closed.
    pub fn is_open(&self) -> bool {
        self.state == RunState::Open
    }
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Begun and not closed: running now, or to be resumed.
    Open,
    /// Closed.
    Closed,
    /// Given up before a population was frozen; nothing had been created.
    Aborted,
}

impl RunState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Aborted => "aborted",
        }
    }
}

/// A run that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It was opened now.
    New(RegisteredRun),
    /// One was open already: it must be gone on with first.
    Found(RegisteredRun),
}

impl Store {
    /// Allots the next number and opens a run under it.
    ///
    /// # Errors
    /// Fails where the database cannot be written.
    pub async fn open_run(
        &self,
        plan_name: &str,
        purpose: &Purpose,
        pipeline: u32,
    ) -> Result<RegisteredRun, StoreError> {
        self.may_write()?;
        let busy = self.inner.clock.busy();
        let mut transaction = self.begin().await?;
        let opened = self.open_run_in(&mut transaction, plan_name, purpose, pipeline).await?;
        self.commit(transaction).await?;
        drop(busy);
        self.mirror_chain(REGISTER_RUN, REGISTER_CHAIN).await?;
        Ok(opened)
    }

    /// Gives the run that is open, or opens one; of two processes that ask at once, one finds the other's.
    ///
    /// # Errors
    /// Fails where the database cannot be written.
    pub async fn find_or_open_run(
        &self,
        plan_name: &str,
        purpose: &Purpose,
        pipeline: u32,
    ) -> Result<Opened, StoreError> {
        let busy = self.inner.clock.busy();
        let mut transaction = self.begin().await?;
        if let Some(found) = self.runs_in(&mut transaction).await?.into_iter().rfind(RegisteredRun::is_open) {
            self.commit(transaction).await?;
            return Ok(Opened::Found(found));
        }
        self.may_write()?;
        let opened = self.open_run_in(&mut transaction, plan_name, purpose, pipeline).await?;
        self.commit(transaction).await?;
        drop(busy);
        self.mirror_chain(REGISTER_RUN, REGISTER_CHAIN).await?;
        Ok(Opened::New(opened))
    }

    pub(crate) async fn open_run_in(
        &self,
        connection: &mut SqliteConnection,
        plan_name: &str,
        purpose: &Purpose,
        pipeline: u32,
    ) -> Result<RegisteredRun, StoreError> {
        let opened_at = self.inner.clock.now();
        let last: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(run), 0) FROM runs")
            .fetch_one(&mut *connection)
            .await
            .map_err(StoreError::database(&self.inner.database))?;
        let run = u64::try_from(last + 1)
            .map_err(|_| StoreError::Damaged { run: 0, problem: format!("the register's last run is {last}") })?;
        let opened = RegisteredRun {
            run,
            plan_name: plan_name.to_owned(),
            purpose: purpose.clone(),
            pipeline,
            opened_at,
            closed_at: None,
            state: RunState::Open,
        };
        self.enter_run(connection, &opened).await?;
        let event = RegisterEvent::RunOpened {
            run,
            plan_name: plan_name.to_owned(),
            purpose: purpose.clone(),
            pipeline,
            by: self.inner.owner.clone(),
        };
        self.record_in(connection, opened_at, event).await?;
        Ok(opened)
    }

    /// The row of a run, as the register's events tell of it.
    pub(crate) async fn enter_run(
        &self,
        connection: &mut SqliteConnection,
        run: &RegisteredRun,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO runs (run, plan_name, purpose, pipeline, opened_at, closed_at, state)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(sql_number(run.run))
        .bind(&run.plan_name)
        .bind(purpose_text(&run.purpose))
        .bind(i64::from(run.pipeline))
        .bind(run.opened_at.to_string())
        .bind(run.closed_at.map(|at| at.to_string()))
        .bind(run.state.as_str())
        .execute(connection)
        .await
        .map_err(StoreError::database(&self.inner.database))?;
        Ok(())
    }

    /// Closes a run for good; `head` is the digest of the last line of its own chain. A run that was closed before, by
    /// whatever process, stays as it is.
    ///
    /// # Errors
    /// Fails where the database cannot be written.
    pub async fn close_run(&self, run: u64, head: &str) -> Result<(), StoreError> {
        self.end_run(run, RunState::Closed, RegisterEvent::RunClosed { run, head: head.to_owned() }).await
    }

    /// Gives a run up that has created nothing.
    ///
    /// # Errors
    /// Fails where the database cannot be written.
    pub async fn abort_run(&self, run: u64, why: &str) -> Result<(), StoreError> {
        self.end_run(run, RunState::Aborted, RegisterEvent::RunAborted { run, why: why.to_owned() }).await
    }

    async fn end_run(&self, run: u64, state: RunState, event: RegisterEvent) -> Result<(), StoreError> {
        self.may_write()?;
        let busy = self.inner.clock.busy();
        let now = self.inner.clock.now();
        let mut transaction = self.begin().await?;
        let ended = sqlx::query("UPDATE runs SET state = ?, closed_at = ? WHERE run = ? AND state = 'open'")
            .bind(state.as_str())
            .bind(now.to_string())
            .bind(sql_number(run))
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::database(&self.inner.database))?;
        if ended.rows_affected() == 1 {
            self.record_in(&mut transaction, now, event).await?;
        }
        self.commit(transaction).await?;
        drop(busy);
        self.mirror_chain(REGISTER_RUN, REGISTER_CHAIN).await
    }

    /// Every run, the first first.
    ///
    /// # Errors
    /// Fails where the database cannot be read or holds what this version does not know.
    pub async fn register(&self) -> Result<Vec<RegisteredRun>, StoreError> {
        let _busy = self.inner.clock.busy();
        let mut connection = self.connection().await?;
        self.runs_in(&mut connection).await
    }

    pub(crate) async fn runs_in(&self, connection: &mut SqliteConnection) -> Result<Vec<RegisteredRun>, StoreError> {
        let rows =
            sqlx::query("SELECT run, plan_name, purpose, pipeline, opened_at, closed_at, state FROM runs WHERE run > 0 ORDER BY run")
                .fetch_all(connection)
                .await
                .map_err(StoreError::database(&self.inner.database))?;
        rows.iter().map(registered).collect()
    }

    /// The run that was begun and not closed, if there is one.
    ///
    /// # Errors
    /// Fails where the register cannot be read.
    pub async fn open_runs(&self) -> Result<Vec<RegisteredRun>, StoreError> {
        let mut runs = self.register().await?;
        runs.retain(RegisteredRun::is_open);
        Ok(runs)
    }
}

/// SQLite's integers are signed; run numbers and sequence numbers never come near the difference.
pub(crate) fn sql_number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn purpose_text(purpose: &Purpose) -> &'static str {
    match purpose {
        Purpose::Plan => "plan",
        Purpose::Check => "check",
    }
}

fn registered(row: &sqlx::sqlite::SqliteRow) -> Result<RegisteredRun, StoreError> {
    let run = u64::try_from(row.get::<i64, _>("run")).unwrap_or(0);
    let damaged = |problem: String| StoreError::Damaged { run, problem };
    let moment = |text: String| text.parse::<Timestamp>().map_err(|_| damaged(format!("`{text}` is no moment")));
    let state = match row.get::<String, _>("state").as_str() {
        "open" => RunState::Open,
        "closed" => RunState::Closed,
        "aborted" => RunState::Aborted,
        other => return Err(damaged(format!("`{other}` is no state of a run"))),
    };
    let purpose = match row.get::<String, _>("purpose").as_str() {
        "plan" => Purpose::Plan,
        "check" => Purpose::Check,
        other => return Err(damaged(format!("`{other}` is no purpose of a run"))),
    };
    Ok(RegisteredRun {
        run,
        plan_name: row.get("plan_name"),
        purpose,
        pipeline: u32::try_from(row.get::<i64, _>("pipeline")).unwrap_or(0),
        opened_at: moment(row.get("opened_at"))?,
        closed_at: row.get::<Option<String>, _>("closed_at").map(moment).transpose()?,
        state,
    })
}
