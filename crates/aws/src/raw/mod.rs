//! Hands AWS's answers to whoever keeps them, redacted.
//!
//! Only calls of [`known`]'s list are handed over, and of them only values that the list names. What restored resources
//! hold is asked for by calls that the list does not name, so nothing of it gets this far.

mod known;
mod question;
mod redact;
mod xml;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use backproof_clock::SharedClock;
use backproof_cloud::{RawAnswer, RawAnswers};
use backproof_model::canonical::sha256_hex;
use backproof_model::{AccountId, Region};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::counting::prefix;
use known::Known;

/// Whoever keeps answers now, if somebody does. Clones are the same place.
#[derive(Clone, Default)]
pub(crate) struct Listener(Arc<RwLock<Option<Arc<dyn RawAnswers>>>>);

impl Listener {
    /// From now on `sink` is told, and nobody else.
    pub(crate) fn is_now(&self, sink: Option<Arc<dyn RawAnswers>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = sink;
    }

    fn listens(&self) -> Option<Arc<dyn RawAnswers>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("listens", &self.listens().is_some()).finish()
    }
}

/// Sees the answer to every attempt of a client's calls.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    pub(crate) listener: Listener,
    pub(crate) clock: SharedClock,
    /// Whose clients these are, where that is known.
    pub(crate) place: Option<(AccountId, Region)>,
}

/// A request that was sent and is to be told of with its answer.
#[derive(Clone, Debug)]
struct Sent {
    call: String,
    known: &'static Known,
    asked: Value,
    question: String,
    at: Timestamp,
}

impl Storable for Sent {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for Recording {
    fn name(&self) -> &'static str {
        "Recording"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.listener.listens().is_none() {
            return Ok(());
        }
        let Some(operation) = config.load::<Metadata>() else { return Ok(()) };
        let call = format!("{}:{}", prefix(operation.service()), operation.name());
        let Some(known) = known::known(&call) else { return Ok(()) };
        let request = context.request();
        let sent = Sent {
            asked: redact::redacted(&question::parameters(request, known), known.asked),
            question: question::digest(request),
            at: self.clock.now(),
            call,
            known,
        };
        config.interceptor_state().store_put(sent);
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (Some(sink), Some(sent)) = (self.listener.listens(), config.load::<Sent>()) else { return Ok(()) };
        sink.seen(self.answer(sent, context.response()));
        Ok(())
    }
}

impl Recording {
    fn answer(&self, sent: &Sent, response: &HttpResponse) -> RawAnswer {
        let header = |name| response.headers().get(name).map(str::to_owned);
        let status = response.status().as_u16();
        // Below the SDK every answer is read to its end before it gets here; see `http`.
        let bytes = response.body().bytes().unwrap_or_default();
        let has = |parameter: &str| sent.asked.get(parameter).is_some();
        let listed = if response.status().is_success() { sent.known.kept(has) } else { known::OF_ERRORS };
        RawAnswer {
            call: sent.call.clone(),
            account: self.place.as_ref().map(|(account, _)| account.clone()),
            region: self.place.as_ref().map(|(_, region)| region.clone()),
            asked: sent.asked.clone(),
            status,
            request_id: header("x-amzn-requestid").or_else(|| header("x-amz-request-id")),
            aws_date: header("date"),
            sent: sent.at,
            received: self.clock.now(),
            body_bytes: bytes.len() as u64,
            body_sha256: sha256_hex(bytes),
            body: redact::redacted(&body(bytes), listed),
            question: sent.question.clone(),
        }
    }
}

/// A body in JSON, whatever it came in. What is neither JSON nor XML is told of by its length alone.
fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    let read = serde_json::from_slice(bytes).ok().or_else(|| xml::to_json(std::str::from_utf8(bytes).ok()?));
    // Its length stands beside it.
    read.unwrap_or_else(|| json!({ "unreadable": String::from_utf8_lossy(bytes) }))
}
