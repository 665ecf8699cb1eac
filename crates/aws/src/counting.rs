//! Counts what is sent, retries included, and charges retries to the rates.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::rates::Gate;

/// How many calls were sent, by `service:Operation`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls(Arc<Mutex<BTreeMap<String, u64>>>);

impl Calls {
    pub(crate) fn so_far(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count(&self, call: &str) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match calls.get_mut(call) {
            Some(count) => *count += 1,
            None => {
                calls.insert(call.to_owned(), 1);
            }
        }
    }
}

/// A service by the name that it has in IAM's actions, which is mostly the SDK's own.
pub(crate) fn prefix(service: &str) -> String {
    match service {
        "CloudWatch Logs" => "logs".into(),
        "Secrets Manager" => "secretsmanager".into(),
        "Service Quotas" => "servicequotas".into(),
        _ => service.to_ascii_lowercase(),
    }
}

/// Sees every attempt just before it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Counting {
    pub(crate) calls: Calls,
    pub(crate) gate: Option<Arc<Gate>>,
}

#[dyn_dispatch_hint]
impl Intercept for Counting {
    fn name(&self) -> &'static str {
        "Counting"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(operation) = config.load::<Metadata>() else { return Ok(()) };
        let call = format!("{}:{}", prefix(operation.service()), operation.name());
        self.calls.count(&call);
        let repeated = config.load::<RequestAttempts>().is_some_and(|attempts| attempts.attempts() > 1);
        if let (true, Some(gate)) = (repeated, &self.gate) {
            gate.charge(&call);
        }
        Ok(())
    }
}
