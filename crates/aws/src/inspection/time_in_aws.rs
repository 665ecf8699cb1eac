//! The `Date` header of an answer of STS. AWS sends one with refusals too: just those of a clock that is too far off.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use backproof_cloud::{CallError, TellTime};
use jiff::Timestamp;

use super::Inspector;
use crate::convert::{moment, unreadable};

const CALL: &str = "sts:GetCallerIdentity";

#[async_trait]
impl TellTime for Inspector {
    async fn time_in_aws(&self) -> Result<Timestamp, CallError> {
        let date = DateOfAnswer::default();
        let request = self.0.sts.get_caller_identity().customize().interceptor(date.clone());
        let answered = self.0.call(CALL, request.send()).await;
        match (date.seen(), answered) {
            (Some(date), _) => {
                let told = DateTime::from_str(&date, Format::HttpDate).ok().and_then(moment);
                told.ok_or_else(|| unreadable(CALL, format!("Date: {date}")))
            }
            (None, Err(error)) => Err(error),
            (None, Ok(_)) => Err(unreadable(CALL, "Date is missing")),
        }
    }
}

/// Keeps the `Date` of the last answer.
#[derive(Clone, Debug, Default)]
struct DateOfAnswer(Arc<Mutex<Option<String>>>);

impl DateOfAnswer {
    fn seen(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[dyn_dispatch_hint]
impl Intercept for DateOfAnswer {
    fn name(&self) -> &'static str {
        "DateOfAnswer"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").map(str::to_owned);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}
