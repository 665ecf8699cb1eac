//! Tells people what happened: webhooks, Slack, SNS topics, mail, and a heartbeat for an alarm outside the host.
//!
//! [`Alarms::raise`] returns at once and never fails its caller; a task of its own delivers, tries again, and keeps on
//! disk what did not arrive, for the next start. Nothing here decides what is worth an alarm but [`alarms_of_run`], and
//! nothing holds data of customers: names of plans, numbers of runs and restore tests, counts, and the ARNs of what
//! backproof itself left behind.

mod alarm;
mod alarms;
mod backoff;
mod channel;
mod channels;
mod config;
mod heartbeat;
mod http;
mod kind;
mod of_run;
mod outbox;
mod recent;
mod secrets;
mod words;
mod worker;

pub use alarm::Alarm;
pub use alarms::{Alarms, AlarmsError, Counts, Surroundings, Undelivered};
pub use channel::{Channel, Letter, NotDelivered};
pub use channels::topic::PublishToTopic;
pub use config::{
    AlarmsConfig, Delivery, HeartbeatConfig, InvalidMailServer, MailConfig, MailServer, MailTls, TopicConfig,
    WebhookConfig, WebhookFormat,
};
pub use http::web_client;
pub use kind::{AlarmKind, Severity, severity_of};
pub use of_run::alarms_of_run;
pub use secrets::{SecretProblem, SecretSource, Variables};
