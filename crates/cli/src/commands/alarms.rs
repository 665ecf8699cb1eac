//! `backproof alarms`: sends a trial through every channel of the plan, and says what arrived.

use std::time::Duration;

use backproof_alarms::{Alarm, AlarmKind, Severity, Undelivered};
use serde_json::json;

use crate::args::{Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::{alarms, wiring};

/// Somebody waits at the terminal.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn perform(common: &Common) -> anyhow::Result<Exit> {
    let plan = wiring::read_plan(common)?.plan;
    let clock = wiring::clock(common);
    // Without a state directory: a trial that does not arrive is not to come days later.
    let alarms = alarms::begin(common, &plan, None)?;
    let channels = alarms.channels();
    if channels.is_empty() {
        return Err(UsageError("the plan names nobody to tell: see [alarms] in docs/configuration.md".into()).into());
    }
    let now = clock.now();
    let trial =
        Alarm::new(AlarmKind::Trial, &plan.name, now, format!("this is a trial of the alarms of plan {}", plan.name));
    // As loud as can be, so that it passes where only pages do.
    alarms.raise(Alarm { severity: Severity::Page, ..trial });
    let left = alarms.finish(PATIENCE).await;
    match common.output {
        Format::Json => print_json(&channels.iter().map(|channel| as_json(channel, &left)).collect::<Vec<_>>())?,
        Format::Text => {
            for channel in &channels {
                match why(channel, &left) {
                    None => println!("arrived  {channel}"),
                    Some(why) => println!("NOT      {channel}: {why}"),
                }
            }
        }
    }
    Ok(if left.is_empty() { Exit::Passed } else { Exit::Inconclusive })
}

/// Why a channel did not take it; `None` where it did.
fn why<'a>(channel: &str, left: &'a [Undelivered]) -> Option<&'a str> {
    let left = left.iter().find(|left| left.channel == channel)?;
    Some(left.why.as_deref().unwrap_or("there was no answer in time"))
}

fn as_json(channel: &str, left: &[Undelivered]) -> serde_json::Value {
    let why = why(channel, left);
    json!({"channel": channel, "arrived": why.is_none(), "why": why})
}
