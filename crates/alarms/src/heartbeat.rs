//! A call to a URL again and again while all is well, so that somebody outside notices silence.
//!
//! Nothing is ever sent to say that something is wrong: the receiver alarms when calls stay away, whatever the reason.

use std::sync::Arc;
use std::time::Duration;

use backproof_clock::{SharedClock, within_wall};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::channel::NotDelivered;
use crate::config::HeartbeatConfig;
use crate::http::{Request, send};
use crate::secrets::Variables;

/// So often a call is tried before the next one is due.
const TRIES: u32 = 3;
/// The wait between them.
const BETWEEN: Duration = Duration::from_secs(5);

/// What the heartbeat works with.
pub(crate) struct Heart {
    pub(crate) config: HeartbeatConfig,
    pub(crate) variables: Variables,
    pub(crate) extra_roots: Vec<Vec<u8>>,
    pub(crate) clock: SharedClock,
    pub(crate) limit: Duration,
}

/// Where the healthy loop leaves the moment of its last beat.
pub(crate) type Pulse = Arc<watch::Sender<Option<Timestamp>>>;

impl Heart {
    /// Calls the URL every so often, as long as the last beat is no older than that.
    pub(crate) async fn run(self, mut pulse: watch::Receiver<Option<Timestamp>>) {
        let every = SignedDuration::try_from(self.config.every).unwrap_or(SignedDuration::MAX);
        loop {
            let now = self.clock.now();
            let last = *pulse.borrow_and_update();
            if last.is_some_and(|last| now.duration_since(last) <= every) {
                self.call().await;
                self.clock.sleep(self.config.every).await;
            } else if pulse.changed().await.is_err() {
                return;
            }
        }
    }

    async fn call(&self) {
        for attempt in 1..=TRIES {
            let Err(error) = self.call_once().await else { return };
            tracing::warn!("heartbeat: {error} (attempt {attempt} of {TRIES})");
            if attempt < TRIES {
                self.clock.sleep(BETWEEN.min(self.config.every / TRIES)).await;
            }
        }
    }

    async fn call_once(&self) -> Result<(), NotDelivered> {
        let url =
            self.config.url.read(&self.variables).map_err(|problem| NotDelivered::for_now(problem.to_string()))?;
        let extra_roots = self.extra_roots.as_slice();
        let request = Request { url: &url, json: None, extra_roots, limit: self.limit, now: self.clock.now() };
        let _busy = self.clock.busy();
        within_wall(self.limit, send(request)).await.unwrap_or_else(|late| Err(NotDelivered::for_now(late.to_string())))
    }
}
