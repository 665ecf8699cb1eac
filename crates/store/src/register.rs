//! The register: every run that was ever opened, numbered without gaps.

use backproof_model::record::Purpose;
use jiff::Timestamp;
use sqlx::Row;

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
        let _busy = self.inner.clock.busy();
        let opened_at = self.inner.clock.now();
        let purpose_text = purpose_text(purpose);
        let allotted: Vec<i64> = sqlx::query_scalar(
            "INSERT INTO runs (run, plan_name, purpose, pipeline, opened_at, state)
             SELECT COALESCE(MAX(run), 0) + 1, ?, ?, ?, ?, 'open' FROM runs RETURNING run",
        )
        .bind(plan_name)
        .bind(purpose_text)
        .bind(i64::from(pipeline))
        .bind(opened_at.to_string())
        .fetch_all(&self.inner.pool) // to the end: SQLite commits when the statement is done, not at its first row
        .await
        .map_err(StoreError::database(&self.inner.database))?;
        let run = allotted.first().copied().unwrap_or(-1);
        let run = u64::try_from(run)
            .map_err(|_| StoreError::Damaged { run: 0, problem: format!("the register gave run {run}") })?;
        Ok(RegisteredRun {
            run,
            plan_name: plan_name.to_owned(),
            purpose: purpose.clone(),
            pipeline,
            opened_at,
            closed_at: None,
            state: RunState::Open,
        })
    }

    /// Closes a run for good, as `state`.
    ///
    /// # Errors
    /// Fails where the database cannot be written.
    pub async fn close_run(&self, run: u64, state: RunState) -> Result<(), StoreError> {
        self.may_write()?;
        let _busy = self.inner.clock.busy();
        sqlx::query("UPDATE runs SET state = ?, closed_at = ? WHERE run = ? AND state = 'open'")
            .bind(state.as_str())
            .bind(self.inner.clock.now().to_string())
            .bind(sql_number(run))
            .execute(&self.inner.pool)
            .await
            .map_err(StoreError::database(&self.inner.database))?;
        Ok(())
    }

    /// Every run, the first first.
    ///
    /// # Errors
    /// Fails where the database cannot be read or holds what this version does not know.
    pub async fn register(&self) -> Result<Vec<RegisteredRun>, StoreError> {
        let _busy = self.inner.clock.busy();
        let rows =
            sqlx::query("SELECT run, plan_name, purpose, pipeline, opened_at, closed_at, state FROM runs WHERE run > 0 ORDER BY run")
                .fetch_all(&self.inner.pool)
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
        runs.retain(|run| run.state == RunState::Open);
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
