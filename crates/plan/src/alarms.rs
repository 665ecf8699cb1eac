//! Who is told when something happens, and how.
//!
//! What a plan says is public: addresses that let anybody post, and passwords, are named by where they are kept.

use std::time::Duration;

use serde::Serialize;

use crate::objectives::whole_seconds;

/// Who is told when something happens. Nobody, where the plan names nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AlarmsPlan {
    /// Addresses that are posted to.
    pub webhooks: Vec<WebhookPlan>,
    /// SNS topics that are published to.
    pub topics: Vec<TopicPlan>,
    /// Mail servers that mails are handed to.
    pub mails: Vec<MailPlan>,
    /// What is called again and again as long as all goes well, so that silence is noticed elsewhere.
    pub heartbeat: Option<HeartbeatPlan>,
}

/// An address that is posted to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookPlan {
    /// Where the URL is kept.
    pub url: SecretSource,
    /// What is posted.
    pub format: WebhookFormat,
    /// The least severity that it is told of.
    pub least: AlarmLevel,
}

/// What is posted to a webhook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookFormat {
    /// The alarm with all its parts.
    #[default]
    Json,
    /// A message that Slack, and whoever understands its webhooks, shows.
    Slack,
}

/// An SNS topic that is published to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TopicPlan {
    /// Its ARN.
    pub topic_arn: String,
    /// The least severity that it is told of.
    pub least: AlarmLevel,
}

/// A mail server and who gets mails through it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MailPlan {
    /// `smtps://host:port` (TLS from the first byte) or `smtp://host:port` (STARTTLS).
    pub server: String,
    /// The user to sign in as; none means that nobody signs in.
    pub user: Option<String>,
    /// Where the password is kept. Only ever set together with a user.
    pub password: Option<SecretSource>,
    /// The sender's address.
    pub from: String,
    /// The recipients' addresses; at least one.
    pub to: Vec<String>,
    /// The least severity that they are told of.
    pub least: AlarmLevel,
}

/// What is called again and again as long as all goes well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeartbeatPlan {
    /// Where the URL is kept.
    pub url: SecretSource,
    /// How often. As JSON a whole number of seconds.
    #[serde(serialize_with = "whole_seconds")]
    pub every: Duration,
}

/// Where something secret is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretSource {
    /// In a file: its path.
    File(String),
    /// In an environment variable: its name.
    Variable(String),
}

/// How much an alarm asks of people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmLevel {
    /// To be read some time.
    #[default]
    Notice,
    /// To be worked on in office hours.
    Ticket,
    /// To be worked on now.
    Page,
}
