//! Alarms as the plan wants them: its table made into channels, and the way to SNS lent to them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backproof_alarms::{
    Alarm, AlarmKind, Alarms, AlarmsConfig, HeartbeatConfig, MailConfig, NotDelivered, PublishToTopic, SecretSource,
    Severity, Surroundings, TopicConfig, Variables, WebhookConfig, WebhookFormat, alarms_of_run,
};
use backproof_clock::SharedClock;
use backproof_cloud::Topics;
use backproof_engine::{RunEnd, World};
use backproof_model::Arn;
use backproof_model::record::ApprovalStanding;
use backproof_plan::{AlarmLevel, AlarmsPlan, Plan};

use crate::args::Common;
use crate::exit::UsageError;
use crate::wiring;

/// How long the end of a command waits for alarms to arrive.
const AT_THE_END: Duration = Duration::from_mins(1);

/// Begins delivering alarms of `plan`; with a state directory, also what earlier processes could not deliver.
pub(crate) fn begin(common: &Common, plan: &Plan, state: Option<PathBuf>) -> anyhow::Result<Alarms> {
    let config = config(&plan.alarms)?;
    let clock = wiring::clock(common);
    let topics: Option<Arc<dyn PublishToTopic>> = match plan.alarms.topics.as_slice() {
        [] => None,
        _ => Some(Arc::new(Sns(wiring::topics(common, plan, clock.clone())))),
    };
    let variables = Variables::new(|name| std::env::var(name).ok());
    let surroundings = Surroundings { clock, variables, topics, state };
    Alarms::begin(&config, &surroundings).map_err(|problem| UsageError(problem.to_string()).into())
}

/// Waits for alarms to arrive, and says which have not.
pub(crate) async fn finish(alarms: Alarms, common: &Common) {
    // On a simulator's time a minute may be over before a packet is there.
    let limit = AT_THE_END * common.simulated_time.map_or(1, crate::simulated_time::SimulatedTime::factor);
    for left in alarms.finish(limit).await {
        let why = left.why.map(|why| format!(": {why}")).unwrap_or_default();
        eprintln!(
            "warning: an alarm has not reached {}{why}; the next start tries again ({})",
            left.channel, left.summary
        );
    }
}

/// The alarms of one run that somebody waits for at a terminal or in a schedule's job.
pub(crate) struct OfRun {
    pub(crate) alarms: Alarms,
    plan_name: String,
    clock: SharedClock,
}

impl OfRun {
    pub(crate) fn begin(common: &Common, world: &World) -> anyhow::Result<Self> {
        let alarms = begin(common, &world.plan, Some(world.store.directory().to_owned()))?;
        let told = Self { alarms, plan_name: world.plan.name.clone(), clock: wiring::clock(common) };
        match world.approval.standing {
            ApprovalStanding::Approved => {}
            ApprovalStanding::SignerUnknown | ApprovalStanding::Unapproved => told.raise(
                AlarmKind::UnapprovedPlan,
                format!("plan {} is to be performed as nobody known has approved it", told.plan_name),
            ),
        }
        Ok(told)
    }

    /// The run is closed, or has stopped where it was asked to.
    pub(crate) fn ended(&self, end: &RunEnd) {
        let Some(closed) = &end.closed else { return };
        for alarm in alarms_of_run(&self.plan_name, end.run, closed, self.clock.now()) {
            self.alarms.raise(alarm);
        }
    }

    /// The run was refused or has stopped. Why is on the terminal and in the log; its words may be AWS's, and stay here.
    pub(crate) fn stopped(&self) {
        let summary = format!("a run of plan {} was refused or has stopped before its end", self.plan_name);
        self.raise(AlarmKind::ServiceTrouble, summary);
    }

    fn raise(&self, kind: AlarmKind, summary: String) {
        self.alarms.raise(Alarm::new(kind, &self.plan_name, self.clock.now(), summary));
    }
}

/// The plan's table as the alarms' own configuration.
pub(crate) fn config(plan: &AlarmsPlan) -> Result<AlarmsConfig, UsageError> {
    let webhooks = plan.webhooks.iter().map(|webhook| WebhookConfig {
        url: secret(&webhook.url),
        format: match webhook.format {
            backproof_plan::WebhookFormat::Json => WebhookFormat::Json,
            backproof_plan::WebhookFormat::Slack => WebhookFormat::Slack,
        },
        least: severity(webhook.least),
    });
    let topics = plan
        .topics
        .iter()
        .map(|topic| TopicConfig { topic_arn: topic.topic_arn.clone(), least: severity(topic.least) });
    let mails = plan.mails.iter().map(|mail| {
        Ok(MailConfig {
            server: mail.server.parse().map_err(|problem| UsageError(format!("alarms.mails: {problem}")))?,
            login: mail.user.clone().zip(mail.password.as_ref().map(secret)),
            from: mail.from.clone(),
            to: mail.to.clone(),
            least: severity(mail.least),
        })
    });
    Ok(AlarmsConfig {
        webhooks: webhooks.collect(),
        topics: topics.collect(),
        mails: mails.collect::<Result<_, UsageError>>()?,
        heartbeat: plan
            .heartbeat
            .as_ref()
            .map(|heartbeat| HeartbeatConfig { url: secret(&heartbeat.url), every: heartbeat.every }),
        ..AlarmsConfig::default()
    })
}

fn secret(source: &backproof_plan::SecretSource) -> SecretSource {
    match source {
        backproof_plan::SecretSource::File(path) => SecretSource::File(path.into()),
        backproof_plan::SecretSource::Variable(name) => SecretSource::Variable(name.clone()),
    }
}

fn severity(level: AlarmLevel) -> Severity {
    match level {
        AlarmLevel::Notice => Severity::Notice,
        AlarmLevel::Ticket => Severity::Ticket,
        AlarmLevel::Page => Severity::Page,
    }
}

/// The way to SNS in the words of alarms.
struct Sns(Arc<dyn Topics>);

#[async_trait]
impl PublishToTopic for Sns {
    async fn publish(&self, topic_arn: &str, subject: &str, message: &str) -> Result<(), NotDelivered> {
        let topic: Arn = topic_arn.parse().map_err(|problem| NotDelivered::refused(format!("{problem}")))?;
        match self.0.publish(&topic, subject, message).await {
            Ok(_message_id) => Ok(()),
            Err(error) if error.may_pass() => Err(NotDelivered::for_now(error.to_string())),
            Err(error) => Err(NotDelivered::refused(error.to_string())),
        }
    }
}
