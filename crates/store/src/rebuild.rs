//! Makes a lost state directory again from its mirror.

use std::path::Path;

use backproof_model::canonical::sha256_hex;
use backproof_model::chain::{Entry, Event};
use backproof_model::register::{REGISTER_CHAIN, REGISTER_RUN, RegisterEvent};
use jiff::Timestamp;
use sqlx::SqliteConnection;

use crate::audit::runs_of;
use crate::chain::verified;
use crate::events::events_of;
use crate::mirror::Mirror;
use crate::mirror_files::{copy_file, listed};
use crate::register::sql_number;
use crate::{Store, StoreError};

impl Store {
    /// Fills an empty state with all that the mirror holds, in one transaction; every chain is verified.
    pub(crate) async fn rebuild_from_mirror(&self) -> Result<(), StoreError> {
        let Some(mirror) = &self.inner.mirror else { return Ok(()) };
        self.fetch_files(mirror)?;
        let _busy = self.inner.clock.busy();
        let mut transaction = self.begin().await?;
        let chains = mirror.chains()?;
        // Runs first: lines belong to them.
        for (run, chain, path) in &chains {
            if (*run, chain.as_str()) == (REGISTER_RUN, REGISTER_CHAIN) {
                let (entries, _) = verified(*run, chain, &lines(path)?)?;
                self.rebuild_runs(&mut transaction, events_of(entries)?).await?;
            }
        }
        for (run, chain, path) in &chains {
            let lines = lines(path)?;
            let (entries, _) = verified(*run, chain, &lines)?;
            self.rebuild_chain(&mut transaction, (*run, chain), &entries, &lines).await?;
        }
        self.commit(transaction).await
    }

    async fn rebuild_runs(
        &self,
        connection: &mut SqliteConnection,
        events: Vec<(Timestamp, RegisterEvent)>,
    ) -> Result<(), StoreError> {
        let (runs, problems) = runs_of(&events);
        if let Some(problem) = problems.into_iter().next() {
            return Err(StoreError::Damaged { run: REGISTER_RUN, problem });
        }
        for told in runs.values() {
            self.enter_run(connection, &told.run).await?;
        }
        Ok(())
    }

    /// The lines of a chain, and a token above all that it was ever written under.
    async fn rebuild_chain(
        &self,
        connection: &mut SqliteConnection,
        (run, chain): (u64, &str),
        entries: &[Entry],
        lines: &[String],
    ) -> Result<(), StoreError> {
        let mut token = 1;
        for (entry, line) in entries.iter().zip(lines) {
            match &entry.event {
                Event::Resumed { token: newer } => token = token.max(*newer),
                Event::Intent { .. } | Event::Result { .. } | Event::Status { .. } => {}
            }
            sqlx::query("INSERT INTO entries (run, chain, seq, line, sha256, token) VALUES (?, ?, ?, ?, ?, ?)")
                .bind(sql_number(run))
                .bind(chain)
                .bind(sql_number(entry.seq))
                .bind(line)
                .bind(sha256_hex(line))
                .bind(sql_number(token))
                .execute(&mut *connection)
                .await
                .map_err(StoreError::database(&self.inner.database))?;
        }
        sqlx::query("INSERT OR REPLACE INTO leases (run, chain, token, owner, released) VALUES (?, ?, ?, '', 1)")
            .bind(sql_number(run))
            .bind(chain)
            .bind(sql_number(token))
            .execute(connection)
            .await
            .map_err(StoreError::database(&self.inner.database))?;
        Ok(())
    }

    fn fetch_files(&self, mirror: &Mirror) -> Result<(), StoreError> {
        let fetch = |from: &Path, to: &Path| {
            listed(from)?
                .into_iter()
                .filter(|path| !path.to_string_lossy().ends_with(".unfinished"))
                .try_for_each(|path| path.file_name().map_or(Ok(()), |name| copy_file(&path, &to.join(name))))
        };
        fetch(&mirror.state_files(), &self.inner.directory)?;
        for run in listed(&mirror.directory)? {
            if let Some(name) =
                run.file_name().filter(|name| name.to_str().is_some_and(|name| name.parse::<u64>().is_ok()))
            {
                fetch(&run.join("files"), &self.inner.directory.join("runs").join(name))?;
            }
        }
        Ok(())
    }
}

/// The whole lines of a file; what is left of a torn one was never relied on.
fn lines(path: &Path) -> Result<Vec<String>, StoreError> {
    let text = std::fs::read_to_string(path).map_err(StoreError::files(path))?;
    let whole = text.rfind('\n').map_or("", |at| &text[..at]);
    Ok(whole.split('\n').filter(|line| !line.is_empty()).map(str::to_owned).collect())
}
