//! What every test needs: a runtime whose time jumps, and alarms.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use backproof_alarms::{
    Alarm, AlarmKind, AlarmsConfig, SecretSource, Severity, Surroundings, Variables, WebhookConfig, WebhookFormat,
};
use backproof_clock::{Clock, VirtualClock, VirtualRuntime};
use jiff::Timestamp;

/// The moment at which every test begins.
pub(crate) const MORNING: &str = "2026-01-05T09:00:00Z";
/// A part of every URL and password of these tests, which must never be printed.
pub(crate) const SECRET: &str = "hunter2";

/// Runs a test under virtual time.
pub(crate) fn in_virtual_time<F: Future>(test: impl FnOnce(VirtualClock) -> F) -> F::Output {
    let runtime = VirtualRuntime::starting_at(MORNING.parse().unwrap()).unwrap();
    let clock = runtime.clock();
    runtime.block_on(test(clock))
}

/// Surroundings in which variable `HOOK` holds `url`.
pub(crate) fn surroundings(clock: &VirtualClock, url: &str, state: Option<PathBuf>) -> Surroundings {
    let url = url.to_owned();
    let variables = Variables::new(move |name| match name {
        "HOOK" => Some(url.clone()),
        "PASSWORD" => Some(SECRET.to_owned()),
        _ => None,
    });
    Surroundings { clock: Arc::new(clock.clone()), variables, topics: None, state }
}

/// A webhook whose URL is in variable `HOOK`.
pub(crate) fn to_webhook(format: WebhookFormat) -> AlarmsConfig {
    let webhook = WebhookConfig { url: SecretSource::Variable("HOOK".into()), format, least: Severity::Notice };
    let mut config = AlarmsConfig { webhooks: vec![webhook], ..AlarmsConfig::default() };
    config.delivery.attempt = Duration::from_secs(5);
    config
}

/// An alarm about something left behind by a run.
pub(crate) fn left_behind(run: u64) -> Alarm {
    let at: Timestamp = MORNING.parse().unwrap();
    Alarm::new(AlarmKind::LeftBehind, "quarterly", at, format!("run {run} of plan quarterly left 1 resource"))
        .of_run(run)
        .with("left 1", "arn:aws:dynamodb:eu-central-1:111122223333:table/bp-abcdefgh-7-1-1")
}

/// How many seconds have passed since the test began.
pub(crate) fn seconds(clock: &VirtualClock) -> i64 {
    clock.now().duration_since(MORNING.parse().unwrap()).as_secs()
}
