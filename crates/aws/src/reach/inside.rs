//! No way at all: this program runs in the sandbox's network.

use async_trait::async_trait;
use backproof_clock::SharedClock;
use backproof_cloud::{Reach, Unreachable, Way};
use backproof_model::record::ReachState;

use crate::reach::knocking::knock;

/// Connects to endpoints as they are.
pub(super) struct Inside {
    pub(super) probe: Option<(String, u16)>,
    pub(super) clock: SharedClock,
}

#[async_trait]
impl Reach for Inside {
    fn name(&self) -> &'static str {
        "inside"
    }

    async fn try_out(&self) -> (ReachState, String) {
        let Some((host, port)) = &self.probe else {
            let nothing = "sandbox.databases.probe names nothing to try; only a restored database will show it";
            return (ReachState::Untried, nothing.into());
        };
        match knock(&self.clock, host, *port).await {
            Ok(_connection) => (ReachState::Reached, format!("{host}:{port} accepted a connection")),
            Err(why) => {
                let hint = "run backproof in the sandbox's VPC, or set sandbox.databases.reach = \"tunnel\"";
                (ReachState::Unreachable, format!("{host}:{port} could not be connected to ({why}): {hint}"))
            }
        }
    }

    async fn open(&self, host: &str, port: u16) -> Result<Way, Unreachable> {
        Ok(Way::direct(host, port))
    }
}
