//! Webhooks: a POST of JSON, in our own shape or in Slack's.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use backproof_clock::SharedClock;
use serde::Serialize;

use crate::channel::{Channel, Letter, NotDelivered};
use crate::channels::slack;
use crate::config::{WebhookConfig, WebhookFormat};
use crate::http::{Request, send};
use crate::kind::Severity;
use crate::secrets::Variables;

/// The version of our own shape: `docs/alarm.schema.json`.
const SHAPE: &str = "backproof-alarm/v1";

/// One webhook.
pub(crate) struct Webhook {
    name: String,
    config: WebhookConfig,
    variables: Variables,
    extra_roots: Vec<Vec<u8>>,
    clock: SharedClock,
    limit: Duration,
}

impl Webhook {
    pub(crate) fn new(
        config: WebhookConfig,
        variables: Variables,
        extra_roots: Vec<Vec<u8>>,
        clock: SharedClock,
        limit: Duration,
    ) -> Self {
        let shape = match config.format {
            WebhookFormat::Json => "webhook",
            WebhookFormat::Slack => "Slack webhook",
        };
        Self { name: format!("{shape} of {}", config.url), config, variables, extra_roots, clock, limit }
    }
}

#[async_trait]
impl Channel for Webhook {
    fn name(&self) -> &str {
        &self.name
    }

    fn least(&self) -> Severity {
        self.config.least
    }

    async fn deliver(&self, letter: &Letter) -> Result<(), NotDelivered> {
        let url =
            self.config.url.read(&self.variables).map_err(|problem| NotDelivered::for_now(problem.to_string()))?;
        let json = match self.config.format {
            WebhookFormat::Json => json(letter),
            WebhookFormat::Slack => slack::message(letter).to_string(),
        };
        let (extra_roots, now) = (self.extra_roots.as_slice(), self.clock.now());
        send(Request { url: &url, json: Some(json), extra_roots, limit: self.limit, now }).await
    }
}

/// Our own shape.
#[derive(Serialize)]
struct Shape<'a> {
    #[serde(rename = "shape")]
    version: &'static str,
    id: &'a str,
    kind: &'static str,
    severity: &'static str,
    plan: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<u64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    subject: &'a str,
    at: String,
    summary: &'a str,
    details: BTreeMap<&'a str, &'a str>,
    runbook: &'a str,
    sender: Sender,
}

#[derive(Serialize)]
struct Sender {
    name: &'static str,
    version: &'static str,
}

/// A letter in our own shape.
pub(crate) fn json(letter: &Letter) -> String {
    let alarm = &letter.alarm;
    let shape = Shape {
        version: SHAPE,
        id: &letter.id,
        kind: alarm.kind.as_str(),
        severity: alarm.severity.as_str(),
        plan: &alarm.plan_name,
        run: alarm.run,
        subject: &alarm.subject,
        at: alarm.at.to_string(),
        summary: &alarm.summary,
        details: alarm.details.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        runbook: &alarm.runbook,
        sender: Sender { name: "backproof", version: env!("CARGO_PKG_VERSION") },
    };
    serde_json::to_string(&shape).expect("strings, numbers and maps of strings can always be written as JSON")
}
