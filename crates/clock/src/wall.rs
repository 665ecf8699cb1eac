//! Limits on the wall's clock, for work outside the program: sockets, servers, child processes.
//!
//! While such work goes on a virtual clock stands still (see [`crate::Clock::busy`]), so nothing on it would ever end a
//! wait for a server that hangs. The wall always goes on.

use std::future::Future;
use std::time::Duration;

/// The work was not done in time, and was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer within {} s", .0.as_secs())]
pub struct TookTooLong(pub Duration);

/// Runs `work` for at most `limit` of the wall's time.
///
/// # Errors
/// [`TookTooLong`] where it was not done by then.
pub async fn within_wall<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, TookTooLong> {
    tokio::time::timeout(limit, work).await.map_err(|_elapsed| TookTooLong(limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Clock, VirtualRuntime};

    #[test]
    fn work_that_hangs_is_dropped_although_virtual_time_stands_still() {
        let runtime = VirtualRuntime::starting_at("2026-01-01T00:00:00Z".parse().unwrap()).unwrap();
        let clock = runtime.clock();
        let limit = Duration::from_millis(20);
        let ended = runtime.block_on(async {
            let _guard = clock.busy();
            within_wall(limit, std::future::pending::<()>()).await
        });
        assert_eq!(ended, Err(TookTooLong(limit)));
        assert_eq!(clock.now().to_string(), "2026-01-01T00:00:00Z");
    }
}
