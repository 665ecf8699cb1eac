//! The RDS Data API, by which no DB instance can be reached.
//!
//! Source: Amazon RDS Data Service API reference: an HTTP endpoint exists for Aurora DB clusters only.

use async_trait::async_trait;
use backproof_cloud::{Reach, Unreachable, Way};
use backproof_model::record::ReachState;

const WHY: &str = "the RDS Data API serves Aurora clusters only, so RDS DB instances cannot be reached by it; \
                   set sandbox.databases.reach to \"inside\" or \"tunnel\"";

/// A way that leads to no DB instance.
pub(super) struct DataApi;

#[async_trait]
impl Reach for DataApi {
    fn name(&self) -> &'static str {
        "data-api"
    }

    async fn try_out(&self) -> (ReachState, String) {
        (ReachState::Unreachable, WHY.into())
    }

    async fn open(&self, _host: &str, _port: u16) -> Result<Way, Unreachable> {
        Err(Unreachable(WHY.into()))
    }
}
