//! Takes alarms in and delivers them: one task takes in, and each channel has a task of its own, so that one that hangs
//! holds no other up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use backproof_clock::{SharedClock, within_wall};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::alarm::Alarm;
use crate::backoff::wait_after;
use crate::channel::{Channel, Letter, NotDelivered};
use crate::config::Delivery;
use crate::outbox::Outbox;
use crate::recent::Recent;

/// What the taking-in task is told.
pub(crate) enum Order {
    /// Send this.
    Raise(Box<Alarm>),
    /// Take no more, deliver what waits, and answer.
    Finish(oneshot::Sender<()>),
}

/// What all tasks share.
pub(crate) struct Office {
    pub(crate) channels: Vec<Arc<dyn Channel>>,
    pub(crate) outbox: Outbox,
    pub(crate) clock: SharedClock,
    pub(crate) delivery: Delivery,
    pub(crate) runbooks: Option<String>,
    pub(crate) tally: Tally,
}

/// What was counted so far.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) raised: AtomicU64,
    pub(crate) repeated: AtomicU64,
    pub(crate) delivered: AtomicU64,
    pub(crate) failed_attempts: AtomicU64,
    pub(crate) lost: AtomicU64,
}

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// A letter in the queue of a channel.
struct Queued {
    letter: Letter,
    since: Timestamp,
}

type Queues = BTreeMap<String, UnboundedSender<Queued>>;

/// Takes alarms in until it is told to finish, or nobody can raise any more; then waits for the channels.
pub(crate) async fn take_in(office: Arc<Office>, mut orders: UnboundedReceiver<Order>, recent: Recent) {
    let mut tasks = JoinSet::new();
    let mut queues = Queues::new();
    for channel in &office.channels {
        let (queue, letters) = unbounded_channel();
        queues.insert(channel.name().to_owned(), queue);
        tasks.spawn(work(office.clone(), channel.clone(), letters));
    }
    for (channel, letter, _) in office.outbox.waiting() {
        enqueue(&office, &queues, &channel, letter);
    }
    let mut recent = Some(recent);
    let mut finished = None;
    while let Some(order) = orders.recv().await {
        match order {
            Order::Raise(alarm) => recent = accept(&office, &queues, *alarm, recent).await,
            Order::Finish(answer) => {
                finished = Some(answer);
                break;
            }
        }
    }
    drop(queues);
    while tasks.join_next().await.is_some() {}
    if let Some(answer) = finished {
        // Whoever asked may have stopped waiting.
        answer.send(()).ok();
    }
}

/// Takes one alarm in: keeps it on disk, and queues it for every channel that is loud enough.
async fn accept(office: &Arc<Office>, queues: &Queues, alarm: Alarm, recent: Option<Recent>) -> Option<Recent> {
    let now = office.clock.now();
    let alarm = alarm.fit_to_send(office.runbooks.as_deref());
    let letter = Letter { id: alarm.id(), alarm };
    let on_disk = {
        let (office, letter) = (office.clone(), letter.clone());
        move || keep(&office, &letter, recent, now)
    };
    // Work on another thread: a virtual clock must not jump meanwhile.
    let busy = office.clock.busy();
    let kept = tokio::task::spawn_blocking(on_disk).await;
    drop(busy);
    let Ok((wanted_by, recent)) = kept else {
        tracing::error!(alarm = letter.id, "alarms: the program ends, and an alarm was not taken in");
        return None;
    };
    for channel in wanted_by {
        enqueue(office, queues, &channel, letter.clone());
    }
    recent
}

/// The part that waits for the disk: names the channels that are to deliver the letter.
fn keep(office: &Office, letter: &Letter, recent: Option<Recent>, now: Timestamp) -> (Vec<String>, Option<Recent>) {
    let mut recent = recent;
    if recent.as_mut().is_some_and(|recent| recent.repeats(&letter.alarm.sameness(), now)) {
        count(&office.tally.repeated);
        return (Vec::new(), recent);
    }
    office.outbox.forget_before(before(now, office.delivery.keep_for));
    let loud = office.channels.iter().filter(|channel| letter.alarm.severity >= channel.least());
    let mut wanted_by = Vec::new();
    for channel in loud {
        if office.outbox.keep(channel.name(), letter) {
            wanted_by.push(channel.name().to_owned());
        } else {
            count(&office.tally.lost);
            tracing::error!(alarm = letter.id, "alarms: too many wait for {}, this one is not sent", channel.name());
        }
    }
    (wanted_by, recent)
}

/// The moment that long before `now`.
pub(crate) fn before(now: Timestamp, long: std::time::Duration) -> Timestamp {
    now.saturating_sub(SignedDuration::try_from(long).unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MIN)
}

fn enqueue(office: &Office, queues: &Queues, channel: &str, letter: Letter) {
    let waiting = Queued { letter, since: office.clock.now() };
    // A task that has gone leaves the letter on disk, for the next process.
    if queues.get(channel).is_none_or(|queue| queue.send(waiting).is_err()) {
        tracing::error!("alarms: nobody delivers for {channel}");
    }
}

/// Delivers the letters of one channel in their order.
async fn work(office: Arc<Office>, channel: Arc<dyn Channel>, mut letters: UnboundedReceiver<Queued>) {
    let mut failures = 0;
    while let Some(queued) = letters.recv().await {
        deliver(&office, channel.as_ref(), &queued, &mut failures).await;
    }
}

/// Tries until the letter arrives, is refused, or has been tried for long enough.
async fn deliver(office: &Arc<Office>, channel: &dyn Channel, queued: &Queued, failures: &mut u32) {
    let (name, id) = (channel.name(), queued.letter.id.as_str());
    loop {
        let Err(error) = attempt(office, channel, &queued.letter).await else {
            *failures = 0;
            count(&office.tally.delivered);
            let (office, name, id) = (office.clone(), name.to_owned(), id.to_owned());
            let busy = office.clock.busy();
            // Where the program ends right now, the letter goes out again, with the same id.
            tokio::task::spawn_blocking(move || office.outbox.gone(&name, &id)).await.ok();
            drop(busy);
            return;
        };
        count(&office.tally.failed_attempts);
        office.outbox.failed(name, id, &error.to_string());
        let wish = match error {
            NotDelivered::ForNow { after, .. } => after,
            NotDelivered::Refused { why } => {
                tracing::error!(alarm = id, "alarms: {name} refuses: {why}; it is kept for the next start");
                return;
            }
        };
        *failures = failures.saturating_add(1);
        let wait = wait_after(*failures, wish, &office.delivery);
        let tried_for = office.clock.now().duration_since(queued.since);
        if SignedDuration::try_from(office.delivery.give_up_after.saturating_sub(wait))
            .is_ok_and(|most| tried_for > most)
        {
            tracing::error!(alarm = id, "alarms: {name} did not take it in time; it is kept for the next start");
            return;
        }
        tracing::warn!(alarm = id, "alarms: {name}: {error}; tried again in {} s", wait.as_secs());
        office.clock.sleep(wait).await;
    }
}

/// One attempt, bounded on the wall's clock, because what hangs is outside.
async fn attempt(office: &Office, channel: &dyn Channel, letter: &Letter) -> Result<(), NotDelivered> {
    let _busy = office.clock.busy();
    within_wall(office.delivery.attempt, channel.deliver(letter))
        .await
        .unwrap_or_else(|late| Err(NotDelivered::for_now(late.to_string())))
}
