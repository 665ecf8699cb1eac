//! Gives chains back whose writers were dropped, so that others need not wait until a lease runs out.

use std::sync::{Mutex, PoisonError};

use crate::chain::ChainWriter;
use crate::register::sql_number;
use crate::{Store, StoreError};

impl Store {
    /// Gives back what was dropped. A process that was told to stop gives nothing back, as a dead one does not.
    pub(crate) async fn give_back(&self) -> Result<(), StoreError> {
        let dropped = self.inner.dropped.all();
        if dropped.is_empty() || self.is_writable().is_err() {
            return Ok(());
        }
        let _busy = self.inner.clock.busy();
        let mut transaction = self.begin().await?;
        for (run, chain, token) in &dropped {
            sqlx::query("UPDATE leases SET released = 1 WHERE run = ? AND chain = ? AND token = ?")
                .bind(sql_number(*run))
                .bind(chain)
                .bind(sql_number(*token))
                .execute(&mut *transaction)
                .await
                .map_err(StoreError::database(&self.inner.database))?;
        }
        self.commit(transaction).await?;
        self.inner.dropped.forget(&dropped);
        Ok(())
    }
}

/// Chains whose writers were dropped, and that the database does not know to be free yet.
#[derive(Debug, Default)]
pub(crate) struct Dropped(Mutex<Vec<DroppedLease>>);

/// A run, a chain, and the token under which it was held.
type DroppedLease = (u64, String, u64);

impl Dropped {
    fn push(&self, lease: DroppedLease) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(lease);
    }

    fn all(&self) -> Vec<DroppedLease> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn forget(&self, leases: &[DroppedLease]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|lease| !leases.contains(lease));
    }
}

impl Drop for ChainWriter {
    /// Gives the chain back: at once where there is a runtime to do it in, otherwise with the next use of the store.
    fn drop(&mut self) {
        self.store.inner.dropped.push((self.run, std::mem::take(&mut self.chain), self.token));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let store = self.store.clone();
            // What cannot be given back now is free when this process ends.
            runtime.spawn(async move { store.give_back().await.ok() });
        }
    }
}
