//! The SDK's way to the simulator without a network.

use std::sync::Arc;

use async_trait::async_trait;
use backproof_aws::{AwsConfig, BaseCredentials, HttpKind, InMemoryAws, Lost, RateLimits, SandboxRole, SourceRole};
use backproof_clock::SharedClock;
use backproof_cloud::SandboxConfig;
use backproof_plan::Plan;
use backproof_simulator::Simulator;
use bytes::Bytes;

use super::scenario::SOURCE;

struct InMemory(Simulator);

#[async_trait]
impl InMemoryAws for InMemory {
    async fn answer(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, Lost> {
        self.0.answer(request).await.map_err(|_| Lost::Connection)
    }
}

/// The way to a simulator as the program would take it for this plan, beginning in the source account.
pub(crate) fn fixed_aws(simulator: &Simulator, clock: SharedClock, plan: &Plan) -> AwsConfig {
    let sandbox = &plan.sandbox;
    let sources = plan.scope.accounts.iter().map(|account| SourceRole {
        account: account.id.clone(),
        role_arn: account.role_arn.clone(),
        external_id: account.external_id.clone(),
        copy_caller_role_arn: account.copy_caller_role_arn.clone(),
    });
    AwsConfig {
        credentials: BaseCredentials::Fixed { access_key_id: SOURCE.into(), secret_access_key: "simulated".into() },
        http: HttpKind::InMemory(Arc::new(InMemory(simulator.clone()))),
        rate_limits: RateLimits::Off,
        sources: sources.collect(),
        sandbox: Some(SandboxRole {
            config: SandboxConfig {
                account: sandbox.account.clone(),
                regions: sandbox.regions.clone(),
                sources: plan.scope.accounts.iter().map(|account| account.id.clone()).collect(),
                protected: sandbox.protected_accounts.iter().cloned().collect(),
                same_account: sandbox.same_account.clone(),
            },
            role_arn: sandbox.role_arn.clone(),
            sweep_role_arn: sandbox.sweep_role_arn.clone(),
            external_id: sandbox.external_id.clone(),
        }),
        ..AwsConfig::new(clock)
    }
}
