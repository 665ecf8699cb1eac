//! The handle by which alarms are raised.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use backproof_clock::SharedClock;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::alarm::Alarm;
use crate::channel::Channel;
use crate::channels::mail::Mail;
use crate::channels::topic::{PublishToTopic, Topic};
use crate::channels::webhook::Webhook;
use crate::config::{AlarmsConfig, HeartbeatConfig};
use crate::heartbeat::{Heart, Pulse};
use crate::kind::Severity;
use crate::outbox::Outbox;
use crate::recent::Recent;
use crate::secrets::{SecretProblem, SecretSource, Variables};
use crate::worker::{Office, Order, Tally, before, count, take_in};

/// What surrounds the program, as whoever wires it up knows it.
#[derive(Clone)]
pub struct Surroundings {
    /// The time.
    pub clock: SharedClock,
    /// The variables of the environment.
    pub variables: Variables,
    /// The way to SNS, where there is one.
    pub topics: Option<Arc<dyn PublishToTopic>>,
    /// The state directory; without one, what did not arrive is lost with the process.
    pub state: Option<PathBuf>,
}

/// Raises alarms. Cheap to clone; every clone speaks for the same task.
#[derive(Clone)]
pub struct Alarms {
    desk: Arc<Desk>,
}

struct Desk {
    office: Arc<Office>,
    /// Every channel's name with what keeps its secret from being read, as far as that was seen at the start.
    troubles: Vec<(String, SecretProblem)>,
    orders: UnboundedSender<Order>,
    pulse: Pulse,
    heart: Option<JoinHandle<()>>,
    worker: JoinHandle<()>,
}

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AlarmsError {
    /// A sender or recipient.
    #[error("alarms by mail: {0}")]
    Mail(String),
    /// The heartbeat's period.
    #[error("the heartbeat's `every` is 0")]
    HeartbeatWithoutPeriod,
}

/// What was counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Alarms that were raised.
    pub raised: u64,
    /// Of these, not sent because the same was sent lately.
    pub repeated: u64,
    /// Letters that arrived, one per alarm and channel.
    pub delivered: u64,
    /// Attempts that failed.
    pub failed_attempts: u64,
    /// Letters that were neither sent nor kept, because too many waited.
    pub lost: u64,
    /// Letters that wait now.
    pub waiting: u64,
}

/// An alarm that has not arrived. It is kept in the state directory for the next start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undelivered {
    /// Its id.
    pub id: String,
    /// The channel that it waits for.
    pub channel: String,
    /// The alarm's one sentence.
    pub summary: String,
    /// What the last attempt said; `None` where there was none yet.
    pub why: Option<String>,
}

impl Alarms {
    /// Makes the channels and starts delivering, first what earlier processes could not. Needs a tokio runtime.
    ///
    /// # Errors
    /// Says what of the configuration can never work. A secret that cannot be read now is in [`Alarms::troubles`].
    pub fn begin(config: &AlarmsConfig, surroundings: &Surroundings) -> Result<Self, AlarmsError> {
        let (variables, roots) = (&surroundings.variables, &config.extra_roots);
        let limit = config.delivery.attempt;
        let mut channels: Vec<Arc<dyn Channel>> = Vec::new();
        let mut secrets: Vec<(String, SecretSource)> = Vec::new();
        for webhook in &config.webhooks {
            let clock = surroundings.clock.clone();
            let channel = Webhook::new(webhook.clone(), variables.clone(), roots.clone(), clock, limit);
            secrets.push((channel.name().to_owned(), webhook.url.clone()));
            channels.push(Arc::new(channel));
        }
        for topic in &config.topics {
            channels.push(Arc::new(Topic::new(topic.clone(), surroundings.topics.clone())));
        }
        for mail in &config.mails {
            let channel =
                Mail::new(mail.clone(), variables.clone(), roots.clone(), limit).map_err(AlarmsError::Mail)?;
            secrets.extend(mail.login.iter().map(|(_, password)| (channel.name().to_owned(), password.clone())));
            channels.push(Arc::new(channel));
        }
        let heart = config.heartbeat.clone().map(|heartbeat| heart(heartbeat, config, surroundings)).transpose()?;
        secrets.extend(config.heartbeat.iter().map(|heartbeat| ("heartbeat".to_owned(), heartbeat.url.clone())));
        let troubles = secrets.into_iter().filter_map(|(name, secret)| Some((name, secret.read(variables).err()?)));
        let troubles: Vec<_> = troubles.collect();
        for (name, problem) in &troubles {
            tracing::error!("alarms: {name}: {problem}");
        }
        Ok(Self::of(channels, heart, troubles, config, surroundings))
    }

    /// Alarms through channels that somebody else made, such as one that only remembers.
    pub fn through(channels: Vec<Arc<dyn Channel>>, config: &AlarmsConfig, surroundings: &Surroundings) -> Self {
        Self::of(channels, None, Vec::new(), config, surroundings)
    }

    fn of(
        channels: Vec<Arc<dyn Channel>>,
        heart: Option<Heart>,
        troubles: Vec<(String, SecretProblem)>,
        config: &AlarmsConfig,
        surroundings: &Surroundings,
    ) -> Self {
        let folder = surroundings.state.as_ref().filter(|_| !channels.is_empty()).map(|state| state.join("alarms"));
        let names: BTreeSet<_> = channels.iter().map(|channel| channel.name().to_owned()).collect();
        let oldest = before(surroundings.clock.now(), config.delivery.keep_for);
        let outbox = folder.as_ref().map_or_else(Outbox::in_memory, |folder| Outbox::open(folder, &names, oldest));
        outbox.forget_before(oldest);
        let office = Arc::new(Office {
            channels,
            outbox,
            clock: surroundings.clock.clone(),
            delivery: config.delivery,
            runbooks: config.runbooks.clone(),
            tally: Tally::default(),
        });
        let recent = Recent::new(folder.map(|folder| folder.join("raised")), config.delivery.again_after);
        let (orders, received) = unbounded_channel();
        let (pulse, beats) = watch::channel(None);
        let worker = tokio::spawn(take_in(office.clone(), received, recent));
        let heart = heart.map(|heart| tokio::spawn(heart.run(beats)));
        Self { desk: Arc::new(Desk { office, troubles, orders, pulse: Arc::new(pulse), heart, worker }) }
    }

    /// Raises an alarm: logs it, and hands it to the delivering task. Returns at once and never fails.
    pub fn raise(&self, alarm: Alarm) {
        log(&alarm);
        count(&self.desk.office.tally.raised);
        if self.desk.orders.send(Order::Raise(Box::new(alarm))).is_err() {
            count(&self.desk.office.tally.lost);
            tracing::error!("alarms: raised after the end, and not sent");
        }
    }

    /// Says that the loop of the caller is alive; the heartbeat goes on for as long as this is called more often than it.
    pub fn beat(&self) {
        self.desk.pulse.send_replace(Some(self.desk.office.clock.now()));
    }

    /// The channels, by name.
    pub fn channels(&self) -> Vec<String> {
        self.desk.office.channels.iter().map(|channel| channel.name().to_owned()).collect()
    }

    /// Channels whose secret could not be read at the start, and why. They are read again for every attempt.
    pub fn troubles(&self) -> &[(String, SecretProblem)] {
        &self.desk.troubles
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        let tally = &self.desk.office.tally;
        Counts {
            raised: tally.raised.load(Ordering::Relaxed),
            repeated: tally.repeated.load(Ordering::Relaxed),
            delivered: tally.delivered.load(Ordering::Relaxed),
            failed_attempts: tally.failed_attempts.load(Ordering::Relaxed),
            lost: tally.lost.load(Ordering::Relaxed),
            waiting: self.desk.office.outbox.waiting().len() as u64,
        }
    }

    /// What has not arrived so far.
    pub fn undelivered(&self) -> Vec<Undelivered> {
        let waiting = self.desk.office.outbox.waiting().into_iter();
        waiting
            .map(|(channel, letter, why)| Undelivered { id: letter.id, channel, summary: letter.alarm.summary, why })
            .collect()
    }

    /// Takes no more alarms, waits at most `limit` until everything has arrived, and gives what has not.
    pub async fn finish(self, limit: Duration) -> Vec<Undelivered> {
        let (answer, finished) = oneshot::channel();
        if self.desk.orders.send(Order::Finish(answer)).is_ok() {
            tokio::select! {
                biased;
                _ = finished => {}
                () = self.desk.office.clock.sleep(limit) => {}
            }
        }
        self.desk.worker.abort();
        if let Some(heart) = &self.desk.heart {
            heart.abort();
        }
        self.desk.office.outbox.close();
        let undelivered = self.undelivered();
        for left in &undelivered {
            let why = left.why.as_deref().unwrap_or("there was no time");
            tracing::error!(
                alarm = left.id,
                "alarms: {} has not taken it: {why}; the next start tries again",
                left.channel
            );
        }
        undelivered
    }
}

impl fmt::Debug for Alarms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alarms(to {})", self.channels().join("; "))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(heart) = &self.heart {
            heart.abort();
        }
    }
}

fn heart(config: HeartbeatConfig, all: &AlarmsConfig, surroundings: &Surroundings) -> Result<Heart, AlarmsError> {
    if config.every.is_zero() {
        return Err(AlarmsError::HeartbeatWithoutPeriod);
    }
    Ok(Heart {
        config,
        variables: surroundings.variables.clone(),
        extra_roots: all.extra_roots.clone(),
        clock: surroundings.clock.clone(),
        limit: all.delivery.attempt,
    })
}

/// The log is a channel too, and the one that needs nothing.
fn log(alarm: &Alarm) {
    let (kind, plan, run, summary) = (alarm.kind.as_str(), &alarm.plan_name, alarm.run, &alarm.summary);
    match alarm.severity {
        Severity::Page => tracing::error!(kind, plan, run, "alarm: {summary}"),
        Severity::Ticket => tracing::warn!(kind, plan, run, "alarm: {summary}"),
        Severity::Notice => tracing::info!(kind, plan, run, "alarm: {summary}"),
    }
}
