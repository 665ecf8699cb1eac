//! Ways into the sandbox's network. Which one is the plan's choice; what is done there is not decided here.

mod data_api;
mod forwarding;
mod inside;
mod knocking;
mod programs;
mod tunnel;

use std::sync::Arc;

use backproof_clock::SharedClock;
use backproof_cloud::Reach;

use crate::config::{ReachConfig, ReachWay};
use crate::lending::Lending;
use crate::reach::data_api::DataApi;
use crate::reach::inside::Inside;
use crate::reach::programs::Programs;
use crate::reach::tunnel::Tunnel;
use crate::session::Session;

/// The way that `config` chooses, for the sandbox of `session`.
pub(crate) fn way(config: &ReachConfig, session: Arc<Session>, clock: SharedClock) -> Arc<dyn Reach> {
    match &config.way {
        ReachWay::Inside => Arc::new(Inside { probe: config.probe.clone(), clock }),
        ReachWay::Tunnel { instance_id } => Arc::new(Tunnel {
            instance_id: instance_id.clone(),
            region: session.region.clone(),
            probe: config.probe.clone(),
            programs: Programs { search_path: config.search_path.clone() },
            credentials: Arc::new(Lending(session)),
            clock,
        }),
        ReachWay::DataApi => Arc::new(DataApi),
    }
}
