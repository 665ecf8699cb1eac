//! Systems Manager: sessions that forward a port to a host in the sandbox's network.
//!
//! Source: the Systems Manager service model 2014-11-06, and the document `AWS-StartPortForwardingSessionToRemoteHost`.
//! A session's stream is a TCP port of this machine, which the program `session-manager-plugin` beside this crate
//! understands; AWS's own plugin speaks a protocol of its own with it, which is not simulated.

mod forwarding;
mod listener;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::ids::{self, Ids};
use crate::wire::{Answer, ApiError, CallContext};
use forwarding::Forwarder;

pub(crate) use listener::SilentListener;

/// The one document that is served.
const DOCUMENT: &str = "AWS-StartPortForwardingSessionToRemoteHost";

/// All open sessions, by id.
#[derive(Debug, Default)]
pub(crate) struct PortSessions {
    open: BTreeMap<String, Forwarder>,
    ids: Ids,
}

/// Where a session may lead.
pub(crate) struct Surroundings<'a> {
    /// The instances that Systems Manager reaches.
    pub(crate) instances: &'a [String],
    /// Whether this port of this machine belongs to something in the caller's network.
    pub(crate) is_inside: &'a dyn Fn(u16) -> bool,
}

impl PortSessions {
    /// Serves one call.
    pub(crate) fn call(
        &mut self,
        operation: &str,
        body: &Value,
        ctx: &CallContext,
        around: &Surroundings<'_>,
    ) -> Result<Answer, ApiError> {
        match operation {
            "StartSession" => self.start(body, ctx, around),
            "TerminateSession" => {
                let id = body["SessionId"].as_str().unwrap_or_default();
                self.open.remove(id);
                Answer::json(&json!({ "SessionId": id }))
            }
            other => Err(ApiError::unknown_operation("ssm", other)),
        }
    }

    fn start(&mut self, body: &Value, ctx: &CallContext, around: &Surroundings<'_>) -> Result<Answer, ApiError> {
        let target = body["Target"].as_str().unwrap_or_default();
        if around.instances.iter().all(|known| known != target) {
            return Err(ApiError::client("TargetNotConnected", format!("{target} is not connected.")));
        }
        let document = body["DocumentName"].as_str().unwrap_or_default();
        if document != DOCUMENT {
            let message = format!("Document with name {document} does not exist: the simulator serves {DOCUMENT} only");
            return Err(ApiError::client("InvalidDocument", message));
        }
        let parameter = |name: &str| body["Parameters"][name][0].as_str().unwrap_or_default();
        let invalid = |what: &str| ApiError::client("InvalidParameters", format!("Invalid parameter: {what}"));
        let host = parameter("host");
        let port: u16 = parameter("portNumber").parse().map_err(|_| invalid("portNumber"))?;
        if host.is_empty() {
            return Err(invalid("host"));
        }
        // Everything in the simulated network is a port of this machine; nothing else can be reached from there.
        let is_here = matches!(host, "localhost" | "127.0.0.1");
        let leads_to = (is_here && (around.is_inside)(port)).then(|| SocketAddr::from(([127, 0, 0, 1], port)));
        let user = ctx.caller_arn.rsplit('/').next().unwrap_or("user");
        let id = format!("{user}-{}", &self.ids.uuid().simple().to_string()[..17]);
        let token = ids::named("session-token", &id).simple().to_string();
        let forwarder = Forwarder::open(leads_to, &token)
            .map_err(|error| ApiError::internal(format!("the simulator cannot open a port: {error}")))?;
        let url = format!("tcp://{}", forwarder.address());
        self.open.insert(id.clone(), forwarder);
        Answer::json(&json!({ "SessionId": id, "TokenValue": token, "StreamUrl": url }))
    }
}
