//! Renews the leases of this process while a run goes on.

use backproof_store::Store;
use tokio::task::JoinHandle;

/// Renews until it is dropped. Where it cannot, leases run out, and others may go on with what we held: our next line
/// says so.
pub(crate) struct Keeper(JoinHandle<()>);

impl Keeper {
    /// Begins to renew, three times in the life of a lease.
    pub(crate) fn begin(store: &Store) -> Self {
        let store = store.clone();
        let pause = std::time::Duration::try_from(store.lease_lasts() / 3).unwrap_or_default();
        Self(tokio::spawn(async move {
            loop {
                store.clock().sleep(pause).await;
                store.renew_leases().await.ok();
            }
        }))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}
